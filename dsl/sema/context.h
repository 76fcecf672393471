#pragma once
// What every part of sema shares: the project's names, the model being filled, and how to complain.

#include "dsl/sema/sema.h"
#include "engine/base/base.h"

#include <map>
#include <set>

namespace journey::sema {

using source::Applicability;
using source::Diagnostic;
using source::Edit;

enum class Kind : unsigned char {
    event,
    message_template,
    segment,
    consent,
    frequency,
    quiet,
    channel,
    journey,
    experiment,
    webhook,
    band,
    snippet,
    catalogue,
    fetch
};
inline constexpr std::size_t kKinds = 14;
/// "event", "template", "segment", …
std::string_view words_for(Kind kind);

struct Declared {
    Span span;  // of the name; empty and file 0 for built-in events
    Index index = kNone;
    bool builtin = false;
    bool used = false;
    /// Declared, but with mistakes of its own: whoever uses it is not told again.
    bool broken = false;
};

struct Experiment {
    std::string journey;
    std::vector<std::string> arms;
    bool holdout = false;
    bool sample = false;
};

struct Band {
    const ast::BandDecl* decl = nullptr;
    bool broken = false;
    bool ready = false;  // checked, as all are before anybody may ask
};

struct SnippetParam {
    enum class Kind : unsigned char { value, message_template, segment } kind = Kind::value;
    std::string name;
    Span span;
    Index channel = kNone;  // message_template: of this channel
    ir::Type type;          // value
    bool used = false;
};
struct Snippet {
    const ast::SnippetDecl* decl = nullptr;
    std::vector<SnippetParam> params;
    /// With mistakes of its own: nobody who includes it is told again.
    bool broken = false;
};

/// What `trigger.NAME` is in a journey that others run.
struct CalledField {
    ir::Type type;
    bool may_be_missing = false;
    Span span;  // where it is given first
};
struct RunSite {
    Index target = kNone;
    std::map<std::string, Span> given;
    Span span;  // the target's name in `run`
};

class Context {
  public:
    Context(const source::SourceSet& sources_in, const Options& options_in, Diagnostics& out)
        : sources(sources_in), options(options_in), out_(out) {}

    const source::SourceSet& sources;
    const Options& options;
    Model model;
    std::map<std::string, Experiment> experiments;
    std::vector<Band> bands;
    /// Events whose `dwell` has mistakes, told where it stands.
    std::set<Index> broken_dwells;
    std::vector<Snippet> snippets;
    /// By journey: what its runs give, and where it reads what.
    std::map<Index, std::map<std::string, CalledField>> called;
    std::map<Index, std::map<std::string, Span>> called_reads;
    std::vector<RunSite> runs;
    std::set<Index> takes_calls;  // journeys that say `enter when called`
    /// The `include` lines around what is being checked, outermost first.
    std::vector<Span> includes;
    std::shared_ptr<const Inserted> inserted;

    /// Shows the include lines too. Says nothing while muted.
    void report(Diagnostic diagnostic);
    /// Reported so far, muted ones left out.
    std::size_t errors() const { return errors_; }
    bool muted() const { return muted_ > 0; }
    /// Whether nobody waits for this check any more: parts return at once, whatever is missing.
    bool stopped() {
        if (!stopped_ && options.stopped) stopped_ = options.stopped();
        return stopped_;
    }

    bool has_errors() const { return source::has_errors(out_); }
    std::set<source::FileId> files_with_errors() const;

    /// False, after J0105, when the name is taken.
    bool declare(Kind kind, const std::string& name, Span span, Index index);
    /// Null when there is none. Does not report.
    Declared* peek(Kind kind, const std::string& name);
    /// Reports J0101 (events), J0103 (templates) or J0104 with names that are close. Marks it used.
    std::optional<Index> find(Kind kind, const ast::Name& name);
    std::optional<Index> find(Kind kind, const std::string& name, Span span);
    /// Remembers where a name stands, when somebody asked for names.
    void note(std::string_view kind, std::string_view owner, std::string_view name, Span span,
              bool declares = false);
    /// The same for a name in a file that `span` names.
    void note_elsewhere(std::string_view kind, std::string_view owner, std::string_view name,
                        Span span);
    std::vector<std::string> names_of(Kind kind) const;
    const std::map<std::string, Declared>& all(Kind kind) const {
        return names_[static_cast<std::size_t>(kind)];
    }

    const ir::Program& schema() const { return model.schema; }
    ir::Program& schema() { return model.schema; }

    std::string words(Span span) const { return std::string(sources.slice(span)); }
    /// "shop.journey:22"
    std::string place(Span span) const;
    std::uint32_t line(Span span) const;

  private:
    friend class Muted;
    Diagnostics& out_;
    /// Names near `name` among those of a kind. Empty once a run asked too often: the first thousands
    /// of unknown names say enough.
    std::vector<std::string> near(Kind kind, const std::string& name);

    std::size_t errors_ = 0;
    int muted_ = 0;
    bool stopped_ = false;
    std::map<std::string, Declared> names_[kKinds];
    std::optional<source::NameIndex> near_[kKinds];
    std::size_t near_budget_ = 200'000'000;  // steps of comparing, some twenty a name
};

/// While it lives, checks say nothing and declare nothing: what is looked at once more was said
/// the first time.
class Muted {
  public:
    explicit Muted(Context& cx) : cx_(cx) { ++cx_.muted_; }
    ~Muted() { --cx_.muted_; }
    Muted(const Muted&) = delete;
    Muted& operator=(const Muted&) = delete;

  private:
    Context& cx_;
};

/// "a" or "an".
std::string_view article(std::string_view word);
/// "`name`"
std::string tick(std::string_view name);
/// "a, b and c"
std::string listed(const std::vector<std::string>& names);
/// "a  b  c": the way candidates are laid out below the author's line.
std::string columns(const std::vector<std::string>& names);
/// Adds "These names are close" for `near`, or all `candidates` when they are few.
Diagnostic with_names(Diagnostic diagnostic, const std::string& name,
                      const std::vector<std::string>& near, Span span,
                      const std::vector<std::string>& candidates,
                      const std::function<std::string(const std::string&)>& where = {});
/// Adds "These names are close" and, when there is exactly one, a fix that writes it.
Diagnostic with_near_names(Diagnostic diagnostic, const std::string& name, Span span,
                           const std::vector<std::string>& candidates,
                           const std::function<std::string(const std::string&)>& where = {});
/// The zone, or null after J0212.
bool known_zone(Context& cx, const ast::Text& zone);
/// The seconds of its unit; none when its unit or number is not one, which is told.
std::optional<std::int64_t> unit_of_rate(Context& cx, const ast::ChannelRate& rate);
/// The IANA name of `in "…"`, "" for `local` and for unknown ones. Where there is nobody to ask,
/// `in user.zone` is J0211.
std::string zone_name(Context& cx, const ast::Zone& zone);

// The parts, in the order they run.
void check_files(Context& cx, const std::vector<ast::File>& files);
void check_declarations(Context& cx, const std::vector<ast::File>& files);
void check_templates(Context& cx, const std::vector<ast::File>& files);
void check_catalogues(Context& cx, const std::vector<ast::File>& files);
void check_fetches(Context& cx, const std::vector<ast::File>& files);
void check_webhooks(Context& cx, const std::vector<ast::File>& files);
void check_dwells(Context& cx, const std::vector<ast::File>& files);
void check_bands(Context& cx, const std::vector<ast::File>& files);
void check_segments(Context& cx, const std::vector<ast::File>& files);
void check_snippets(Context& cx, const std::vector<ast::File>& files);
void check_journeys(Context& cx, const std::vector<ast::File>& files);
void check_tests(Context& cx, const std::vector<ast::File>& files);

/// Journeys that start each other for ever: J0110, J0316.
void check_circles(Context& cx);

// The lints: over the finished model, a file per group.
void lint_reach(Context& cx);                                         // J0302
void lint_time(Context& cx);                                          // J0309, J0313
void lint_goals(Context& cx);                                         // J0307, J0310
void lint_policies(Context& cx);                                      // J0406, J0407
void lint_conditions(Context& cx);                                    // J0301
void lint_unused(Context& cx);                                        // J0111, J0701
void lint_paths(Context& cx);                                         // J0315, J0322, J0323
void lint_privacy(Context& cx);                                       // J0408, J0411
void lint_tests(Context& cx);                                         // J0704
void lint_names(Context& cx, const std::vector<ast::File>& files);    // J0107
void lint_secrets(Context& cx, const std::vector<ast::File>& files);  // J0409

}  // namespace journey::sema
