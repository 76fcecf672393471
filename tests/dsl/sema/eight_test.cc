// The eight journeys of the language's study, and every expression it shows.

#include "dsl/dsl.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kEight = fs::path(JOURNEY_SOURCE_DIR) / "examples/03-eight-journeys";

dsl::Options templates_of_eight() {
    dsl::Options options;
    options.read_file = [](std::string_view path) -> std::optional<std::string> {
        return read_file(kEight / std::string(path));
    };
    return options;
}

dsl::Compilation compile_eight(const std::string& more = "") {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(kEight)) {
        if (entry.path().extension() == ".journey") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    std::vector<dsl::SourceFile> files;
    for (const fs::path& path : paths)
        files.push_back({path.filename().string(), read_file(path)});
    if (!more.empty()) files.push_back({"more.journey", more});
    return dsl::compile(std::move(files), templates_of_eight());
}

std::string serious(const dsl::Compilation& made) {
    std::string all;
    for (const dsl::Diagnostic& diagnostic : made.diagnostics) {
        if (diagnostic.severity == source::Severity::information) continue;
        // The study's coupon asks for a `sku` that its text does not mention.
        if (diagnostic.code == "J0502") continue;
        all += source::render(made.sources, diagnostic) + "\n";
    }
    return all;
}

}  // namespace

TEST_CASE("the eight journeys compile, without a warning", "[sema][eight]") {
    const dsl::Compilation made = compile_eight();
    INFO(serious(made));
    CHECK(serious(made).empty());
    REQUIRE(made.program);
    CHECK(made.program->journeys.size() == 8);
    CHECK(made.tests.size() >= 15);
    CHECK(made.program->webhooks.size() == 1);
}

TEST_CASE("every expression of the language's study has a type", "[sema][eight]") {
    const auto [expression, expected] = GENERATE(table<std::string, std::string>({
        // Literals
        {"true", ""},
        {"42", ""},
        {"1_000_000", ""},
        {"3.5", ""},
        {"50%", ""},
        {R"("text with \"quotes\" and \u{1F338}")", ""},
        {"90s", ""},
        {"1h30m", ""},
        {"15 minutes", ""},
        {"3 days", ""},
        {"2026-03-20", ""},
        {"2026-03-20 10:00", "J0211"},
        {R"(2026-03-20 10:00 in "Asia/Shanghai")", ""},
        {"2026-03-20T10:00:00+08:00", ""},
        {"09:30", ""},
        {"CNY 199.00", ""},
        {R"(["a", "b"])", ""},
        {R"({ code: "TEN", percent: 10 })", ""},
        {"missing", ""},
        // Operators
        {R"(user.tier is "pro" or user.tier is "plus")", ""},
        {R"(user.tier in ["plus", "pro"])", ""},
        {R"(user in sleeping_champions and not tagged("no_promo"))", ""},
        {R"(user.topics contains "travel")", ""},
        {R"(user.email is present and user.email ends with "@example.com")", ""},
        {"trigger.price default CNY 0 >= CNY 100", ""},
        {"trigger.price between CNY 100 and CNY 500", ""},
        {R"((user.first_name default "friend") is not blank)", ""},
        {"time since last(order_paid) > 90 days", ""},
        {"user.birthday is missing", ""},
        {"now > trigger.time + 2 days", ""},
        {"size(user.topics) > 0", ""},
        {"hour(now, user.time_zone) between 9 and 18", ""},
        {"last(order_paid).total * 2 >= CNY 500", ""},
        // History
        {"did(product_viewed since entry)", ""},
        {"not did(order_paid within 30d)", ""},
        {"count(order_paid within 30d) >= 3", ""},
        {"count(order_paid where total >= CNY 100 within 1y) is 0", ""},
        {"sum(order_paid.total within 1y) >= CNY 2000", ""},
        {"avg(order_paid.total within 6mo)", ""},
        {"max(order_paid.total ever)", ""},
        {"count(distinct product_viewed.sku within 7 days)", ""},
        {"last(product_viewed).sku", ""},
        {R"(last(product_viewed where category is "shoes" within 7d).sku default "none")", ""},
        {R"(first(signed_up).source is "app")", ""},
        {"list(comment_received within 7 days limit 10)", ""},
        {"count(product_viewed between 2026-03-01 and 2026-03-08) > 0", ""},
        {R"(count(clicked where template is "welcome_hello" within 14 days))", ""},
        // Bands and tags
        {"recency in [1, 2] and orders >= 4 and value >= 4", ""},
        {"recency + orders * 10 + value * 100", ""},
        {"size(user.tags)", ""},
        {R"(user.tags contains "vip")", ""},
        {"user.tags is blank", ""},
        {R"("vip" in user.tags)", ""},
        {"recency is \"old\"", "J0201"},
        {"did(order_paid where recency is 5 ever)", "J0108"},
        // Maps by name
        {R"({ code: "TEN", percent: 10 }.percent + 1)", ""},
        {R"({ code: "TEN", percent: 10 }.code + 1)", "J0201"},
        {R"({ code: "TEN" }.cod)", "J0102"},
        {R"({ code: "TEN", code: "ELF" })", "J0105"},
    }));
    CAPTURE(expression);
    const dsl::Compilation made = compile_eight(
        "journey more {\n  enter when product_viewed\n  do {\n    let x = " + expression +
        "\n    wait 1h\n  }\n}\n");
    std::string codes;
    for (const dsl::Diagnostic& diagnostic : made.diagnostics) {
        if (diagnostic.severity != source::Severity::error) continue;
        codes += (codes.empty() ? "" : " ") + diagnostic.code;
    }
    INFO(serious(made));
    CHECK(codes == expected);
    CHECK(made.ok() == expected.empty());
}
