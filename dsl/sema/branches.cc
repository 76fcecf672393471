// `if`, `choose`, `split` and `experiment`.

#include "dsl/sema/step_checker.h"

namespace journey::sema {

Case StepChecker::check_case(Fork& fork, const ast::Branch& branch) {
    Case one;
    one.span = branch.span;
    one.condition = check_condition(cx_, scope_, *branch.condition);
    one.steps = fork.way(branch.steps, branch.span, present_if(*one.condition, true));
    const std::set<std::string> otherwise = present_if(*one.condition, false);
    fork.assume(otherwise);
    scope_.present.insert(otherwise.begin(), otherwise.end());
    return one;
}

std::optional<Branch> StepChecker::check_if(const ast::If& branch) {
    Branch made;
    Fork fork(*this);
    for (const ast::Branch& one : branch.branches)
        made.cases.push_back(check_case(fork, one));
    if (branch.otherwise) {
        made.otherwise = fork.way(branch.otherwise->steps, branch.otherwise->span, {});
    } else {
        fork.way_past();
    }
    fork.join();
    return made;
}

std::optional<Branch> StepChecker::check_choose(const ast::Choose& choose) {
    Branch made;
    made.choose = true;
    Fork fork(*this);
    std::optional<Span> otherwise;
    for (const ast::Choice& choice : choose.choices) {
        std::visit(Match{[&](const ast::Branch& one) {
                             if (otherwise) after_otherwise(choice.span, *otherwise);
                             made.cases.push_back(check_case(fork, one));
                         },
                         [&](const ast::Otherwise& other) {
                             if (otherwise) after_otherwise(choice.span, *otherwise);
                             if (otherwise) return;
                             otherwise = choice.span;
                             made.otherwise = fork.way(other.steps, other.span, {});
                         }},
                   choice.what);
    }
    if (!otherwise) fork.way_past();
    fork.join();
    return made;
}

void StepChecker::after_otherwise(Span span, Span otherwise) {
    cx_.report(Diagnostic::error("J0302", "THIS CAN NEVER BE REACHED", span,
                                 "`otherwise` takes everybody who is left, so it comes last.")
                   .and_other(otherwise, "everybody leaves here"));
}

std::optional<Pick> StepChecker::check_pick(const ast::Name& name,
                                            const std::vector<ast::ArmLine>& lines, bool split) {
    Pick made;
    made.experiment = prefixed(name.text);
    made.split = split;
    // A snippet by itself runs nothing; each include has an experiment of its own.
    const bool fresh = scope_.journey->self != kNone &&
                       cx_.declare(Kind::experiment, made.experiment, name.span, 0);
    Experiment known;
    known.journey = journey_.name;
    std::optional<Span> holdout;
    const ast::ArmLine* winner = nullptr;
    std::int64_t holdout_points = 0;
    std::int64_t arm_points = 0;
    std::vector<std::pair<Span, std::int64_t>> shares;
    Fork fork(*this);
    for (const ast::ArmLine& line : lines) {
        std::visit(
            Match{[&](const ast::Holdout& held) {
                      if (holdout) {
                          cx_.report(Diagnostic::error("J0105", "SAID TWICE", line.span,
                                                       tick(name.text) + " has two holdouts.")
                                         .and_other(*holdout, "first here"));
                          return;
                      }
                      holdout = held.share.span;
                      holdout_points = held.share.basis_points;
                  },
                  [&](const ast::Arm& arm) {
                      check_arm_name(known, name.text, arm);
                      known.arms.push_back(arm.name.text);
                      arm_points += arm.share.basis_points;
                      shares.push_back({arm.share.span, arm.share.basis_points});
                      PickArm one;
                      one.name = arm.name.text;
                      one.span = arm.name.span;
                      one.weight = static_cast<double>(arm.share.basis_points);
                      one.steps = fork.way(arm.steps, line.span, {});
                      made.arms.push_back(std::move(one));
                  },
                  [&](const ast::Sample& sample) { check_sample(sample, line.span, made); },
                  [&](const ast::Winner&) {
                      if (!winner) {
                          winner = &line;
                          return;
                      }
                      cx_.report(Diagnostic::error("J0105", "SAID TWICE", line.span,
                                                   tick(name.text) + " has two winners.")
                                     .and_other(winner->span, "first here")
                                     .and_help("keep one of them"));
                  }},
            line.what);
    }
    fork.join();
    const bool settled = settle(made, winner);
    known.holdout = holdout.has_value();
    known.sample = made.sample < 1;
    if (fresh) cx_.experiments[made.experiment] = known;
    if (!shares_add_up(cx_, name, split, holdout, holdout_points, arm_points, shares))
        return std::nullopt;
    if (!settled) return std::nullopt;
    made.holdout = static_cast<double>(holdout_points) / 10000.0;
    for (PickArm& arm : made.arms)
        arm.weight /= static_cast<double>(arm_points);
    return made;
}

void StepChecker::check_sample(const ast::Sample& sample, Span span, Pick& made) {
    if (!made.sample_span.empty()) {
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", span,
                                     tick(made.experiment) + " has two samples.")
                       .and_other(made.sample_span, "first here")
                       .and_help("keep one of them"));
        return;
    }
    made.sample_span = sample.share.span;
    if (sample.share.basis_points <= 0 || sample.share.basis_points > 10000) {
        cx_.report(Diagnostic::error("J0306", "SHARES DO NOT ADD UP", sample.share.span,
                                     "A sample is more than 0% and at most 100%."));
        return;
    }
    made.sample = static_cast<double>(sample.share.basis_points) / 10000.0;
}

bool StepChecker::settle(Pick& made, const ast::ArmLine* winner) {
    if (made.split && (winner != nullptr || !made.sample_span.empty())) {
        cx_.report(Diagnostic::error("J0306", "NOT IN A SPLIT",
                                     winner != nullptr ? winner->span : made.sample_span,
                                     "A split shares people out once and for all; only an "
                                     "experiment has a sample and a winner.")
                       .and_help("write `experiment " + made.experiment + " { … }`"));
        return false;
    }
    if (winner != nullptr) {
        made.winner_span = winner->span;
        made.winner = check_winner(cx_, journey_, made.experiment, made.arms,
                                   std::get<ast::Winner>(winner->what));
        return made.winner.has_value();
    }
    if (made.sample >= 1) return true;
    cx_.report(Diagnostic::error("J0306", "WHO GETS THE REST?", made.sample_span,
                                 "People outside the sample wait for a winner, and " +
                                     tick(made.experiment) + " has none.")
                   .and_help("add a line like `winner by clicked per delivered after 4h`, or "
                             "leave `sample` out"));
    return false;
}

void StepChecker::check_arm_name(const Experiment& known, const std::string& owner,
                                 const ast::Arm& arm) {
    cx_.note("arm", owner, arm.name.text, arm.name.span, true);
    if (std::find(known.arms.begin(), known.arms.end(), arm.name.text) == known.arms.end()) return;
    cx_.report(Diagnostic::error("J0105", "DECLARED TWICE", arm.name.span,
                                 "Two arms are called " + tick(arm.name.text) + "."));
}

}  // namespace journey::sema
