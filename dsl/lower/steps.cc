// Two walks: the first gives every step its state and its id, in the author's order, so that states
// read like the file; the second fills them in, when every target is known.

#include "dsl/lower/steps.h"

#include <cctype>
#include <map>
#include <set>

namespace journey::lower {

using ir::Index;
using ir::kNone;
using sema::Step;
using sema::Steps;

namespace {

std::string_view kind_of(const Step& step) {
    return std::visit(
        Match{[](const sema::Send&) { return "send"; }, [](const sema::Delay&) { return "wait"; },
              [](const sema::WaitUntil&) { return "wait"; },
              [](const sema::AtMost&) { return "wait"; },
              [](const sema::Branch& branch) { return branch.choose ? "choose" : "if"; },
              [](const sema::Pick& pick) {
                  if (pick.one_of) return "send";
                  return pick.split ? "split" : "experiment";
              },
              [](const sema::Let&) { return "let"; }, [](const sema::SetField&) { return "set"; },
              [](const sema::Tag&) { return "tag"; }, [](const sema::Stop&) { return "stop"; },
              [](const sema::Call&) { return "call"; }, [](const sema::Emit&) { return "emit"; },
              [](const sema::Run&) { return "run"; }, [](const sema::Repeat&) { return "repeat"; }},
        step.act);
}

bool is_word_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_';
}

/// The words with what an `include` gave in place of the parameters. Texts in quotes, labels, keys
/// and properties (`user.gap`) stay as they are.
std::string filled_in(std::string_view words, const std::map<std::string, std::string>& given) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < words.size();) {
        if (words[i] == '"') quoted = !quoted;
        if (quoted || !is_word_byte(words[i])) {
            if (quoted && words[i] == '\\' && i + 1 < words.size()) out += words[i++];
            out += words[i++];
            continue;
        }
        std::size_t end = i;
        while (end < words.size() && is_word_byte(words[end]))
            ++end;
        const std::string word(words.substr(i, end - i));
        const auto found = given.find(word);
        const bool stands_alone =
            (i == 0 || words[i - 1] != '.') && (end == words.size() || words[end] != ':');
        out += found != given.end() && stands_alone ? found->second : word;
        i = end;
    }
    return out;
}

std::map<std::string, std::string> given_by(const sema::Inserted* inserted) {
    if (inserted == nullptr) return {};
    std::map<std::string, std::string> words = inserted->words;
    const std::map<std::string, std::string> around = given_by(inserted->around.get());
    for (auto& [name, text] : words)
        text = filled_in(text, around);
    return words;
}

class Lowering {
  public:
    Lowering(const sema::Journey& journey, const source::SourceSet& sources, ExprTable& exprs,
             ir::Journey& into)
        : journey_(journey), sources_(sources), exprs_(exprs), into_(into) {}

    void run() {
        collect_labels(journey_.steps);
        place(journey_.steps);
        const Index finished = add_state("end", journey_.name_span, "end");
        into_.states[finished].act = ir::End{"finished"};
        into_.start = start_of(journey_.steps, finished);
        fill(journey_.steps, finished);
    }

  private:
    template <typename Visit>
    static void each_inner(const Step& step, Visit visit) {
        std::visit(
            Match{[&](const sema::Branch& branch) {
                      for (const sema::Case& one : branch.cases)
                          visit(one.steps);
                      visit(branch.otherwise);
                  },
                  [&](const sema::AtMost& wait) {
                      for (const sema::WaitArm& arm : wait.arms)
                          visit(arm.steps);
                      visit(wait.timeout);
                  },
                  [&](const sema::Pick& pick) {
                      for (const sema::PickArm& arm : pick.arms)
                          visit(arm.steps);
                  },
                  [&](const sema::Call& call) { visit(call.otherwise); },
                  [&](const sema::Repeat& repeat) { visit(repeat.steps); }, [](const auto&) {}},
            step.act);
    }

    void collect_labels(const Steps& steps) {
        for (const Step& step : steps) {
            if (!step.label.empty()) labels_.insert(step.label);
            each_inner(step, [&](const Steps& inner) { collect_labels(inner); });
        }
    }

    Index add_state(std::string id, source::Span span, std::string text) {
        ir::State state;
        state.step = std::move(id);
        state.line = sources_.at(span.file).place_of(span.begin).line;
        state.text = std::move(text);
        into_.states.push_back(std::move(state));
        return static_cast<Index>(into_.states.size() - 1);
    }

    std::string id_of(const Step& step) {
        if (!step.label.empty()) return step.label;
        const std::string kind(kind_of(step));
        std::string id;
        do {
            id = kind + "_" + std::to_string(++ordinals_[kind]);
        } while (labels_.contains(id));
        return id;
    }

    /// The author's words up to the block they open.
    std::string words_of(const Step& step) const {
        source::Span span = step.span;
        if (step.keyword.size() != 0 && step.keyword.file == span.file)
            span.begin = step.keyword.begin;
        std::string_view words = sources_.slice(span);
        const bool opens = !std::holds_alternative<sema::Send>(step.act) &&
                           !std::holds_alternative<sema::Let>(step.act) &&
                           !std::holds_alternative<sema::SetField>(step.act);
        // In YAML a step's first line says what it does; the rest are its other keys.
        const bool yaml = sources_.at(span.file).name().ends_with(".yaml") ||
                          sources_.at(span.file).name().ends_with(".yml");
        if (yaml) words = words.substr(0, words.find('\n'));
        const std::size_t brace = yaml ? std::string_view::npos : words.find('{');
        if (opens && brace != std::string_view::npos) words = words.substr(0, brace);
        return one_line(filled_in(words, given_by(step.inserted.get())));
    }

    void place(const Steps& steps) {
        for (const Step& step : steps) {
            const std::string id = id_of(step);
            // The journey's own file and line: of the include that brought it in, if one did.
            const source::Span line = step.includes.empty() ? step.span : step.includes.front();
            const Index state = add_state(id, line, words_of(step));
            states_[&step] = state;
            if (const auto* branch = std::get_if<sema::Branch>(&step.act)) {
                for (std::size_t i = 1; i < branch->cases.size(); ++i) {
                    const std::string part = id + "." + std::to_string(i + 1);
                    add_state(part, step.includes.empty() ? branch->cases[i].span : line,
                              one_line(filled_in(condition_words(branch->cases[i]),
                                                 given_by(step.inserted.get()))));
                }
            }
            if (const auto* pick = std::get_if<sema::Pick>(&step.act); pick && pick->holdout > 0) {
                const Index held =
                    add_state(id + ".holdout", line, "holdout of " + pick->experiment);
                into_.states[held].act = ir::End{"holdout"};
            }
            if (const auto* pick = std::get_if<sema::Pick>(&step.act); pick && pick->sample < 1) {
                rests_[pick] = add_state(id + ".rest", line, "rest of " + pick->experiment);
            }
            if (std::holds_alternative<sema::Repeat>(step.act)) {
                const std::string words = words_of(step);
                add_state(id + ".again", line, words);
                add_state(id + ".next", line, words);
            }
            if (const auto* pick = std::get_if<sema::Pick>(&step.act); pick && pick->one_of) {
                for (const sema::PickArm& arm : pick->arms) {
                    const Step& send = arm.steps.front();
                    const std::string words = words_of(send);
                    states_[&send] = add_state(id + "." + arm.name, line,
                                               words.starts_with("send") ? words : "send " + words);
                }
                continue;
            }
            each_inner(step, [&](const Steps& inner) { place(inner); });
        }
    }

    std::string condition_words(const sema::Case& one) const {
        return "if " + std::string(sources_.slice(one.condition->span));
    }

    Index start_of(const Steps& steps, Index next) const {
        return steps.empty() ? next : states_.at(&steps.front());
    }

    void fill(const Steps& steps, Index after) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const Index next = i + 1 < steps.size() ? states_.at(&steps[i + 1]) : after;
            const Index self = states_.at(&steps[i]);
            std::visit([&](const auto& act) { fill_act(act, self, next); }, steps[i].act);
        }
    }

    void fill_act(const sema::Send& send, Index self, Index next) {
        ir::Send made;
        made.channel = send.channel;
        made.message_template = send.message_template;
        made.args = lower_args(send.args);
        made.to = exprs_.add(send.to);
        made.validity = send.validity;
        made.validity.zone_from = exprs_.add(send.validity_zone);
        made.retry_for = send.retry_for;
        made.waive_quiet = send.waive_quiet;
        made.waive_frequency = send.waive_frequency;
        made.best_hour = send.best_hour;
        made.next = next;
        into_.states[self].act = std::move(made);
    }

    void fill_one_of(const sema::Pick& pick, Index self, Index next) {
        ir::OneOf made;
        made.tried = pick.one_of->tried;
        made.best = pick.one_of->best;
        if (made.best) made.best->comes.filter = exprs_.add(pick.one_of->filter);
        made.next = next;
        for (const sema::PickArm& arm : pick.arms) {
            const Index send = states_.at(&arm.steps.front());
            made.sends.push_back(send);
            fill(arm.steps, next);
            std::get<ir::Send>(into_.states[send].act).among = self;
        }
        into_.states[self].act = std::move(made);
    }

    void fill_act(const sema::Delay& delay, Index self, Index next) {
        ir::Await made;
        made.timer = ir::WaitFor{delay.duration, exprs_.add(delay.length)};
        made.timeout = next;
        into_.states[self].act = std::move(made);
    }

    void fill_act(const sema::WaitUntil& wait, Index self, Index next) {
        ir::WaitUntil until;
        until.weekday = wait.weekday;
        until.time_seconds = wait.time_seconds;
        until.moment = exprs_.add(wait.moment);
        until.zone = wait.zone;
        until.zone_from = exprs_.add(wait.zone_from);
        ir::Await made;
        made.timer = std::move(until);
        made.timeout = next;
        into_.states[self].act = std::move(made);
    }

    void fill_act(const sema::AtMost& wait, Index self, Index next) {
        ir::Await made;
        made.timer = ir::WaitFor{wait.duration, kNone};
        for (const sema::WaitArm& arm : wait.arms) {
            ir::WaitArm one;
            if (arm.condition != nullptr) {
                one.condition = exprs_.add(arm.condition);
            } else {
                one.pattern = lower_pattern(arm.pattern, exprs_);
            }
            one.target = start_of(arm.steps, next);
            made.arms.push_back(std::move(one));
            fill(arm.steps, next);
        }
        made.timeout = start_of(wait.timeout, next);
        fill(wait.timeout, next);
        into_.states[self].act = std::move(made);
    }

    void fill_act(const sema::Branch& branch, Index self, Index next) {
        const Index otherwise = start_of(branch.otherwise, next);
        for (std::size_t i = 0; i < branch.cases.size(); ++i) {
            const Index at = self + static_cast<Index>(i);
            const bool last = i + 1 == branch.cases.size();
            ir::Test test;
            test.condition = exprs_.add(branch.cases[i].condition);
            test.if_true = start_of(branch.cases[i].steps, next);
            test.if_false = last ? otherwise : at + 1;
            into_.states[at].act = test;
            fill(branch.cases[i].steps, next);
        }
        if (branch.cases.empty()) {
            // `choose { otherwise … }`: everybody goes there.
            sema::Node always;
            always.type.kind = ir::TypeKind::boolean;
            always.constant = Value(true);
            into_.states[self].act = ir::Test{exprs_.add(&always), otherwise, otherwise};
        }
        fill(branch.otherwise, next);
    }

    void fill_act(const sema::Pick& pick, Index self, Index next) {
        if (pick.one_of) return fill_one_of(pick, self, next);
        ir::Pick made;
        made.experiment = pick.experiment;
        made.holdout = pick.holdout;
        if (pick.holdout > 0) made.holdout_target = self + 1;
        for (const sema::PickArm& arm : pick.arms) {
            made.arms.push_back({arm.name, arm.weight, start_of(arm.steps, next)});
            fill(arm.steps, next);
        }
        if (pick.winner) into_.winners.push_back(*pick.winner);
        if (pick.sample < 1) {
            made.sample = pick.sample;
            made.rest_target = rests_.at(&pick);
            ir::Settle settle;
            settle.winner = static_cast<Index>(into_.winners.size() - 1);
            for (const ir::Arm& arm : made.arms)
                settle.targets.push_back(arm.target);
            into_.states[made.rest_target].act = std::move(settle);
        }
        into_.states[self].act = std::move(made);
    }

    std::vector<ir::NamedExpr> lower_args(const sema::Args& args) {
        std::vector<ir::NamedExpr> made;
        for (const auto& [name, value] : args)
            made.push_back({name, exprs_.add(value)});
        return made;
    }

    void fill_act(const sema::Call& call, Index self, Index next) {
        ir::Call made;
        made.webhook = call.webhook;
        made.args = lower_args(call.args);
        made.local = call.local;
        made.next = next;
        made.failed = start_of(call.otherwise, next);
        fill(call.otherwise, next);
        into_.states[self].act = std::move(made);
    }
    void fill_act(const sema::Emit& emit, Index self, Index next) {
        into_.states[self].act = ir::Emit{emit.event, lower_args(emit.args), next};
    }
    void fill_act(const sema::Run& run, Index self, Index next) {
        into_.states[self].act = ir::Run{run.journey, lower_args(run.args), next};
    }

    /// Zero the counter; once more while it holds; count, and ask again.
    void fill_act(const sema::Repeat& repeat, Index self, Index next) {
        const Index again = self + 1;
        const Index count = self + 2;
        into_.states[self].act = ir::SetLocal{repeat.counter, exprs_.add(repeat.zero), again};
        into_.states[again].act =
            ir::Test{exprs_.add(repeat.again), start_of(repeat.steps, count), next};
        into_.states[count].act = ir::SetLocal{repeat.counter, exprs_.add(repeat.plus_one), again};
        fill(repeat.steps, count);
    }

    void fill_act(const sema::Let& let, Index self, Index next) {
        into_.states[self].act = ir::SetLocal{let.slot, exprs_.add(let.value), next};
    }
    void fill_act(const sema::SetField& set, Index self, Index next) {
        into_.states[self].act = ir::SetField{set.field, exprs_.add(set.value), next};
    }
    void fill_act(const sema::Tag& tag, Index self, Index next) {
        into_.states[self].act = ir::Tag{tag.add, tag.names, next};
    }
    void fill_act(const sema::Stop& stop, Index self, Index) {
        into_.states[self].act = ir::End{stop.reason};
    }

    const sema::Journey& journey_;
    const source::SourceSet& sources_;
    ExprTable& exprs_;
    ir::Journey& into_;
    std::set<std::string> labels_;
    std::map<std::string, int> ordinals_;
    std::map<const Step*, Index> states_;
    std::map<const sema::Pick*, Index> rests_;
};

}  // namespace

ir::Pattern lower_pattern(const sema::Pattern& pattern, ExprTable& exprs) {
    return {pattern.event, exprs.add(pattern.filter)};
}

std::string one_line(std::string_view words) {
    std::string line;
    bool blank = false;
    std::size_t characters = 0;
    for (const char c : words) {
        if (c == ' ' || c == '\t' || c == '\n') {
            blank = !line.empty();
            continue;
        }
        const bool first_byte = (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
        if (first_byte && ++characters > 80) return line + "…";
        if (blank) line.push_back(' ');
        blank = false;
        line.push_back(c);
    }
    return line;
}

void lower_steps(const sema::Journey& journey, const source::SourceSet& sources, ExprTable& exprs,
                 ir::Journey& into) {
    Lowering(journey, sources, exprs, into).run();
}

}  // namespace journey::lower
