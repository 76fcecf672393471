#pragma once
// Values nobody gave: of people who do not exist, of what they do, of what a webhook answers while
// nothing is really called. The same numbers out of the Rng, the same values.

#include "engine/ir/ir.h"
#include "engine/sim/sim.h"

#include <map>

namespace journey::app {

/// Where a date lies, read off its name.
enum class DateSpread : std::uint8_t {
    of_birth,  // 18 to 75 years back: birthday, born, dob
    yearly,    // 1 to 20 years back: anniversary, wedding
    ahead,     // in the coming year: renewal, expires, arrival, trial_end, next_*, due_*
    behind,    // in the past year: last_*, first_*, joined, created_at
    around     // a year back to a year ahead: every other
};
DateSpread date_spread_of(std::string_view name);

/// What a field holds, read off its name and type once: values are made by the million.
class MadeUpField {
  public:
    explicit MadeUpField(const ir::Field& field);  // must outlive it
    const ir::Field& field() const { return *field_; }

  private:
    friend struct MadeUpMaker;
    enum class Text : std::uint8_t { email, phone, token, name, language, other };
    const ir::Field* field_;
    ir::TypeKind kind_;
    ir::TypeKind element_;
    Text text_ = Text::other;
    DateSpread spread_;
};

struct MadeUpFor {
    std::string_view name;     // goes into addresses
    std::uint32_t number = 0;  // goes into phone numbers
    Instant around{};          // dates lie around it
    Micros zone_offset{};      // of the workspace
    std::string_view currency;
};
/// Missing for what cannot be made up.
Value made_up_value(const MadeUpField& field, const MadeUpFor& who, Rng& rng);
/// Of a place at a moment.
Micros zone_offset_of(const std::string& zone, Instant at);

/// How many of a hundred calls are answered, by webhook; "" is every other.
using Answering = std::map<std::string, double, std::less<>>;
inline constexpr double kAnswering = 0.95;
/// "0.9", "mint_coupon=0.5"
Result<Answering> read_answering(const std::vector<std::string>& given, const ir::Program& program);

struct Calls {
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;
    friend bool operator==(const Calls&, const Calls&) = default;
};

/// Providers of a simulation: messages are accepted, calls answered with values of the types that
/// the webhook declares, or refused for good; chance is a hash of the call, so that what else
/// happens does not change it. The program must outlive it.
class MadeUpAnswers {
  public:
    MadeUpAnswers(const ir::Program& program, Answering answering, std::uint64_t seed);
    connectors::Response answer(const sim::SentMessage& sent);
    const std::map<std::string, Calls>& calls() const { return calls_; }

  private:
    connectors::Response called(const std::string& webhook, const sim::SentMessage& sent);

    const ir::Program& program_;
    Answering answering_;
    std::uint64_t seed_;
    std::vector<std::vector<MadeUpField>> gives_;  // by webhook of the program
    std::map<std::string, Calls> calls_;           // by webhook
};

}  // namespace journey::app
