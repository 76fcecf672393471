// On-demand parsing: values are read as they are met and never twice. Two kinds of trouble are kept
// apart: broken JSON (simdjson's error codes travel up and refuse the body) and a bad value in
// sound JSON (a Fault of its event; the reader goes on, and simdjson skips what was left unread).

#include "engine/http/segment.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace journey::http {
namespace {

namespace od = simdjson::ondemand;
using Broken = simdjson::error_code;
constexpr Broken kFine = simdjson::SUCCESS;

#define JSON_TRY(expression)                                     \
    do {                                                         \
        if (const Broken broken_ = (expression)) return broken_; \
    } while (false)

void fault(Fault& out, std::string_view code, std::string detail) {
    if (!out) out = {code, std::move(detail)};
}

bool has_repeated_name(const Record& record) {
    constexpr std::size_t kFew = 24;
    if (record.size() <= kFew) {
        for (std::size_t i = 1; i < record.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (record[i].name == record[j].name) return true;
            }
        }
        return false;
    }
    std::vector<std::string_view> names;
    names.reserve(record.size());
    for (const NamedValue& field : record)
        names.push_back(field.name);
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
}

class ValueReader {
  public:
    ValueReader(int depth_most, Fault& out) : depth_most_(depth_most), fault_(out) {}

    Broken value(od::value in, int depth, Value& out) {
        od::json_type type{};
        JSON_TRY(in.type().get(type));
        switch (type) {
            case od::json_type::object: {
                od::object object;
                JSON_TRY(in.get_object().get(object));
                Record record;
                JSON_TRY(this->record(object, depth + 1, record));
                out.held = std::move(record);
                return kFine;
            }
            case od::json_type::array:
                return list(in, depth + 1, out);
            case od::json_type::string: {
                std::string_view text;
                if (in.get_string().get(text)) return bad_text();
                out.held = std::string(text);
                return kFine;
            }
            case od::json_type::number:
                return number(in, out);
            case od::json_type::boolean: {
                bool held = false;
                JSON_TRY(in.get_bool().get(held));
                out.held = held;
                return kFine;
            }
            case od::json_type::null: {
                bool is_null = false;
                JSON_TRY(in.is_null().get(is_null));
                return is_null ? kFine : simdjson::N_ATOM_ERROR;
            }
        }
        return simdjson::TAPE_ERROR;
    }

    Broken record(od::object object, int depth, Record& out) {
        if (depth > depth_most_) return too_deep();
        for (auto each : object) {
            od::field field;
            JSON_TRY(std::move(each).get(field));
            std::string_view key;
            if (field.unescaped_key().get(key)) return bad_text();
            // Before the value: both are unescaped into one buffer, but only until it is full.
            NamedValue& named = out.emplace_back();
            named.name.assign(key);
            JSON_TRY(value(field.value(), depth, named.value));
            if (fault_) return kFine;
        }
        if (has_repeated_name(out)) {
            fault(fault_, "duplicate_key",
                  "A name stands twice in one object of this event; keep one of them.");
        }
        return kFine;
    }

  private:
    Broken list(od::value in, int depth, Value& out) {
        if (depth > depth_most_) return too_deep();
        od::array array;
        JSON_TRY(in.get_array().get(array));
        List list;
        for (auto each : array) {
            od::value element;
            JSON_TRY(std::move(each).get(element));
            JSON_TRY(value(element, depth, list.emplace_back()));
            if (fault_) return kFine;
        }
        out.held = std::move(list);
        return kFine;
    }

    Broken number(od::value in, Value& out) {
        std::int64_t whole = 0;
        // Numbers with a fraction or beyond 64 bits are doubles; nothing was consumed by the try.
        if (in.get_int64().get(whole) == kFine) {
            out.held = whole;
            return kFine;
        }
        double real = 0;
        const Broken broken = in.get_double().get(real);
        if (broken == simdjson::NUMBER_ERROR && looks_like_number(in.raw_json_token())) {
            fault(fault_, "number_too_large",
                  "A number of this event is beyond what a double can hold; send it as text.");
            return kFine;
        }
        JSON_TRY(broken);
        out.held = real;
        return kFine;
    }

    // "1e999" is sound JSON; "1.2.3" is not.
    static bool looks_like_number(std::string_view token) {
        while (!token.empty() &&
               std::string_view(" \t\r\n").find(token.back()) != std::string_view::npos)
            token.remove_suffix(1);
        return value_from_json(fmt::format("[{}]", token)).has_value() ||
               (token.find_first_of("eE") != std::string_view::npos &&
                token.find_first_not_of("+-.0123456789eE") == std::string_view::npos);
    }

    Broken too_deep() {
        fault(fault_, "too_deep",
              fmt::format("This event is nested deeper than {} levels; flatten it.", depth_most_));
        return kFine;
    }
    Broken bad_text() {
        fault(
            fault_, "bad_text",
            "A text of this event holds a broken escape such as half a surrogate pair; send whole "
            "characters.");
        return kFine;
    }

    int depth_most_;
    Fault& fault_;
};

enum class Key : std::uint8_t {
    type,
    user_id,
    anonymous_id,
    previous_id,
    group_id,
    message_id,
    event,
    name,
    category,
    traits,
    properties,
    context,
    timestamp,
    original_timestamp,
    sent_at,
    write_key,
    other,
};

Key key_named(std::string_view name) {
    struct Row {
        std::string_view name;
        Key key;
    };
    static constexpr Row kRows[] = {
        {"type", Key::type},
        {"event", Key::event},
        {"userId", Key::user_id},
        {"properties", Key::properties},
        {"messageId", Key::message_id},
        {"timestamp", Key::timestamp},
        {"context", Key::context},
        {"anonymousId", Key::anonymous_id},
        {"traits", Key::traits},
        {"sentAt", Key::sent_at},
        {"originalTimestamp", Key::original_timestamp},
        {"name", Key::name},
        {"category", Key::category},
        {"groupId", Key::group_id},
        {"previousId", Key::previous_id},
        {"writeKey", Key::write_key},
    };
    for (const Row& row : kRows) {
        if (row.name == name) return row.key;
    }
    return Key::other;
}

}  // namespace

std::optional<Call> call_named(std::string_view name) {
    if (name == "track") return Call::track;
    if (name == "identify") return Call::identify;
    if (name == "page") return Call::page;
    if (name == "screen") return Call::screen;
    if (name == "group") return Call::group;
    if (name == "alias") return Call::alias;
    return std::nullopt;
}

class SegmentReader::Impl {
  public:
    explicit Impl(const SegmentLimits& limits) : limits_(limits) {}

    std::optional<Refusal> read(std::string& text, std::optional<Call> call, SegmentBody& out) {
        out.events.clear();
        out.context = {};
        out.sent_at.reset();
        out.write_key.clear();
        if (text.capacity() < text.size() + simdjson::SIMDJSON_PADDING) {
            text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
        }
        refusal_.reset();
        od::document document;
        Broken broken = parser_.iterate(text.data(), text.size(), text.capacity()).get(document);
        if (broken == kFine) {
            broken = call ? read_one(document, *call, out) : read_batch(document, out);
        }
        // An event given up half way (one with a fault, alone) leaves the reader inside of it.
        const bool whole = !call || out.events.empty() || !out.events.front().fault;
        if (broken == kFine && !refusal_ && whole && document.current_location().error() == kFine) {
            broken = simdjson::TRAILING_CONTENT;
        }
        if (broken != kFine) return explain(broken, text);
        return std::move(refusal_);
    }

  private:
    // ---- whole bodies

    Broken read_one(od::document& document, Call call, SegmentBody& out) {
        od::object object;
        const Broken broken = document.get_object().get(object);
        if (broken == simdjson::INCORRECT_TYPE) return refuse_shape("one event as a JSON object");
        JSON_TRY(broken);
        SegmentEvent& event = out.events.emplace_back();
        JSON_TRY(read_event(object, event, &out.write_key));
        event.call = call;
        return kFine;
    }

    Broken read_batch(od::document& document, SegmentBody& out) {
        od::object object;
        const Broken broken = document.get_object().get(object);
        if (broken == simdjson::INCORRECT_TYPE) return refuse_shape("{\"batch\": [ … ]}");
        JSON_TRY(broken);
        bool met = false;
        Fault ignored;
        for (auto each : object) {
            od::field field;
            JSON_TRY(std::move(each).get(field));
            std::string_view key;
            JSON_TRY(field.unescaped_key().get(key));
            if (key == "batch") {
                if (met) return refuse_shape("\"batch\" only once");
                met = true;
                JSON_TRY(read_events(field.value(), out));
                if (refusal_) return kFine;
            } else if (key == "sentAt") {
                JSON_TRY(read_instant(field.value(), out.sent_at, "sentAt", ignored));
            } else if (key == "context") {
                JSON_TRY(read_context(field.value(), out.context, ignored));
            } else if (key == "writeKey") {
                JSON_TRY(read_text(field.value(), out.write_key, ignored));
            }
        }
        if (!met) return refuse_shape("{\"batch\": [ … ]}");
        return kFine;
    }

    Broken read_events(od::value in, SegmentBody& out) {
        od::array array;
        const Broken broken = in.get_array().get(array);
        if (broken == simdjson::INCORRECT_TYPE) return refuse_shape("\"batch\" as a list");
        JSON_TRY(broken);
        for (auto each : array) {
            od::value element;
            JSON_TRY(std::move(each).get(element));
            if (out.events.size() >= limits_.batch_most) {
                refusal_ = Refusal{413, "batch_too_large",
                                   fmt::format("A batch holds at most {} events; send the rest in "
                                               "another request.",
                                               limits_.batch_most)};
                return kFine;
            }
            SegmentEvent& event = out.events.emplace_back();
            od::object object;
            const Broken wrong = element.get_object().get(object);
            if (wrong == simdjson::INCORRECT_TYPE) {
                fault(event.fault, "not_an_event", "Each element of `batch` must be an object.");
                continue;
            }
            JSON_TRY(wrong);
            JSON_TRY(read_event(object, event, nullptr));
        }
        return kFine;
    }

    Broken refuse_shape(std::string_view wanted) {
        refusal_ = Refusal{400, "wrong_shape", fmt::format("Send {}.", wanted)};
        return kFine;
    }

    // ---- one event

    Broken read_event(od::object object, SegmentEvent& event, std::string* write_key) {
        const char* begin = nullptr;
        const char* end = nullptr;
        for (auto each : object) {
            od::field field;
            JSON_TRY(std::move(each).get(field));
            std::string_view key;
            if (field.unescaped_key().get(key)) {
                fault(event.fault, "bad_text", "A name of this event holds a broken escape.");
                break;
            }
            od::value value = field.value();
            const std::string_view token = value.raw_json_token();
            if (begin == nullptr) begin = token.data();
            end = token.data() + token.size();
            JSON_TRY(read_member(key_named(key), value, event, write_key));
            if (event.fault) break;  // the rest is skipped, unread
            if (const char* here = after(value)) end = here;
        }
        if (begin != nullptr && static_cast<std::size_t>(end - begin) > limits_.event_bytes_most) {
            fault(event.fault, "event_too_large",
                  fmt::format("An event holds at most {} bytes; this one has {}.",
                              limits_.event_bytes_most, end - begin));
        }
        return kFine;
    }

    // Where the text goes on behind a value that was read; null at the end of the text.
    static const char* after(od::value& value) {
        const char* here = nullptr;
        return value.current_location().get(here) ? nullptr : here;
    }

    Broken read_member(Key key, od::value value, SegmentEvent& event, std::string* write_key) {
        Fault& bad = event.fault;
        switch (key) {
            case Key::type: {
                std::string type;
                JSON_TRY(read_text(value, type, bad));
                event.call = call_named(type);
                if (!event.call) {
                    fault(bad, "unknown_type",
                          fmt::format("`type` must be identify, track, page, screen, group or "
                                      "alias, and this is `{}`.",
                                      type.substr(0, 64)));
                }
                return kFine;
            }
            case Key::user_id:
                return read_id(value, event.user_id, "userId", bad);
            case Key::anonymous_id:
                return read_id(value, event.anonymous_id, "anonymousId", bad);
            case Key::previous_id:
                return read_id(value, event.previous_id, "previousId", bad);
            case Key::group_id:
                return read_id(value, event.group_id, "groupId", bad);
            case Key::message_id:
                return read_id(value, event.message_id, "messageId", bad);
            case Key::event:
                return read_id(value, event.event, "event", bad);
            case Key::name:
                return read_text(value, event.name, bad);
            case Key::category:
                return read_text(value, event.category, bad);
            case Key::traits:
                return read_record(value, event.traits, "traits", bad);
            case Key::properties:
                return read_record(value, event.properties, "properties", bad);
            case Key::context:
                return read_context(value, event.context, bad);
            case Key::timestamp:
                return read_instant(value, event.timestamp, "timestamp", bad);
            case Key::original_timestamp:
                if (event.timestamp) return kFine;
                return read_instant(value, event.timestamp, "originalTimestamp", bad);
            case Key::sent_at:
                return read_instant(value, event.sent_at, "sentAt", bad);
            case Key::write_key:
                return write_key == nullptr ? kFine : read_text(value, *write_key, bad);
            case Key::other:
                return kFine;
        }
        return kFine;
    }

    // ---- values

    /// Text; anything else leaves `out` empty.
    Broken read_text(od::value in, std::string& out, Fault& bad) {
        std::string_view text;
        const Broken broken = in.get_string().get(text);
        if (broken == simdjson::INCORRECT_TYPE) return kFine;
        if (broken != kFine) {
            fault(bad, "bad_text", "A text of this event holds a broken escape.");
            return kFine;
        }
        out.assign(text);
        return kFine;
    }

    /// Text or a whole number, which some senders use for ids; null is as if absent.
    Broken read_id(od::value in, std::string& out, std::string_view name, Fault& bad) {
        od::json_type type{};
        JSON_TRY(in.type().get(type));
        if (type == od::json_type::string) {
            JSON_TRY(read_text(in, out, bad));
        } else if (type == od::json_type::number) {
            std::int64_t number = 0;
            if (in.get_int64().get(number)) {
                fault(bad, "wrong_type", fmt::format("`{}` must be text.", name));
                return kFine;
            }
            out = fmt::format_int(number).str();
        } else if (type != od::json_type::null) {
            fault(bad, "wrong_type", fmt::format("`{}` must be text.", name));
        }
        if (out.size() > limits_.id_bytes_most) {
            fault(bad, "id_too_long",
                  fmt::format("`{}` holds at most {} bytes.", name, limits_.id_bytes_most));
        }
        return kFine;
    }

    Broken read_record(od::value in, Record& out, std::string_view name, Fault& bad) {
        od::json_type type{};
        JSON_TRY(in.type().get(type));
        if (type == od::json_type::null) return kFine;
        if (type != od::json_type::object) {
            fault(bad, "wrong_type", fmt::format("`{}` must be an object.", name));
            return kFine;
        }
        od::object object;
        JSON_TRY(in.get_object().get(object));
        out.clear();
        out.reserve(8);
        return ValueReader(limits_.depth_most, bad).record(object, 1, out);
    }

    Broken read_instant(od::value in, std::optional<Instant>& out, std::string_view name,
                        Fault& bad) {
        od::json_type type{};
        JSON_TRY(in.type().get(type));
        if (type == od::json_type::null) return kFine;
        std::string_view text;
        if (in.get_string().get(text) == kFine) {
            const auto at = parse_instant(text);
            if (at) {
                out = at.value();
                return kFine;
            }
        }
        fault(
            bad, "bad_timestamp",
            fmt::format("`{}` must be a moment by ISO 8601, \"2026-03-02T09:00:00.000Z\".", name));
        return kFine;
    }

    Broken read_context(od::value in, Context& out, Fault& bad) {
        od::object object;
        const Broken broken = in.get_object().get(object);
        if (broken == simdjson::INCORRECT_TYPE) return kFine;
        JSON_TRY(broken);
        for (auto each : object) {
            od::field field;
            JSON_TRY(std::move(each).get(field));
            std::string_view key;
            JSON_TRY(field.unescaped_key().get(key));
            if (key == "timezone") {
                JSON_TRY(read_text(field.value(), out.time_zone, bad));
            } else if (key == "locale") {
                JSON_TRY(read_text(field.value(), out.locale, bad));
            } else if (key == "traits") {
                Fault unheard;  // traits in the context are a kindness: never a reason to refuse
                JSON_TRY(read_record(field.value(), out.traits, "context.traits", unheard));
                if (unheard) out.traits.clear();
            } else if (key == "device") {
                JSON_TRY(read_device(field.value(), out, bad));
            }
        }
        return kFine;
    }

    Broken read_device(od::value in, Context& out, Fault& bad) {
        od::object object;
        const Broken broken = in.get_object().get(object);
        if (broken == simdjson::INCORRECT_TYPE) return kFine;
        JSON_TRY(broken);
        for (auto each : object) {
            od::field field;
            JSON_TRY(std::move(each).get(field));
            std::string_view key;
            JSON_TRY(field.unescaped_key().get(key));
            if (key == "token") JSON_TRY(read_text(field.value(), out.push_token, bad));
        }
        return kFine;
    }

    // ---- what is wrong with a body

    static Refusal explain(Broken broken, const std::string& text) {
        if (broken == simdjson::CAPACITY || broken == simdjson::MEMALLOC) {
            return {413, "too_large", "The body is too large to be read; send smaller batches."};
        }
        if (const auto at = first_broken_utf8(text)) {
            return {400, "broken_utf8",
                    fmt::format("Byte {} of the body is not UTF-8; send UTF-8.", *at)};
        }
        if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
            return {400, "empty_body", "The body is empty; send JSON."};
        }
        const auto strict = value_from_json(text);
        if (!strict) {
            return {400, "broken_json", fmt::format("The body is {}.", strict.error().detail)};
        }
        return {400, "broken_json",
                fmt::format("The body is not valid JSON: {}.", simdjson::error_message(broken))};
    }

    static std::optional<std::size_t> first_broken_utf8(std::string_view text) {
        if (is_utf8(text)) return std::nullopt;
        // A prefix that ends inside a character is not UTF-8 either, so whole characters are cut.
        std::size_t at = 0;
        while (at < text.size()) {
            std::size_t length = 1;
            while (length < 4 && at + length <= text.size() && !is_utf8(text.substr(at, length)))
                ++length;
            if (at + length > text.size() || !is_utf8(text.substr(at, length))) return at;
            at += length;
        }
        return std::nullopt;
    }

    SegmentLimits limits_;
    od::parser parser_;
    std::optional<Refusal> refusal_;
};

SegmentReader::SegmentReader(const SegmentLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
SegmentReader::~SegmentReader() = default;

std::optional<Refusal> SegmentReader::read_batch(std::string& text, SegmentBody& out) {
    return impl_->read(text, std::nullopt, out);
}

std::optional<Refusal> SegmentReader::read_one(std::string& text, Call call, SegmentBody& out) {
    return impl_->read(text, call, out);
}

}  // namespace journey::http
