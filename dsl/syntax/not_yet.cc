// What the language has and this edition of the compiler does not: said once, plainly, with a way
// to do it today where there is one.

#include "dsl/syntax/syntax.h"

#include <array>
#include <fmt/format.h>

namespace journey::syntax {
namespace {

struct Later {
    std::string_view word;
    std::string_view shown;
    std::string_view instead;
};

constexpr std::array kLater = {
    Later{"webhook", "webhook declarations",
          "send the data with an event, and read it as `trigger.…`."},
    Later{"band", "bands",
          "write the comparison where you need it, for example `count(order_paid within 2 years) "
          ">= 3`."},
    Later{"snippet", "snippets", "write the steps out where they are used."},
    Later{"dwell", "`dwell` (how long a page was looked at)",
          "send an event of its own when the person has stayed, for example `product_studied`, and "
          "enter on that."},
    Later{"joining", "entering or leaving a segment as a trigger",
          "use the event that makes the difference: `enter when order_paid`, with `only if user in "
          "…`."},
    Later{"leaving", "leaving a segment as a trigger",
          "write the condition itself: `exit if not (user in …)`."},
    Later{
        "reaches", "`reaches`",
        "enter on the event and count: `enter when lesson_watched` with `only if count(…) >= 3`."},
    Later{"lasts", "`lasts`",
          "enter on the event, then wait and look: `wait 90s`, `if not did(page_left since entry) "
          "{ … }`."},
    Later{"unless", "`unless` behind a trigger",
          "enter on the event, then wait and look: `wait 15 minutes`, `if not did(add_to_cart "
          "since entry) { … }`."},
    Later{"every", "schedules",
          "have your own scheduler send an event, and `enter when` that event arrives."},
    Later{"yearly", "schedules",
          "have your own scheduler send an event, and `enter when` that event arrives."},
    Later{"once", "schedules",
          "have your own scheduler send an event, and `enter when` that event arrives."},
    Later{"from", "moving people between versions",
          "leave it out: people finish on the version they entered, which is the rule without it."},
    Later{"emit", "`emit`", "send the event through the API."},
    Later{"call", "`call`",
          "send what the webhook would answer along with an event, and read it as `trigger.…`."},
    Later{"run", "`run`", "let the other journey enter on the same event."},
    Later{"include", "`include`", "write the steps of the snippet here."},
    Later{"repeat", "`repeat`", "write the steps out as often as they should happen."},
    Later{"sample", "`sample`", "leave it out: everybody who is not in the holdout gets an arm."},
    Later{"winner", "`winner`",
          "leave it out, look at the results, and give the winner 100% in the next version."},
};

}  // namespace

std::optional<source::Diagnostic> not_yet(std::string_view keyword, source::Span span) {
    // "enter every" and "enter when joining" are asked about by their telling word.
    std::string_view word = keyword;
    if (const std::size_t blank = keyword.rfind(' ');
        blank != std::string_view::npos && !keyword.starts_with("from")) {
        word = keyword.substr(blank + 1);
    } else if (keyword.starts_with("from version")) {
        word = "from";
    }
    for (const Later& later : kLater) {
        if (later.word != word) continue;
        return source::Diagnostic::error(
                   "J0011", "NOT YET", span,
                   fmt::format("This compiler does not do {} yet.", later.shown))
            .and_help(fmt::format("until then: {}", later.instead));
    }
    return std::nullopt;
}

}  // namespace journey::syntax
