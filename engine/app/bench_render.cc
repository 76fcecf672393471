// journey bench render: templates per second on one core, with the bytes of the same output copied
// by memcpy beside it: no renderer can be faster than that.

#include "engine/app/bench_figures.h"
#include "engine/app/commands.h"
#include "engine/render/render.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fmt/format.h>

namespace journey::app {
namespace {

struct Scenario {
    std::string name;
    std::string source;
    Record data;
    render::Escape escape = render::Escape::none;
};

Scenario push_text() {
    Record data;
    put(data, "first_name", "Ada");
    put(data, "product", "Trail shoes");
    put(data, "code", "SPRING20");
    return {"push text, 3 variables",
            "Hi {{ first_name }}, {{ product }} is back. Your code {{ code }} ends today.",
            std::move(data), render::Escape::none};
}

Scenario chinese_sms() {
    Record data;
    put(data, "first_name", "小林");
    put(data, "hours", std::int64_t{12});
    put(data, "unsubscribe", "TD");
    return {"SMS, filters and a branch",
            "【云店】{{ first_name | default: '您好' }}，订单将在{{ hours | plus: 12 }}小时内送达。"
            "{% if hours > 8 %}如需改期请回复 1。{% endif %}退订回 {{ unsubscribe | upcase }}",
            std::move(data), render::Escape::none};
}

Scenario html_mail() {
    Record data;
    put(data, "first_name", "Ada & Grace");
    put(data, "order_id", "A-10042");
    put(data, "unsubscribe_url", "https://shop.example/u/7f3a?x=1&y=2");
    List items;
    for (int i = 0; i < 10; ++i) {
        Record item;
        put(item, "name", "Trail shoes \"Mont Blanc\" " + std::to_string(i));
        put(item, "url", "https://shop.example/p/" + std::to_string(1000 + i));
        put(item, "price", Money{12'990 + 1'000 * i, {{'E', 'U', 'R'}}});
        put(item, "count", std::int64_t{i % 3 + 1});
        items.emplace_back(std::move(item));
    }
    put(data, "items", std::move(items));
    std::string source = "<!doctype html><html><head><style>";
    for (int i = 0; source.size() < 9'000; ++i)
        source +=
            fmt::format(".row{} {{ padding: {}px 16px; border: 0; color: #333 }}\n", i, i % 9);
    source +=
        "</style></head><body><h1>Thank you, {{ first_name }}</h1>"
        "<p>Order {{ order_id }} is on its way.</p><table>\n"
        "{% for item in items %}<tr class=\"row{{ forloop.index }}\">"
        "<td><a href=\"{{ item.url }}\">{{ item.name }}</a></td>"
        "<td>{{ item.count }}{% if item.count > 1 %} pieces{% else %} piece{% endif %}</td>"
        "<td>{{ item.price | money }}</td></tr>\n{% endfor %}</table>";
    while (source.size() < 18'000)
        source += "<p style=\"margin:0;font-size:14px\">We pack every order by hand.</p>\n";
    source += "<a href=\"{{ unsubscribe_url }}\">Unsubscribe</a></body></html>";
    return {"HTML mail, 20 KB, 10 items", std::move(source), std::move(data), render::Escape::html};
}

/// Renders (or copies) a second, in about a quarter of a second.
double rate_of(const auto& once) {
    std::size_t rounds = 16;
    const auto some = [&] {
        for (std::size_t i = 0; i < rounds; ++i)
            once();
    };
    while (seconds_of(some) < 0.05)
        rounds *= 2;
    rounds *= 5;
    return static_cast<double>(rounds) / seconds_of(some);
}

Measured measure(const Scenario& scenario) {
    auto parsed = render::Template::parse(scenario.source);
    const auto* made = std::get_if<render::Template>(&parsed);
    ENSURE(made != nullptr, "the benchmark's own template parses");
    render::Renderer renderer;
    render::RenderOptions options;
    options.escape = scenario.escape;
    const auto first = renderer.render(*made, scenario.data, options);
    ENSURE(std::holds_alternative<std::string_view>(first), "and renders");
    const std::string output(std::get<std::string_view>(first));
    std::size_t seen = 0;
    Measured out;
    out.per_second = rate_of([&] {
        const auto text = renderer.render(*made, scenario.data, options);
        seen += std::get<std::string_view>(text).size();
    });
    out.cpu_micros = 1e6 / out.per_second;
    const double parses = rate_of([&] {
        const auto again = render::Template::parse(scenario.source);
        seen += again.index();
    });
    std::string copy(output.size(), '\0');
    out.bare_per_second = rate_of([&] {
        std::memcpy(copy.data(), output.data(), output.size());
        // The compiler must believe that somebody reads the copy.
        asm volatile("" : : "r"(copy.data()) : "memory");
    });
    ENSURE(seen > 0, "somebody looked at what was made");
    out.more = {{"bytes", static_cast<double>(output.size())}, {"parses_per_second", parses}};
    return out;
}

}  // namespace

int bench_render_command(const BenchRenderOptions& options) {
    Report report{"render", "messages from parsed templates, one core"};
    Progress progress("measuring", std::max(options.repeat, 1U) * 3);
    std::uint64_t done = 0;
    for (const Scenario& scenario : {push_text(), chinese_sms(), html_mail()}) {
        Case one{scenario.name, "renders", "", "memcpy of the same bytes"};
        for (std::uint32_t run = 0; run < std::max(options.repeat, 1U); ++run) {
            one.runs.push_back(measure(scenario));
            progress.at(++done, scenario.name);
        }
        report.cases.push_back(std::move(one));
    }
    progress.finish("measured");
    print(report, options.json);
    return 0;
}

}  // namespace journey::app
