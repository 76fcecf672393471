#include "engine/app/made_up.h"

#include "engine/app/population.h"

#include <catch2/catch.hpp>

namespace journey::app {
namespace {

const Instant kStart = parse_instant("2026-03-02T00:00:00Z").value();
constexpr std::int32_t kYear = 365;

ir::Field field(std::string name, ir::TypeKind kind) {
    ir::Field out;
    out.name = std::move(name);
    out.type.kind = kind;
    return out;
}

ir::Program with_webhook() {
    ir::Program program;
    program.workspace.zone = "Asia/Shanghai";
    program.workspace.currency = "CNY";
    ir::Webhook mint;
    mint.name = "mint";
    mint.gives = {field("code", ir::TypeKind::text), field("expires", ir::TypeKind::instant),
                  field("percent", ir::TypeKind::integer), field("worth", ir::TypeKind::money),
                  field("nothing", ir::TypeKind::map)};
    program.webhooks.push_back(mint);
    return program;
}

sim::SentMessage call(std::uint8_t key, const std::string& lane = "call:mint") {
    sim::SentMessage sent;
    sent.at = kStart;
    sent.message.channel = lane;
    sent.message.key.bytes = {key, 7};
    return sent;
}

}  // namespace

TEST_CASE("a date's name says where it lies", "[made_up]") {
    struct Row {
        const char* name;
        DateSpread spread;
    };
    const auto row = GENERATE(values<Row>({
        {"birthday", DateSpread::of_birth},
        {"birth_date", DateSpread::of_birth},
        {"dob", DateSpread::of_birth},
        {"born", DateSpread::of_birth},
        {"anniversary", DateSpread::yearly},
        {"wedding_day", DateSpread::yearly},
        {"renewal", DateSpread::ahead},
        {"renews_on", DateSpread::ahead},
        {"expiry", DateSpread::ahead},
        {"expires_at", DateSpread::ahead},
        {"arrival", DateSpread::ahead},
        {"trial_end", DateSpread::ahead},
        {"trialEnd", DateSpread::ahead},
        {"next_visit", DateSpread::ahead},
        {"payment_due", DateSpread::ahead},
        {"due_on", DateSpread::ahead},
        {"valid_until", DateSpread::ahead},
        {"check_in", DateSpread::ahead},
        {"last_renewal", DateSpread::behind},
        {"renewed_at", DateSpread::behind},
        {"expired_on", DateSpread::behind},
        {"joined", DateSpread::behind},
        {"created_at", DateSpread::behind},
        {"member_since", DateSpread::behind},
        {"next_planned_visit", DateSpread::ahead},
        {"start_date", DateSpread::around},
        {"dues", DateSpread::around},
        {"weekend", DateSpread::around},
        {"checked", DateSpread::behind},
        {"", DateSpread::around},
    }));
    CAPTURE(row.name);
    CHECK(date_spread_of(row.name) == row.spread);
}

TEST_CASE("made-up dates fill their stretch around the start, and nothing beyond it", "[made_up]") {
    struct Row {
        const char* name;
        std::int32_t from;
        std::int32_t to;  // days from the start
    };
    const auto row = GENERATE(values<Row>({{"birthday", -75 * kYear - 19, -18 * kYear},
                                           {"anniversary", -20 * kYear - 5, -kYear - 4},
                                           {"renewal", 0, kYear - 1},
                                           {"joined", -kYear, -1},
                                           {"visit", -kYear, kYear - 1}}));
    CAPTURE(row.name);
    Rng rng(1);
    // 08:00 in Shanghai: its day, not the one of UTC.
    const MadeUpFor who{"ada", 1, kStart - std::chrono::hours(1),
                        zone_offset_of("Asia/Shanghai", kStart), "CNY"};
    const std::int32_t today = parse_date("2026-03-02").value().days;
    const ir::Field date = field(row.name, ir::TypeKind::date);
    std::int32_t least = 1'000'000;
    std::int32_t most = -1'000'000;
    for (int i = 0; i < 3000; ++i) {
        const Value value = made_up_value(MadeUpField(date), who, rng);
        const std::int32_t away = value.as<Date>()->days - today;
        least = std::min(least, away);
        most = std::max(most, away);
    }
    const std::int32_t slack = (row.to - row.from) / 100 + 2;
    CHECK(least >= row.from);
    CHECK(least <= row.from + slack);
    CHECK(most <= row.to);
    CHECK(most >= row.to - slack);
    const ir::Field instant = field(row.name, ir::TypeKind::instant);
    const Value moment = made_up_value(MadeUpField(instant), who, rng);
    CHECK(*moment.as<Instant>() >= who.around + std::chrono::days(row.from));
    CHECK(*moment.as<Instant>() <= who.around + std::chrono::days(row.to + 1));
}

TEST_CASE("people whose contract is renewed in the days of the forecast exist", "[made_up]") {
    ir::Program program;
    program.profile = {field("renews_on", ir::TypeKind::date),
                       field("birthday", ir::TypeKind::date)};
    const Instant end = kStart + std::chrono::days(30);
    Population population(program, {}, {1200, 1, kStart, end, {}});
    std::size_t soon = 0;
    while (const auto command = population.next()) {
        const auto* profile = std::get_if<model::Identify>(&command->body);
        if (profile == nullptr) continue;
        const Value* renews = find(profile->traits, "renews_on");
        if (renews == nullptr) continue;
        const std::int32_t away = renews->as<Date>()->days - parse_date("2026-03-02").value().days;
        soon += away >= 0 && away < 30 ? 1 : 0;
    }
    CHECK(soon > 60);
    CHECK(soon < 140);
}

TEST_CASE("a webhook answers with values of the types that it declares", "[made_up]") {
    const ir::Program program = with_webhook();
    MadeUpAnswers answers(program, {{"", 1.0}}, 1);
    const connectors::Response response = answers.answer(call(1));
    CHECK(response.status == 200);
    const auto body = value_from_json(response.body);
    REQUIRE(body);
    const Record& record = *body.value().as<Record>();
    REQUIRE(record.size() == 4);  // what cannot be made up is left out
    CHECK(find(record, "code")->as<std::string>()->starts_with("code-"));
    const auto expires = parse_instant(*find(record, "expires")->as<std::string>());
    REQUIRE(expires);
    CHECK(expires.value() >= kStart);
    CHECK(find(record, "worth")->as<Record>() != nullptr);
    CHECK(answers.answer(call(1)).body == response.body);
    CHECK(answers.answer(call(2)).body != response.body);
    CHECK(answers.calls().at("mint") == Calls{3, 0});
    CHECK(answers.answer(call(1, "email")).status == 202);
    CHECK(answers.calls().size() == 1);
}

TEST_CASE("so many calls fail as were asked for, whatever else happens", "[made_up]") {
    const ir::Program program = with_webhook();
    MadeUpAnswers answers(program, {{"", 1.0}, {"mint", 0.25}}, 9);
    std::vector<std::uint32_t> forwards;
    for (int key = 0; key < 200; ++key)
        forwards.push_back(answers.answer(call(static_cast<std::uint8_t>(key))).status);
    CHECK(answers.calls().at("mint").answered > 30);
    CHECK(answers.calls().at("mint").answered < 70);
    MadeUpAnswers again(program, {{"mint", 0.25}}, 9);
    for (int key = 200; key-- > 0;)
        CHECK(again.answer(call(static_cast<std::uint8_t>(key))).status ==
              forwards[static_cast<std::size_t>(key)]);
    // A version of before calls what this program does not declare.
    CHECK(answers.answer(call(1, "call:gone")).status == 400);
    CHECK(answers.calls().at("gone") == Calls{0, 1});
}

TEST_CASE("a share of answers is a number from 0 to 1, of all webhooks or of a declared one",
          "[made_up]") {
    struct Row {
        const char* text;
        const char* webhook;
        std::optional<double> share;
    };
    const auto row = GENERATE(values<Row>({{"0.5", "", 0.5},
                                           {"1", "", 1},
                                           {"mint=0", "mint", 0},
                                           {"mint=0.25", "mint", 0.25},
                                           {"mint", "", {}},
                                           {"mint=", "", {}},
                                           {"=0.5", "", {}},
                                           {"mnt=0.5", "", {}},
                                           {"1.5", "", {}},
                                           {"-0.1", "", {}},
                                           {"nan", "", {}},
                                           {"0.5x", "", {}},
                                           {"95%", "", {}},
                                           {"", "", {}}}));
    CAPTURE(row.text);
    const auto read = read_answering({row.text}, with_webhook());
    REQUIRE(read.has_value() == row.share.has_value());
    if (row.share) CHECK(read.value().at(row.webhook) == *row.share);
}

}  // namespace journey::app
