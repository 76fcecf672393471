#pragma once
// The one table of sentences. `{0}`, `{1}` … are what is filled in.

#include "engine/explain/explain.h"

#include <map>
#include <memory>

namespace journey::explain {

enum class Phrase : std::uint16_t {
#define JOURNEY_PHRASE(name, english, chinese) name,
#include "engine/explain/phrases.inc"
#undef JOURNEY_PHRASE
    count_of_all
};

std::string_view pattern_of(Phrase phrase, Language language);
std::string fill(std::string_view pattern, std::span<const std::string> parts);
/// Chinese as it is set: a blank between Chinese and Latin letters or digits, none beside full-width
/// signs or at the ends. What stands in “…” or backticks is the author's and stays. English as it is.
std::string spaced(std::string_view words, Language language);
Reading spaced(Reading reading, Language language);

/// Sentences of one program in one language.
class Speaker {
  public:
    Speaker(const ir::Program& program, const ir::Journey& journey, Language language)
        : program_(program), journey_(journey), language_(language) {}

    template <typename... Parts>
    std::string say(Phrase phrase, const Parts&... parts) const {
        const std::string filled[] = {std::string(parts)..., std::string()};
        return said(phrase, filled);
    }

    /// A condition as a clause: "the person's `tier` is vip".
    std::string condition(ir::Index expr) const;
    /// What an expression yields: "the trigger's `sku`".
    std::string value(ir::Index expr) const;
    std::string constant(const Value& value) const;
    std::string duration(const CalendarDuration& duration) const;
    /// Of a step: by its expression, or by its name.
    std::string zone(const std::string& name, ir::Index from = ir::kNone) const;
    /// The same of a step, which goes by the journey's zone when it names none.
    std::string step_zone(const std::string& name, ir::Index from) const;
    std::string weekday(std::uint8_t day) const;
    /// "`a`, `b` and `c`".
    std::string all(const std::vector<std::string>& parts) const;
    std::string any(const std::vector<std::string>& parts) const;
    std::string event_pattern(const ir::Pattern& pattern) const;
    std::string segment(ir::Index segment) const;
    std::string channel(ir::Index channel) const;  // "push"
    /// "2 pushes"; kNone: of any channel.
    std::string messages(ir::Index channel, std::uint64_t count) const;
    std::string quoted(std::string_view name) const;
    std::string percent(double share) const;
    /// For conditions on an event: "its `sku`" is a field of that event.
    Speaker looking_at(ir::Index event) const {
        Speaker out = *this;
        out.row_ = event;
        return out;
    }
    /// For pictures: our own sentences say names without backticks. What authors wrote stays.
    Speaker plain() const {
        Speaker out = *this;
        out.plain_ = true;
        return out;
    }
    std::string number(std::uint64_t count) const { return std::to_string(count); }
    std::string args(const std::vector<ir::NamedExpr>& args) const;

    std::string trigger(const ir::Trigger& trigger) const;
    std::string goal(const ir::Goal& goal) const;
    std::string exit(const ir::Exit& exit) const;
    std::string way(const ir::State& state, const ir::Way& way) const;
    std::string step(const ir::State& state) const;
    /// The same in a few words.
    std::string short_step(const ir::State& state) const;
    void steps(std::vector<Line>& into) const;
    /// What each band that was named so far measures; by name.
    std::vector<std::string> bands() const;
    /// Did anything so far go by where the person lives?
    bool went_by_there() const { return *there_; }

    const ir::Program& program() const { return program_; }
    const ir::Journey& journey() const { return journey_; }

  private:
    std::string said(Phrase phrase, std::span<const std::string> parts) const;
    std::string comparison(const ir::Expr& expr) const;
    std::optional<std::string> counted(const ir::Expr& expr) const;
    std::string aggregate(const ir::Aggregate& aggregate) const;
    std::string window(const ir::Window& window) const;
    std::string did(const ir::Aggregate& aggregate) const;
    std::string negated(ir::Index expr) const;
    std::string joined(const ir::Expr& expr) const;
    std::string operand(const ir::Expr& expr, ir::Index i) const;
    ir::Index operand_at(const ir::Expr& expr, ir::Index i) const;
    std::string send(const ir::Send& send) const;
    std::string until(const ir::WaitUntil& until) const;
    std::string draw(const ir::Pick& pick) const;
    std::string worth(double amount) const;
    std::string arm_of(const ir::Settle& settle, ir::Index arm) const;
    std::string schedule(const ir::OnSchedule& schedule) const;
    std::string choice(const ir::Expr& expr) const;
    std::string scale(const std::string& name, const ir::Expr& expr) const;
    std::string listed(const std::vector<std::string>& parts, Phrase between, Phrase last) const;
    std::optional<std::string> receipt(const ir::Pattern& pattern) const;
    std::optional<std::string> shifted(const ir::Expr& expr) const;
    std::string await(const ir::Await& await) const;
    bool moves(ir::Index expr) const;

    const ir::Program& program_;
    const ir::Journey& journey_;
    Language language_;
    ir::Index row_ = ir::kNone;  // events
    bool plain_ = false;
    // Shared by the copies that look at an event.
    std::shared_ptr<std::map<std::string, ir::Index>> bands_ =
        std::make_shared<std::map<std::string, ir::Index>>();
    std::shared_ptr<bool> there_ = std::make_shared<bool>(false);
};

}  // namespace journey::explain
