#include "tests/dsl/print/normal.h"

#include "dsl/ast/same.h"
#include "engine/base/base.h"

#include <algorithm>

namespace journey::testing {

namespace {

template <typename Lines, typename Rank>
void sort_by(Lines& lines, Rank rank) {
    std::stable_sort(lines.begin(), lines.end(),
                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

void normalise(ast::Steps& steps);

void normalise(std::vector<ast::ArmLine>& lines) {
    for (ast::ArmLine& line : lines) {
        if (auto* arm = std::get_if<ast::Arm>(&line.what)) normalise(arm->steps);
    }
}

void normalise(ast::WaitAtMost& wait) {
    for (ast::WaitArm& arm : wait.arms) {
        std::visit(Match{[](auto& one) { normalise(one.steps); }}, arm.what);
    }
    sort_by(wait.arms,
            [](const auto& arm) { return std::holds_alternative<ast::TimeoutArm>(arm.what); });
}

void normalise(ast::Steps& steps) {
    for (ast::Step& step : steps) {
        std::visit(Match{[](ast::Send& one) {
                             sort_by(one.options, [](const auto& option) {
                                 return std::holds_alternative<ast::Without>(option.what);
                             });
                         },
                         [](ast::WaitAtMost& one) { normalise(one); },
                         [](ast::If& one) {
                             for (ast::Branch& branch : one.branches)
                                 normalise(branch.steps);
                             if (one.otherwise) normalise(one.otherwise->steps);
                         },
                         [](ast::Choose& one) {
                             for (ast::Choice& choice : one.choices)
                                 std::visit(Match{[](auto& which) { normalise(which.steps); }},
                                            choice.what);
                         },
                         [](ast::Split& one) { normalise(one.lines); },
                         [](ast::Experiment& one) {
                             normalise(one.lines);
                             sort_by(one.lines, [](const ast::ArmLine& line) {
                                 if (std::holds_alternative<ast::Holdout>(line.what)) return 0;
                                 if (std::holds_alternative<ast::Sample>(line.what)) return 1;
                                 return std::holds_alternative<ast::Winner>(line.what) ? 3 : 2;
                             });
                         },
                         [](ast::CallWebhook& one) {
                             if (one.otherwise) normalise(one.otherwise->steps);
                         },
                         [](ast::Repeat& one) { normalise(one.steps); }, [](auto&) {}},
                   step.what);
    }
}

}  // namespace

std::string normal_dump(ast::File file) {
    const auto by_kind = [](const auto& line) { return line.what.index(); };
    sort_by(file.items, by_kind);
    const ast::JourneyDecl* only = nullptr;
    int journeys = 0;
    for (ast::Item& item : file.items) {
        std::visit(Match{[&](ast::FrequencyDecl& one) { sort_by(one.lines, by_kind); },
                         [&](ast::QuietDecl& one) { sort_by(one.lines, by_kind); },
                         [&](ast::TemplateDecl& one) { sort_by(one.lines, by_kind); },
                         [&](ast::WebhookDecl& one) { sort_by(one.lines, by_kind); },
                         [&](ast::SnippetDecl& one) { normalise(one.steps); },
                         [&](ast::JourneyDecl& one) {
                             sort_by(one.heads, by_kind);
                             normalise(one.steps);
                             only = ++journeys == 1 ? &one : nullptr;
                         },
                         [&](ast::TestDecl& one) {
                             sort_by(one.lines, [](const ast::TestLine& line) {
                                 return std::min<std::size_t>(line.what.index(), 2);
                             });
                             if (!one.of && only != nullptr) one.of = only->name;
                         },
                         [](auto&) {}},
                   item.what);
    }
    return ast::dump(file);
}

}  // namespace journey::testing
