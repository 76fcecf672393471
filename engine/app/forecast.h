#pragma once
// What a simulated stretch of time came to: sends by hour and channel, who went where, what the
// limits did, what it costs.

#include "dsl/translate/translate.h"
#include "engine/app/made_up.h"
#include "engine/app/population.h"
#include "engine/calendar/calendar.h"
#include "engine/core/core.h"
#include "engine/ir/ir.h"

#include <unordered_map>

namespace journey::app {

struct StepCount {
    std::string step;
    std::string text;  // the author's words
    std::uint64_t people = 0;
};
struct JourneyForecast {
    std::string name;
    std::string title;
    std::vector<std::string> starts;  // what makes people enter, in words
    std::uint64_t inside = 0;         // when it began
    std::uint64_t entered = 0;
    std::uint64_t goals = 0;
    core::HeldOutCounts held_out;                   // of both: people of the workspace's holdout
    std::vector<StepCount> sent;                    // in the author's order
    std::map<std::string, std::uint64_t> paths;     // "step: way" → people
    std::map<std::string, std::uint64_t> arms;      // "experiment/arm"
    std::map<std::string, std::uint64_t> ended_by;  // reasons
    std::map<std::string, std::uint64_t> still_at;  // steps
    std::map<std::string, std::uint64_t> skipped_by;
};
struct ChannelForecast {
    std::vector<std::uint64_t> per_hour;  // from the start
    std::uint64_t sent = 0;
    std::uint64_t rate_per_second = 0;  // 0: none declared
    Micros longest_queue{};             // how long a message waited for its provider at most
    Instant longest_at{};
    std::size_t worst_hour = 0;
    double cost = 0;
    bool has_cost = false;
};
/// Where the numbers come from, so that nobody takes them for more than they are.
struct MadeUp {
    std::uint64_t seed = 1;
    std::uint32_t people = 0;  // besides those of the data
    bool own_consents = false;
    std::vector<std::string> consents;        // with own_consents: what all of them have given
    std::map<std::string, DateSpread> dates;  // of their profiles
    Habits habits;
    Answering answering;
    std::map<std::string, Calls> calls;  // by webhook
};
struct Forecast {
    Instant from{};  // a full hour, at or before the first moment
    Instant until{};
    std::string zone;
    std::string currency;
    std::uint64_t people = 0;
    std::uint64_t events = 0;
    std::map<std::string, ChannelForecast> channels;
    std::vector<JourneyForecast> journeys;
    std::map<std::string, std::uint64_t> held;     // by reason: messages that waited
    std::map<std::string, std::uint64_t> skipped;  // by reason
    MadeUp made_up;
};

/// Watches a world go by.
class Forecaster {
  public:
    /// What it wants to see; the rest may be left out.
    static constexpr core::HappeningKinds kKinds =
        core::only(core::Happening::Kind::planned) | core::only(core::Happening::Kind::held) |
        core::only(core::Happening::Kind::skipped) | core::only(core::Happening::Kind::accepted) |
        core::only(core::Happening::Kind::took);

    Forecaster(const ir::Program& program, Instant from, std::map<std::string, double> costs);
    void see(const std::vector<core::Happening>& happenings);
    /// `before`: what was counted when it began.
    /// Ways are named in this language.
    Forecast finish(const core::Counts& before, const core::Counts& after, Instant until,
                    translate::Language language = translate::Language::english);

  private:
    struct Message {
        std::int64_t entry;
        ir::Index state;
        std::uint64_t person;
        friend bool operator==(const Message&, const Message&) = default;
    };
    struct Hash {
        std::size_t operator()(const Message& it) const {
            return it.person * 0x9e3779b97f4a7c15u ^
                   (static_cast<std::uint64_t>(it.entry) * 1'000'003 + it.state);
        }
    };
    const ir::Program& program_;
    std::map<std::string, double> costs_;
    Forecast out_;
    std::unordered_map<Message, Instant, Hash> ready_;  // since when only the provider is missing
    std::vector<std::vector<std::vector<std::uint64_t>>> took_;  // journey, state, way
    std::vector<std::vector<std::uint64_t>> sent_;               // journey, state
    std::unordered_map<std::string, std::size_t> journey_at_;
};

/// Of worlds that ran side by side for the same time, under the same program. Not empty.
Forecast joined(std::vector<Forecast> parts);
/// "2026-03-02 09:00", where the workspace is.
std::string hour_in_words(const Forecast& forecast, std::size_t hour);
/// Nobody entered it, and nobody who was inside did anything.
bool is_idle(const JourneyForecast& journey);
/// The authors' labels, or where there is none what the step says, at most so many columns each;
/// no two alike.
std::vector<std::string> names_of(const std::vector<StepCount>& steps, std::size_t columns);
/// At most so many columns wide; what does not fit ends in "…".
std::string fitting(std::string_view text, std::size_t columns);
/// "3 h 5 min"
std::string length_in_words(Micros length, const translate::Speech& say = translate::Speech());

std::string text_of(const Forecast& forecast, const translate::Speech& say);
Value json_of(const Forecast& forecast);
/// Of people and habits only when there are made-up people; "" when nothing was made up.
std::string text_of(const MadeUp& made_up, const translate::Speech& say);
Value json_of(const MadeUp& made_up);
/// One picture: sends by channel over time, and how far people come in each journey.
/// Self-contained.
std::string svg_of(const Forecast& forecast, const translate::Speech& say);

}  // namespace journey::app
