// Any text as a template, in all four modes, over data with something of every kind: it ends in a
// text or in an error with a line, within its budget, and the same twice.

#include "engine/render/render.h"
#include "tests/fuzz/fuzz.h"

#include <array>

using namespace journey;

namespace {

constexpr std::array<std::string_view, 48> kSeeds{
    "Hi {{ first_name | default: 'you' }}, {{ product }} is back.",
    "{% for item in items limit: 3 offset: 1 reversed %}{{ forloop.index }}{{ item }}{% endfor %}",
    "{% for i in (1..3) %}{% for j in items %}{{ forloop.parentloop.index }}{% endfor %}{% else %}x"
    "{% endfor %}",
    "{% for i in items %}{% if i == 'cup' %}{% break %}{% endif %}{% continue %}{% endfor %}",
    "{% for i in items offset: continue %}{{ i }}{% endfor %}",
    "{% if user.tier == 'gold' and name contains 'Ada' or false %}y{% elsif x %}z{% else %}n"
    "{% endif %}",
    "{% unless user.tier == blank %}a{% else %}b{% endunless %}",
    "{% case user.tier %}{% when 'silver', 'gold' or \"lead\" %}g{% else %}e{% endcase %}",
    "{% assign x = items | join: ', ' | upcase %}{{ x }}",
    "{% capture x %}[{{ user.tier }}]{% endcapture %}{{ x }}",
    "{% tablerow i in items cols: 2 limit: 3 %}{{ tablerowloop.col_last }}{% endtablerow %}",
    "{% cycle 'a', 'b' %}{% cycle 'g': 1, 2 %}",
    "{% increment n %}{% decrement n %}{{ n }}",
    "{% ifchanged %}{{ name }}{% endifchanged %}",
    "{% raw %}{{ x }}{% endraw %}{% comment %}{% if %}{% endcomment %}{% doc %}d{% enddoc %}",
    "{%- liquid\nassign a = 1\nif a\n  echo a | plus: 2.5\nendif\n# note\n-%}",
    "{% # note\n  # more %}{% echo name | escape %}",
    "{% include 'part' with items as p, k: 1 %}{% render 'part' for items as p %}",
    "{% render 'loop', deep: name %}{% include 'broken' %}",
    "{{ user['tier'] }}{{ items[-1] }}{{ items.first }}{{ user.size }}{{ [name] }}",
    "{{ items | map: 'x' | compact | sort | uniq | reverse | concat: items | size }}",
    "{{ goods | where: 'price', 3 | map: 'name' | first }}{{ goods | sum: 'price' }}",
    "{{ goods | find: 'price', 3 }}{{ goods | has: 'name' }}{{ goods | find_index: 'price', 9 }}",
    "{{ goods | reject: 'price', 3 | sort: 'name' | sort_natural: 'name' | json }}",
    "{{ 1.2 | plus: 3 | minus: '4.5' | times: 2 | divided_by: 7.0 | modulo: 3 }}",
    "{{ 99999999999999999999 | times: 99999999999 }}{{ -7 | divided_by: 2 }}",
    "{{ 4.567 | round: 2 }}{{ 4.5 | ceil }}{{ '4.5' | floor }}{{ -3 | abs | at_least: 5 }}",
    "{{ at | date: '%Y-%m-%d %H:%M:%S.%L %z %^a %-d', zone: 'Asia/Shanghai' }}",
    "{{ 'now' | date: '%s' }}{{ 'March 14, 2016' | date: '%b %d, %y' }}",
    "{{ '2026/3/2 09:00:00 +0800' | date: '%F' }}{{ at | chinese_date: 'short' }}",
    "{{ user.spent | money }}{{ user.spent | times: 0.85 | chinese_money }}{{ 12345 | wan }}",
    "{{ 10050 | chinese_number }}{{ 1234.5 | money_without_currency }}",
    "{{ name | replace: 'a', 'b' | replace_first: '', 'x' | replace_last: 'd', '' }}",
    "{{ name | remove: 'a' | remove_first: 'd' | remove_last: '<' | append: 'x' | prepend: 'y' }}",
    "{{ name | truncate: 5, '…' | truncatewords: 2 | capitalize | downcase }}",
    "{{ ' x ' | strip | lstrip | rstrip | strip_newlines | newline_to_br | strip_html }}",
    "{{ name | url_encode | url_decode | base64_encode | base64_decode | escape_once }}",
    "{{ name | base64_url_safe_encode | base64_url_safe_decode | split: '' | slice: 1, 2 }}",
    "{{ '退订' | slice: -1 }}{{ '退订' | split: '' | join: '|' }}",
    "{{ (1..x) | join: ',' }}{{ (1..3) }}{% assign r = (3..1) %}{{ r.size }}",
    "{% if 1 < 2.0 %}{% endif %}{% if '1' < 2 %}{% endif %}{% if items <> empty %}e{% endif %}",
    "{{ false | default: 1, allow_false: true }}{{ nil | default: '' }}",
    "{{ products[0]title }}{{ foo..bar }}{% if not x %}{% endif %}{% when 'a' and b %}",
    "{% for i in (1..9999999) %}{{ i }}{% endfor %}",
    "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}",
    "{{ \"unclosed }}{% if %}{{ | }}{% assign = 3 %}",
    "{{ a.b[c[d[e]]].f }}{{ [\"a b\"].c }}",
    "a {{- 1 -}} b {%- if true -%} c {%- endif -%} d",
};

Record sample() {
    Record user;
    put(user, "tier", "gold");
    put(user, "spent", Money{129'900, {{'C', 'N', 'Y'}}});
    List goods;
    for (const int price : {3, 9, 3}) {
        Record one;
        put(one, "name", "tea " + std::to_string(price));
        put(one, "price", price);
        goods.emplace_back(std::move(one));
    }
    Record data;
    put(data, "name", "Ada <b> 小林");
    put(data, "first_name", "Ada");
    put(data, "user", std::move(user));
    put(data, "items", List{Value("tea"), Value("cup"), Value(), Value(2.5), Value(7)});
    put(data, "goods", std::move(goods));
    put(data, "at", Instant{std::chrono::seconds{1'774'746'309}});
    put(data, "day", Date{20'000});
    put(data, "x", 3);
    return data;
}

std::string outcome(const render::Template& made, const Record& data,
                    const render::RenderOptions& options) {
    render::Renderer renderer;
    const auto result = renderer.render(made, data, options);
    if (const auto* problem = std::get_if<render::RenderError>(&result)) {
        fuzz::require(problem->line > 0 && !problem->message.empty(), "an error without a reason");
        return "error " + problem->message;
    }
    const std::string text(std::get<std::string_view>(result));
    // A table's frame is paid a cell at a time.
    fuzz::require(text.size() <= options.budget.bytes + 4096, "the output exceeds the budget");
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Record kData = sample();
    const std::string text(data, data + size);
    for (const auto mode :
         {render::Mode::lax, render::Mode::strict, render::Mode::strict2, render::Mode::checked}) {
        auto parsed = render::Template::parse(text, mode);
        if (const auto* problem = std::get_if<render::RenderError>(&parsed)) {
            fuzz::require(problem->line > 0 && !problem->message.empty(), "no line or no reason");
            continue;
        }
        render::Partials partials;
        partials.add("part", "{{ p }}{{ k }}{% break %}", mode);
        partials.add("loop", "{% render 'loop', deep: deep %}", mode);
        partials.add("broken", "{% if %}", mode);
        render::RenderOptions options;
        options.budget = {20'000, 64 << 10};
        options.partials = &partials;
        options.now = Instant{std::chrono::seconds{1'774'746'309}};
        options.escape = size % 2 == 0 ? render::Escape::html : render::Escape::none;
        const auto& made = std::get<render::Template>(parsed);
        fuzz::require(outcome(made, kData, options) == outcome(made, kData, options),
                      "two renders differ");
    }
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    return {kSeeds.begin(), kSeeds.end()};
}

std::vector<std::string> fuzz::dictionary() {
    return {"{{",         "}}",         "{%",          "%}",
            "{%-",        "-%}",        "| ",          "if ",
            "endif",      "for ",       "endfor",      " in ",
            "(1..3)",     "limit:",     "offset:",     "continue",
            "reversed",   "forloop.",   "assign ",     " = ",
            "capture ",   "endcapture", "case ",       "when ",
            "endcase",    "else",       "elsif ",      "unless ",
            "endunless",  "tablerow ",  "endtablerow", "cols:",
            "cycle ",     "raw",        "endraw",      "comment",
            "endcomment", "liquid\n",   "echo ",       "render ",
            "include ",   "with ",      " as ",        "append: ",
            "replace: ",  "split: ",    "join: ",      "times: ",
            "date: ",     "sort",       "map: ",       "where: ",
            "contains ",  " and ",      " or ",        "blank",
            "empty",      "nil",        "items",       "user.spent",
            "goods",      "[",          "]",           "'",
            "\"",         ",",          ":",           "99999999999999999999"};
}
