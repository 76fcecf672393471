#include "engine/graph/graph.h"

#include "engine/graph/layout.h"

#include <catch2/catch.hpp>

namespace journey::graph {
namespace {

bool apart(const Placed& a, const Placed& b) {
    return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
           b.y + b.height <= a.y;
}

/// `boxes` in a row of choices: 0 → 1, 2; 1 → 3; 2 → 3; … and one arrow back to the first.
Chart chart_of_size(std::size_t boxes) {
    Chart chart;
    chart.name = "made";
    for (std::size_t i = 0; i < boxes; ++i)
        chart.boxes.push_back({Shape::choice, "s" + std::to_string(i),
                               "choice number " + std::to_string(i) + " with several words", ""});
    for (std::size_t i = 0; i + 2 < boxes; ++i) {
        chart.arrows.push_back({i, i + 1, "If so, it goes to the next one"});
        chart.arrows.push_back({i, i + 2 + i % 5 < boxes ? i + 2 + i % 5 : i + 2, "If not"});
    }
    chart.arrows.push_back({boxes - 1, 0, "again"});
    return chart;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST_CASE("no box or label covers another, whatever the shape of the journey", "[graph]") {
    const std::size_t size = GENERATE(3U, 4U, 7U, 12U, 30U);
    const Chart chart = chart_of_size(size);
    const Layout layout = place(chart);
    std::vector<Placed> all = layout.boxes;
    for (const Route& route : layout.routes) {
        if (route.label) all.push_back(*route.label);
    }
    CHECK(all.size() == chart.boxes.size() + chart.arrows.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(all[i].x >= 0);
        CHECK(all[i].x + all[i].width <= layout.width);
        CHECK(all[i].y + all[i].height <= layout.height);
        for (std::size_t j = i + 1; j < all.size(); ++j) {
            CAPTURE(size, i, j);
            CHECK(apart(all[i], all[j]));
        }
    }
}

TEST_CASE("the same chart is drawn the same twice", "[graph]") {
    const Chart chart = chart_of_size(20);
    CHECK(to_svg(chart) == to_svg(chart));
}

TEST_CASE("the drawing begins at the left margin", "[graph]") {
    const Layout layout = place(chart_of_size(GENERATE(3U, 9U)));
    double left = layout.width;
    for (const Placed& box : layout.boxes)
        left = std::min(left, box.x);
    for (const Route& route : layout.routes)
        left = std::min(left, route.label ? route.label->x : left);
    CHECK(left < 60);
}

TEST_CASE("DOT gets its lines broken, because it breaks none", "[graph]") {
    Chart chart;
    chart.boxes = {
        {Shape::choice, "ask", "此人自进入以来没有买过东西，并且可以通过短信联系到此人？", ""},
        {Shape::end, "end", "结束", ""}};
    chart.arrows = {{0, 1, "如果是"}};
    CHECK(count(to_dot(chart), "\\n") == 1);
    CHECK(count(to_mermaid(chart), "东西，并且可以") == 1);
}

TEST_CASE("a step that leads to itself is drawn, too", "[graph]") {
    Chart chart;
    chart.boxes = {{Shape::wait, "a", "wait", ""}};
    chart.arrows = {{0, 0, "again"}};
    CHECK(count(to_svg(chart), "<g class=\"step\"") == 1);
}

TEST_CASE("what authors write cannot leave its place in the picture", "[graph]") {
    Chart chart;
    chart.name = "<script>alert(1)</script>";
    chart.title = "a \"b\" & <c> \x01 \xff";
    chart.boxes = {{Shape::send, "x\"><y", "send \"]--> `end` #quot; <b>", ""}};
    chart.notes = {"</svg><script>"};
    const std::string svg = to_svg(chart);
    CHECK(count(svg, "<script") == 0);
    CHECK(count(svg, "</svg>") == 1);
    CHECK(svg.find('\x01') == std::string::npos);
    CHECK(is_utf8(svg));
    CHECK(count(to_dot(chart), "\\\"]-->") == 1);
    CHECK(count(to_mermaid(chart), "#quot;]--#gt;") == 1);
}

TEST_CASE("a picture names itself for those who cannot see it", "[graph]") {
    Chart chart = chart_of_size(3);
    chart.title = "三步";
    const std::string svg = to_svg(chart);
    CHECK(count(svg, "<title id=\"name\">made: 三步</title>") == 1);
    CHECK(count(svg, "<desc id=\"what\">choice number 0 with several words; ") == 1);
}

TEST_CASE("lines break between words, and between Chinese characters", "[graph]") {
    using Lines = std::vector<std::string>;
    CHECK(wrap("send email welcome_hello", 14, 4) == Lines{"send email", "welcome_hello"});
    CHECK(wrap("欢迎新来的朋友", 8, 4) == Lines{"欢迎新来", "的朋友"});
    CHECK(wrap("等到周二（当地时间），再发送", 8, 9) ==
          Lines{"等到周二", "（当地时", "间），再", "发送"});
    CHECK(wrap("如果“金卡”会员", 6, 9) == Lines{"如果", "“金卡”", "会员"});
    CHECK(wrap("为 uplift 抽签", 9, 9) == Lines{"为 uplift", "抽签"});
    CHECK(wrap("one two three four", 3, 2) == Lines{"one", "two…"});
    CHECK(wrap("", 10, 2) == Lines{""});
    for (const std::string& line : wrap(std::string(500, 'x'), 20, 100))
        CHECK(display_width(line) <= 21);
}

}  // namespace journey::graph
