#include "connectors/declared/file.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::declared {
namespace {

constexpr std::size_t kTextMost = 1u << 20;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/// "settings.region" of "{{ settings.region }}"; "" of anything more.
std::string_view lone_name(std::string_view source) {
    if (!source.starts_with("{{") || !source.ends_with("}}") || source.size() < 5) return {};
    source = source.substr(2, source.size() - 4);
    while (source.starts_with(' '))
        source.remove_prefix(1);
    while (source.ends_with(' '))
        source.remove_suffix(1);
    const bool plain = !source.empty() && source.front() != '.' && source.back() != '.' &&
                       source.find("..") == std::string_view::npos &&
                       std::all_of(source.begin(), source.end(), is_name_character) &&
                       !(source.front() >= '0' && source.front() <= '9') && source.front() != '-';
    return plain ? source : std::string_view();
}

const Value* step_into(const Value& value, std::string_view step) {
    if (const Record* record = value.as<Record>()) return find(*record, step);
    const List* list = value.as<List>();
    if (list == nullptr) return nullptr;
    std::size_t place = 0;
    const auto read = std::from_chars(step.data(), step.data() + step.size(), place);
    const bool number = read.ec == std::errc() && read.ptr == step.data() + step.size();
    return number && place < list->size() ? &(*list)[place] : nullptr;
}

Result<void> check_names(std::span<const std::string> used, std::span<const std::string> known) {
    for (const std::string& name : used) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const auto near = did_you_mean(name, known);
        return error(ErrorCode::invalid,
                     near.empty()
                         ? fmt::format("`{}` is nothing I can put in here; there are: {}", name,
                                       fmt::join(known, ", "))
                         : fmt::format("`{}` is nothing I can put in here; did you mean `{}`?",
                                       name, near.front()));
    }
    return success();
}

}  // namespace

Path path_of(std::string_view text) {
    Path path;
    while (!text.empty()) {
        const std::size_t dot = text.find('.');
        path.steps.emplace_back(text.substr(0, dot));
        text.remove_prefix(dot == std::string_view::npos ? text.size() : dot + 1);
    }
    return path;
}

const Value* at_path(const Record& root, const Path& path) {
    const Value* value = path.steps.empty() ? nullptr : find(root, path.steps.front());
    for (std::size_t i = 1; i < path.steps.size() && value != nullptr; ++i)
        value = step_into(*value, path.steps[i]);
    return value;
}

std::string text_of(const Value& value) {
    if (value.is_missing()) return "";
    if (const auto* text = value.as<std::string>()) return *text;
    if (const auto* at = value.as<Instant>()) return format_instant(*at);
    return to_json(value);
}

Result<Pattern> Pattern::parse(const std::string& source, std::span<const std::string> known) {
    Pattern out;
    if (source.find("{{") == std::string::npos && source.find("{%") == std::string::npos) {
        out.kind_ = source;
        return out;
    }
    if (const std::string_view name = lone_name(source); !name.empty()) {
        Path path = path_of(name);
        out.names_ = {path.steps.front()};
        out.kind_ = std::move(path);
    } else {
        auto parsed = render::Template::parse(source);
        if (const auto* failed = std::get_if<render::RenderError>(&parsed))
            return error(ErrorCode::invalid, failed->message);
        auto& liquid = std::get<render::Template>(parsed);
        out.names_ = liquid.variables();
        out.kind_ = std::make_shared<const render::Template>(std::move(liquid));
    }
    TRY(check_names(out.names_, known));
    return out;
}

Result<Value> Pattern::value(const Record& data) const {
    if (const auto* path = std::get_if<Path>(&kind_)) {
        const Value* found = at_path(data, *path);
        return found == nullptr ? Value() : *found;
    }
    TRY(std::string made, text(data));
    return Value(std::move(made));
}

Result<std::string> Pattern::text(const Record& data) const {
    if (const auto* fixed = std::get_if<std::string>(&kind_)) return *fixed;
    if (const auto* path = std::get_if<Path>(&kind_)) {
        const Value* found = at_path(data, *path);
        return found == nullptr ? std::string() : text_of(*found);
    }
    const auto* liquid = std::get_if<std::shared_ptr<const render::Template>>(&kind_);
    if (liquid == nullptr) return std::string();
    auto made = (*liquid)->render(data, render::Escape::none, {.bytes = kTextMost});
    if (const auto* failed = std::get_if<render::RenderError>(&made))
        return error(ErrorCode::invalid, failed->message);
    return std::move(std::get<std::string>(made));
}

namespace {

bool is_nothing(const Value& value) {
    const auto* text = value.as<std::string>();
    const auto* list = value.as<List>();
    const auto* record = value.as<Record>();
    return value.is_missing() || (text != nullptr && text->empty()) ||
           (list != nullptr && list->empty()) || (record != nullptr && record->empty());
}

/// `$each` over an object keeps its names, over a list its order.
Result<Value> evaluate_each(const Tree& tree, const Record& data) {
    TRY(const Value over, tree.each.value(data));
    Record scope = data;
    List list;
    Record object;
    const auto add = [&](const std::string& name, const Value& value) -> Result<void> {
        Record item;
        put(item, "key", name);
        put(item, "value", value);
        put(scope, "item", std::move(item));
        TRY(Value made, evaluate(tree.as.front(), scope));
        if (made.is_missing()) return success();
        list.push_back(made);
        put(object, name, std::move(made));
        return success();
    };
    if (const Record* members = over.as<Record>()) {
        for (const NamedValue& one : *members) {
            TRY(add(one.name, one.value));
        }
        return object.empty() ? Value() : Value(std::move(object));
    }
    if (const List* items = over.as<List>()) {
        for (std::size_t i = 0; i < items->size(); ++i) {
            TRY(add(std::to_string(i), (*items)[i]));
        }
    }
    return list.empty() ? Value() : Value(std::move(list));
}

}  // namespace

Result<Value> evaluate(const Tree& tree, const Record& data) {
    if (tree.when.given()) {
        TRY(const Value condition, tree.when.value(data));
        if (is_nothing(condition)) return Value();
    }
    if (tree.each.given()) return evaluate_each(tree, data);
    if (tree.is_object) {
        Record out;
        for (const auto& [name, member] : tree.members) {
            TRY(Value made, evaluate(member, data));
            if (!made.is_missing()) out.push_back({name, std::move(made)});
        }
        return out.empty() && !tree.members.empty() ? Value() : Value(std::move(out));
    }
    if (tree.is_list) {
        List out;
        for (const Tree& item : tree.items) {
            TRY(Value made, evaluate(item, data));
            if (!made.is_missing()) out.push_back(std::move(made));
        }
        return out.empty() && !tree.items.empty() ? Value() : Value(std::move(out));
    }
    if (!tree.pattern.given()) return tree.fixed;
    TRY(Value made, tree.pattern.value(data));
    return is_nothing(made) ? Value() : std::move(made);
}

bool Where::holds(const Record& data) const {
    return std::all_of(all.begin(), all.end(), [&](const auto& one) {
        const Value* found = at_path(data, one.first);
        const std::string text = found == nullptr ? "" : text_of(*found);
        return std::any_of(one.second.begin(), one.second.end(), [&](const std::string& wanted) {
            if (!wanted.ends_with('*')) return text == wanted;
            return !text.empty() &&
                   text.starts_with(std::string_view(wanted).substr(0, wanted.size() - 1));
        });
    });
}

}  // namespace journey::connectors::declared
