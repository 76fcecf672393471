#pragma once
// People who do not exist, with profiles and events of a project's own schema. One seed, one story.

#include "engine/app/made_up.h"
#include "engine/model/model.h"

#include <map>
#include <queue>
#include <unordered_map>

namespace journey::app {

/// How often, and what follows what.
struct Habits {
    struct Follow {
        std::string event;
        double chance = 0;  // 0 to 1; of what follows one event at most one happens
        Micros after{};     // on average
    };
    std::map<std::string, double> per_day;             // by event, of one person
    std::map<std::string, std::vector<Follow>> after;  // by event
};

/// What the project's own journeys suggest: their triggers happen now and then, and what a journey
/// waits for, counts as its goal or leaves by follows its trigger for one in four.
Habits habits_of(const ir::Program& program);
/// A table like
///   rates: { product_viewed: 0.3/day }
///   after: { product_viewed: { add_to_cart: 0.15 in 10m } }
/// whose entries replace the habit of the same event. `invalid` names line and event.
Result<void> read_habits(const std::string& path, const ir::Program& program, Habits& habits);
/// "signed_up=0.1/day"; hour, day, week or month.
Result<void> read_rate(std::string_view text, const ir::Program& program, Habits& habits);

/// Of each consent, where nobody says who has given what.
inline constexpr double kConsentShare = 0.85;

struct PopulationOptions {
    std::uint32_t people = 0;
    std::uint64_t seed = 1;
    Instant start{};
    Instant end{};
    std::vector<std::string> consents;  // what everybody has given; empty: most, each by chance
};

/// Commands in order of time: first everybody's profile and consents at `start`, then events. The
/// program must outlive it.
class Population {
  public:
    Population(const ir::Program& program, Habits habits, PopulationOptions options);
    /// Nothing: the story is over.
    std::optional<model::Command> next();
    std::uint64_t events() const { return events_; }

  private:
    struct Due {
        std::int64_t at;  // microseconds
        std::uint32_t person;
        std::uint16_t event;  // of the program
        bool follows;         // else the next of its kind is planned when it happens
        bool operator>(const Due& other) const {
            return std::tie(at, person, event) > std::tie(other.at, other.person, other.event);
        }
    };
    model::Command opening();
    void plan(std::uint32_t person, std::uint16_t event, std::int64_t from);
    void follow(const Due& due);
    Record profile_of(std::uint32_t person);
    Record properties_of(const Due& due);
    MadeUpFor who(std::uint32_t person, std::int64_t at);
    std::string external_id(std::uint32_t person) const;
    model::Command command_of(std::uint32_t person, Instant at) const;
    std::int64_t awake(std::int64_t at);
    std::int64_t gap(double per_day);

    struct Follow {
        std::uint16_t event;
        double chance;
        double per_day;
    };
    const ir::Program& program_;
    PopulationOptions options_;
    Rng rng_;
    std::vector<double> per_day_;             // by event of the program
    std::vector<std::vector<Follow>> after_;  // the same
    std::vector<bool> remembered_;            // events whose properties what follows takes over
    std::vector<MadeUpField> profile_;
    std::vector<std::vector<MadeUpField>> fields_;  // by event of the program
    std::vector<model::PersonId> people_;
    std::string prefix_;            // of every external id
    std::string name_;              // of the person somebody asks about
    std::int64_t zone_offset_ = 0;  // microseconds, at the start
    std::uint32_t opened_ = 0;
    std::size_t consent_ = 0;  // of the person who is being opened; 0: the profile
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::unordered_map<std::uint32_t, Record> last_;  // properties, by person
    std::uint64_t events_ = 0;
};

}  // namespace journey::app
