// Drives one test block: a world of its own with one person and the real engine under virtual time.

#include "engine/app/test_trial.h"

#include "engine/app/test_witness.h"
#include "engine/sim/sim.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

using sema::TestCase;

/// One test block in a world of its own.
class Trial {
  public:
    Trial(const ir::Program& program, const TestCase& test)
        : test_(test),
          program_(program),
          zone_(*calendar::find_zone(test.zone)),
          world_(options_for(test)),
          witness_(program_, zone_) {
        // Only the journey under test lives in this world: others would send too.
        program_.journeys = {program.journeys[test.journey]};
    }

    /// "" when every line holds, else what did not.
    std::string run() {
        if (std::string problem = prepare(); !problem.empty()) return problem;
        for (const sema::TestLine& line : test_.lines) {
            const Instant at = moment(line.at);
            if (line.every) {
                for (std::int64_t i = 1; i <= 100'000; ++i) {
                    CalendarDuration offset{line.every->months * static_cast<std::int32_t>(i),
                                            line.every->days * static_cast<std::int32_t>(i),
                                            line.every->seconds * i};
                    const Instant next = calendar::add(test_.start, offset, zone_);
                    if (next > at) break;
                    go_to(next);
                    act(line);
                }
                continue;
            }
            go_to(at);
            const std::string problem = act(line);
            if (!problem.empty()) {
                failed_ = &line;
                return problem;
            }
        }
        return "";
    }

    const sema::TestLine* failed_line() const { return failed_; }

    const Witness& witness() const { return witness_; }

  private:
    static sim::WorldOptions options_for(const TestCase& test) {
        sim::WorldOptions options;
        options.start = test.start;
        options.record_sent = false;
        return options;
    }

    const ir::Journey& journey() const { return program_.journeys[0]; }

    Instant moment(const sema::TestMoment& at) const {
        return at.offset ? calendar::add(test_.start, *at.offset, zone_) : at.absolute;
    }

    std::string prepare() {
        person_ = "user:test-1";
        std::vector<sim::ArmWish> wishes;
        for (const sema::GivenArm& given : test_.arms) {
            for (const ir::State& state : journey().states) {
                const auto* pick = std::get_if<ir::Pick>(&state.act);
                if (pick != nullptr && pick->experiment == given.experiment)
                    wishes.push_back({pick, given.holdout ? "" : given.arm});
            }
        }
        if (!wishes.empty()) {
            const auto found = sim::person_in_arms(wishes);
            if (!found)
                return "no person can be in all the arms that are given: do they have a share, and "
                       "do they go together?";
            person_ = *found;
        }
        auto published = world_.publish(ir::encode(program_));
        if (!published) return published.error().detail;
        if (!test_.tags.empty()) {
            return "`given tag` cannot be done yet: only journeys add tags; let an event lead "
                   "there first";
        }
        if (!test_.profile.empty()) submit(model::Identify{test_.profile}, std::nullopt);
        for (const ir::Index consent : test_.consents) {
            submit(model::ConsentChange{program_.consents[consent].name, true, "given in the test",
                                        ""},
                   std::nullopt);
        }
        std::vector<const sema::GivenHistory*> history;
        for (const sema::GivenHistory& given : test_.history)
            history.push_back(&given);
        const auto when = [&](const sema::GivenHistory& given) {
            return calendar::subtract(test_.start, given.before_start, zone_);
        };
        std::stable_sort(history.begin(), history.end(),
                         [&](const auto* a, const auto* b) { return when(*a) < when(*b); });
        for (const sema::GivenHistory* given : history)
            submit(model::Track{program_.events[given->event].name, given->data}, when(*given));
        world_.take_happenings();
        return "";
    }

    void submit(model::CommandBody body, std::optional<Instant> event_time) {
        model::Command command;
        command.external_id = person_;
        if (event_time) command.event_time = *event_time;
        command.body = std::move(body);
        world_.submit(std::move(command));
    }

    void go_to(Instant at) {
        world_.advance_to(at);
        collect();
    }

    void collect() { witness_.see(world_.take_happenings()); }

    std::string act(const sema::TestLine& line) {
        return std::visit(
            Match{[&](const sema::EventHappens& event) {
                      witness_.tell(world_.now(),
                                    fmt::format("{} {}", program_.events[event.event].name,
                                                to_json(Value(event.data))));
                      submit(model::Track{program_.events[event.event].name, event.data},
                             std::nullopt);
                      collect();
                      return std::string();
                  },
                  [&](const sema::ProfileSet& set) {
                      submit(model::Identify{{{program_.profile[set.field].name, set.value}}},
                             std::nullopt);
                      collect();
                      return std::string();
                  },
                  [&](const auto&) {
                      const auto problem = witness_.judge(
                          line.act, [this](const sema::TestMoment& at) { return moment(at); });
                      if (problem) witness_.expected(line.act, world_.now());
                      return problem.value_or("");
                  }},
            line.act);
    }

    const TestCase& test_;
    ir::Program program_;
    const calendar::Zone& zone_;
    sim::VirtualWorld world_;
    std::string person_;
    Witness witness_;
    const sema::TestLine* failed_ = nullptr;
};

}  // namespace

TrialResult run_trial(const ir::Program& program, const TestCase& test) {
    Trial trial(program, test);
    TrialResult result;
    result.problem = trial.run();
    result.failed = trial.failed_line();
    result.story = trial.witness().story();
    const std::string& journey = program.journeys[test.journey].name;
    for (const core::Happening& happening : trial.witness().happened())
        result.reached.see(happening, journey);
    if (result.failed != nullptr) result.help = trial.witness().help_for(result.failed->act);
    return result;
}

}  // namespace journey::app
