#include "engine/graph/graph.h"

#include <algorithm>

namespace journey::graph {
namespace {

using ir::Index;
using ir::kNone;
using ir::Way;

Shape shape_of(const ir::State& state) {
    return std::visit(
        Match{[](const ir::Send&) { return Shape::send; },
              [](const ir::Await&) { return Shape::wait; },
              [](const ir::Settle&) { return Shape::wait; },
              [](const ir::Test&) { return Shape::choice; },
              [](const ir::Pick&) { return Shape::experiment; },
              [](const ir::OneOf&) { return Shape::choice; },
              [](const ir::Call&) { return Shape::call; },
              [](const ir::Run&) { return Shape::call; }, [](const ir::End&) { return Shape::end; },
              [](const auto&) { return Shape::change; }},
        state.act);
}

std::string thousands(std::uint64_t count) {
    std::string out = std::to_string(count);
    for (std::size_t at = out.size(); at > 3; at -= 3)
        out.insert(at - 3, ",");
    return out;
}

class Maker {
  public:
    Maker(const ir::Program& program, const ir::Journey& journey, explain::Language language,
          const Live* live)
        : program_(program), journey_(journey), language_(language), live_(live) {}

    Chart make() {
        chart_.name = journey_.name;
        chart_.title = journey_.title;
        if (language_ == explain::Language::chinese) chart_.language = "zh";
        for (const ir::Trigger& trigger : journey_.triggers) {
            chart_.boxes.push_back({Shape::trigger, "",
                                    explain::words_of_trigger(program_, journey_, trigger,
                                                              language_, explain::Names::bare),
                                    ""});
        }
        const std::size_t first = chart_.boxes.size();
        number_states(first);
        for (std::size_t i = 0; i < first; ++i)
            chart_.arrows.push_back({i, box_of(journey_.start), ""});
        for (const ir::State& state : journey_.states) {
            if (!is_hidden(state))
                chart_.boxes.push_back({shape_of(state), state.step, words(state), here(state)});
        }
        for (const ir::State& state : journey_.states) {
            if (!is_hidden(state)) connect(state);
        }
        note();
        return std::move(chart_);
    }

  private:
    /// The counting of rounds is how we do it, not what the author said: its question is enough.
    bool is_hidden(const ir::State& state) const {
        const auto* set = std::get_if<ir::SetLocal>(&state.act);
        return set != nullptr && explain::is_counter(journey_, set->local);
    }

    void number_states(std::size_t next) {
        for (const ir::State& state : journey_.states)
            boxes_.push_back(is_hidden(state) ? 0 : next++);
    }

    std::size_t box_of(Index state) const {
        while (is_hidden(journey_.states[state]))
            state = std::get<ir::SetLocal>(journey_.states[state].act).next;
        return boxes_[state];
    }

    std::string words(const ir::State& state) const {
        return explain::words_of_step(program_, journey_, state, language_);
    }

    std::string here(const ir::State& state) const {
        if (live_ == nullptr) return "";
        const auto found = live_->waiting.find(state.step);
        if (found == live_->waiting.end() || found->second == 0) return "";
        return thousands(found->second);
    }

    void connect(const ir::State& state) {
        const auto self = static_cast<Index>(&state - journey_.states.data());
        const std::vector<Way> ways = ir::ways_of(state);
        std::size_t open = 0;
        for (const Way& way : ways)
            open += way.target == kNone ? 0 : 1;
        for (const Way& way : ways) {
            if (way.target == kNone) continue;
            std::string label;
            if (open > 1) {
                label = explain::words_of_way(program_, journey_, state, way, language_,
                                              explain::Names::bare);
            }
            if (const auto* pick = std::get_if<ir::Pick>(&state.act)) label += drawn(*pick, way);
            chart_.arrows.push_back({box_of(self), box_of(way.target), std::move(label)});
        }
    }

    std::string drawn(const ir::Pick& pick, const Way& way) const {
        if (live_ == nullptr) return "";
        std::string arm = "holdout";
        if (way.kind == Way::Kind::arm) arm = pick.arms[way.arm].name;
        const auto found = live_->arms.find(pick.experiment + "/" + arm);
        return found == live_->arms.end() ? "" : " (" + thousands(found->second) + ")";
    }

    /// Goals, exits and limits: in the words of `explain`, where they belong to no step.
    void note() {
        const explain::Reading reading = explain::read_journey(program_, journey_, language_);
        for (const explain::Line& line : reading.sections[2].lines)
            chart_.notes.push_back(line.text);
        if (live_ == nullptr) return;
        std::uint64_t elsewhere = 0;
        for (const auto& [step, count] : live_->waiting)
            elsewhere += has_step(step) ? 0 : count;
        for (std::string& words :
             explain::words_of_counts(thousands(live_->entered), thousands(live_->ended),
                                      thousands(live_->goals), thousands(elsewhere), language_))
            chart_.notes.push_back(std::move(words));
    }

    bool has_step(const std::string& step) const {
        return std::any_of(journey_.states.begin(), journey_.states.end(),
                           [&](const ir::State& state) { return state.step == step; });
    }

    const ir::Program& program_;
    const ir::Journey& journey_;
    explain::Language language_;
    const Live* live_;
    std::vector<std::size_t> boxes_;  // by state
    Chart chart_;
};

}  // namespace

Chart chart_of(const ir::Program& program, const ir::Journey& journey, explain::Language language,
               const Live* live) {
    return Maker(program, journey, language, live).make();
}

}  // namespace journey::graph
