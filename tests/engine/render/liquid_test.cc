// What the golden cases do not ask: modes, partials, exact numbers, zones, Chinese, sizes.

#include "engine/render/render.h"

#include <catch2/catch.hpp>

using namespace journey;
using render::Mode;
using render::RenderError;
using render::RenderOptions;
using render::Template;

namespace {

Record sample() {
    Record user;
    put(user, "name", "Ada");
    Record data;
    put(data, "user", user);
    put(data, "list", List{Value("tea"), Value("cup"), Value("pot")});
    put(data, "spent", Money{123'450, {{'C', 'N', 'Y'}}});
    put(data, "at", parse_instant("2026-03-29T01:05:09Z").value());
    put(data, "day", Date{20'541});
    put(data, "姓名", "小林");
    put(data, "stock", 7);
    return data;
}

std::string shown(const RenderError& problem) {
    return std::string(name_of(problem.kind)) + ", " +
           (problem.partial.empty() ? "" : problem.partial + " ") + "line " +
           std::to_string(problem.line) + ": " + problem.message;
}

std::string rendered(std::string_view source, Mode mode = Mode::checked,
                     RenderOptions options = {}) {
    auto parsed = Template::parse(source, mode);
    if (const auto* problem = std::get_if<RenderError>(&parsed)) return shown(*problem);
    render::Partials partials;
    partials.add("row", "[{{ row }}{{ mark }}{{ user.name }}{{ outer }}{{ forloop.index }}]", mode);
    partials.add("sets", "{% assign outer = 'set' %}{% increment n %}", mode);
    partials.add("stops", "a{% break %}b", mode);
    partials.add("fails", "\n{{ 1 | divided_by: 0 }}", mode);
    partials.add("broken", "ok\n{% if %}", mode);
    partials.add("again", "x{% render 'again' %}", mode);
    partials.add("includes", "{% include 'row' %}", mode);
    options.partials = &partials;
    render::Renderer renderer;
    const Record data = sample();
    const auto made = renderer.render(std::get<Template>(parsed), data, options);
    if (const auto* problem = std::get_if<RenderError>(&made)) return shown(*problem);
    return std::string(std::get<std::string_view>(made));
}

}  // namespace

TEST_CASE("render shares nothing but the data, include shares every name", "[render][partials]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{% assign outer = 'o' %}{% render 'row', mark: '!' %}", "[!Ada]"},
        {"{% assign outer = 'o' %}{% include 'row', mark: '!' %}", "[!Adao]"},
        {"{% render 'row' for list %}", "[teaAda1][cupAda2][potAda3]"},
        {"{% render 'row' for list as r, mark: '-' %}", "[-Ada1][-Ada2][-Ada3]"},
        {"{% render 'row' with list[1] %}", "[cupAda]"},
        {"{% include 'row' for list %}", "[teaAda][cupAda][potAda]"},
        {"{% render 'sets' %}{{ outer }}{% include 'sets' %}{{ outer }}{{ n }}", "00set1"},
        {"{% for i in list %}{% render 'stops' %}{% endfor %}", "aaa"},
        {"{% for i in list %}{% include 'stops' %}{% endfor %}", "a"},
        {"{% render 'fails' %}", "zero_division, fails line 2: divided by 0"},
        {"{% render 'broken' %}",
         "syntax, broken line 2: something is missing at the end: a value"},
        {"\n{% render 'nowhere' %}", "file_system, line 2: there is no partial `nowhere`"},
        {"{% render 'again' %}", "stack_depth, again line 1: nesting too deep"},
        {"{% render 'includes' %}",
         "disabled, includes line 1: `include` cannot stand in what `render` renders"},
    }));
    CAPTURE(source);
    CHECK(rendered(source) == wanted);
}

TEST_CASE("each mode forgives what Shopify's forgives", "[render][modes]") {
    struct Row {
        std::string source;
        std::string lax;
        std::string strict;
        std::string strict2;
    };
    const std::string kBad = "error";
    const auto row = GENERATE(values<Row>({
        {"{{ list[0]size }}", "3", "error", "error"},
        {"{{ user..name }}", "Ada", "error", "error"},
        {"{{ user.name | upcase | }}", "ADA", "error", "error"},
        {"{{ 'a' | nosuchfilter }}", "a", "a", "a"},
        {"{% if user.name == 'Ada' && x %}y{% endif %}", "y", "error", "error"},
        {"{% case 'b' %}{% when 'a' or 'b' and %}y{% endcase %}", "y", "y", "error"},
        {"{% cycle 'a' 'b' %}", "a", "a", "error"},
        {"{% assign a b = 3 %}{{ b }}", "3", "3", "3"},
        {"{% for i in list reversed, limit: 1 %}{{ i }}{% endfor %}", "tea", "tea", "tea"},
        {"{{ 1.2.3 }}", "1.2", "error", "error"},
        {"{{ \"a }}", "", "error", "error"},
        {"{{ -x }}", "", "error", "error"},
    }));
    CAPTURE(row.source);
    const auto outcome = [&](Mode mode) {
        const std::string text = rendered(row.source, mode);
        return text.find(", line ") == std::string::npos ? text : kBad;
    };
    CHECK(outcome(Mode::lax) == row.lax);
    CHECK(outcome(Mode::strict) == row.strict);
    CHECK(outcome(Mode::strict2) == row.strict2);
}

TEST_CASE("numbers are as exact as Ruby's", "[render][numbers]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{{ 0.1 | plus: 0.2 }}", "0.3"},
        {"{{ 1.1 | times: 1.1 }}", "1.21"},
        {"{{ 99999999999999999999 | times: 99999999999999999999 }}",
         "9999999999999999999800000000000000000001"},
        {"{{ 9223372036854775807 | plus: 1 }}", "9223372036854775808"},
        {"{{ 9223372036854775808 | minus: 1 }}", "9223372036854775807"},
        {"{{ -9223372036854775808 | abs }}", "9223372036854775808"},
        {"{{ -7 | divided_by: 2 }}{{ -7 | modulo: 3 }}", "-42"},
        {"{{ 10 | divided_by: 4.0 }}{{ 5.5 | modulo: -2 }}", "2.5-0.5"},
        {"{{ 1 | divided_by: 3.0 }}", "0.3333333333333333"},
        {"{{ 1 | divided_by: 0.0 }}", "zero_division, line 1: divided by 0"},
        {"{{ 2.5 | round }}{{ -2.5 | round }}{{ 1.005 | round: 2 }}{{ 1250 | round: -2 }}",
         "3-31.011300"},
        {"{{ 1e3 }}{{ 3.0 }}{{ 100000000000000000000.0 }}", "3.01.0e+20"},
        {"{{ '3.5kg' | plus: 1 }}{{ '1_000' | plus: 1 }}{{ nil | plus: 1 }}", "410011"},
        {"{% if 9007199254740993 == 9007199254740992.0 %}same{% else %}not{% endif %}", "not"},
        {"{{ 4.7 | floor }}{{ -4.2 | ceil }}{{ '4.2' | ceil }}", "4-45"},
    }));
    CAPTURE(source);
    CHECK(rendered(source, Mode::lax) == wanted);
}

TEST_CASE("dates are of the zone the author names", "[render][date]") {
    RenderOptions options;
    options.now = parse_instant("2026-01-01T00:00:00Z").value();
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{{ at | date: '%F %T %z %Z', zone: 'Asia/Shanghai' }}",
         "2026-03-29 09:05:09 +0800 Asia/Shanghai"},
        {"{{ at | date: '%H:%M %z', zone: 'Europe/Berlin' }}", "03:05 +0200"},
        {"{{ at | date: '%s', zone: 'Asia/Tokyo' }}", "1774746309"},
        {"{{ day | date: '%F', zone: 'America/New_York' }}", "2026-03-29"},
        {"{{ at | date: '%F', zone: 'Mars/Base' }}",
         "argument, line 1: there is no time zone `Mars/Base`"},
        {"{{ 'now' | date: '%Y-%j' }}{{ 'Today' | date: '%y' }}", "2026-00126"},
        {"{{ '2026/3/2 09:00:00 +0800' | date: '%F %H' }}", "2026-03-02 09"},
        {"{{ '2026-03-02 09:00:07' | date: '%T' }}", "09:00:07"},
        {"{{ '2016-03-14T10:00:00+02:00' | date: '%H:%M %z' }}", "10:00 +0200"},
        {"{{ '2016-03-14T10:00:00+02:00' | date: '%H:%M %z', zone: 'UTC' }}", "08:00 +0000"},
        {"{{ 'tomorrow-ish' | date: '%F' }}{{ nil | date: '%F' }}", "tomorrow-ish"},
        {"{{ at | chinese_date }}", "2026年3月29日 星期日"},
        {"{{ at | chinese_date: 'short', zone: 'Asia/Shanghai' }}", "2026年3月29日"},
    }));
    CAPTURE(source);
    CHECK(rendered(source, Mode::checked, options) == wanted);
}

TEST_CASE("a moment is shown in the zone of the render, a written time by its own clock",
          "[render][date]") {
    RenderOptions options;
    options.now = parse_instant("2026-01-01T22:00:00Z").value();
    options.zone = "Asia/Shanghai";
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{{ 'now' | date: '%F %H:%M %z' }}", "2026-01-02 06:00 +0800"},
        {"{{ 'now' | date: '%F', zone: 'UTC' }}", "2026-01-01"},
        {"{{ at | date: '%H:%M' }}", "09:05"},
        {"{{ 1767304800 | date: '%H:%M' }}", "06:00"},
        {"{{ day | date: '%F' }}", "2026-03-29"},
        {"{{ '2016-03-14T10:00:00+02:00' | date: '%H:%M' }}", "10:00"},
        {"{{ '2026-03-02 09:00' | date: '%H:%M' }}", "09:00"},
        {"{{ 'now' | chinese_date }}", "2026年1月2日 星期五"},
    }));
    CAPTURE(source);
    CHECK(rendered(source, Mode::checked, options) == wanted);
}

TEST_CASE("money and numbers are written as Chinese readers expect", "[render][money]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{{ spent | money }}", "¥1,234.50"},
        {"{{ spent | money_without_currency }}", "1,234.50"},
        {"{{ spent | times: 0.85 | money }}", "¥1,049.33"},
        {"{{ 1234567.891 | money }}", "1,234,567.89"},
        {"{{ spent | chinese_money }}", "壹仟贰佰叁拾肆元伍角"},
        {"{{ 100 | chinese_money }}", "壹佰元整"},
        {"{{ 10050.05 | chinese_money }}", "壹万零伍拾元零伍分"},
        {"{{ 0.3 | chinese_money }}{{ 0 | chinese_money }}", "叁角零元整"},
        {"{{ 15 | chinese_number }}{{ 10050 | chinese_number }}", "十五一万零五十"},
        {"{{ 100000001 | chinese_number }}{{ -20 | chinese_number }}", "一亿零一负二十"},
        {"{{ 12345 | wan }} {{ 300000000 | wan }} {{ 9999 | wan }}", "1.2万 3亿 9999"},
        {"{{ 姓名 }}{{ 姓名 | size }}", "小林2"},
    }));
    CAPTURE(source);
    CHECK(rendered(source) == wanted);
}

TEST_CASE("counters begin where the data has a number of that name", "[render]") {
    CHECK(rendered("{% increment stock %}{% increment stock %}{{ stock }}") == "789");
    CHECK(rendered("{% decrement none %}{% decrement none %}{{ none }}") == "-1-2-2");
}

TEST_CASE("a name nobody gave is an error when the caller says so", "[render]") {
    RenderOptions options;
    options.strict_variables = true;
    options.strict_filters = true;
    CHECK(rendered("{{ user.name }}", Mode::strict, options) == "Ada");
    CHECK(rendered("\n{{ nobody }}", Mode::strict, options) ==
          "undefined_variable, line 2: undefined variable nobody");
    CHECK(rendered("{{ user.age }}", Mode::strict, options) ==
          "undefined_variable, line 1: undefined variable age");
    CHECK(rendered("{{ 1 | nofilter }}", Mode::strict, options) ==
          "undefined_filter, line 1: undefined filter nofilter");
}

TEST_CASE("one renderer renders many templates and forgets each", "[render]") {
    render::Renderer renderer;
    const auto first =
        Template::parse("{% assign a = 'x' | append: 'y' %}{% increment n %}{{ a }}");
    const auto second = Template::parse("{{ a }}{{ n }}{% cycle 'p', 'q' %}");
    for (int i = 0; i < 3; ++i) {
        CHECK(std::get<std::string_view>(renderer.render(std::get<Template>(first), {}, {})) ==
              "0xy");
        CHECK(std::get<std::string_view>(renderer.render(std::get<Template>(second), {}, {})) ==
              "p");
    }
}

TEST_CASE("a text message counts as its alphabet says", "[render][sms]") {
    struct Row {
        std::string text;
        bool gsm7;
        std::size_t units;
        std::size_t segments;
        std::size_t left;
    };
    std::string escaped_at_seam(152, 'a');
    escaped_at_seam += "{bbbbbbbbbb";
    std::string pair_at_seam;
    for (int i = 0; i < 66; ++i)
        pair_at_seam += "中";
    pair_at_seam += "😀中中中中";
    const auto row = GENERATE_COPY(values<Row>({
        {"", true, 0, 0, 0},
        {"Hello", true, 5, 1, 155},
        {std::string(160, 'a'), true, 160, 1, 0},
        {std::string(161, 'a'), true, 161, 2, 145},
        {"5 €", true, 4, 1, 156},
        {"您好", false, 2, 1, 68},
        {"Zoë`", false, 4, 1, 66},
        {"😀", false, 2, 1, 68},
        {escaped_at_seam, true, 164, 2, 141},
        {pair_at_seam, false, 72, 2, 61},
    }));
    CAPTURE(row.text);
    const render::SmsSize size = render::sms_size(row.text);
    CHECK(size.gsm7 == row.gsm7);
    CHECK(size.units == row.units);
    CHECK(size.segments == row.segments);
    CHECK(size.left == row.left);
}

TEST_CASE("hostile templates end in a named error within their budget", "[render][hostile]") {
    const auto [source, wanted] = GENERATE(table<std::string, std::string>({
        {"{% for i in (1..100000) %}{% for j in (1..100000) %}{% endfor %}{% endfor %}", "budget"},
        {"{% assign a = 'aaaaaaaaaa' %}{% for i in (1..99) %}{% assign a = a | append: a %}"
         "{% endfor %}",
         "budget"},
        {"{% assign a = 'a,b' | split: ',' %}{% for i in (1..99) %}{% assign a = a | concat: a %}"
         "{% endfor %}",
         "budget"},
        {"{% assign a = 9999999999999999999 %}{% for i in (1..99) %}{% assign a = a | times: a %}"
         "{% endfor %}",
         "budget"},
        {"{% assign a = 'x' %}{% for i in (1..40) %}{% assign a = a | replace: 'x', 'xxxxxxxxxx' %}"
         "{% endfor %}",
         "budget"},
        {"{% for i in (1..99999) %}{% capture a %}{{ a }}xxxxxxxxxxxxxxx{% endcapture %}"
         "{% endfor %}",
         "budget"},
        {"{{ (1..9007199254740992) | join: '' }}", "budget"},
        {"{% assign a = 'a' %}{% for i in (1..17) %}{% assign a = a | append: a %}{% endfor %}"
         "{% assign b = a | append: 'b' %}{% for i in (1..999) %}{{ a | append: a | replace: b, '' "
         "| size }}{% if a contains b %}{% endif %}{% endfor %}",
         "budget"},
        {"{{ (1..9007199254740992) | last }}", "9007199254740992"},
        {"{{ (1..99999999999999999999) | size }}", "argument"},
        {"{% tablerow i in (1..1000000000) cols: 2 %}{% endtablerow %}", "budget"},
        {"{% render 'again' %}", "stack_depth"},
    }));
    CAPTURE(source);
    const std::string outcome = rendered(source);
    CHECK(outcome.substr(0, wanted.size()) == wanted);
}

TEST_CASE("sources of any shape are read in one pass", "[render][hostile]") {
    const auto repeated = [](std::string_view part, int times) {
        std::string out;
        for (int i = 0; i < times; ++i)
            out += part;
        return out;
    };
    for (const std::string& source :
         {repeated("{% if x %}", 100'000), repeated("{% raw %}{%", 50'000),
          "{% raw %}" + repeated("{% x ", 50'000), "{{ a" + repeated("[a", 100'000),
          "{{ a" + repeated("[0]", 100'000) + " }}", "{{ " + repeated("\"'", 100'000) + " }}",
          "{{ a" + repeated(" | append: 'x", 50'000) + " }}",
          "{% if " + repeated("a and ", 100'000) + "a %}{% endif %}",
          "{% if " + repeated("' or \"", 50'000) + "%}{% endif %}",
          "{{ " + repeated("(", 100'000) + "1..2" + repeated(")", 100'000) + " }}",
          "{% cycle " + repeated("'a',", 50'000) + " %}", repeated("{% comment %}", 50'000),
          "{% liquid " + repeated("\nif a", 50'000) + " %}", repeated("{{ '", 50'000),
          repeated("{% case x %}{% when 1 %}", 5'000)}) {
        for (const Mode mode : {Mode::lax, Mode::strict, Mode::strict2, Mode::checked}) {
            CHECK_NOTHROW(rendered(source, mode));
        }
    }
    CHECK(rendered("{{ '" + repeated("<script", 50'000) + "' | strip_html | size }}") == "350000");
}
