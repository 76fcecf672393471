#include "engine/app/mapped_csv.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace journey::app {
namespace {

using settings::Setting;

Mapping::Property property_from(const std::string& name, const Setting& setting) {
    Mapping::Property out;
    out.name = name;
    using Kind = Mapping::Property::Kind;
    using As = Mapping::Property::As;
    if (!setting.is_map()) {
        out.columns = {setting.text()};
        return out;
    }
    const Setting column = setting["column"];
    const Setting fixed = setting["text"];
    const Setting products = setting["sum of products"];
    const Setting count = setting["count"];
    const Setting list = setting["list of"];
    if (column.present()) {
        out.columns = {column.text()};
    } else if (fixed.present()) {
        out.kind = Kind::text;
        out.fixed = fixed.text();
        // "{Column}" inside the text stands for that column's cell.
        for (std::size_t open = out.fixed.find('{'); open != std::string::npos;
             open = out.fixed.find('{', open + 1)) {
            const std::size_t close = out.fixed.find('}', open);
            if (close == std::string::npos)
                fixed.complain("a `{` in the text is never closed");
            else
                out.columns.push_back(out.fixed.substr(open + 1, close - open - 1));
        }
    } else if (products.present()) {
        out.kind = Kind::sum_of_products;
        out.as = As::number;
        for (const Setting& item : products.items())
            out.columns.push_back(item.text());
    } else if (count.present()) {
        out.kind = Kind::count_rows;
        if (count.text() != "rows") count.complain("only `rows` can be counted");
    } else if (list.present()) {
        out.kind = Kind::list_of;
        out.columns = {list.text()};
    } else {
        setting.complain(
            "say what it is made of: `column`, `text`, `sum of products`, `count: rows` or `list "
            "of`");
    }
    const std::string as = setting["as"].text();
    if (as == "integer")
        out.as = As::integer;
    else if (as == "number")
        out.as = As::number;
    else if (as.starts_with("money ") && as.size() == 9) {
        out.as = As::money;
        out.currency = as.substr(6);
    } else if (!as.empty() && as != "text") {
        setting["as"].complain(
            fmt::format("`{}` is not a type I know: text, integer, number, or money with its "
                        "currency, like `money GBP`",
                        as));
    }
    return out;
}

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

}  // namespace

Result<Mapping> Mapping::load(const std::string& path) {
    TRY(const Setting file, Setting::load(path));
    Mapping out;
    out.person = file["person"].text();
    if (out.person.empty()) file["person"].complain("name the column that holds the customer's id");
    const Setting time = file["time"];
    out.time_column = time["column"].text();
    out.time_format = time["format"].text("%Y-%m-%d %H:%M:%S");
    const std::string zone = time["zone"].text("UTC");
    out.zone = calendar::find_zone(zone);
    if (out.zone == nullptr) time["zone"].complain(fmt::format("there is no time zone `{}`", zone));
    if (out.time_column.empty())
        file["time"].complain("name the column that holds the time: `time: {column: …}`");
    out.group_by = file["group by"].text();
    for (const auto& [name, setting] : file["traits"].entries())
        out.traits.push_back(property_from(name, setting));
    for (const Setting& item : file["events"].items()) {
        Rule rule;
        rule.event = item["event"].text();
        if (rule.event.empty()) item.complain("each of `events` needs an `event`");
        const Setting when = item["when"];
        if (when.present()) {
            rule.column = when["column"].text();
            rule.prefix = when["starts with"].text();
        }
        rule.id_prefix = item["id"].text(rule.event + ":");
        for (const auto& [name, setting] : item["properties"].entries())
            rule.properties.push_back(property_from(name, setting));
        out.rules.push_back(std::move(rule));
    }
    if (out.rules.empty()) file.complain("no `events` are mapped, so nothing would be imported");
    TRY(file.finish());
    return out;
}

Result<std::unique_ptr<MappedCsv>> MappedCsv::open(std::istream& in, const Mapping& mapping,
                                                   Reject reject) {
    std::unique_ptr<MappedCsv> out(new MappedCsv(in, mapping, std::move(reject)));
    CsvRow header;
    if (!out->reader_.next(header) || !header.problem.empty())
        return error(ErrorCode::invalid,
                     "the file has no first line that names the columns; is it packed? "
                     "(`xz -dk` and `gunzip -k` unpack)");
    if (header.fields[0].starts_with("\xEF\xBB\xBF")) header.fields[0].erase(0, 3);
    for (std::size_t i = 0; i < header.fields.size(); ++i)
        out->columns_.emplace(header.fields[i], i);
    out->consumed_ = out->reader_.offset();
    out->consumed_line_ = out->reader_.line();
    std::vector<std::string> wanted{mapping.person, mapping.time_column};
    if (!mapping.group_by.empty()) wanted.push_back(mapping.group_by);
    const auto want = [&](const std::vector<Mapping::Property>& properties) {
        for (const auto& property : properties)
            wanted.insert(wanted.end(), property.columns.begin(), property.columns.end());
    };
    want(mapping.traits);
    for (const auto& rule : mapping.rules) {
        if (!rule.column.empty()) wanted.push_back(rule.column);
        want(rule.properties);
    }
    for (const std::string& column : wanted) {
        if (out->columns_.contains(column)) continue;
        const auto near = did_you_mean(column, header.fields);
        return error(
            ErrorCode::invalid,
            fmt::format("the file has no column `{}`; {}", column,
                        near.empty() ? fmt::format("it has: {}", fmt::join(header.fields, ", "))
                                     : fmt::format("did you mean `{}`?", near.front())));
    }
    return out;
}

void MappedCsv::resume(std::uint64_t offset, std::uint64_t line) {
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(offset));
    reader_ = CsvReader(in_, offset, line);
    consumed_ = offset;
    consumed_line_ = line;
}

std::string MappedCsv::cell(const CsvRow& row, std::string_view column) const {
    const auto found = columns_.find(std::string(column));
    return found == columns_.end() || found->second >= row.fields.size()
               ? std::string()
               : row.fields[found->second];
}

Result<Instant> MappedCsv::time_of(const CsvRow& row) const {
    const std::string text = cell(row, mapping_.time_column);
    calendar::Civil civil;
    std::int32_t seconds = 0;
    std::size_t at = 0;
    const auto digits = [&](std::size_t most) -> std::optional<int> {
        int value = 0;
        std::size_t count = 0;
        while (count < most && at < text.size() && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + (text[at++] - '0');
            ++count;
        }
        if (count == 0) return std::nullopt;
        return value;
    };
    const auto bad = [&] {
        return error(ErrorCode::invalid,
                     fmt::format("the time `{}` is not like `{}`", text, mapping_.time_format));
    };
    const std::string& format = mapping_.time_format;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            if (at >= text.size() || text[at++] != format[i]) return bad();
            continue;
        }
        if (++i >= format.size()) return bad();
        const auto part = digits(format[i] == 'Y' ? 4 : 2);
        if (!part) return bad();
        if (format[i] == 'Y')
            civil.year = *part;
        else if (format[i] == 'm')
            civil.month = static_cast<unsigned>(*part);
        else if (format[i] == 'd')
            civil.day = static_cast<unsigned>(*part);
        else if (format[i] == 'H')
            seconds += *part * 3600;
        else if (format[i] == 'M')
            seconds += *part * 60;
        else if (format[i] == 'S')
            seconds += *part;
        else
            return error(ErrorCode::invalid,
                         fmt::format("the mapping's time format knows %Y %m %d %H %M %S, not %{}",
                                     format[i]));
    }
    const auto date = calendar::date_of(civil);
    if (!date || at != text.size() || seconds >= 86'400) return bad();
    return calendar::to_instant({*date, TimeOfDay{seconds}}, *mapping_.zone);
}

std::optional<MappedCsv::Usable> MappedCsv::next_usable() {
    CsvRow row;
    while (reader_.next(row)) {
        ++rows_;
        std::string reason = row.problem;
        if (reason.empty() && row.fields.size() != columns_.size()) {
            reason = fmt::format("the row has {} fields, the header {}", row.fields.size(),
                                 columns_.size());
        }
        if (reason.empty() && cell(row, mapping_.person).empty())
            reason = fmt::format("no `{}`: nobody knows whose this is", mapping_.person);
        Instant time{};
        if (reason.empty()) {
            auto parsed = time_of(row);
            if (parsed)
                time = parsed.value();
            else
                reason = parsed.error().detail;
        }
        if (reason.empty()) return Usable{std::move(row), time};
        reject_({row.line, reason, row.fields});
    }
    return std::nullopt;
}

Result<Value> MappedCsv::value_of(const Mapping::Property& property,
                                  const std::vector<Usable>& group) const {
    using Kind = Mapping::Property::Kind;
    using As = Mapping::Property::As;
    const auto number_of = [&](const Usable& usable, const std::string& column) -> Result<double> {
        const std::string text = cell(usable.row, column);
        if (const auto value = number_in(text)) return *value;
        return error(ErrorCode::invalid,
                     fmt::format("`{}` in column `{}` is not a number", text, column));
    };
    const auto typed = [&](double number) -> Value {
        if (property.as == As::integer)
            return Value(static_cast<std::int64_t>(std::llround(number)));
        if (property.as == As::money) {
            const Currency currency{
                {property.currency[0], property.currency[1], property.currency[2]}};
            return Value(
                Money{std::llround(number * std::pow(10, minor_digits(currency))), currency});
        }
        return Value(number);
    };
    switch (property.kind) {
        case Kind::text: {
            std::string text = property.fixed;
            for (const std::string& column : property.columns) {
                const std::string place = "{" + column + "}";
                if (const std::size_t at = text.find(place); at != std::string::npos)
                    text.replace(at, place.size(), cell(group.front().row, column));
            }
            return Value(std::move(text));
        }
        case Kind::count_rows:
            return Value(static_cast<std::int64_t>(group.size()));
        case Kind::list_of: {
            List list;
            for (const Usable& usable : group) {
                if (list.size() < 100) list.emplace_back(cell(usable.row, property.columns[0]));
            }
            return Value(std::move(list));
        }
        case Kind::sum_of_products: {
            double sum = 0;
            for (const Usable& usable : group) {
                double product = 1;
                for (const std::string& column : property.columns) {
                    TRY(const double factor, number_of(usable, column));
                    product *= factor;
                }
                sum += product;
            }
            return typed(sum);
        }
        case Kind::column:
            break;
    }
    const std::string text = cell(group.front().row, property.columns[0]);
    if (property.as == As::text) return Value(text);
    TRY(const double number, number_of(group.front(), property.columns[0]));
    return typed(number);
}

std::optional<MappedEvent> MappedCsv::next() {
    for (;;) {
        if (!ahead_) ahead_ = next_usable();
        if (!ahead_) {
            consumed_ = reader_.offset();
            consumed_line_ = reader_.line();
            return std::nullopt;
        }
        std::vector<Usable> group;
        group.push_back(std::move(*ahead_));
        ahead_.reset();
        const std::string key =
            mapping_.group_by.empty() ? "" : cell(group[0].row, mapping_.group_by);
        const std::string person = cell(group[0].row, mapping_.person);
        while (!mapping_.group_by.empty()) {
            ahead_ = next_usable();
            if (!ahead_ || cell(ahead_->row, mapping_.group_by) != key ||
                cell(ahead_->row, mapping_.person) != person)
                break;
            group.push_back(std::move(*ahead_));
            ahead_.reset();
        }
        consumed_ = ahead_ ? ahead_->row.offset : reader_.offset();
        consumed_line_ = ahead_ ? ahead_->row.line : reader_.line();

        const Mapping::Rule* rule = nullptr;
        for (const auto& candidate : mapping_.rules) {
            if (candidate.column.empty() ||
                cell(group[0].row, candidate.column).starts_with(candidate.prefix)) {
                rule = &candidate;
                break;
            }
        }
        const auto reject_all = [&](const std::string& reason) {
            for (const Usable& usable : group)
                reject_({usable.row.line, reason, usable.row.fields});
        };
        if (rule == nullptr) {
            reject_all("no rule of `events` fits this row");
            continue;
        }
        MappedEvent out;
        out.person = person;
        out.event = rule->event;
        out.id = rule->id_prefix + (key.empty() ? fmt::format("line-{}", group[0].row.line) : key);
        out.time = group[0].time;
        out.rows = group.size();
        std::string problem;
        const auto fill = [&](const std::vector<Mapping::Property>& properties, Record& into) {
            for (const auto& property : properties) {
                auto value = value_of(property, group);
                if (value)
                    put(into, property.name, std::move(value).value());
                else if (problem.empty())
                    problem = value.error().detail;
            }
        };
        fill(rule->properties, out.properties);
        fill(mapping_.traits, out.traits);
        if (!problem.empty()) {
            reject_all(problem);
            continue;
        }
        return out;
    }
}

}  // namespace journey::app
