// Files made to break the compiler, through all of it: an answer with a reason, and soon.

#include "dsl/dsl.h"
#include "tests/kit/files.h"

#include <catch2/catch.hpp>
#include <filesystem>

using namespace journey;
namespace fs = std::filesystem;
using testing::read_file;

namespace {

const fs::path kRoot = JOURNEY_SOURCE_DIR;

std::string many(std::size_t count, const std::string& words) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += words;
    return all;
}

/// `line` with `#` as the number and `+` as the next one, for 0 to `count` - 1.
std::string chain(std::size_t count, const std::string& line) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        for (const char c : line) {
            if (c == '#') {
                all += std::to_string(i);
            } else if (c == '+') {
                all += std::to_string(i + 1);
            } else {
                all += c;
            }
        }
    }
    return all;
}

std::string journey_of(const std::string& steps) {
    return "journey j {\n  enter when order_paid\n  frequency gentle\n  do {\n" + steps +
           "\n  }\n}\n";
}

/// Either a program or a reason, and a report that somebody can read.
void answers(const std::string& name, const std::string& text, std::size_t most = 200'000) {
    const dsl::Compilation made = dsl::compile(
        {{"shop.journey", read_file(kRoot / "tests/dsl/golden/shop.journey")}, {name, text}});
    CHECK(made.ok() != source::has_errors(made.diagnostics));
    const std::string said = dsl::render(made);
    CHECK(said.size() < most);
    CHECK((made.ok() || !said.empty()));
    dsl::render_json(made);
    dsl::render_short(made);
}

}  // namespace

TEST_CASE("names that lead to names 2^40 times are refused", "[dsl][hostile]") {
    const auto [label, text] = GENERATE(table<std::string, std::string>({
        {"snippets", chain(40, "snippet s#() {\n include s+()\n include s+()\n}\n") +
                         "snippet s40() {\n send email hello\n}\n" + journey_of("include s0()")},
        {"a snippet in itself",
         "snippet s() {\n include s()\n include s()\n}\n" + journey_of("include s()")},
        {"segments", chain(40, "segment s# \"s\" = user in s+ and not user in s+\n") +
                         "segment s40 \"s\" = user.vip\n" +
                         journey_of("if user in s0 { stop }\nsend email hello")},
        {"rounds", journey_of(many(14, "repeat at most 100 times {\n") +
                              "send email hello\nwait 1 day\n" + many(14, "}\n"))},
        {"a round of 10^9", journey_of("repeat at most 1000000000 times {\nsend email hello\n"
                                       "wait 1 day\n}")},
        {"a number without end",
         journey_of("repeat at most " + many(400, "9") + " times { stop }")},
    }));
    CAPTURE(label);
    answers("x.journey", text);
}

TEST_CASE("one line of a megabyte is answered with a few lines", "[dsl][hostile]") {
    const std::size_t size = 900'000;
    const auto [label, name, text] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"one word", "x.journey", many(size, "a")},
        {"words", "x.journey", many(size / 3, "ab ")},
        {"names nobody knows", "x.journey",
         "segment s \"s\" = " + many(size / 20, "user.nothing is 1 and ") + "user.vip\n"},
        {"an unknown name", "x.journey", "segment s \"s\" = user." + many(size, "a") + " is 1\n"},
        {"open braces in a template", "x.journey",
         "template t email marketing {\n consent newsletter\n subject \"x\"\n body \"" +
             many(size / 3, "{{ ") + "\"\n unsubscribe automatic\n}\n"},
        {"variables in a template", "x.journey",
         "template t email marketing {\n consent newsletter\n subject \"x\"\n body \"" +
             chain(20'000, "{{ v# }} ") + "\"\n unsubscribe automatic\n}\n"},
        {"a key of YAML", "x.yaml", many(size, "a") + ": 1\n"},
        {"a text of YAML", "x.yaml", "language: \"" + many(size / 3, "a: ")},
    }));
    CAPTURE(label);
    answers(name, text);
}

TEST_CASE("YAML with 50,000 keys is read once", "[dsl][hostile]") {
    answers("x.yaml", "language: 1\nevents:\n" + chain(50'000, "  e#: {}\n"));
    answers("x.yaml", chain(80'000, "k#: 1\n"));
}

TEST_CASE("2,000 mistakes of each kind are answered as soon as one", "[dsl][hostile]") {
    // What would grow with the square of it takes minutes here, and the tests' own limit ends it.
    const std::string head = "journey j# {\n enter when signed_up\n frequency gentle\n do {\n";
    const std::string tail = "\n }\n}\n";
    const auto [label, text] = GENERATE_COPY(table<std::string, std::string>({
        {"unknown events", chain(2'000, "segment s# \"s\" = did(order_pai# within 30d)\n")},
        {"unknown events among 20,000",
         chain(20'000, "event order_number_#\n") + chain(2'000,
                                                         "segment s# \"s\" = "
                                                         "did(order_numbr_# within 30d)\n")},
        {"unknown properties", chain(2'000, "segment s# \"s\" = user.tierr# is \"x\"\n")},
        {"unknown templates", chain(2'000, head + "send email helo#" + tail)},
        {"unknown segments", chain(2'000, "segment s# \"s\" = user in vipp#\n")},
        {"types that do not match", chain(2'000, "segment s# \"s\" = user.first_name > #\n")},
        {"words that are none", chain(2'000, "segment s# \"s\" = user.vip and and #\n")},
        {"lines that are none", chain(2'000, "sgement s# = (((\n")},
        {"comparing with =", chain(2'000, "segment s# \"s\" = user.tier = \"pro\"\n")},
        {"one name", many(2'000, "segment same \"s\" = user.vip\n")},
        {"names that look alike",
         chain(2'000, "segment Same# \"s\" = user.vip\nsegment same# \"s\" = user.vip\n")},
        {"one label", head + many(450, "a: send email hello\n") + tail},
        {"the same message", head + many(450, "send email hello\nwait 1h\n") + tail},
        {"open variables", chain(2'000, "template t# email transactional {\n body \"{{ x\"\n}\n")},
        {"missing variables", chain(2'000, head + "send email receipt" + tail)},
        {"personal links",
         "template t email transactional {\n body \"https://a.example/{{ w }}\"\n needs w "
         "string required\n}\n" +
             chain(2'000, head + "send email t with { w: user.email default \"\" }" + tail)},
        {"personal data handed on 400 times",
         chain(400,
               "journey j# {\n enter when called\n frequency gentle\n do {\n run j+ with { m: "
               "trigger.m }\n }\n}\n") +
             "journey j400 {\n enter when signed_up\n frequency gentle\n do {\n run j0 with { m: "
             "user.email default \"\" }\n }\n}\n"},
        {"secrets", chain(2'000, "# token=9f8e7d6c5b4a39281706#\n")},
        {"choices nobody is left for",
         "journey j {\n enter when signed_up\n frequency gentle\n do {\n choose {\n" +
             many(490, "when user.tier is \"pro\" { stop }\n") + "otherwise { stop }\n}\n}\n}\n"},
        {"conditions that never hold",
         chain(2'000, "segment s# \"s\" = user.tier is \"pro\" and user.tier is \"free\"\n")},
        {"a condition of 2,000 contradictions",
         "segment s \"s\" = user.vip" + many(2'000, " and user.tier is \"pro\"") + "\n"},
        {"moments that are past",
         head + "wait until 2026-06-01\n" + many(450, "wait until 2026-05-01\n") + tail},
        {"messages that quiet hours eat",
         chain(2'000,
               "journey j# {\n enter every day at 22:00 local for vip\n frequency gentle\n "
               "quiet night\n do {\n send push coupon with { code: \"A\" } valid for 1h\n "
               "}\n}\n")},
        {"tests that go back in time",
         "journey j {\n enter when signed_up\n frequency gentle\n do { send email hello }\n}\n"
         "test \"t\" of j {\n start 2026-03-02 09:00 in \"Asia/Shanghai\"\n at +2 days "
         "signed_up\n" +
             many(2'000, " at +1h expect entered\n") + "}\n"},
        {"reasons without a mistake", many(2'000, "# allow J0407: no reason\n")},
    }));
    CAPTURE(label);
    // A message a mistake, and no more.
    answers("x.journey", text, 2'000'000);
}

TEST_CASE("every beginning of an example is a program or has a reason", "[dsl][hostile]") {
    std::size_t cuts = 0;
    for (const auto& entry : fs::directory_iterator(kRoot / "examples/03-eight-journeys")) {
        if (entry.path().extension() != ".journey") continue;
        const std::string text = read_file(entry.path());
        CAPTURE(entry.path().filename().string());
        // dsl/syntax cuts at every byte; all of the compiler is too slow for that with sanitizers.
        for (std::size_t cut = 0; cut < text.size(); cut += 1 + cuts % 61, ++cuts) {
            CAPTURE(cut);
            const dsl::Compilation made = dsl::compile({{"x.journey", text.substr(0, cut)}});
            REQUIRE(made.ok() != source::has_errors(made.diagnostics));
            REQUIRE((made.ok() || !dsl::render(made).empty()));
        }
    }
    CHECK(cuts > 300);
}
