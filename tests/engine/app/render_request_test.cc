#include "engine/app/render_request.h"

#include <catch2/catch.hpp>

using namespace journey;

TEST_CASE("a request a line is answered by one line", "[render]") {
    render::Renderer renderer;
    const auto [request, wanted] = GENERATE(table<std::string, std::string>({
        {R"({"id":1,"template":"Hi {{ name }}","data":{"name":"Ada"}})",
         R"({"id":1,"output":"Hi Ada"})"},
        {R"({"id":"a","template":"{{ x","mode":"lax"})",
         R"({"id":"a","error":{"kind":"syntax","line":1,"message":"`{{` is not closed by `}}`"}})"},
        {R"({"id":2,"template":"{% render 'p', a: 3 %}","partials":{"p":"<{{ a }}>"}})",
         R"({"id":2,"output":"<3>"})"},
        {R"({"id":3,"template":"\n{{ 1 | modulo: 0 }}"})",
         R"({"id":3,"error":{"kind":"zero_division","line":2,"message":"divided by 0"}})"},
        {R"({"id":4,"template":"{{ 'now' | date: '%F' }}","now":"2026-03-02T09:00:00Z"})",
         R"({"id":4,"output":"2026-03-02"})"},
        {R"({"id":5,"template":"{{ foo..bar }}","data":{"foo":{"bar":1}},"mode":"lax"})",
         R"({"id":5,"output":"1"})"},
        {R"({"id":6,"template":"{{ nobody }}","strict_variables":true})",
         R"({"id":6,"error":{"kind":"undefined_variable","line":1,"message":"undefined variable nobody"}})"},
        {R"({"id":7,"template":"{{ '<' }}","escape":"html"})", R"({"id":7,"output":"&lt;"})"},
        {R"({"id":8,"template":"x","mode":"loose"})",
         R"({"id":8,"error":{"kind":"request","line":0,"message":"`mode` is lax, strict, strict2 or checked"}})"},
        {R"({"id":9,"template":"{% for i in (1..9) %}{% endfor %}","steps":5})",
         R"({"id":9,"error":{"kind":"budget","line":1,"message":"the template exceeds its budget; make loops, lists or texts smaller"}})"},
        {R"({"id":10})",
         R"({"id":10,"error":{"kind":"request","line":0,"message":"`template` must be a text"}})"},
    }));
    CAPTURE(request);
    CHECK(app::answer_render_request(request, renderer) == wanted);
}

TEST_CASE("what is no request is answered all the same", "[render]") {
    render::Renderer renderer;
    for (const std::string line : {"", "{", "[]", "null", "\xff", R"({"a":1,"a":2})"}) {
        CAPTURE(line);
        const std::string answer = app::answer_render_request(line, renderer);
        CHECK(answer.find(R"({"id":null,"error":{"kind":"request","line":0)") == 0);
    }
}
