#include "engine/base/match.h"
#include "engine/base/text.h"
#include "engine/base/value.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace journey {
namespace {

constexpr std::size_t kDepthMax = 32;

// ---- writing ----------------------------------------------------------------------------------

bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void write_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    }
}

void write_text(std::string& out, std::string_view text) {
    // Bytes that are not UTF-8 would make the whole document unreadable for strict readers.
    const std::string mended = is_utf8(text) ? std::string() : replace_invalid_utf8(text);
    if (!mended.empty()) text = mended;
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_plain(text[end]))
            ++end;
        out.append(text.substr(at, end - at));
        if (end < text.size()) write_escaped(out, text[end++]);
        at = end;
    }
    out += '"';
}

void write_number(std::string& out, double number) {
    if (!std::isfinite(number)) {
        out += "null";
        return;
    }
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    const std::string_view text{digits.data(), written.ptr};
    out += text;
    // So that it is read back as the same type.
    if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void write(std::string& out, const Value& value);

void write(std::string& out, const Record& record) {
    out += '{';
    for (std::size_t i = 0; i < record.size(); ++i) {
        if (i > 0) out += ',';
        write_text(out, record[i].name);
        out += ':';
        write(out, record[i].value);
    }
    out += '}';
}

void write(std::string& out, const List& list) {
    out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (i > 0) out += ',';
        write(out, list[i]);
    }
    out += ']';
}

void write(std::string& out, const Value& value) {
    std::visit(
        Match{[&](Missing) { out += "null"; }, [&](bool held) { out += held ? "true" : "false"; },
              [&](std::int64_t held) { out += fmt::format_int(held).c_str(); },
              [&](double held) { write_number(out, held); },
              [&](const std::string& held) { write_text(out, held); },
              [&](const CalendarDuration& held) { write_text(out, format_duration(held)); },
              [&](Instant held) { write_text(out, format_instant(held)); },
              [&](Date held) { write_text(out, format_date(held)); },
              [&](TimeOfDay held) { write_text(out, format_time_of_day(held)); },
              [&](const Money& held) {
                  out += "{\"currency\":";
                  write_text(out, {held.currency.data(), held.currency.size()});
                  out += ",\"amount\":";
                  write_text(out, format_amount(held));
                  out += '}';
              },
              [&](const List& held) { write(out, held); },
              [&](const Record& held) { write(out, held); }},
        value.held);
}

// ---- reading ----------------------------------------------------------------------------------

const std::string* repeated_name(const Record& record) {
    std::vector<const std::string*> names;
    names.reserve(record.size());
    for (const NamedValue& field : record)
        names.push_back(&field.name);
    const auto before = [](const std::string* a, const std::string* b) { return *a < *b; };
    std::sort(names.begin(), names.end(), before);
    const auto same = [](const std::string* a, const std::string* b) { return *a == *b; };
    const auto found = std::adjacent_find(names.begin(), names.end(), same);
    return found == names.end() ? nullptr : *found;
}

// Boost.JSON's own DOM keeps the last of two equal keys and rounds some doubles wrongly (1.81), so
// this takes the parser's events and builds Values itself.
class Builder {
  public:
    // NOLINTBEGIN(readability-identifier-naming): Boost looks for these names.
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    // NOLINTEND(readability-identifier-naming)

    using Failure = boost::json::error_code;
    using Text = boost::json::string_view;

    bool on_document_begin(Failure&) { return true; }
    bool on_document_end(Failure&) { return true; }

    bool on_object_begin(Failure&) {
        open_.push_back({Value(Record{}), {}});
        return true;
    }
    bool on_object_end(std::size_t, Failure& failure) {
        const Record& record = *open_.back().value.as<Record>();
        if (const std::string* name = repeated_name(record)) {
            repeated_ = *name;
            failure = boost::json::error::syntax;
            return false;
        }
        close();
        return true;
    }
    bool on_array_begin(Failure&) {
        open_.push_back({Value(List{}), {}});
        return true;
    }
    bool on_array_end(std::size_t, Failure&) {
        close();
        return true;
    }

    bool on_key_part(Text part, std::size_t, Failure&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text part, std::size_t, Failure&) {
        text_.append(part.data(), part.size());
        open_.back().name = std::exchange(text_, {});
        return true;
    }
    bool on_string_part(Text part, std::size_t, Failure&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_string(Text part, std::size_t, Failure&) {
        text_.append(part.data(), part.size());
        add(std::exchange(text_, {}));
        return true;
    }

    bool on_number_part(Text part, Failure&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t number, Text, Failure&) {
        text_.clear();
        add(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, Text part, Failure& failure) {
        return on_double(static_cast<double>(number), part, failure);
    }
    bool on_double(double rounded, Text part, Failure& failure) {
        text_.append(part.data(), part.size());
        const std::string digits = std::exchange(text_, {});
        double number = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (read.ec == std::errc::result_out_of_range) {
            // from_chars does not say on which side; Boost's rounded number does.
            if (!(std::abs(rounded) < 1)) {
                failure = boost::json::error::exponent_overflow;
                return false;
            }
            number = 0;
        }
        add(number);
        return true;
    }
    bool on_bool(bool value, Failure&) {
        add(value);
        return true;
    }
    bool on_null(Failure&) {
        add(Value());
        return true;
    }
    bool on_comment_part(Text, Failure&) { return true; }
    bool on_comment(Text, Failure&) { return true; }

    const std::optional<std::string>& repeated() const { return repeated_; }
    Value take() { return std::move(root_); }

  private:
    struct Open {
        Value value;
        std::string name;  // of the member whose value comes next
    };

    void add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (auto* list = std::get_if<List>(&open_.back().value.held)) {
            list->push_back(std::move(value));
        } else {
            auto& record = std::get<Record>(open_.back().value.held);
            record.push_back({std::move(open_.back().name), std::move(value)});
        }
    }
    void close() {
        Value finished = std::move(open_.back().value);
        open_.pop_back();
        add(std::move(finished));
    }

    Value root_;
    std::vector<Open> open_;
    std::string text_;
    std::optional<std::string> repeated_;
};

struct Place {
    std::size_t line = 1;
    std::size_t column = 1;
};

Place place_of(std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is the text's start
    const auto lines = std::count(before.begin(), before.end(), '\n');
    return {static_cast<std::size_t>(lines) + 1, count_code_points(before.substr(line_start)) + 1};
}

std::string explain(boost::json::error_code failure, const Builder& builder) {
    if (builder.repeated()) {
        return fmt::format("the key \"{}\" stands twice in one object; keep one",
                           *builder.repeated());
    }
    if (failure == boost::json::error::too_deep) {
        return fmt::format("nested deeper than {} levels", kDepthMax);
    }
    if (failure == boost::json::error::exponent_overflow) return "the number is too large";
    if (failure == boost::json::error::incomplete) return "the text ends too early";
    if (failure == boost::json::error::extra_data) return "something follows the end of the value";
    return failure.message();
}

}  // namespace

std::string to_json(const Value& value) {
    std::string out;
    write(out, value);
    return out;
}

Result<Value> value_from_json(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = kDepthMax;
    boost::json::basic_parser<Builder> parser(options);
    boost::json::error_code failure;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
    if (!failure && read < text.size()) failure = boost::json::error::extra_data;
    if (failure) {
        const Place place = place_of(text, std::min(read, text.size()));
        return error(ErrorCode::invalid,
                     fmt::format("not valid JSON at line {}, column {}: {}", place.line,
                                 place.column, explain(failure, parser.handler())));
    }
    return parser.handler().take();
}

}  // namespace journey
