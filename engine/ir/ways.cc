#include "engine/ir/ir.h"

namespace journey::ir {

std::vector<Way> ways_of(const State& state) {
    std::vector<Way> ways;
    const auto add = [&](Way::Kind kind, Index target, std::size_t arm = kNone) {
        ways.push_back({kind, target, static_cast<Index>(arm)});
    };
    std::visit(
        Match{[&](const Test& test) {
                  add(Way::Kind::yes, test.if_true);
                  add(Way::Kind::no, test.if_false);
              },
              [&](const Pick& pick) {
                  for (std::size_t i = 0; i < pick.arms.size(); ++i)
                      add(Way::Kind::arm, pick.arms[i].target, i);
                  add(Way::Kind::holdout, pick.holdout_target);
                  add(Way::Kind::rest, pick.rest_target);
              },
              [&](const Settle& settle) {
                  for (std::size_t i = 0; i < settle.targets.size(); ++i)
                      add(Way::Kind::winner, settle.targets[i], i);
              },
              [&](const Await& await) {
                  for (std::size_t i = 0; i < await.arms.size(); ++i)
                      add(Way::Kind::wait_arm, await.arms[i].target, i);
                  add(Way::Kind::timeout, await.timeout);
              },
              [&](const Call& call) {
                  add(Way::Kind::next, call.next);
                  add(Way::Kind::failed, call.failed);
              },
              [&](const OneOf& one) {
                  for (std::size_t i = 0; i < one.sends.size(); ++i)
                      add(Way::Kind::channel, one.sends[i], i);
                  add(Way::Kind::next, one.next);
              },
              [&](const End&) {}, [&](const auto& step) { add(Way::Kind::next, step.next); }},
        state.act);
    return ways;
}

}  // namespace journey::ir
