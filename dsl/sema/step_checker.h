#pragma once
// Inside sema: the checker of one journey's steps, in the files steps.cc, waits.cc, branches.cc and
// rounds.cc. Others call `check_steps` (steps.h).

#include "dsl/sema/steps.h"

namespace journey::sema {

class StepChecker {
  public:
    StepChecker(Context& cx, Scope& scope, Journey& journey)
        : cx_(cx), scope_(scope), journey_(journey), locals_(scope.journey->locals) {}
    Steps run(const ast::Steps& steps);

  private:
    void one(const ast::Step& step, Steps& into);
    std::string prefixed(const std::string& name) const;
    template <typename T>
    bool put(Step& step, std::optional<T> act) {
        if (!act) return false;
        step.act = std::move(*act);
        return true;
    }
    /// People change while they wait; what started the journey does not.
    void after_wait();

    std::optional<Delay> check_delay(const ast::Delay& delay);
    std::optional<Delay> check_length(NodePtr length);
    void set_zone(const ast::Zone& zone, WaitUntil& made);
    std::optional<WaitUntil> check_until(const ast::WaitUntil& wait);
    bool check_moment(const ast::UntilMoment& moment, WaitUntil& made);
    std::optional<AtMost> check_at_most(const ast::WaitAtMost& wait);

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
            // What was there before may have been set anew on some way.
            for (auto& [name, local] : checker_.locals_) {
                if (assigned_.contains(name)) continue;
                for (const auto& end : ends_) {
                    const auto found = end.first.find(name);
                    if (found == end.first.end()) continue;
                    local.may_be_missing = local.may_be_missing || found->second.may_be_missing;
                    local.broken = local.broken || found->second.broken;
                }
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
    Case check_case(Fork& fork, const ast::Branch& branch);
    std::optional<Branch> check_if(const ast::If& branch);
    std::optional<Branch> check_choose(const ast::Choose& choose);
    void after_otherwise(Span span, Span otherwise);

    std::optional<Pick> check_pick(const ast::Name& name, const std::vector<ast::ArmLine>& lines,
                                   bool split);
    void check_sample(const ast::Sample& sample, Span span, Pick& made);
    /// The rest of the people wait for a winner, so there has to be one.
    bool settle(Pick& made, const ast::ArmLine* winner);
    std::optional<Pick> check_one_of(const ast::SendOneOf& one, const ast::Step& step);
    bool check_return(const ast::Return& from, OneOf& made);
    void check_arm_name(const Experiment& known, const std::string& owner, const ast::Arm& arm);

    /// Where a local lives in an entry.
    Index slot_of(const std::string& name);
    /// It becomes something else: what was known of it is over.
    void forget(const std::string& name);
    bool taken(const ast::Name& name);
    /// The answer is there after it, and not in its `else`. Without `else` a failed call goes on,
    /// and then the answer is missing.
    std::optional<Call> check_call(const ast::CallWebhook& call, const ast::Step& step);
    std::optional<Local> answer_of(const Call& call, const ast::CallWebhook& from);
    std::optional<Repeat> check_repeat(const ast::Repeat& repeat, const ast::Step& step);
    std::optional<std::int64_t> times_of(const ast::Expr& at_most);
    /// A round may begin with what the one before it left behind: who is set anew inside may be
    /// missing from then on.
    void soften_reassigned(const ast::Steps& steps);
    void count_rounds(Repeat& made, NodePtr until, Span span);

    std::optional<Let> check_let(const ast::Let& let);
    std::optional<SetField> check_set(const ast::Set& set);
    std::optional<Tag> check_tag(const ast::Tag& tag);

    Context& cx_;
    Scope& scope_;
    Journey& journey_;
    std::map<std::string, Local>& locals_;
    /// Known to be there before some wait, and not known any more.
    std::set<std::string> lapsed_;
};

}  // namespace journey::sema
