// Drives one test block: a world of its own with one person and the real engine under virtual time.

#include "engine/app/test_trial.h"

#include "engine/app/test_witness.h"
#include "engine/sim/sim.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <queue>

namespace journey::app {
namespace {

using sema::TestCase;

/// One test block in a world of its own.
class Trial {
  public:
    Trial(const ir::Program& program, const TestCase& test, const translate::Speech& say)
        : say_(say),
          test_(test),
          program_(program),
          zone_(*calendar::find_zone(test.zone)),
          world_(options_for(test)),
          witness_(program_, zone_, say) {
        // Only the journey under test, and what it runs, live in this world: others would send too.
        program_.journeys = journeys_under(program, test.journey);
        take_calls();
        world_.set_provider([this](const sim::SentMessage& message) { return answer(message); });
    }

    /// "" when every line holds, else what did not.
    std::string run() {
        if (std::string problem = prepare(); !problem.empty()) return problem;
        std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
        for (std::size_t i = 0; i < test_.lines.size(); ++i) {
            if (const auto first = turn(i, 1)) turns.push(*first);
        }
        while (!turns.empty()) {
            const Turn now = turns.top();
            turns.pop();
            const sema::TestLine& line = test_.lines[now.line];
            go_to(now.at);
            std::string problem = unstubbed_;
            if (problem.empty()) problem = act(line);
            if (problem.empty()) problem = unstubbed_;
            if (!problem.empty()) {
                // What is not said about a webhook or a fetch is no fault of the line that got there.
                if (unstubbed_.empty()) failed_ = &line;
                return problem;
            }
            if (!line.every) continue;
            if (const auto next = turn(now.line, now.round + 1)) turns.push(*next);
        }
        return "";
    }

    const sema::TestLine* failed_line() const { return failed_; }

    const Witness& witness() const { return witness_; }

  private:
    /// When a line is due. Lines of one moment go in the order in which they are written.
    struct Turn {
        Instant at{};
        std::size_t line = 0;
        std::int32_t round = 1;  // of a series
        auto operator<=>(const Turn&) const = default;
    };

    /// Nothing when the series is over.
    std::optional<Turn> turn(std::size_t index, std::int32_t round) const {
        const sema::TestLine& line = test_.lines[index];
        if (!line.every) return Turn{moment(line.at), index, round};
        const CalendarDuration offset{line.every->months * round, line.every->days * round,
                                      line.every->seconds * round};
        const Instant at = calendar::add(test_.start, offset, zone_);
        return at > moment(line.at) ? std::nullopt : std::optional(Turn{at, index, round});
    }

    static sim::WorldOptions options_for(const TestCase& test) {
        sim::WorldOptions options;
        options.start = test.start;
        for (const sema::GivenArm& given : test.arms) {
            if (given.rest && !given.arm.empty()) options.winners[given.experiment] = given.arm;
        }
        return options;
    }

    /// A call by the test is an event that starts the journey: as a `run` does, it gives what the
    /// journey reads of its trigger.
    void take_calls() {
        ir::EventType called;
        called.name = ir::kCalledEvent;
        bool any = false;
        for (const sema::TestLine& line : test_.lines) {
            const auto* call = std::get_if<sema::CallHappens>(&line.act);
            if (call == nullptr) continue;
            any = true;
            called.fields = call->fields;
        }
        if (!any) return;
        const auto event = static_cast<ir::Index>(program_.events.size());
        program_.events.push_back(std::move(called));
        program_.journeys[0].triggers.push_back(ir::OnEvent{{event, ir::kNone}, {}, {}});
    }

    /// The journey first, then those that it may run, one way or another. Runs are numbered anew.
    static std::vector<ir::Journey> journeys_under(const ir::Program& program, ir::Index journey) {
        std::vector<ir::Index> needed{journey};
        const auto place_of = [&](ir::Index wanted) {
            const auto found = std::find(needed.begin(), needed.end(), wanted);
            const auto place = static_cast<ir::Index>(found - needed.begin());
            if (found == needed.end()) needed.push_back(wanted);
            return place;
        };
        std::vector<ir::Journey> out;
        for (std::size_t i = 0; i < needed.size(); ++i) {
            ir::Journey& one = out.emplace_back(program.journeys[needed[i]]);
            for (ir::State& state : one.states) {
                // Nothing is known yet, and a test must not hang on a draw: the author's order.
                if (auto* choice = std::get_if<ir::OneOf>(&state.act)) choice->best.reset();
                if (auto* run = std::get_if<ir::Run>(&state.act))
                    run->journey = place_of(run->journey);
            }
        }
        return out;
    }

    /// Providers take everything; webhooks and fetches answer as the test says.
    connectors::Response answer(const sim::SentMessage& sent) {
        connectors::Response response;
        response.answered = true;
        response.bytes_left = true;
        response.status = 202;
        if (sent.message.channel.starts_with(core::kFetchLane))
            return fetched(sent.message.channel.substr(core::kFetchLane.size()));
        if (!sent.message.channel.starts_with(core::kCallLane)) return response;
        const std::string webhook = sent.message.channel.substr(core::kCallLane.size());
        const auto given =
            std::find_if(test_.webhooks.begin(), test_.webhooks.end(),
                         [&](const sema::GivenWebhook& one) { return one.webhook == webhook; });
        response.status = 400;
        if (given == test_.webhooks.end()) {
            unstubbed_ = say_(
                "the journey calls the webhook `{0}`, and this test does not say what it answers; "
                "say it with `given webhook {0} gives {{ … }}`, or `given webhook {0} fails`",
                webhook);
        } else if (given->gives) {
            response.status = 200;
            response.body = to_json(Value(*given->gives));
        }
        return response;
    }

    connectors::Response fetched(const std::string& fetch) {
        connectors::Response response;
        response.answered = true;
        response.status = 400;
        const auto given =
            std::find_if(test_.fetches.begin(), test_.fetches.end(),
                         [&](const sema::GivenFetch& one) { return one.fetch == fetch; });
        if (given == test_.fetches.end()) {
            unstubbed_ = say_(
                "a message fetches `{0}`, and this test does not say what comes; say it with "
                "`given fetch {0} gives {{ … }}`, or `given fetch {0} fails`",
                fetch);
        } else if (given->gives) {
            response.status = 200;
            response.body = to_json(Value(*given->gives));
        }
        return response;
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
                    wishes.push_back(
                        {pick, given.holdout || given.rest ? "" : given.arm, given.rest});
            }
        }
        // One person does not meet a rate, and whose turn is when depends on where they are kept.
        for (ir::Journey& one : program_.journeys)
            one.rate_count = 0;
        const double holdout = program_.workspace.holdout;
        if (!wishes.empty() || holdout > 0) {
            const auto found = sim::person_in_arms(wishes, {holdout, test_.held_out});
            if (!found)
                return say_(
                    "no person can be in all the arms that are given: do they have a share, and "
                    "do they go together?");
            person_ = *found;
        }
        auto published = world_.publish(ir::encode(program_));
        if (!published) return published.error().detail;
        if (!test_.tags.empty()) submit(model::TagChange{test_.tags, {}}, std::nullopt);
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
                                    fmt::format("{}{}", program_.events[event.event].name,
                                                data_text(event.data, zone_)));
                      withdraw(event);
                      submit(model::Track{program_.events[event.event].name, event.data},
                             std::nullopt);
                      collect();
                      return std::string();
                  },
                  [&](const sema::CallHappens& call) {
                      witness_.tell(world_.now(), say_("called{}", data_text(call.data, zone_)));
                      submit(model::Track{ir::kCalledEvent, call.data}, std::nullopt);
                      collect();
                      return std::string();
                  },
                  [&](const sema::ProfileSet& set) {
                      submit(model::Identify{{{program_.profile[set.field].name, set.value}}},
                             std::nullopt);
                      collect();
                      return std::string();
                  },
                  [&](const sema::ReceiptHappens& receipt) { return receive(receipt); },
                  [&](const sema::ExpectTagged& wanted) { return look_for(wanted); },
                  [&](const auto&) {
                      const auto problem = witness_.judge(
                          line.act, [this](const sema::TestMoment& at) { return moment(at); });
                      if (problem) witness_.expected(line.act, world_.now());
                      return problem.value_or("");
                  }},
            line.act);
    }

    /// `unsubscribed` without `of` is the person's own word: from everything, or from a channel.
    void withdraw(const sema::EventHappens& event) {
        const ir::EventType& type = program_.events[event.event];
        if (!type.builtin || type.name != "unsubscribed") return;
        const Value* channel = find(event.data, "channel");
        if (channel != nullptr && channel->as<std::string>()) {
            submit(model::Suppress{*channel->as<std::string>(), true, type.name}, std::nullopt);
            return;
        }
        for (const ir::Consent& consent : program_.consents) {
            submit(model::ConsentChange{consent.name, false, type.name, ""}, std::nullopt);
        }
    }

    /// The provider's word about the newest message of that step.
    std::string receive(const sema::ReceiptHappens& receipt) {
        for (sim::SentMessage& one : world_.take_sent())
            sent_.push_back(std::move(one.message));
        const auto sent = std::find_if(sent_.rbegin(), sent_.rend(), [&](const auto& one) {
            return one.step == receipt.step && one.url.empty();
        });
        if (sent == sent_.rend()) return say_("no message of `{}` was sent by then", receipt.step);
        model::ReceiptArrived arrived;
        arrived.key = sent->key;
        arrived.receipt.kind = kind_named(receipt.event);
        arrived.receipt.at = world_.now();
        const auto said = [&](std::string_view field, std::string& into) {
            const Value* value = find(receipt.data, field);
            if (value != nullptr && value->as<std::string>()) into = *value->as<std::string>();
        };
        said("url", arrived.receipt.url);
        said("text", arrived.receipt.detail);
        if (arrived.receipt.kind == model::ReceiptKind::bounced) arrived.receipt.detail = "hard";
        witness_.tell(world_.now(), say_("{} of {}", receipt.event, receipt.step));
        submit(std::move(arrived), std::nullopt);
        collect();
        return "";
    }

    static model::ReceiptKind kind_named(std::string_view event) {
        for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(model::ReceiptKind::failed); ++i) {
            const auto kind = static_cast<model::ReceiptKind>(i);
            if (model::name_of(kind) == event) return kind;
        }
        return model::ReceiptKind::delivered;
    }

    std::string look_for(const sema::ExpectTagged& wanted) {
        const auto profile =
            value_from_json(world_.node().profile_json(model::person_id_of(person_)));
        const Record* known = profile ? profile.value().as<Record>() : nullptr;
        const Value* tags = known == nullptr ? nullptr : find(*known, "tags");
        const List* list = tags == nullptr ? nullptr : tags->as<List>();
        const bool tagged = list != nullptr &&
                            std::find(list->begin(), list->end(), Value(wanted.tag)) != list->end();
        if (tagged != wanted.negated) return "";
        return tagged ? say_("the person is tagged \"{}\"", wanted.tag)
                      : say_("the person is not tagged \"{}\"", wanted.tag);
    }

    const translate::Speech say_;
    const TestCase& test_;
    ir::Program program_;
    const calendar::Zone& zone_;
    sim::VirtualWorld world_;
    std::string person_;
    Witness witness_;
    const sema::TestLine* failed_ = nullptr;
    std::vector<connectors::Message> sent_;
    std::string unstubbed_;  // a call or a fetch that the test says nothing about
};

}  // namespace

TrialResult run_trial(const ir::Program& program, const TestCase& test,
                      const translate::Speech& say) {
    Trial trial(program, test, say);
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
