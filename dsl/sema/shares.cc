// J0306: the shares of an experiment.

#include "dsl/sema/steps.h"
#include "dsl/sema/unread.h"

namespace journey::sema {

namespace {

std::string percent_text(std::int64_t basis_points) {
    std::string text = std::to_string(basis_points / 100);
    if (basis_points % 100 != 0) {
        std::string rest = std::to_string(100 + basis_points % 100).substr(1);
        while (rest.ends_with('0'))
            rest.pop_back();
        text += "." + rest;
    }
    return text + "%";
}

}  // namespace

bool shares_add_up(Context& cx, const ast::Name& name, bool split,
                   const std::optional<Span>& holdout, std::int64_t holdout_points,
                   std::int64_t arm_points,
                   const std::vector<std::pair<Span, std::int64_t>>& shares) {
    if (arms_unread(cx, name.span, shares.size())) return false;
    if (shares.empty()) {
        cx.report(Diagnostic::error("J0306", "NOBODY TO COMPARE", name.span,
                                    tick(name.text) + " has no arms."));
        return false;
    }
    if (holdout && (holdout_points <= 0 || holdout_points >= 10000)) {
        cx.report(Diagnostic::error("J0306", "SHARES DO NOT ADD UP", *holdout,
                                    "A holdout is more than 0% and less than 100%."));
        return false;
    }
    const std::int64_t total = arm_points + (split ? holdout_points : 0);
    if (total == 10000 && arm_points > 0) {
        for (const auto& [span, points] : shares) {
            if (points != 0) continue;
            cx.report(Diagnostic::information("J0306", "NOBODY GETS THIS", span,
                                              "Nobody comes to an arm of 0%."));
        }
        return true;
    }
    Diagnostic diagnostic =
        Diagnostic::error("J0306", "SHARES DO NOT ADD UP", shares.back().first,
                          "The arms of " + tick(name.text) + " add up to " + percent_text(total) +
                              ", and must add up to 100%.");
    for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
        diagnostic.others.push_back({shares[i].first, "", false});
    }
    if (holdout && !split) {
        diagnostic.after = "`holdout " + percent_text(holdout_points) +
                           "` is taken first and does not count here.";
    }
    cx.report(std::move(diagnostic));
    return false;
}

}  // namespace journey::sema
