#include "dsl/sema/steps.h"

#include "dsl/sema/snippets.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

class StepChecker {
  public:
    StepChecker(Context& cx, Scope& scope, Journey& journey)
        : cx_(cx), scope_(scope), journey_(journey), locals_(scope.journey->locals) {}

    Steps run(const ast::Steps& steps) {
        Steps checked;
        for (const ast::Step& step : steps)
            one(step, checked);
        return checked;
    }

  private:
    void one(const ast::Step& step, Steps& into) {
        Step made;
        if (const auto* include = std::get_if<ast::Include>(&step.what)) {
            include_snippet(cx_, scope_, journey_, step, *include, into);
            return;
        }
        if (step.label) made.label = prefixed(step.label->text);
        made.includes = cx_.includes;
        made.span = step.span;
        made.keyword = step.keyword;
        const bool real = std::visit(
            Match{[&](const ast::Send& send) {
                      return put(made, check_send(cx_, scope_, journey_, send));
                  },
                  [&](const ast::Delay& delay) { return put(made, check_delay(delay)); },
                  [&](const ast::WaitUntil& wait) { return put(made, check_until(wait)); },
                  [&](const ast::WaitAtMost& wait) { return put(made, check_at_most(wait)); },
                  [&](const ast::If& branch) { return put(made, check_if(branch)); },
                  [&](const ast::Choose& choose) { return put(made, check_choose(choose)); },
                  [&](const ast::Split& split) {
                      return put(made, check_pick(split.name, split.lines, true));
                  },
                  [&](const ast::Experiment& experiment) {
                      return put(made, check_pick(experiment.name, experiment.lines, false));
                  },
                  [&](const ast::Let& let) { return put(made, check_let(let)); },
                  [&](const ast::Set& set) { return put(made, check_set(set)); },
                  [&](const ast::Tag& tag) { return put(made, check_tag(tag)); },
                  [&](const ast::Stop& stop) {
                      return put(made, std::optional(Stop{stop.as ? stop.as->text : "stopped"}));
                  },
                  [&](const ast::CallWebhook& call) { return put(made, check_call(call, step)); },
                  [&](const ast::Emit& emit) { return put(made, check_emit(cx_, scope_, emit)); },
                  [&](const ast::Run& run) { return put(made, check_run(cx_, scope_, run)); },
                  [&](const ast::Repeat& repeat) { return put(made, check_repeat(repeat, step)); },
                  [](const ast::Include&) { return false; },
                  [](const ast::Note&) { return false; }, [](const ast::NotYet&) { return false; }},
            step.what);
        if (real) into.push_back(std::move(made));
    }

    std::string prefixed(const std::string& name) const {
        const std::string& prefix = scope_.journey->prefix;
        return prefix.empty() ? name : prefix + "." + name;
    }

    template <typename T>
    bool put(Step& step, std::optional<T> act) {
        if (!act) return false;
        step.act = std::move(*act);
        return true;
    }

    /// People change while they wait; what started the journey does not.
    void after_wait() {
        std::erase_if(scope_.present,
                      [](const std::string& path) { return path.starts_with("user."); });
    }

    // ------------------------------------------------------------ waits

    std::optional<Delay> check_delay(const ast::Delay& delay) {
        after_wait();
        NodePtr length = check_expr(cx_, scope_, *delay.duration);
        if (length->broken) return std::nullopt;
        const std::string words = cx_.words(length->span);
        if (length->type.kind != TypeKind::duration) {
            Diagnostic diagnostic = Diagnostic::error(
                "J0203", "HOW LONG?", length->span,
                is_number(length->type) && is_constant(*length)
                    ? "`wait " + words + "`: " + words + " what?"
                    : tick(words) + " is " + describe(length->type, cx_.schema()) +
                          ", and a wait needs a length of time.");
            if (is_number(length->type) && is_constant(*length)) {
                for (const char* unit : {" minutes", " hours", " days"}) {
                    diagnostic.fixes.push_back(
                        {Applicability::sketch,
                         "write " + tick(words + unit) + ".",
                         {{{length->span.file, length->span.end, length->span.end}, unit}}});
                }
            } else if (is_day_or_moment(length->type)) {
                diagnostic.help.push_back("to wait for a moment: `wait until " + words + "`");
            } else {
                diagnostic.help.push_back("write a length, for example `wait 2 days`");
            }
            cx_.report(std::move(diagnostic));
            return std::nullopt;
        }
        if (!is_constant(*length)) {
            cx_.report(cannot_yet(length->span, "wait for a length that depends on the person",
                                  "write the length out, for example `wait 2 days`"));
            return std::nullopt;
        }
        Delay made{std::get<CalendarDuration>(length->constant.held), length->span};
        if (made.duration.months < 0 || made.duration.days < 0 || made.duration.seconds < 0) {
            cx_.report(Diagnostic::error("J0213", "BACK IN TIME", length->span,
                                         "Nobody can wait into the past."));
            return std::nullopt;
        }
        return made;
    }

    std::optional<WaitUntil> check_until(const ast::WaitUntil& wait) {
        WaitUntil made;
        const bool good = std::visit(
            Match{[&](const ast::UntilClock& clock) {
                      made.time_seconds = clock.time.value.seconds;
                      made.zone = zone_name(cx_, clock.zone);
                      return true;
                  },
                  [&](const ast::UntilWeekday& weekday) {
                      made.weekday =
                          static_cast<std::uint8_t>(static_cast<int>(weekday.day.day) + 1);
                      made.time_seconds = weekday.time.value.seconds;
                      made.zone = zone_name(cx_, weekday.zone);
                      return true;
                  },
                  [&](const ast::UntilMoment& moment) { return check_moment(moment, made); }},
            wait.until.what);
        after_wait();
        return good ? std::optional(std::move(made)) : std::nullopt;
    }

    bool check_moment(const ast::UntilMoment& moment, WaitUntil& made) {
        NodePtr at = check_expr(cx_, scope_, *moment.moment);
        if (at->broken) return false;
        if (!is_day_or_moment(at->type)) {
            Diagnostic diagnostic = Diagnostic::error(
                "J0201", "UNTIL WHEN?", at->span,
                "`wait until` needs a moment or a date, and " + tick(cx_.words(at->span)) + " is " +
                    describe(at->type, cx_.schema()) + ".");
            if (at->type.kind == TypeKind::duration) {
                diagnostic.fixes.push_back(
                    {Applicability::probable, "write `wait " + cx_.words(at->span) + "`.", {}});
            } else if (at->type.kind == TypeKind::boolean) {
                diagnostic.help.push_back("to wait for a condition: `wait at most 3 days { when " +
                                          cx_.words(at->span) + " { … } }`");
            } else {
                help_with_date(cx_, diagnostic, *at);
            }
            cx_.report(std::move(diagnostic));
            return false;
        }
        if (at->may_be_missing) {
            cx_.report(
                Diagnostic::error("J0208", "IT MAY BE MISSING", at->span,
                                  tick(cx_.words(at->span)) +
                                      " may be missing, and then nobody knows how long to wait.")
                    .and_help("ask first: `if " + cx_.words(at->span) + " is present { … }`"));
            return false;
        }
        if (moment.at) {
            made.time_seconds = moment.at->time.value.seconds;
            made.zone = zone_name(cx_, moment.at->zone);
        }
        made.moment = std::move(at);
        return true;
    }

    std::optional<AtMost> check_at_most(const ast::WaitAtMost& wait) {
        AtMost made;
        made.duration = wait.at_most.value;
        made.span = wait.at_most.span;
        after_wait();
        std::optional<Span> timeout;
        Fork fork(*this);
        for (const ast::WaitArm& arm : wait.arms) {
            std::visit(
                Match{[&](const ast::OnArm& on) {
                          WaitArm one;
                          one.span = arm.span;
                          one.pattern = check_pattern(cx_, scope_, on.event);
                          one.steps = fork.way(on.steps, arm.span, {});
                          made.arms.push_back(std::move(one));
                      },
                      [&](const ast::WhenArm& when) {
                          WaitArm one;
                          one.span = arm.span;
                          one.condition = check_condition(cx_, scope_, *when.condition);
                          one.steps =
                              fork.way(when.steps, arm.span, present_if(*one.condition, true));
                          made.arms.push_back(std::move(one));
                      },
                      [&](const ast::TimeoutArm& out) {
                          if (timeout) {
                              cx_.report(Diagnostic::error("J0105", "SAID TWICE", arm.keyword,
                                                           "This wait says `timeout` twice.")
                                             .and_other(*timeout, "first here"));
                              return;
                          }
                          timeout = arm.keyword;
                          made.timeout = fork.way(out.steps, arm.span, {});
                      },
                      [](const ast::NotYet&) {}},
                arm.what);
        }
        if (!timeout) fork.way_past();
        fork.join();
        return made;
    }

    // ------------------------------------------------------------ branches

    /// Keeps what is known on each way through a fork, and what is known after all of them.
    class Fork {
      public:
        explicit Fork(StepChecker& checker)
            : checker_(checker), locals_(checker.locals_), present_(checker.scope_.present) {}

        Steps way(const ast::Steps& steps, Span begin, const std::set<std::string>& also) {
            checker_.locals_ = locals_;
            checker_.scope_.present = present_;
            checker_.scope_.present.insert(also.begin(), also.end());
            Steps made = checker_.run(steps);
            if (continues(made)) {
                ends_.push_back({checker_.locals_, checker_.scope_.present});
            }
            for (const auto& [name, local] : checker_.locals_) {
                if (!locals_.contains(name)) assigned_.try_emplace(name, std::pair(local, begin));
            }
            checker_.locals_ = locals_;
            checker_.scope_.present = present_;
            return made;
        }

        /// Nobody of these fits: straight on.
        void way_past(const std::set<std::string>& also = {}) {
            std::set<std::string> present = present_;
            present.insert(also.begin(), also.end());
            ends_.push_back({locals_, std::move(present)});
        }

        /// What every later way may assume as well (`else`).
        void assume(const std::set<std::string>& also) {
            present_.insert(also.begin(), also.end());
        }

        /// Straight on, with something that is known on this way only.
        void way_with(const std::string& name, const Local& local, Span begin) {
            std::map<std::string, Local> locals = locals_;
            locals[name] = local;
            ends_.push_back({std::move(locals), present_});
            assigned_.insert_or_assign(name, std::pair(local, begin));
        }

        void join() {
            checker_.locals_ = locals_;
            for (auto& [name, where] : assigned_) {
                auto [local, begin] = where;
                bool everywhere = !ends_.empty();
                for (const auto& end : ends_) {
                    const auto found = end.first.find(name);
                    if (found == end.first.end() || found->second.only_in) everywhere = false;
                    if (found != end.first.end() && found->second.may_be_missing) {
                        local.may_be_missing = true;
                    }
                }
                if (!everywhere && !local.only_in) local.only_in = begin;
                checker_.locals_[name] = local;
            }
            if (ends_.empty()) return;
            std::set<std::string> common = ends_.front().second;
            for (const auto& end : ends_) {
                std::erase_if(common,
                              [&](const std::string& path) { return !end.second.contains(path); });
            }
            checker_.scope_.present = std::move(common);
        }

      private:
        StepChecker& checker_;
        std::map<std::string, Local> locals_;
        std::set<std::string> present_;
        std::vector<std::pair<std::map<std::string, Local>, std::set<std::string>>> ends_;
        std::map<std::string, std::pair<Local, Span>> assigned_;
    };

    Case check_case(Fork& fork, const ast::Branch& branch) {
        Case one;
        one.span = branch.span;
        one.condition = check_condition(cx_, scope_, *branch.condition);
        one.steps = fork.way(branch.steps, branch.span, present_if(*one.condition, true));
        const std::set<std::string> otherwise = present_if(*one.condition, false);
        fork.assume(otherwise);
        scope_.present.insert(otherwise.begin(), otherwise.end());
        return one;
    }

    std::optional<Branch> check_if(const ast::If& branch) {
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

    std::optional<Branch> check_choose(const ast::Choose& choose) {
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
                             },
                             [](const ast::NotYet&) {}},
                       choice.what);
        }
        if (!otherwise) fork.way_past();
        fork.join();
        return made;
    }

    void after_otherwise(Span span, Span otherwise) {
        cx_.report(Diagnostic::error("J0302", "THIS CAN NEVER BE REACHED", span,
                                     "`otherwise` takes everybody who is left, so it comes last.")
                       .and_other(otherwise, "everybody leaves here"));
    }

    // ------------------------------------------------------------ experiments

    std::optional<Pick> check_pick(const ast::Name& name, const std::vector<ast::ArmLine>& lines,
                                   bool split) {
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
                      },
                      [](const ast::NotYet&) {}},
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

    void check_sample(const ast::Sample& sample, Span span, Pick& made) {
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

    /// The rest of the people wait for a winner, so there has to be one.
    bool settle(Pick& made, const ast::ArmLine* winner) {
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

    void check_arm_name(const Experiment& known, const std::string& owner, const ast::Arm& arm) {
        cx_.note("arm", owner, arm.name.text, arm.name.span, true);
        if (std::find(known.arms.begin(), known.arms.end(), arm.name.text) == known.arms.end())
            return;
        cx_.report(Diagnostic::error("J0105", "DECLARED TWICE", arm.name.span,
                                     "Two arms are called " + tick(arm.name.text) + "."));
    }

    // ------------------------------------------------------------ calls and rounds

    /// Where a local lives in an entry.
    Index slot_of(const std::string& name) {
        const std::string full = prefixed(name);
        auto& names = journey_.locals;
        const auto at = std::find(names.begin(), names.end(), full);
        const Index slot = static_cast<Index>(at - names.begin());
        if (at == names.end()) names.push_back(full);
        return slot;
    }

    /// It becomes something else: what was known of it is over.
    void forget(const std::string& name) {
        std::erase_if(scope_.present, [&](const std::string& path) {
            return path == "local." + name || path.starts_with("local." + name + ".");
        });
    }

    bool taken(const ast::Name& name) {
        if (name.text != "user" && name.text != "trigger" && name.text != "entry" &&
            name.text != "now") {
            return false;
        }
        cx_.report(Diagnostic::error("J0105", "TAKEN", name.span,
                                     tick(name.text) + " already means something everywhere.")
                       .and_help("choose another name"));
        return true;
    }

    /// The answer is there after it, and not in its `else`. Without `else` a failed call goes on,
    /// and then the answer is missing.
    std::optional<Call> check_call(const ast::CallWebhook& call, const ast::Step& step) {
        std::optional<Call> made = check_webhook_call(cx_, scope_, call);
        after_wait();
        if (call.as) forget(call.as->text);
        Fork fork(*this);
        Steps otherwise;
        if (call.otherwise) otherwise = fork.way(call.otherwise->steps, call.otherwise->span, {});
        if (call.as) {
            const std::optional<Local> answer = made ? answer_of(*made, call) : std::nullopt;
            if (answer) {
                made->local = answer->slot;
                fork.way_with(call.as->text, *answer, step.keyword);
            } else {
                Local broken;
                broken.broken = true;
                broken.span = call.as->span;
                fork.way_with(call.as->text, broken, step.keyword);
            }
        } else {
            fork.way_past();
        }
        fork.join();
        if (call.as) {
            Local& answer = locals_[call.as->text];
            answer.by_call = answer.only_in.has_value();
        }
        if (!made) return std::nullopt;
        made->has_otherwise = call.otherwise.has_value();
        made->otherwise = std::move(otherwise);
        return made;
    }

    std::optional<Local> answer_of(const Call& call, const ast::CallWebhook& from) {
        const ast::Name& name = *from.as;
        cx_.note("local", scope_.journey->name, name.text, name.span, true);
        if (taken(name)) return std::nullopt;
        const auto before = locals_.find(name.text);
        if (before != locals_.end() && !before->second.broken &&
            before->second.shape == nullptr) {
            cx_.report(Diagnostic::error("J0105", "ANOTHER KIND OF THING", name.span,
                                         tick(name.text) + " was " +
                                             describe(before->second.type, cx_.schema()) +
                                             ", and here it would become what " +
                                             tick(from.webhook.text) + " gives.")
                           .and_other(before->second.span, "first here")
                           .and_help("choose another name"));
            return std::nullopt;
        }
        auto shape =
            std::make_shared<std::vector<ir::Field>>(cx_.schema().webhooks[call.webhook].gives);
        if (!from.otherwise) {
            for (ir::Field& field : *shape) {
                field.required = false;
                field.fallback.reset();
            }
        }
        Local local;
        local.type = simple(TypeKind::map);
        local.may_be_missing = !from.otherwise;
        local.span = name.span;
        local.shape = std::move(shape);
        local.slot = slot_of(name.text);
        return local;
    }

    std::optional<Repeat> check_repeat(const ast::Repeat& repeat, const ast::Step& step) {
        Repeat made;
        made.times_span = repeat.at_most->span;
        const std::optional<std::int64_t> times = times_of(*repeat.at_most);
        // The next rounds begin when somebody has waited.
        after_wait();
        soften_reassigned(repeat.steps);
        NodePtr until;
        if (repeat.until != nullptr) until = check_condition(cx_, scope_, *repeat.until);
        Fork fork(*this);
        made.steps = fork.way(repeat.steps, step.keyword, {});
        fork.way_past();
        fork.join();
        if (!times || (until != nullptr && until->broken)) return std::nullopt;
        made.times = *times;
        made.certain = until == nullptr;
        count_rounds(made, std::move(until), step.keyword);
        check_rounds(cx_, made, step.keyword);
        return made;
    }

    std::optional<std::int64_t> times_of(const ast::Expr& at_most) {
        const NodePtr times = check_expr(cx_, scope_, at_most);
        if (times->broken) return std::nullopt;
        const std::string words = cx_.words(at_most.span);
        if (times->type.kind != TypeKind::integer) {
            cx_.report(Diagnostic::error("J0201", "HOW OFTEN?", at_most.span,
                                         "`repeat at most … times` needs a whole number, and " +
                                             tick(words) + " is " +
                                             describe(times->type, cx_.schema()) + "."));
            return std::nullopt;
        }
        if (!is_constant(*times)) {
            cx_.report(Diagnostic::error("J0305", "NOBODY KNOWS HOW OFTEN", at_most.span,
                                         tick(words) + " depends on who it is, so this loop has no "
                                                       "bound that I can check.")
                           .and_help("write a number, and leave early with `until …`"));
            return std::nullopt;
        }
        const auto value = std::get<std::int64_t>(times->constant.held);
        if (value >= 1) return value;
        cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", at_most.span,
                                     "This repeats " + words + " times, so it never happens.")
                       .and_help("write 1 or more"));
        return std::nullopt;
    }

    /// A round may begin with what the one before it left behind: who is set anew inside may be
    /// missing from then on.
    void soften_reassigned(const ast::Steps& steps) {
        std::set<std::string> names;
        std::function<void(const ast::Steps&)> collect = [&](const ast::Steps& inner) {
            for (const ast::Step& step : inner) {
                if (const auto* let = std::get_if<ast::Let>(&step.what)) names.insert(let->name.text);
                if (const auto* call = std::get_if<ast::CallWebhook>(&step.what)) {
                    if (call->as) names.insert(call->as->text);
                }
                for (const ast::Steps* block : blocks_of(step))
                    collect(*block);
            }
        };
        collect(steps);
        std::erase_if(names, [&](const std::string& name) { return !locals_.contains(name); });
        if (names.empty()) return;
        for (const std::string& name : names)
            forget(name);
        // One silent round tells which of them may end up missing.
        const std::map<std::string, Local> before = locals_;
        const std::set<std::string> present = scope_.present;
        const std::map<std::string, int> includes = scope_.journey->includes;
        {
            const Muted first_round(cx_);
            StepChecker(cx_, scope_, journey_).run(steps);
        }
        std::map<std::string, Local> after = std::move(locals_);
        locals_ = before;
        scope_.present = present;
        scope_.journey->includes = includes;
        for (const std::string& name : names) {
            if (after[name].may_be_missing) locals_[name].may_be_missing = true;
        }
    }

    void count_rounds(Repeat& made, NodePtr until, Span span) {
        int ordinal = 0;
        std::string name;
        const auto& names = journey_.locals;
        do {
            name = "round " + std::to_string(++ordinal);
        } while (std::find(names.begin(), names.end(), name) != names.end());
        made.counter = static_cast<Index>(names.size());
        journey_.locals.push_back(name);
        // Who is moved into a round from an older version has no count yet.
        const auto counter = [&] {
            NodePtr local = make(ir::Op::local, simple(TypeKind::integer), span);
            local->a = made.counter;
            local->may_be_missing = true;
            NodePtr sure = make(ir::Op::fallback, simple(TypeKind::integer), span);
            sure->operands.push_back(std::move(local));
            sure->operands.push_back(make_constant(Value(std::int64_t{0}), span));
            return sure;
        };
        const auto two = [&](ir::Op op, ir::Type type, NodePtr left, NodePtr right) {
            NodePtr node = make(op, std::move(type), span);
            node->operands.push_back(std::move(left));
            node->operands.push_back(std::move(right));
            return node;
        };
        made.zero = make_constant(Value(std::int64_t{0}), span);
        made.plus_one = two(ir::Op::add, simple(TypeKind::integer), counter(),
                            make_constant(Value(std::int64_t{1}), span));
        made.again = two(ir::Op::less, simple(TypeKind::boolean), counter(),
                         make_constant(Value(made.times), span));
        if (until == nullptr) return;
        NodePtr going = make(ir::Op::logical_not, simple(TypeKind::boolean), span);
        going->operands.push_back(std::move(until));
        made.again = two(ir::Op::logical_and, simple(TypeKind::boolean), std::move(made.again),
                         std::move(going));
    }

    // ------------------------------------------------------------ values

    std::optional<Let> check_let(const ast::Let& let) {
        NodePtr value = check_expr(cx_, scope_, *let.is);
        const std::string& name = let.name.text;
        cx_.note("local", scope_.journey->name, name, let.name.span, true);
        Local local;
        local.span = let.name.span;
        local.broken = value->broken;
        local.type = value->type;
        local.may_be_missing = value->may_be_missing;
        if (taken(let.name)) return std::nullopt;
        const auto before = locals_.find(name);
        if (before != locals_.end() && before->second.param != nullptr) {
            cx_.report(Diagnostic::error("J0105", "TAKEN", let.name.span,
                                         tick(name) + " is a parameter of this snippet.")
                           .and_help("choose another name"));
            return std::nullopt;
        }
        if (before != locals_.end() && !before->second.broken && !local.broken &&
            !(before->second.type == local.type)) {
            cx_.report(Diagnostic::error("J0105", "ANOTHER KIND OF THING", let.name.span,
                                         tick(name) + " was " +
                                             describe(before->second.type, cx_.schema()) +
                                             ", and here it would become " +
                                             describe(local.type, cx_.schema()) + ".")
                           .and_other(before->second.span, "first here")
                           .and_help("choose another name"));
            return std::nullopt;
        }
        local.shape = value->shape;
        local.slot = slot_of(name);
        locals_[name] = local;
        forget(name);
        if (value->broken) return std::nullopt;
        return Let{local.slot, std::move(value)};
    }

    std::optional<SetField> check_set(const ast::Set& set) {
        NodePtr value = check_expr(cx_, scope_, *set.to);
        if (set.target.parts.size() != 2 || set.target.parts[0].text != "user") {
            cx_.report(
                Diagnostic::error("J0102", "SET WHAT?", set.target.span,
                                  "Only properties of the person can be set, like `user.tier`.")
                    .and_help("to remember something for this journey: `let " +
                              set.target.parts.back().text + " = …`"));
            return std::nullopt;
        }
        const std::optional<Index> field =
            find_field(cx_, cx_.schema().profile, set.target.parts[1], "user");
        if (!field || value->broken) return std::nullopt;
        const ir::Field& target = cx_.schema().profile[*field];
        value = fit(cx_, std::move(value), target.type, set.target.dotted());
        if (value->broken) return std::nullopt;
        const std::string path = set.target.dotted();
        if (value->may_be_missing) {
            scope_.present.erase(path);
        } else {
            scope_.present.insert(path);
        }
        return SetField{*field, std::move(value)};
    }

    std::optional<Tag> check_tag(const ast::Tag& tag) {
        Tag made;
        made.add = tag.add;
        for (const ast::Text& name : tag.tags) {
            if (name.value.empty() || name.value.size() > 100) {
                cx_.report(Diagnostic::error("J0213", "NOT A TAG", name.span,
                                             "A tag has between 1 and 100 characters."));
                continue;
            }
            made.names.push_back(name.value);
        }
        return made;
    }

    Context& cx_;
    Scope& scope_;
    Journey& journey_;
    std::map<std::string, Local>& locals_;
};

}  // namespace

Steps check_steps(Context& cx, Scope& scope, Journey& journey, const ast::Steps& steps) {
    return StepChecker(cx, scope, journey).run(steps);
}

}  // namespace journey::sema
