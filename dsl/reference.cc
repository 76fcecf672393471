#include "dsl/dsl.h"
#include "dsl/syntax/syntax.h"

namespace journey::dsl {
namespace {

constexpr std::string_view kIntroduction =
    "# Everything the language has\n\n"
    "Each line is an example that is right where it stands; `…` stands for more lines. The same "
    "words are\nthe keys of YAML. [Writing journeys](../guide) explains them. This page is what "
    "`journey explain language`\nprints; a test keeps the two the same.\n";

constexpr std::string_view kValues = R"(
## Values and conditions

| what | how |
| --- | --- |
| text, numbers, shares | `"Li"`, `3`, `2.5`, `10%`, `true`, `false` |
| money | `CNY 199`, `EUR 0.50` |
| lengths of time | `90s`, `15 minutes`, `4h`, `2 days`, `3 weeks`, `1 month`, `1h30m` |
| dates, times, moments, zones | `2026-03-02`, `08:30`, `2026-03-02 08:30 in "Asia/Shanghai"`, `"Europe/Berlin"` |
| whose clock (waits, `valid until`) | `10:00 local`, `10:00 in "Europe/Berlin"`, `10:00 in trigger.hotel_zone` |
| the person, the trigger, this moment | `user.tier`, `trigger.sku`, `entry`, `now` |
| comparing | `is`, `is not`, `>`, `>=`, `<`, `<=`, `between 1 and 5`, `in ["a", "b"]`, `not in ["a"]` |
| text | `contains "x"`, `not contains "x"`, `starts with "x"`, `ends with "x"` |
| missing | `is missing`, `is present`, `is blank` (missing, or text of nothing but blanks), `user.tier default "free"` |
| joining | `and`, `or`, `not`, `( … )` |
| reckoning | `+`, `-`, `*`, `/` |
| history | `did(order_paid within 30 days)`, `count(order_paid ever)`, `sum(order_paid.total since entry)`, `avg`, `min`, `max`, `first`, `last`, `count(distinct product_viewed.sku within 7 days)`, `list(product_viewed within 7 days limit 10)`, `time since last(order_paid)` |
| belonging | `user in vips` |

## Functions

| function | of |
| --- | --- |
)";

}  // namespace

std::string reference() {
    std::string out(kIntroduction);
    std::string_view place;
    bool apart = false;  // an example of several lines stands apart from its neighbours
    for (const syntax::Shown& shown : syntax::examples()) {
        const bool several = shown.examples.find('\n') != std::string_view::npos;
        if (shown.place != place) {
            out += place.empty() ? "" : "```\n";
            out += "\n## In " + std::string(shown.place) + "\n\n```journey-lines\n";
        } else if (several || apart) {
            out += "\n";
        }
        place = shown.place;
        apart = several;
        out += std::string(shown.examples) + "\n";
    }
    out += "```\n";
    out += kValues;
    for (const sema::ShownFunction& function : sema::shown_functions())
        out +=
            "| `" + std::string(function.example) + "` | " + std::string(function.wants) + " |\n";
    return out;
}

}  // namespace journey::dsl
