#pragma once
// The door of engine/plan: two programs and who stands where, in; what publishing would change, out.

#include "engine/ir/ir.h"

#include <functional>
#include <map>

namespace journey::plan {

/// People at rest, by journey, version and step.
using Steps = std::map<std::string, std::uint64_t>;
using Standing = std::map<std::string, std::map<std::uint32_t, Steps>>;

/// What becomes of the people of a journey that the new program does not have.
enum class Retire : std::uint8_t { finish, stop };

enum class Kind : std::uint8_t { created, changed, retired, unchanged };
enum class Fate : std::uint8_t {
    goes_on,    // nothing of theirs changes
    stays,      // finishes on the version it entered
    moves,      // to `to`
    stops,      // ends at publication
    restarts,   // from the start of the new version
    undecided,  // of a retired journey without a rule
};

struct Group {
    std::uint32_t version = 0;
    std::string step;
    std::uint64_t people = 0;
    Fate fate = Fate::goes_on;
    std::string to;     // moves: the step
    bool gone = false;  // the new version has no such step
};

/// Names of steps: labels, or ids the compiler made.
struct StepChanges {
    std::vector<std::string> added;
    std::vector<std::string> changed;
    std::vector<std::string> removed;
    std::vector<std::string> head;  // "who enters", "goals", "quiet hours", …
    bool order = false;             // the same steps, connected in another way
    bool empty() const {
        return added.empty() && changed.empty() && removed.empty() && head.empty() && !order;
    }
};

struct JourneyPlan {
    std::string name;
    Kind kind = Kind::unchanged;
    std::uint32_t before = 0;  // version; 0: there is none
    std::uint32_t after = 0;
    StepChanges changes;
    std::vector<Group> groups;  // by version, then step
    std::uint64_t inside = 0;
};

/// Rows of a catalogue, by their keys. Nothing is said of one that is the same.
struct TablePlan {
    std::string name;
    Kind kind = Kind::changed;
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t changed = 0;
    bool columns = false;  // others, or of other types
};

struct Remark {
    std::string code;  // "J0601"; "" when no rule of the language is broken
    bool error = false;
    std::string journey;
    std::string says;
    std::string help;
};

struct Plan {
    std::vector<JourneyPlan> journeys;  // changed, created, retired, unchanged; each by name
    std::vector<TablePlan> tables;      // by name
    std::vector<Remark> remarks;        // errors first
    bool same_bytes = false;
    std::size_t count(Kind kind) const;
    bool has_errors() const;
    bool has_changes() const { return !same_bytes; }
};

/// `before` null: nothing is live yet. `retire` by journey's name; a rule for a journey that is not
/// retired is an error, and so is a retired journey with people inside and no rule.
Plan compare(const ir::Program* before, const ir::Program& after, const Standing& standing,
             const std::map<std::string, Retire>& retire);

/// Adds a warning for each `enter once` whose moment is past at `now`, in the journeys that the plan
/// creates or changes: the engine lets nobody enter by it, and says nothing.
void remark_past_moments(Plan& plan, const ir::Program& program, Instant now);

/// What differs in meaning between two versions of a journey.
StepChanges changes_between(const ir::Program& before, const ir::Journey& old,
                            const ir::Program& after, const ir::Journey& young);

/// `before`, in which everybody inside `stopped` journeys stops at once and nobody enters them any
/// more; published first, then the new program. Nothing when `stopped` is empty.
std::optional<ir::Program> stopping_program(const ir::Program& before,
                                            const std::vector<std::string>& stopped,
                                            const Standing& standing);

/// People move on between a plan and its `apply`: the same programs and rules, other numbers.
struct Since {
    struct More {
        std::string journey;
        Group group;             // as it is now
        std::uint64_t then = 0;  // people in it when the plan was made
    };
    struct Inside {
        std::string journey;
        std::uint64_t then = 0;
        std::uint64_t now = 0;
    };
    std::vector<More> more;      // beyond the margin: to apply it would be another decision
    std::vector<Inside> inside;  // of what the plan changes or retires, where the number differs
};
/// More than `then` by more than a tenth, and by more than ten.
bool beyond_margin(std::uint64_t then, std::uint64_t now);
/// A group is `more` when the plan moves, stops or restarts it (or nobody decided about it), and
/// the plan did not show it, or there are more in it now than the margin allows. Whoever goes on as
/// before may be any number.
Since since(const Plan& then, const Plan& now);

/// The reader's words for an English pattern with `{}`; absent: English.
using Words = std::function<std::string_view(std::string_view english)>;
/// As LANGUAGE 5 prints it, without the line about the saved file. One line each, with the end.
std::string text_of(const Plan& plan, const Words& words = {});
/// What is beyond the margin, one line each; and how many came or left.
std::string text_of_more(const Since& since, const Words& words = {});
std::string text_of_inside(const Since& since, const Words& words = {});
/// The words of the form around a remark's sentences.
struct RemarkWords {
    std::string_view error = "error";
    std::string_view warning = "warning";
    std::string_view help = "help: ";
};
/// "J0601 …" with its help below, as diagnostics speak.
std::string text_of(const Remark& remark, const RemarkWords& words = {});
Value json_of(const Plan& plan);
/// "1,312".
std::string grouped(std::uint64_t number);

}  // namespace journey::plan
