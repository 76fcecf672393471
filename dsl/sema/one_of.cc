// `send first of { … }` and `send best for … { … }`: one message over one of several channels.
// J0327 (what stands in it), J0328 (one channel is no choice).
#include "dsl/sema/step_checker.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

namespace {

constexpr std::int64_t kReturnMost = 90 * 86400;
constexpr std::size_t kChannelsMost = 8;
constexpr std::int64_t kExploreUsual = 500;  // basis points

}  // namespace

std::optional<Pick> StepChecker::check_one_of(const ast::SendOneOf& one, const ast::Step& step) {
    Pick made;
    OneOf choice;
    bool good = !one.best || check_return(*one.best, choice);
    std::map<std::string, Span> channels;
    for (std::size_t i = 0; i < one.sends.size(); ++i) {
        const ast::Step& row = one.sends[i];
        const auto* send = std::get_if<ast::Send>(&row.what);
        if (send == nullptr || row.label) {
            cx_.report(Diagnostic::error("J0327", "ONLY CHANNELS HERE", row.keyword,
                                         "Each line here is a channel and its template, like `sms "
                                         "cart_sms`.")
                           .and_help("put everything else before or after this step"));
            good = false;
            continue;
        }
        const auto [first, fresh] = channels.try_emplace(send->channel.text, send->channel.span);
        if (!fresh) {
            cx_.report(Diagnostic::error("J0327", "ONE CHANNEL TWICE", send->channel.span,
                                         tick(send->channel.text) + " stands here twice.")
                           .and_other(first->second, "first here")
                           .and_after("Another message over the same channel would be refused for "
                                      "the same reasons.")
                           .and_help("keep one of them"));
            good = false;
            continue;
        }
        PickArm arm;
        arm.name = send->channel.text;
        arm.span = send->channel.span;
        std::optional<Send> checked = check_send(cx_, scope_, journey_, *send);
        if (!checked) {
            good = false;
            continue;
        }
        Step inner;
        inner.span = row.span;
        inner.keyword = row.keyword;
        inner.includes = cx_.includes;
        inner.inserted = cx_.inserted;
        inner.act = std::move(*checked);
        arm.steps.push_back(std::move(inner));
        made.arms.push_back(std::move(arm));
    }
    if (one.sends.size() < 2 || one.sends.size() > kChannelsMost) {
        cx_.report(Diagnostic::error("J0328", "ONE OF WHAT?", step.keyword,
                                     "This step chooses among 2 to 8 channels, and it has " +
                                         std::to_string(one.sends.size()) + ".")
                       .and_help("for one channel write `send sms cart_sms`"));
        return std::nullopt;
    }
    if (!good) return std::nullopt;
    for (PickArm& arm : made.arms)
        arm.weight = 1.0 / static_cast<double>(made.arms.size());
    auto& names = journey_.locals;
    int ordinal = 0;
    std::string name;
    do {
        name = "tried " + std::to_string(++ordinal);
    } while (std::find(names.begin(), names.end(), name) != names.end());
    choice.tried = static_cast<Index>(names.size());
    names.push_back(std::move(name));
    made.one_of = std::move(choice);
    return made;
}

bool StepChecker::check_return(const ast::Return& from, OneOf& made) {
    Pattern comes = check_pattern(cx_, scope_, from.comes);
    const std::optional<double> worth = amount_of(cx_, *from.worth, "What it is worth");
    const calendar::Bounds bounds = calendar::bounds_of(from.within.value);
    bool good = !comes.broken && worth.has_value();
    if (bounds.least <= 0 || bounds.least > kReturnMost) {
        cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", from.within.span,
                                     "What comes back counts for at most 90 days."));
        good = false;
    }
    const std::int64_t explore = from.explore ? from.explore->basis_points : kExploreUsual;
    if (explore > 5000) {
        cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", from.explore->span,
                                     "At most half of the messages explore."));
        good = false;
    }
    if (worth && *worth <= 0) {
        cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", from.worth->span,
                                     "What it is worth is more than nothing."));
        good = false;
    }
    if (!good) return false;
    ir::Return best;
    best.comes.event = comes.event;
    best.within = from.within.value;
    best.worth = *worth;
    best.explore = static_cast<double>(explore) / 10000.0;
    made.best = std::move(best);
    made.filter = std::move(comes.filter);
    return true;
}

}  // namespace journey::sema
