#include "engine/render/render.h"

#include <catch2/catch.hpp>

using namespace journey;
using render::Budget;
using render::Escape;
using render::RenderError;
using render::Template;

namespace {

Record sample() {
    Record user;
    put(user, "tier", "gold");
    put(user, "spent", Money{129'900, {{'C', 'N', 'Y'}}});
    Record data;
    put(data, "name", "Ada <b>");
    put(data, "user", user);
    put(data, "items", List{Value("tea"), Value("cup"), Value("pot")});
    put(data, "at", parse_instant("2026-03-29T01:05:09Z").value());
    return data;
}

std::string rendered(std::string_view source, Escape escape = Escape::none,
                     const Budget& budget = {}) {
    auto parsed = Template::parse(source);
    if (auto* error = std::get_if<RenderError>(&parsed)) {
        return "line " + std::to_string(error->line) + ": " + error->message;
    }
    auto made = std::get<Template>(parsed).render(sample(), escape, budget);
    if (auto* error = std::get_if<RenderError>(&made)) {
        return "line " + std::to_string(error->line) + ": " + error->message;
    }
    return std::get<std::string>(made);
}

}  // namespace

TEST_CASE("templates say what their author means", "[render]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"Hi {{ name }}!", "Hi Ada <b>!"},
        {"{{ nobody.there[3].at_all }}", ""},
        {"{{ user['tier'] | upcase }}", "GOLD"},
        {"{{ items[0] }}{{ items[-1] }}{{ items.size }}{{ items.first }}", "teapot3tea"},
        {"a {%- if true -%} b {%- endif -%} c", "abc"},
        {"{% for i in items limit: 2 offset: 1 reversed %}{{ forloop.index }}{{ i }} {% endfor %}",
         "1pot 2cup "},
        {"{% for i in nothing %}x{% else %}empty{% endfor %}", "empty"},
        {"{% if user.tier == 'gold' and name contains 'Ada' or false %}y{% endif %}", "y"},
        {"{% unless user.tier == 'gold' %}a{% else %}b{% endunless %}", "b"},
        {"{% case user.tier %}{% when 'silver', 'gold' %}g{% else %}e{% endcase %}", "g"},
        {"{% assign x = 3 | plus: 4 %}{{ x | times: 1.5 }}", "10.5"},
        {"{% capture x %}[{{ user.tier }}]{% endcapture %}{{ x }}", "[gold]"},
        {"{% raw %}{{ name }}{% endraw %}{% comment %}no{% endcomment %}", "{{ name }}"},
        {"{{ missing | default: 'friend' }}", "friend"},
        {"{{ user.spent | money }} {{ user.spent }}", "¥1,299.00 CNY 1299.00"},
        {"{{ user.spent | divided_by: 2 | money }}", "¥649.50"},
        {"{{ at | date: '%Y-%m-%d %H:%M:%S %a %-d %b %l %p' }}",
         "2026-03-29 01:05:09 Sun 29 Mar  1 AM"},
        {"{{ items | join: ', ' | append: '.' }}", "tea, cup, pot."},
        {"{{ 'ÄÖ ß' | downcase }}{{ 'straße' | size }}", "äö ß6"},
        {"{% if missing == blank %}b{% endif %}{% if '' == empty %}e{% endif %}", "be"},
    }));
    CAPTURE(source);
    CHECK(rendered(source) == wanted);
}

TEST_CASE("HTML is escaped unless the author says raw", "[render]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{{ name }}", "Ada &lt;b&gt;"},
        {"{{ name | raw }}", "Ada <b>"},
        {"{{ name | escape }}", "Ada &lt;b&gt;"},
        {"{{ name | escape | append: name }}", "Ada &amp;lt;b&amp;gt;Ada &lt;b&gt;"},
        {"{% assign x = name | raw %}{{ x }}{{ x | upcase }}", "Ada <b>ADA &lt;B&gt;"},
        {"{% assign x = name | raw | upcase %}{{ x }}", "ADA <B>"},
        {"{{ missing | default: name }}", "Ada &lt;b&gt;"},
        {"{{ user }}",
         "{&quot;tier&quot;=&gt;&quot;gold&quot;, &quot;spent&quot;=&gt;CNY 1299.00}"},
        {"{% capture x %}<i>{{ name }}</i>{% endcapture %}{{ x }}", "<i>Ada &lt;b&gt;</i>"},
        {"{{ '<a>\n' | newline_to_br }}", "&lt;a&gt;<br />\n"},
        {"<p>{% cycle '<', '>' %}</p>", "<p>&lt;</p>"},
        {"{% assign x = name %}{{ x }}", "Ada &lt;b&gt;"},
        {"{% for x in items %}{% capture name %}{{ x }}{% endcapture %}{% endfor %}{{ name }}",
         "pot"},
    }));
    CAPTURE(source);
    CHECK(rendered(source, Escape::html) == wanted);
}

TEST_CASE("mistakes are refused with their line and a mend", "[render]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"a\nb {{ name | upcas }}",
         "line 2: the filter `upcas` does not exist; did you mean `upcase`?"},
        {"\n\n{% iff x %}", "line 3: the tag `iff` does not exist; did you mean `if`?"},
        {"{% if x %}", "line 1: a block is not closed by `endif`"},
        {"a\n{% endif %}", "line 2: `endif` closes nothing that is open"},
        {"{{ name ", "line 1: `{{` is not closed by `}}`"},
        {"{{ 3 | divided_by: 0 }}", "line 1: divided by 0"},
        {"{{ name | truncate: 1, 2, 3 }}",
         "line 1: the filter `truncate` wants at most 2 arguments, 3 given"},
        {"{% render 'x' %}", "line 1: there is no partial `x`"},
        {"a\n{% if name %}\n{{ 1 | modulo: 0 }}{% endif %}", "line 3: divided by 0"},
        {"{% if '2' > 1 %}{% endif %}", "line 1: comparison of String with 1 failed"},
    }));
    CAPTURE(source);
    CHECK(rendered(source) == wanted);
}

TEST_CASE("assigning inside a loop or a case does not pull the list from under it", "[render]") {
    CHECK(
        rendered("{% assign xs = 'a,b,c,d,e,f,g,h,i' | split: ',' %}"
                 "{% for x in xs %}{% assign xs = 'z' %}{% assign y1 = x %}{% capture y2 %}{{ x }}"
                 "{% endcapture %}{{ y2 }}{% endfor %}") == "abcdefghi");
    CHECK(rendered("{% assign x = 1 %}{% case x %}{% when 1 %}{% assign x = 2 %}{% assign a = 1 %}"
                   "{% assign b = 1 %}{% assign c = 1 %}one{% when 2 %}two{% endcase %}") == "one");
}

TEST_CASE("no template outlives its budget", "[render]") {
    const std::string source =
        GENERATE("{% for i in (1..1000000000) %}{% endfor %}",
                 "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | append: a "
                 "%}{% endfor %}",
                 "{{ (1..999999999) | join: ',' }}",
                 "{% for i in (1..1000) %}{% for j in (1..1000) %}x{% endfor %}{% endfor %}",
                 "{% assign a = 'aaaaaaaaaaaaaaaaaaaa' %}{% for i in (1..30) %}{% assign a = a | "
                 "replace: 'a', "
                 "a %}{% endfor %}",
                 "{% tablerow i in (1..1000000000) %}{% endtablerow %}");
    CAPTURE(source);
    CHECK(rendered(source).find("exceeds") != std::string::npos);
}

TEST_CASE("hostile sources end in an error or a text, never in a crash", "[render]") {
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "{% if x %}";
    std::string brackets = "{{ a" + std::string(100'000, '[');
    std::string filters = "{{ a";
    for (int i = 0; i < 10'000; ++i)
        filters += " | upcase";
    filters += " }}";
    for (const std::string& source :
         {deep, brackets, filters, std::string("{%"), std::string("{{"), std::string("{%-%}"),
          std::string("{{-}}"), std::string("{% raw %}"), std::string("{{ \xff\xfe }}"),
          std::string("{% for %}"), std::string("{% case %}{% endcase %}"),
          std::string("{{ 99999999999999999999999 | times: 99999999999999999999 }}"),
          std::string("{{ 'a' | slice: -9223372036854775808, 9223372036854775807 }}"),
          std::string("{{ -9223372036854775808 | divided_by: -1 }}"),
          std::string("{{ -9223372036854775808 | abs }}{{ 5 | modulo: -1 }}"),
          std::string("{{ 'xyz' | truncate: -9223372036854775808 }}"),
          std::string("{{ (-9223372036854775808..9223372036854775807) | size }}"),
          std::string("{{ 'x' | truncate: -5 }}{{ 9e9 | date: '%' }}{{ 1 | date: '%99999Y' }}")}) {
        CHECK_NOTHROW(rendered(source));
    }
}

TEST_CASE("a template tells which variables it needs", "[render]") {
    auto parsed = Template::parse(
        "{{ first_name }}{% for item in cart.items %}{{ item.name }}{{ forloop.index }}{% endfor %}"
        "{% assign x = total | times: 2 %}{{ x }}{{ first_name }}{% if user.tier %}{% endif %}");
    REQUIRE(std::holds_alternative<Template>(parsed));
    CHECK(std::get<Template>(parsed).variables() ==
          std::vector<std::string>{"first_name", "cart", "total", "user"});
}
