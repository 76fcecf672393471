#include "engine/app/made_up.h"

#include "engine/calendar/calendar.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kNames[] = {"Ada",  "小王", "Lena", "Noor", "Mei",  "Tom",
                                  "李娜", "Ines", "Kofi", "Yuki", "张伟", "Sara"};
constexpr const char* kZones[] = {"Asia/Shanghai",    "Asia/Shanghai", "Europe/Berlin",
                                  "America/New_York", "Europe/London", "Asia/Tokyo"};
constexpr std::uint64_t kDaySeconds = 86'400;

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// "trial_end", "trialEnd" → trial, end.
std::vector<std::string> words_of(std::string_view name) {
    std::vector<std::string> all(1);
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        if ((c == '_' || upper) && !all.back().empty()) all.emplace_back();
        if (c != '_') all.back() += static_cast<char>(upper ? c - 'A' + 'a' : c);
    }
    return all;
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::string_view (&all)[N]) {
    return std::find(std::begin(all), std::end(all), word) != std::end(all);
}

/// "renewal", "renews", but not "renewed".
template <std::size_t N>
bool begins_as(std::string_view word, const std::string_view (&all)[N]) {
    return !word.ends_with("ed") &&
           std::any_of(std::begin(all), std::end(all),
                       [&](std::string_view one) { return word.starts_with(one); });
}

struct Days {
    std::int64_t from;
    std::uint64_t count;
};
Days days_of(DateSpread spread) {
    constexpr std::int64_t kYear = 365;
    switch (spread) {
        case DateSpread::of_birth:
            return {-75 * kYear - 18, 57 * kYear};
        case DateSpread::yearly:
            return {-20 * kYear - 5, 19 * kYear};
        case DateSpread::ahead:
            return {0, kYear};
        case DateSpread::behind:
            return {-kYear, kYear};
        case DateSpread::around:
            return {-kYear, 2 * kYear};
    }
    return {0, kYear};
}

Date date_at(const MadeUpFor& who) {
    const Micros local = std::chrono::microseconds(micros_of(who.around)) + who.zone_offset;
    return Date{static_cast<std::int32_t>(std::chrono::floor<std::chrono::days>(local).count())};
}

}  // namespace

DateSpread date_spread_of(std::string_view name) {
    constexpr std::string_view kAhead[] = {"next",     "due",      "until",     "end",
                                           "ends",     "deadline", "valid",     "expected",
                                           "promised", "planned",  "scheduled", "appointment"};
    constexpr std::string_view kAheadAs[] = {"renew",   "expir",    "arriv",   "depart",
                                             "checkin", "checkout", "upcoming"};
    constexpr std::string_view kBehind[] = {"last", "first", "since", "paid", "bought"};
    const std::vector<std::string> words = words_of(name);
    const auto any = [&](auto holds) { return std::any_of(words.begin(), words.end(), holds); };
    if (any([](const std::string& word) {
            return word.starts_with("birth") || word == "born" || word == "dob";
        }))
        return DateSpread::of_birth;
    if (any([](const std::string& word) {
            return word.starts_with("anniversar") || word == "wedding";
        }))
        return DateSpread::yearly;
    // "last_renewal" is over, and "next_since" is to come: the first word that says so decides.
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (is_one_of(word, kAhead) || begins_as(word, kAheadAs)) return DateSpread::ahead;
        if (word == "check" && i + 1 < words.size() &&
            (words[i + 1] == "in" || words[i + 1] == "out"))
            return DateSpread::ahead;
        if (is_one_of(word, kBehind) || word.ends_with("ed")) return DateSpread::behind;
    }
    return DateSpread::around;
}

Micros zone_offset_of(const std::string& name, Instant at) {
    const calendar::Zone* zone = calendar::find_zone(name);
    if (zone == nullptr) return Micros{};
    const calendar::Local local = calendar::to_local(at, *zone);
    const std::int64_t civil =
        (std::int64_t{local.date.days} * 86'400 + local.time.seconds) * 1'000'000;
    return Micros{civil - micros_of(at)};
}

MadeUpField::MadeUpField(const ir::Field& field)
    : field_(&field),
      kind_(field.type.kind),
      element_(field.type.element),
      spread_(date_spread_of(field.name)) {
    if (has(field.name, "email")) {
        text_ = Text::email;
    } else if (has(field.name, "phone") || has(field.name, "mobile")) {
        text_ = Text::phone;
    } else if (has(field.name, "token")) {
        text_ = Text::token;
    } else if (has(field.name, "name")) {
        text_ = Text::name;
    } else if (has(field.name, "locale") || has(field.name, "lang")) {
        text_ = Text::language;
    }
}

struct MadeUpMaker {
    const MadeUpField& field;
    const MadeUpFor& who;
    Rng& rng;

    Value text() const {
        switch (field.text_) {
            case MadeUpField::Text::email:
                return Value(std::string(who.name) + "@people.example");
            case MadeUpField::Text::phone:
                return Value(fmt::format("+861380{:07}", who.number % 10'000'000));
            case MadeUpField::Text::token:
                return Value("token-" + std::string(who.name));
            case MadeUpField::Text::name:
                return Value(kNames[rng.below(std::size(kNames))]);
            case MadeUpField::Text::language:
                return Value(rng.chance(0.5) ? "zh-CN" : "en");
            case MadeUpField::Text::other:
                return Value(field.field_->name + '-' + std::to_string(1 + rng.below(50)));
        }
        return {};
    }

    Value money() const {
        const std::string& own = field.field_->type.currency;
        const std::string_view code = own.size() == 3 ? std::string_view(own) : who.currency;
        Money out;
        out.minor = static_cast<std::int64_t>(500 + rng.below(50'000));
        if (code.size() == 3) out.currency = {code[0], code[1], code[2]};
        return Value(out);
    }

    Value value(ir::TypeKind kind) const {
        switch (kind) {
            case ir::TypeKind::boolean:
                return Value(rng.chance(0.5));
            case ir::TypeKind::integer:
                return Value(static_cast<std::int64_t>(1 + rng.below(5)));
            case ir::TypeKind::real:
                return Value(static_cast<double>(rng.below(10'000)) / 100.0);
            case ir::TypeKind::text:
                return text();
            case ir::TypeKind::duration:
                return Value(
                    CalendarDuration{0, 0, static_cast<std::int64_t>(rng.below(kDaySeconds))});
            case ir::TypeKind::instant: {
                const Days days = days_of(field.spread_);
                return Value(who.around + std::chrono::days(days.from) +
                             std::chrono::seconds(rng.below(days.count * kDaySeconds)));
            }
            case ir::TypeKind::date: {
                const Days days = days_of(field.spread_);
                const auto away = days.from + static_cast<std::int64_t>(rng.below(days.count));
                return Value(Date{static_cast<std::int32_t>(date_at(who).days + away)});
            }
            case ir::TypeKind::time_of_day:
                return Value(TimeOfDay{static_cast<std::int32_t>(rng.below(kDaySeconds))});
            case ir::TypeKind::zone:
                return Value(kZones[rng.below(std::size(kZones))]);
            case ir::TypeKind::money:
                return money();
            case ir::TypeKind::choice: {
                const auto& choices = field.field_->type.choices;
                return choices.empty() ? Value() : Value(choices[rng.below(choices.size())]);
            }
            case ir::TypeKind::list:
                if (kind != field.kind_ || field.element_ == ir::TypeKind::list) return {};
                return Value(List{value(field.element_)});
            case ir::TypeKind::missing:
            case ir::TypeKind::map:
            case ir::TypeKind::event:
                return {};
        }
        return {};
    }
};

Value made_up_value(const MadeUpField& field, const MadeUpFor& who, Rng& rng) {
    return MadeUpMaker{field, who, rng}.value(field.field().type.kind);
}

Result<Answering> read_answering(const std::vector<std::string>& given,
                                 const ir::Program& program) {
    Answering out{{"", kAnswering}};
    for (const std::string& one : given) {
        const std::size_t equals = one.find('=');
        const std::string webhook = equals == std::string::npos ? "" : one.substr(0, equals);
        const char* number = one.data() + (equals == std::string::npos ? 0 : equals + 1);
        double share = -1;
        const auto [end, problem] = std::from_chars(number, one.data() + one.size(), share);
        if (problem != std::errc() || end != one.data() + one.size() ||
            !(share >= 0 && share <= 1)) {
            return error(ErrorCode::invalid,
                         fmt::format("`--answers {}` is no share; write a number from 0 to 1, like "
                                     "`0.9` or `mint_coupon=0.9`",
                                     one));
        }
        if (equals != std::string::npos && ir::find_named(program.webhooks, webhook) == ir::kNone) {
            return error(ErrorCode::invalid,
                         fmt::format("the project declares no webhook `{}`", webhook));
        }
        out[webhook] = share;
    }
    return out;
}

MadeUpAnswers::MadeUpAnswers(const ir::Program& program, Answering answering, std::uint64_t seed)
    : program_(program), answering_(std::move(answering)), seed_(seed) {
    for (const ir::Webhook& webhook : program.webhooks)
        gives_.emplace_back(webhook.gives.begin(), webhook.gives.end());
}

connectors::Response MadeUpAnswers::answer(const sim::SentMessage& sent) {
    if (sent.message.channel.starts_with(core::kCallLane))
        return called(sent.message.channel.substr(core::kCallLane.size()), sent);
    connectors::Response response;
    response.answered = true;
    response.bytes_left = true;
    response.status = 202;
    // Nobody knows what it would say: the message shows nothing there.
    if (sent.message.channel.starts_with(core::kFetchLane)) response.body = "{}";
    return response;
}

connectors::Response MadeUpAnswers::called(const std::string& webhook,
                                           const sim::SentMessage& sent) {
    const auto& bytes = sent.message.key.bytes;
    Rng rng(hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, seed_));
    connectors::Response response;
    response.answered = true;
    response.bytes_left = true;
    response.status = 400;  // for good: a call that fails takes the way of failure
    Calls& calls = calls_[webhook];
    const ir::Index declared = ir::find_named(program_.webhooks, webhook);
    const auto own = answering_.find(webhook);
    const auto share = own == answering_.end() ? answering_.find("") : own;
    // A version of before may call what this program no longer knows.
    if (declared == ir::kNone ||
        !rng.chance(share == answering_.end() ? kAnswering : share->second)) {
        ++calls.failed;
        return response;
    }
    const std::string name = fmt::format("{}-{}", webhook, model::format_key(sent.message.key));
    const MadeUpFor who{name, 0, sent.at, zone_offset_of(program_.workspace.zone, sent.at),
                        program_.workspace.currency};
    Record body;
    for (const MadeUpField& field : gives_[declared]) {
        Value value = made_up_value(field, who, rng);
        if (!value.is_missing()) body.push_back({field.field().name, std::move(value)});
    }
    response.status = 200;
    response.body = to_json(Value(std::move(body)));
    ++calls.answered;
    return response;
}

}  // namespace journey::app
