#include "engine/app/test_witness.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

using core::Happening;

constexpr std::size_t kNoLine = static_cast<std::size_t>(-1);

const auto kAny = [](const Happening&) { return true; };

/// At the step itself, or at one of a choice's channels: `nudge` is `nudge.push` too.
auto at_step(std::string_view step) {
    return [step](const Happening& one) {
        const std::string_view met = one.step;
        return met == step ||
               (met.size() > step.size() && met.starts_with(step) && met[step.size()] == '.');
    };
}

/// What an expectation wants to see, for the column of notes; "" for what wants to see nothing.
std::string wish(const ir::Program& program, const sema::TestAct& act,
                 const translate::Speech& say) {
    const auto message = [&](ir::Index channel, ir::Index message_template) {
        return program.channels[channel].name + " " + program.templates[message_template].name;
    };
    return std::visit(
        Match{[&](const sema::ExpectEntered& one) {
                  return one.negated ? say("you expected: nobody enters")
                                     : say("you expected: entered");
              },
              [&](const sema::ExpectExited& one) {
                  return one.as ? say("you expected: exited as {}", *one.as)
                                : say("you expected: exited");
              },
              [&](const sema::ExpectSent& one) {
                  const std::string what = message(one.channel, one.message_template);
                  return one.negated ? say("you expected: not sent {}", what)
                                     : say("you expected: sent {}", what);
              },
              [&](const sema::ExpectNothingSent&) { return say("you expected: nothing sent"); },
              [&](const sema::ExpectNoMoreSends&) { return say("you expected: no more sends"); },
              [&](const sema::ExpectHeld& one) { return say("you expected: held {}", one.step); },
              [&](const sema::ExpectSkipped& one) {
                  return say("you expected: skipped {}", one.step);
              },
              [&](const sema::ExpectGoal& one) { return say("you expected: goal {}", one.name); },
              [&](const sema::ExpectWaiting& one) {
                  return say("you expected: waiting at {}", one.step);
              },
              [&](const sema::ExpectCalled& one) {
                  return one.negated ? say("you expected: not called {}", one.webhook)
                                     : say("you expected: called {}", one.webhook);
              },
              [](const auto&) { return std::string(); }},
        act);
}

}  // namespace

void Witness::see(std::vector<Happening> happenings) {
    for (Happening& happening : happenings) {
        std::string text = story_of(happening, zone_, say_);
        line_of_.push_back(text.empty() ? kNoLine : story_.size());
        if (happening.kind == Happening::Kind::attempted)
            sends_.push_back({happening.at, happening.channel, happening.message_template,
                              happening.data, false, line_of_.back()});
        if (!text.empty()) story_.push_back({happening.at, std::move(text), ""});
        happened_.push_back(std::move(happening));
    }
}

void Witness::tell(Instant at, std::string text) {
    story_.push_back({at, std::move(text), ""});
}

std::optional<std::string> Witness::judge(const sema::TestAct& expectation, const Moment& moment) {
    return std::visit(Match{[&](const sema::ExpectEntered& one) { return expect(one); },
                            [&](const sema::ExpectExited& one) { return expect(one); },
                            [&](const sema::ExpectSent& one) { return expect(one); },
                            [&](const sema::ExpectNothingSent& one) { return expect(one); },
                            [&](const sema::ExpectNoMoreSends& one) { return expect(one); },
                            [&](const sema::ExpectHeld& one) { return expect(one, moment); },
                            [&](const sema::ExpectSkipped& one) { return expect(one); },
                            [&](const sema::ExpectGoal& one) { return expect(one); },
                            [&](const sema::ExpectWaiting& one) { return expect(one); },
                            [&](const sema::ExpectCalled& one) { return expect(one); },
                            [](const auto&) -> Problem { return std::nullopt; }},
                      expectation);
}

const Happening* Witness::last(Happening::Kind kind, const Fits& fits) const {
    const auto found = std::find_if(
        happened_.rbegin(), happened_.rend(),
        [&](const Happening& one) { return one.kind == kind && is_ours(one) && fits(one); });
    return found == happened_.rend() ? nullptr : &*found;
}

bool Witness::is_ours(const Happening& one) const {
    return one.journey == program_.journeys[0].name;
}

void Witness::confirm(const Happening& happening) {
    const std::size_t line = line_of_[static_cast<std::size_t>(&happening - happened_.data())];
    if (line != kNoLine) story_[line].note = say_("you expected this ✓");
}

Witness::Problem Witness::expect(const sema::ExpectEntered& wanted) {
    const Happening* entered = last(Happening::Kind::entered, kAny);
    if ((entered != nullptr) == wanted.negated)
        return wanted.negated ? say_("somebody entered") : say_("nobody entered");
    if (entered != nullptr) confirm(*entered);
    return std::nullopt;
}

Witness::Problem Witness::expect(const sema::ExpectExited& wanted) {
    const Happening* ended = last(Happening::Kind::ended, kAny);
    if (ended == nullptr) return say_("nobody left the journey");
    if (wanted.as && ended->detail != *wanted.as && ended->detail != "goal " + *wanted.as)
        return say_("the exit was as `{}`", ended->detail);
    confirm(*ended);
    return std::nullopt;
}

Witness::Problem Witness::expect(const sema::ExpectSent& wanted) {
    const std::string& channel = program_.channels[wanted.channel].name;
    const std::string& name = program_.templates[wanted.message_template].name;
    std::string near;
    for (Send& send : sends_) {
        if (send.channel != channel || send.message_template != name) continue;
        if (send.claimed && !wanted.negated) continue;
        const auto differs =
            std::find_if(wanted.with.begin(), wanted.with.end(), [&](const NamedValue& one) {
                const Value* got = find(send.data, one.name);
                return got == nullptr || !(*got == one.value);
            });
        if (wanted.negated && differs == wanted.with.end())
            return say_("{} {} was sent", channel, name);
        if (wanted.negated) continue;
        if (differs == wanted.with.end()) {
            send.claimed = true;
            if (send.line != kNoLine) story_[send.line].note = say_("you expected this ✓");
            return std::nullopt;
        }
        const Value* got = find(send.data, differs->name);
        near = say_("it was sent, but with {}: {}", differs->name,
                    got == nullptr ? say_("nothing") : to_json(*got));
    }
    if (wanted.negated) return std::nullopt;
    return near.empty() ? say_("{} {} was not sent", channel, name) : near;
}

Witness::Problem Witness::expect(const sema::ExpectNothingSent&) {
    if (sends_.empty()) return std::nullopt;
    return say_("{} {} was sent", sends_.front().channel, sends_.front().message_template);
}

Witness::Problem Witness::expect(const sema::ExpectNoMoreSends&) {
    if (sends_.empty() || sends_.back().claimed) return std::nullopt;
    return say_("{} {} was sent too", sends_.back().channel, sends_.back().message_template);
}

Witness::Problem Witness::expect(const sema::ExpectHeld& wanted, const Moment& moment) {
    const Happening* held = last(Happening::Kind::held, at_step(wanted.step));
    if (held == nullptr) return say_("`{}` was not held", wanted.step);
    if (!held->until) return say_("`{}` was held until further notice", wanted.step);
    if (*held->until != moment(wanted.until))
        return say_("`{}` was held until {}", wanted.step,
                    clock_text(*held->until, std::nullopt, zone_));
    confirm(*held);
    return std::nullopt;
}

Witness::Problem Witness::expect(const sema::ExpectSkipped& wanted) {
    const Happening* skipped = last(Happening::Kind::skipped, at_step(wanted.step));
    if (skipped == nullptr) return say_("`{}` was not skipped", wanted.step);
    const auto why = [&](std::string_view sentence) {
        return fmt::format("{} {}", sentence, skipped->detail);
    };
    const std::string_view sentence = model::sentence_of(skipped->reason);
    // The test says it in English words, whoever reads the report.
    const std::string_view name = model::name_of(skipped->reason);
    if (wanted.because && name.find(*wanted.because) == std::string::npos &&
        why(sentence).find(*wanted.because) == std::string::npos)
        return say_("`{}` was skipped because: {}", wanted.step, why(say_.words(sentence)));
    confirm(*skipped);
    return std::nullopt;
}

Witness::Problem Witness::expect(const sema::ExpectGoal& wanted) {
    const Happening* goal = last(Happening::Kind::goal,
                                 [&](const Happening& one) { return one.detail == wanted.name; });
    if (goal == nullptr) return say_("the goal `{}` was not reached", wanted.name);
    confirm(*goal);
    return std::nullopt;
}

Witness::Problem Witness::expect(const sema::ExpectWaiting& wanted) const {
    for (auto one = happened_.rbegin(); one != happened_.rend(); ++one) {
        if (!is_ours(*one)) continue;
        if (one->kind == Happening::Kind::ended) return say_("the journey is over by then");
        if (one->kind != Happening::Kind::moved) continue;
        if (one->step == wanted.step) return std::nullopt;
        return say_("the person is at `{}`", one->step);
    }
    return say_("nobody entered");
}

Witness::Problem Witness::expect(const sema::ExpectCalled& wanted) {
    std::string near;
    for (const Happening& one : happened_) {
        if (one.kind != Happening::Kind::called || one.webhook != wanted.webhook) continue;
        const auto differs =
            std::find_if(wanted.with.begin(), wanted.with.end(), [&](const NamedValue& given) {
                const Value* got = find(one.data, given.name);
                return got == nullptr || !(*got == given.value);
            });
        if (differs == wanted.with.end()) {
            if (wanted.negated) return say_("{} was called", wanted.webhook);
            confirm(one);
            return std::nullopt;
        }
        const Value* got = find(one.data, differs->name);
        near = say_("it was called, but with {}: {}", differs->name,
                    got == nullptr ? say_("nothing") : to_json(*got));
    }
    if (wanted.negated) return std::nullopt;
    return near.empty() ? say_("{} was not called", wanted.webhook) : near;
}

const Happening* Witness::stopped(const sema::ExpectSent& wanted) const {
    const std::string& channel = program_.channels[wanted.channel].name;
    const std::string& name = program_.templates[wanted.message_template].name;
    for (auto one = happened_.rbegin(); one != happened_.rend(); ++one) {
        const bool stops = one->kind == Happening::Kind::skipped ||
                           one->kind == Happening::Kind::held ||
                           one->kind == Happening::Kind::rejected;
        if (stops && one->channel == channel && one->message_template == name) return &*one;
    }
    return nullptr;
}

void Witness::expected(const sema::TestAct& act, Instant now) {
    const std::string note = wish(program_, act, say_);
    if (note.empty()) return;
    std::size_t line = kNoLine;
    const auto at_happening = [&](const Happening* one) {
        if (one != nullptr) line = line_of_[static_cast<std::size_t>(one - happened_.data())];
    };
    if (const auto* sent = std::get_if<sema::ExpectSent>(&act)) {
        if (!sent->negated) at_happening(stopped(*sent));
    } else if (const auto* held = std::get_if<sema::ExpectHeld>(&act)) {
        at_happening(last(Happening::Kind::held, at_step(held->step)));
    } else if (const auto* skipped = std::get_if<sema::ExpectSkipped>(&act)) {
        at_happening(last(Happening::Kind::skipped, at_step(skipped->step)));
    } else if (std::holds_alternative<sema::ExpectExited>(act)) {
        at_happening(last(Happening::Kind::ended, kAny));
    }
    if (std::holds_alternative<sema::ExpectNothingSent>(act) && !sends_.empty())
        line = sends_.front().line;
    if (std::holds_alternative<sema::ExpectNoMoreSends>(act) && !sends_.empty())
        line = sends_.back().line;
    if (line != kNoLine && story_[line].note.empty()) {
        story_[line].note = note;
    } else {
        story_.push_back({now, say_("by now"), note});
    }
}

std::string Witness::help_for(const sema::TestAct& act) const {
    const auto* sent = std::get_if<sema::ExpectSent>(&act);
    if (sent == nullptr || sent->negated) return "";
    const Happening* one = stopped(*sent);
    if (one == nullptr) return "";
    if (one->kind == Happening::Kind::held) {
        return one->until ? say_("it goes out later: move the line, or `expect held {}`", one->step)
                          : "";
    }
    if (one->kind != Happening::Kind::skipped) return "";
    const std::string expect_it =
        say_("`expect skipped {} because \"{}\"`", one->step, dsl::words_of_reason(one->reason));
    const ir::Index consent = program_.templates[sent->message_template].consent;
    if (one->reason == model::Reason::no_consent && consent != ir::kNone)
        return say_("{}, or `given consent {}`", expect_it, program_.consents[consent].name);
    return say_("{}, if that is what should happen", expect_it);
}

}  // namespace journey::app
