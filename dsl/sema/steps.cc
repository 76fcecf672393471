#include "dsl/sema/steps.h"

#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

std::vector<const ast::Steps*> blocks_of(const ast::Step& step) {
    std::vector<const ast::Steps*> blocks;
    std::visit(
        Match{[&](const ast::WaitAtMost& wait) {
                  for (const ast::WaitArm& arm : wait.arms) {
                      std::visit(
                          Match{[&](const ast::OnArm& on) { blocks.push_back(&on.steps); },
                                [&](const ast::WhenArm& when) { blocks.push_back(&when.steps); },
                                [&](const ast::TimeoutArm& out) { blocks.push_back(&out.steps); },
                                [](const ast::NotYet&) {}},
                          arm.what);
                  }
              },
              [&](const ast::If& branch) {
                  for (const ast::Branch& one : branch.branches)
                      blocks.push_back(&one.steps);
                  if (branch.otherwise) blocks.push_back(&branch.otherwise->steps);
              },
              [&](const ast::Choose& choose) {
                  for (const ast::Choice& choice : choose.choices) {
                      std::visit(
                          Match{
                              [&](const ast::Branch& one) { blocks.push_back(&one.steps); },
                              [&](const ast::Otherwise& other) { blocks.push_back(&other.steps); },
                              [](const ast::NotYet&) {}},
                          choice.what);
                  }
              },
              [&](const ast::Split& split) {
                  for (const ast::ArmLine& line : split.lines) {
                      if (const auto* arm = std::get_if<ast::Arm>(&line.what)) {
                          blocks.push_back(&arm->steps);
                      }
                  }
              },
              [&](const ast::Experiment& experiment) {
                  for (const ast::ArmLine& line : experiment.lines) {
                      if (const auto* arm = std::get_if<ast::Arm>(&line.what)) {
                          blocks.push_back(&arm->steps);
                      }
                  }
              },
              [](const auto&) {}},
        step.what);
    return blocks;
}

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
        if (step.label) made.label = step.label->text;
        made.span = step.span;
        made.keyword = step.keyword;
        const bool real = std::visit(
            Match{[&](const ast::Send& send) { return put(made, check_send(send)); },
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
                  [](const ast::Note&) { return false; }, [](const ast::NotYet&) { return false; }},
            step.what);
        if (real) into.push_back(std::move(made));
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

    // ------------------------------------------------------------ send

    std::optional<Send> check_send(const ast::Send& send) {
        Send made;
        const std::optional<Index> channel = cx_.find(Kind::channel, send.channel);
        const std::optional<Index> found = cx_.find(Kind::message_template, send.template_name);
        if (channel) made.channel = *channel;
        if (found) {
            made.message_template = *found;
            const ir::Template& text = cx_.schema().templates[*found];
            if (channel && text.channel != *channel) wrong_channel(send, text);
            check_class(send, text);
            check_args(send, text, made);
        } else if (send.with) {
            for (const ast::Pair& pair : send.with->pairs)
                check_expr(cx_, scope_, *pair.value);
        }
        for (const ast::SendOption& option : send.options)
            check_option(send, option, made);
        return made;
    }

    void wrong_channel(const ast::Send& send, const ir::Template& text) {
        const std::string& right = cx_.schema().channels[text.channel].name;
        cx_.report(
            Diagnostic::error("J0103", "ANOTHER CHANNEL'S TEMPLATE", send.channel.span,
                              tick(text.name) + " is " + std::string(article(right)) + " " + right +
                                  " template, but you send it by " + send.channel.text + ".")
                .and_fix(Applicability::probable, "write `send " + right + " " + text.name + "`.",
                         {{send.channel.span, right}}));
    }

    void check_class(const ast::Send& send, const ir::Template& text) {
        if (journey_.message_class == ir::MessageClass::transactional &&
            text.message_class == ir::MessageClass::marketing) {
            cx_.report(
                Diagnostic::error("J0403", "MARKETING IN A RECEIPT", send.template_name.span,
                                  "A transactional journey cannot send the marketing template " +
                                      tick(text.name) + ".")
                    .and_after("People cannot refuse transactional messages, so they must not "
                               "carry offers.")
                    .and_help("move it to a marketing journey"));
        }
    }

    void check_args(const ast::Send& send, const ir::Template& text, Send& made) {
        std::set<std::string> given;
        if (send.with) {
            for (const ast::Pair& pair : send.with->pairs) {
                NodePtr value = check_expr(cx_, scope_, *pair.value);
                if (!given.insert(pair.key.text).second) {
                    cx_.report(Diagnostic::error("J0105", "GIVEN TWICE", pair.key.span,
                                                 tick(pair.key.text) + " is given twice."));
                    continue;
                }
                check_arg(text, pair, std::move(value), made);
            }
        }
        std::vector<std::string> lacking;
        for (const ir::TemplateParam& param : text.params) {
            if (param.field.required && !param.field.fallback &&
                !given.contains(param.field.name)) {
                lacking.push_back(tick(param.field.name));
            }
        }
        if (lacking.empty()) return;
        Diagnostic diagnostic = Diagnostic::error(
            "J0501", "A VARIABLE IS MISSING", send.template_name.span,
            tick(text.name) + " needs " + listed(lacking) + ", and this send does not give " +
                (lacking.size() == 1 ? "it." : "them."));
        const std::string read = as_people_read(text);
        if (!read.empty()) diagnostic.after = "People would read \"" + read + "\"";
        diagnostic.fixes.push_back({Applicability::sketch, with_lacking(send, text, given), {}});
        cx_.report(std::move(diagnostic));
    }

    /// The text with nothing where the variables stand.
    static std::string as_people_read(const ir::Template& text) {
        const std::string& from = !text.body.empty() ? text.body : text.subject;
        std::string read;
        std::size_t at = 0;
        while (at < from.size()) {
            if (from.compare(at, 2, "{{") == 0) {
                const std::size_t end = from.find("}}", at);
                if (end == std::string::npos) return "";
                at = end + 2;
                continue;
            }
            read.push_back(from[at++]);
        }
        return read.size() > 80 ? "" : read;
    }

    std::string with_lacking(const ast::Send& send, const ir::Template& text,
                             const std::set<std::string>& given) const {
        std::string pairs;
        auto add = [&](const std::string& pair) { pairs += (pairs.empty() ? "" : ", ") + pair; };
        if (send.with) {
            for (const ast::Pair& pair : send.with->pairs) {
                add(pair.key.text + ": " + cx_.words(pair.value->span));
            }
        }
        for (const ir::TemplateParam& param : text.params) {
            if (!param.field.required || given.contains(param.field.name)) continue;
            std::string from = "…";
            if (ir::find_named(cx_.schema().profile, param.field.name) != kNone) {
                from = "user." + param.field.name;
            }
            for (const Index event : scope_.journey->triggers) {
                if (ir::find_named(cx_.schema().events[event].fields, param.field.name) != kNone) {
                    from = "trigger." + param.field.name;
                }
            }
            add(param.field.name + ": " + from);
        }
        return "with { " + pairs + " }";
    }

    void check_arg(const ir::Template& text, const ast::Pair& pair, NodePtr value, Send& made) {
        const ir::Field* field = nullptr;
        std::vector<std::string> names;
        for (const ir::TemplateParam& param : text.params) {
            names.push_back(param.field.name);
            if (param.field.name == pair.key.text) field = &param.field;
        }
        if (field == nullptr) {
            Diagnostic diagnostic = Diagnostic::warning(
                "J0502", "NOBODY READS THIS", pair.key.span,
                tick(text.name) + " does not need " + tick(pair.key.text) + ".");
            const std::vector<std::string> near = did_you_mean(pair.key.text, names);
            if (!near.empty()) {
                diagnostic.after = "These names are close:   " + columns(near);
            } else if (!names.empty()) {
                diagnostic.after = "It needs:  " + columns(names);
            }
            cx_.report(std::move(diagnostic));
            return;
        }
        value = fit(cx_, std::move(value), field->type, field->name);
        if (value->broken) return;
        if (value->may_be_missing && field->required && !field->fallback) {
            const std::string words = cx_.words(value->span);
            const std::string example = is_text(field->type) ? "\"friend\"" : "…";
            cx_.report(Diagnostic::error("J0208", "IT MAY BE MISSING", value->span,
                                         tick(words) + " may be missing, and " + tick(text.name) +
                                             " cannot do without " + tick(field->name) + ".")
                           .and_fix(Applicability::sketch, "add `default " + example + "`.",
                                    {{{value->span.file, value->span.end, value->span.end},
                                      " default " + example}}));
            return;
        }
        made.args.push_back({pair.key.text, std::move(value)});
    }

    void check_option(const ast::Send& send, const ast::SendOption& option, Send& made) {
        std::visit(Match{[&](const ast::ValidFor& valid) {
                             if (!once_valid(made, option.span)) return;
                             made.validity.kind = ir::Validity::Kind::for_duration;
                             made.validity.duration = valid.duration.value;
                             made.validity_span = valid.duration.span;
                         },
                         [&](const ast::ValidUntil& valid) {
                             if (!once_valid(made, option.span)) return;
                             made.validity.kind = ir::Validity::Kind::until_time;
                             made.validity.until_seconds = valid.time.value.seconds;
                             made.validity.zone = zone_name(cx_, valid.zone);
                             made.validity_span = valid.time.span;
                         },
                         [&](const ast::RetryFor& retry) { made.retry_for = retry.duration.value; },
                         [&](const ast::SendTo&) {
                             cx_.report(cannot_yet(
                                 option.span, "send to another address than the person's own"));
                         },
                         [&](const ast::Without& without) {
                             if (without.waived == ast::Waived::frequency) {
                                 made.waive_frequency = true;
                                 return;
                             }
                             made.waive_quiet = true;
                             refuse_without_quiet(send, option.span, made);
                         }},
                   option.what);
    }

    bool once_valid(const Send& made, Span span) {
        if (made.validity.kind == ir::Validity::Kind::none) return true;
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", span, "This send says `valid` twice.")
                       .and_other(made.validity_span, "first here"));
        return false;
    }

    void refuse_without_quiet(const ast::Send& send, Span span, const Send& made) {
        if (made.message_template == kNone) return;
        const ir::Template& text = cx_.schema().templates[made.message_template];
        if (text.message_class != ir::MessageClass::marketing) return;
        cx_.report(Diagnostic::error("J0410", "NOT AT NIGHT", span,
                                     "`without quiet` is for transactional messages, and " +
                                         tick(send.template_name.text) + " is marketing."));
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

    static std::string percent_text(std::int64_t basis_points) {
        std::string text = std::to_string(basis_points / 100);
        if (basis_points % 100 != 0) {
            std::string rest = std::to_string(100 + basis_points % 100).substr(1);
            while (rest.ends_with('0'))
                rest.pop_back();
            text += "." + rest;
        }
        return text + "%";
    }

    std::optional<Pick> check_pick(const ast::Name& name, const std::vector<ast::ArmLine>& lines,
                                   bool split) {
        Pick made;
        made.experiment = name.text;
        made.split = split;
        const bool fresh = cx_.declare(Kind::experiment, name.text, name.span, 0);
        Experiment known;
        known.journey = journey_.name;
        std::optional<Span> holdout;
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
                          check_arm_name(known, arm);
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
                      [](const ast::NotYet&) {}},
                line.what);
        }
        fork.join();
        known.holdout = holdout.has_value();
        if (fresh) cx_.experiments[name.text] = known;
        if (!check_shares(name, split, holdout, holdout_points, arm_points, shares))
            return std::nullopt;
        made.holdout = static_cast<double>(holdout_points) / 10000.0;
        for (PickArm& arm : made.arms)
            arm.weight /= static_cast<double>(arm_points);
        return made;
    }

    void check_arm_name(const Experiment& known, const ast::Arm& arm) {
        if (std::find(known.arms.begin(), known.arms.end(), arm.name.text) == known.arms.end())
            return;
        cx_.report(Diagnostic::error("J0105", "DECLARED TWICE", arm.name.span,
                                     "Two arms are called " + tick(arm.name.text) + "."));
    }

    /// Shares of an experiment's arms add up to 100% without its holdout; a split's with it.
    bool check_shares(const ast::Name& name, bool split, const std::optional<Span>& holdout,
                      std::int64_t holdout_points, std::int64_t arm_points,
                      const std::vector<std::pair<Span, std::int64_t>>& shares) {
        if (shares.empty()) {
            cx_.report(Diagnostic::error("J0306", "NOBODY TO COMPARE", name.span,
                                         tick(name.text) + " has no arms."));
            return false;
        }
        if (holdout && (holdout_points <= 0 || holdout_points >= 10000)) {
            cx_.report(Diagnostic::error("J0306", "SHARES DO NOT ADD UP", *holdout,
                                         "A holdout is more than 0% and less than 100%."));
            return false;
        }
        const std::int64_t total = arm_points + (split ? holdout_points : 0);
        if (total == 10000 && arm_points > 0) return true;
        Diagnostic diagnostic =
            Diagnostic::error("J0306", "SHARES DO NOT ADD UP", shares.back().first,
                              "The arms of " + tick(name.text) + " add up to " +
                                  percent_text(total) + ", and must add up to 100%.");
        for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
            diagnostic.others.push_back({shares[i].first, "", false});
        }
        if (holdout && !split) {
            diagnostic.after = "`holdout " + percent_text(holdout_points) +
                               "` is taken first and does not count here.";
        }
        cx_.report(std::move(diagnostic));
        return false;
    }

    // ------------------------------------------------------------ values

    std::optional<Let> check_let(const ast::Let& let) {
        NodePtr value = check_expr(cx_, scope_, *let.is);
        const std::string& name = let.name.text;
        Local local;
        local.span = let.name.span;
        local.broken = value->broken;
        local.type = value->type;
        local.may_be_missing = value->may_be_missing;
        if (name == "user" || name == "trigger" || name == "entry" || name == "now") {
            cx_.report(Diagnostic::error("J0105", "TAKEN", let.name.span,
                                         tick(name) + " already means something everywhere.")
                           .and_help("choose another name"));
            return std::nullopt;
        }
        const auto before = locals_.find(name);
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
        auto& names = journey_.locals;
        const auto at = std::find(names.begin(), names.end(), name);
        local.slot = static_cast<Index>(at - names.begin());
        if (at == names.end()) names.push_back(name);
        locals_[name] = local;
        scope_.present.erase("local." + name);
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

void collect_labels(Context& cx, const ast::Steps& steps, JourneyScope& scope) {
    for (const ast::Step& step : steps) {
        if (step.label) {
            Label label;
            label.span = step.label->span;
            if (const auto* send = std::get_if<ast::Send>(&step.what)) {
                if (const Declared* channel = cx.peek(Kind::channel, send->channel.text)) {
                    label.channel = channel->index;
                }
                if (const Declared* text =
                        cx.peek(Kind::message_template, send->template_name.text)) {
                    label.message_template = text->index;
                }
            }
            const auto [at, fresh] = scope.labels.try_emplace(step.label->text, label);
            if (!fresh) {
                cx.report(Diagnostic::error("J0106", "ALREADY USED", step.label->span,
                                            "Two steps are called " + tick(step.label->text) + ".")
                              .and_label("and again here")
                              .and_other(at->second.span, "first here")
                              .and_after("Labels keep people's places when the journey changes, so "
                                         "each must be unique."));
            }
        }
        for (const ast::Steps* block : blocks_of(step))
            collect_labels(cx, *block, scope);
    }
}

Steps check_steps(Context& cx, Scope& scope, Journey& journey, const ast::Steps& steps) {
    return StepChecker(cx, scope, journey).run(steps);
}

bool continues(const Steps& steps) {
    for (const Step& step : steps) {
        if (!continues(step)) return false;
    }
    return true;
}

bool continues(const Step& step) {
    return std::visit(Match{[](const Stop&) { return false; },
                            [](const Branch& branch) {
                                for (const Case& one : branch.cases) {
                                    if (continues(one.steps)) return true;
                                }
                                return continues(branch.otherwise);
                            },
                            [](const AtMost& wait) {
                                for (const WaitArm& arm : wait.arms) {
                                    if (continues(arm.steps)) return true;
                                }
                                return continues(wait.timeout);
                            },
                            [](const Pick& pick) {
                                for (const PickArm& arm : pick.arms) {
                                    if (continues(arm.steps)) return true;
                                }
                                return false;
                            },
                            [](const auto&) { return true; }},
                      step.act);
}

void each_block(const Steps& steps, const std::function<void(const Steps&)>& visit) {
    visit(steps);
    for (const Step& step : steps) {
        std::visit(Match{[&](const Branch& branch) {
                             for (const Case& one : branch.cases)
                                 each_block(one.steps, visit);
                             each_block(branch.otherwise, visit);
                         },
                         [&](const AtMost& wait) {
                             for (const WaitArm& arm : wait.arms)
                                 each_block(arm.steps, visit);
                             each_block(wait.timeout, visit);
                         },
                         [&](const Pick& pick) {
                             for (const PickArm& arm : pick.arms)
                                 each_block(arm.steps, visit);
                         },
                         [](const auto&) {}},
                   step.act);
    }
}

void each_step(const Steps& steps, const std::function<void(const Step&)>& visit) {
    each_block(steps, [&](const Steps& block) {
        for (const Step& step : block)
            visit(step);
    });
}

}  // namespace journey::sema
