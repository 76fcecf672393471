// journey test: the test blocks of a project under virtual time, each in a world of its own with
// one person and the real engine. A failing test tells its story.

#include "engine/app/commands.h"
#include "engine/app/project.h"
#include "engine/sim/sim.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

using core::Happening;
using sema::TestCase;

struct Send {
    Instant at{};
    std::string channel;
    std::string message_template;
    Record data;
    bool claimed = false;  // by an `expect sent` line
};

/// "09:00:00", with the date in front when it is another day than `before`.
std::string clock_text(Instant at, std::optional<Instant> before, const calendar::Zone& zone) {
    const calendar::Local local = calendar::to_local(at, zone);
    const bool new_day = !before || calendar::to_local(*before, zone).date != local.date;
    const int seconds = local.time.seconds;
    return fmt::format("{:>10}  {:02}:{:02}:{:02}", new_day ? format_date(local.date) : "",
                       seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string story_of(const Happening& happening, const calendar::Zone& zone) {
    const std::string what = happening.step.empty() ? happening.journey : happening.step;
    const std::string reason = happening.reason == model::Reason::none
                                   ? ""
                                   : ", " + std::string(model::sentence_of(happening.reason));
    const std::string detail = happening.detail.empty() ? "" : " (" + happening.detail + ")";
    const auto until = [&] {
        return happening.until ? " until" + clock_text(*happening.until, std::nullopt, zone) : "";
    };
    switch (happening.kind) {
        case Happening::Kind::entered:
            return "entered " + happening.journey;
        case Happening::Kind::moved:
            return "at " + what + detail;
        case Happening::Kind::ended:
            return "left the journey: " + happening.detail;
        case Happening::Kind::goal:
            return "reached the goal " + happening.detail;
        case Happening::Kind::planned:
            return fmt::format("{}: {} {} planned", what, happening.channel,
                               happening.message_template);
        case Happening::Kind::held:
            return fmt::format("{}: HELD{}{}{}", what, until(), reason, detail);
        case Happening::Kind::skipped:
            return fmt::format("{}: SKIPPED{}{}", what, reason, detail);
        case Happening::Kind::attempted:
            return fmt::format("{}: SENT {} {}", what, happening.channel,
                               happening.message_template);
        case Happening::Kind::accepted:
            return "";
        case Happening::Kind::rejected:
            return fmt::format("{}: the provider refused it{}", what, detail);
        case Happening::Kind::unknown:
            return fmt::format("{}: nobody knows whether it arrived{}", what, detail);
        case Happening::Kind::retrying:
            return fmt::format("{}: will be tried again{}", what, until());
        case Happening::Kind::refused_duplicate:
            return what + ": was sent before, not again";
        case Happening::Kind::ignored_unknown_event:
            return fmt::format("the event {} is not declared", happening.detail);
        case Happening::Kind::published:
            return "";
    }
    return "";
}

/// One test block in a world of its own.
class Trial {
  public:
    Trial(const ir::Program& program, const TestCase& test)
        : test_(test),
          program_(program),
          zone_(*calendar::find_zone(test.zone)),
          world_(options_for(test)) {
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

    /// What happened, moment by moment.
    std::string story() const {
        std::string out;
        std::optional<Instant> before;
        for (const auto& [at, text] : story_) {
            out += fmt::format("   {}  {}\n", clock_text(at, before, zone_), text);
            before = at;
        }
        return out.empty() ? "   (nothing happened)\n" : out;
    }

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

    void collect() {
        for (Happening& happening : world_.take_happenings()) {
            const std::string text = story_of(happening, zone_);
            if (!text.empty()) story_.emplace_back(happening.at, text);
            if (happening.kind == Happening::Kind::attempted)
                sends_.push_back({happening.at, happening.channel, happening.message_template,
                                  happening.data, false});
            happened_.push_back(std::move(happening));
        }
    }

    std::string act(const sema::TestLine& line) {
        return std::visit(
            Match{[&](const sema::EventHappens& event) {
                      story_.emplace_back(world_.now(),
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
                  [&](const auto& expectation) { return expect(expectation); }},
            line.act);
    }

    const Happening* last(Happening::Kind kind,
                          const std::function<bool(const Happening&)>& fits) const {
        const auto found =
            std::find_if(happened_.rbegin(), happened_.rend(),
                         [&](const Happening& one) { return one.kind == kind && fits(one); });
        return found == happened_.rend() ? nullptr : &*found;
    }

    std::string expect(const sema::ExpectEntered& wanted) const {
        const bool entered =
            last(Happening::Kind::entered, [](const Happening&) { return true; }) != nullptr;
        if (entered == wanted.negated) return entered ? "somebody entered" : "nobody entered";
        return "";
    }

    std::string expect(const sema::ExpectExited& wanted) const {
        const Happening* ended =
            last(Happening::Kind::ended, [](const Happening&) { return true; });
        if (ended == nullptr) return "nobody left the journey";
        if (!wanted.as || ended->detail == *wanted.as || ended->detail == "goal " + *wanted.as)
            return "";
        return fmt::format("the exit was as `{}`", ended->detail);
    }

    std::string expect(const sema::ExpectSent& wanted) {
        const std::string& channel = program_.channels[wanted.channel].name;
        const std::string& name = program_.templates[wanted.message_template].name;
        std::string near;
        for (Send& send : sends_) {
            if (send.channel != channel || send.message_template != name) continue;
            if (wanted.negated) return fmt::format("{} {} was sent", channel, name);
            if (send.claimed) continue;
            const auto differs =
                std::find_if(wanted.with.begin(), wanted.with.end(), [&](const NamedValue& one) {
                    const Value* got = find(send.data, one.name);
                    return got == nullptr || !(*got == one.value);
                });
            if (differs == wanted.with.end()) {
                send.claimed = true;
                return "";
            }
            const Value* got = find(send.data, differs->name);
            near = fmt::format("it was sent, but with {}: {}", differs->name,
                               got == nullptr ? "nothing" : to_json(*got));
        }
        if (wanted.negated) return "";
        return near.empty() ? fmt::format("{} {} was not sent", channel, name) : near;
    }

    std::string expect(const sema::ExpectNothingSent&) const {
        if (sends_.empty()) return "";
        return fmt::format("{} {} was sent", sends_.front().channel,
                           sends_.front().message_template);
    }

    std::string expect(const sema::ExpectNoMoreSends&) const {
        for (auto send = sends_.rbegin(); send != sends_.rend() && !send->claimed; ++send) {
            return fmt::format("{} {} was sent too", send->channel, send->message_template);
        }
        return "";
    }

    std::string expect(const sema::ExpectHeld& wanted) const {
        const Happening* held = last(Happening::Kind::held,
                                     [&](const Happening& one) { return one.step == wanted.step; });
        if (held == nullptr) return fmt::format("`{}` was not held", wanted.step);
        if (held->until && *held->until == moment(wanted.until)) return "";
        return fmt::format(
            "`{}` was held until{}", wanted.step,
            held->until ? clock_text(*held->until, std::nullopt, zone_) : " further notice");
    }

    std::string expect(const sema::ExpectSkipped& wanted) const {
        const Happening* skipped = last(Happening::Kind::skipped, [&](const Happening& one) {
            return one.step == wanted.step;
        });
        if (skipped == nullptr) return fmt::format("`{}` was not skipped", wanted.step);
        const std::string why = fmt::format("{} {} {}", model::name_of(skipped->reason),
                                            model::sentence_of(skipped->reason), skipped->detail);
        if (!wanted.because || why.find(*wanted.because) != std::string::npos) return "";
        return fmt::format("`{}` was skipped because: {}", wanted.step, why);
    }

    std::string expect(const sema::ExpectGoal& wanted) const {
        return last(Happening::Kind::goal,
                    [&](const Happening& one) { return one.detail == wanted.name; }) != nullptr
                   ? ""
                   : fmt::format("the goal `{}` was not reached", wanted.name);
    }

    std::string expect(const sema::ExpectWaiting& wanted) const {
        for (auto one = happened_.rbegin(); one != happened_.rend(); ++one) {
            if (one->kind == Happening::Kind::ended) return "the journey is over by then";
            if (one->kind != Happening::Kind::moved) continue;
            return one->step == wanted.step ? "" : fmt::format("the person is at `{}`", one->step);
        }
        return "nobody entered";
    }

    const TestCase& test_;
    ir::Program program_;
    const calendar::Zone& zone_;
    sim::VirtualWorld world_;
    std::string person_;
    std::vector<Happening> happened_;
    std::vector<Send> sends_;
    std::vector<std::pair<Instant, std::string>> story_;
    const sema::TestLine* failed_ = nullptr;
};

}  // namespace

int test_command(const TestOptions& options) {
    auto compiled = compile_project(options.paths);
    if (!compiled) return fail(compiled.error());
    const dsl::Compilation& compilation = compiled.value();
    if (!compilation.program) {
        print_diagnostics(compilation, false);
        fmt::print(stderr, "No test was run: the mistakes above come first.\n");
        return 1;
    }
    std::size_t passed = 0;
    std::size_t failed = 0;
    List report;
    for (const TestCase& test : compilation.tests) {
        if (test.title.find(options.only) == std::string::npos) continue;
        const std::string& journey = compilation.program->journeys[test.journey].name;
        Trial trial(*compilation.program, test);
        const std::string problem = trial.run();
        (problem.empty() ? passed : failed) += 1;
        if (options.json) {
            report.emplace_back(Record{{"journey", Value(journey)},
                                       {"test", Value(test.title)},
                                       {"file", Value(test.file)},
                                       {"line", Value(static_cast<std::int64_t>(test.line))},
                                       {"passed", Value(problem.empty())},
                                       {"problem", Value(problem)}});
            continue;
        }
        if (problem.empty()) {
            fmt::print("ok    {} › \"{}\"\n", journey, test.title);
            continue;
        }
        const sema::TestLine* line = trial.failed_line();
        fmt::print("FAIL  {} › \"{}\"  {}:{}\n\n{}", journey, test.title, test.file,
                   line == nullptr ? test.line : line->line, trial.story());
        if (line != nullptr) fmt::print("\n   you wrote:  {}\n", line->text);
        fmt::print("   but:        {}\n\n", problem);
    }
    if (options.json) {
        fmt::print("{}\n",
                   to_json(Value(Record{{"passed", Value(static_cast<std::int64_t>(passed))},
                                        {"failed", Value(static_cast<std::int64_t>(failed))},
                                        {"tests", Value(std::move(report))}})));
    } else {
        fmt::print("{} passed, {} failed\n", passed, failed);
        if (passed + failed == 0)
            fmt::print("There is no test{}.\n",
                       options.only.empty() ? " in these files" : " with that in its title");
    }
    return failed > 0 || passed + failed == 0 ? 1 : 0;
}

}  // namespace journey::app
