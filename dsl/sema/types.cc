#include "dsl/sema/types.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

std::string describe_kind(TypeKind kind) {
    switch (kind) {
        case TypeKind::missing:
            return "nothing";
        case TypeKind::boolean:
            return "yes/no";
        case TypeKind::integer:
            return "a number";
        case TypeKind::real:
            return "a number";
        case TypeKind::text:
            return "text";
        case TypeKind::duration:
            return "a length of time";
        case TypeKind::instant:
            return "a moment";
        case TypeKind::date:
            return "a date";
        case TypeKind::time_of_day:
            return "a time of day";
        case TypeKind::zone:
            return "a time zone";
        case TypeKind::money:
            return "money";
        case TypeKind::choice:
            return "one of a fixed set of words";
        case TypeKind::list:
            return "a list";
        case TypeKind::map:
            return "a map";
        case TypeKind::event:
            return "an event";
    }
    return "a value";
}

const std::map<std::string, TypeKind>& type_words() {
    static const std::map<std::string, TypeKind> words = {
        {"string", TypeKind::text},      {"int", TypeKind::integer},
        {"float", TypeKind::real},       {"bool", TypeKind::boolean},
        {"instant", TypeKind::instant},  {"date", TypeKind::date},
        {"time", TypeKind::time_of_day}, {"zone", TypeKind::zone},
        {"duration", TypeKind::duration}};
    return words;
}

std::optional<ir::Type> resolve_element(Context& cx, const ast::Type& of, TypeKind outer) {
    const std::optional<ir::Type> element = resolve_type(cx, of);
    if (!element) return std::nullopt;
    if (element->kind == TypeKind::list || element->kind == TypeKind::map) {
        const bool in_list = outer == TypeKind::list;
        cx.report(
            Diagnostic::error("J0214", "ONE INSIDE THE OTHER", of.span,
                              in_list ? "A list holds single values, not lists or maps."
                                      : "A map holds single values, not lists or maps.")
                .and_after("No condition and no template could say which of the inner ones it "
                           "means.")
                .and_help("declare two properties, or send an event for each of the inner ones"));
        return std::nullopt;
    }
    ir::Type type = *element;
    type.kind = outer;
    type.element = element->kind;
    return type;
}

}  // namespace

namespace {

std::string describe_many(const ir::Type& type, const ir::Program& schema) {
    switch (type.kind) {
        case TypeKind::boolean:
            return "yes/no values";
        case TypeKind::integer:
        case TypeKind::real:
            return "numbers";
        case TypeKind::duration:
            return "lengths of time";
        case TypeKind::instant:
            return "moments";
        case TypeKind::date:
            return "dates";
        case TypeKind::time_of_day:
            return "times of day";
        case TypeKind::zone:
            return "time zones";
        case TypeKind::event:
            return type.event < schema.events.size() ? schema.events[type.event].name + " events"
                                                     : "events";
        default:
            return describe(type, schema);
    }
}

}  // namespace

std::string describe(const ir::Type& type, const ir::Program& schema) {
    switch (type.kind) {
        case TypeKind::money:
            return type.currency.empty() ? "money" : "money (" + type.currency + ")";
        case TypeKind::choice: {
            std::string words;
            for (const std::string& choice : type.choices) {
                words += (words.empty() ? "" : ", ") + choice;
            }
            return "one of " + words;
        }
        case TypeKind::event:
            return type.event < schema.events.size()
                       ? "an event (" + schema.events[type.event].name + ")"
                       : "an event";
        case TypeKind::list:
        case TypeKind::map: {
            const std::string outer = type.kind == TypeKind::list ? "a list" : "a map";
            if (type.element == TypeKind::missing) {
                return type.kind == TypeKind::list ? "an empty list" : outer;
            }
            return outer + " of " + describe_many(element_of(type), schema);
        }
        default:
            return describe_kind(type.kind);
    }
}

ir::Type simple(TypeKind kind) {
    ir::Type type;
    type.kind = kind;
    return type;
}

std::string currency_text(const Currency& currency) {
    return std::string(currency.data(), currency.size());
}

ir::Type money_of(const Currency& currency) {
    ir::Type type = simple(TypeKind::money);
    type.currency = currency_text(currency);
    return type;
}

bool is_number(const ir::Type& type) {
    return type.kind == TypeKind::integer || type.kind == TypeKind::real;
}

bool is_text(const ir::Type& type) {
    return type.kind == TypeKind::text || type.kind == TypeKind::choice ||
           type.kind == TypeKind::zone;
}

bool is_day_or_moment(const ir::Type& type) {
    return type.kind == TypeKind::instant || type.kind == TypeKind::date;
}

bool is_ordered(const ir::Type& type) {
    switch (type.kind) {
        case TypeKind::integer:
        case TypeKind::real:
        case TypeKind::money:
        case TypeKind::duration:
        case TypeKind::instant:
        case TypeKind::date:
        case TypeKind::time_of_day:
            return true;
        default:
            return false;
    }
}

ir::Type element_of(const ir::Type& type) {
    ir::Type element = type;
    element.kind = type.element;
    element.element = TypeKind::missing;
    return element;
}

bool assignable(const ir::Type& to, const ir::Type& from) {
    if (from.kind == TypeKind::missing) return true;
    if (to.kind == TypeKind::real && from.kind == TypeKind::integer) return true;
    if (is_text(to) && is_text(from)) {
        if (to.kind != TypeKind::choice || from.kind != TypeKind::choice) return true;
        for (const std::string& choice : from.choices) {
            if (std::find(to.choices.begin(), to.choices.end(), choice) == to.choices.end()) {
                return false;
            }
        }
        return true;
    }
    if (to.kind != from.kind) return false;
    if (to.kind == TypeKind::money) {
        return to.currency.empty() || from.currency.empty() || to.currency == from.currency;
    }
    if (to.kind == TypeKind::event) return to.event == from.event;
    if (to.kind == TypeKind::list || to.kind == TypeKind::map) {
        return from.element == TypeKind::missing || assignable(element_of(to), element_of(from));
    }
    return true;
}

bool comparable(const ir::Type& a, const ir::Type& b) {
    if (a.kind == TypeKind::event || b.kind == TypeKind::event) return false;
    if (is_number(a) && is_number(b)) return true;
    if (is_text(a) && is_text(b)) return true;
    if (a.kind != b.kind) return false;
    if (a.kind == TypeKind::money) {
        return a.currency.empty() || b.currency.empty() || a.currency == b.currency;
    }
    if (a.kind == TypeKind::list || a.kind == TypeKind::map) {
        return a.element == TypeKind::missing || b.element == TypeKind::missing ||
               comparable(element_of(a), element_of(b));
    }
    return true;
}

ir::Type type_of(const Value& value) {
    return std::visit(Match{[](Missing) { return simple(TypeKind::missing); },
                            [](bool) { return simple(TypeKind::boolean); },
                            [](std::int64_t) { return simple(TypeKind::integer); },
                            [](double) { return simple(TypeKind::real); },
                            [](const std::string&) { return simple(TypeKind::text); },
                            [](const CalendarDuration&) { return simple(TypeKind::duration); },
                            [](Instant) { return simple(TypeKind::instant); },
                            [](Date) { return simple(TypeKind::date); },
                            [](TimeOfDay) { return simple(TypeKind::time_of_day); },
                            [](const Money& money) { return money_of(money.currency); },
                            [](const List&) { return simple(TypeKind::list); },
                            [](const Record&) { return simple(TypeKind::map); }},
                      value.held);
}

namespace {

/// What spreadsheets, databases and programs call our types.
std::string our_type(std::string_view theirs) {
    static const std::map<std::string_view, std::string_view> kTypes = {
        {"text", "string"},       {"varchar", "string"},   {"str", "string"},
        {"number", "int"},        {"integer", "int"},      {"long", "int"},
        {"double", "float"},      {"decimal", "float"},    {"real", "float"},
        {"boolean", "bool"},      {"datetime", "instant"}, {"timestamp", "instant"},
        {"interval", "duration"}, {"timezone", "zone"},    {"day", "date"}};
    const auto found = kTypes.find(theirs);
    return found == kTypes.end() ? std::string() : std::string(found->second);
}

}  // namespace

std::optional<ir::Type> resolve_type(Context& cx, const ast::Type& type) {
    return std::visit(
        Match{[&](const ast::NamedType& named) -> std::optional<ir::Type> {
                  const auto word = type_words().find(named.name.text);
                  if (word != type_words().end()) return simple(word->second);
                  if (Declared* declared = cx.peek(Kind::event, named.name.text);
                      declared != nullptr && declared->index != kNone) {
                      declared->used = true;
                      ir::Type record = simple(TypeKind::event);
                      record.event = declared->index;
                      return record;
                  }
                  std::vector<std::string> candidates = cx.names_of(Kind::event);
                  for (const auto& [name, kind] : type_words())
                      candidates.push_back(name);
                  candidates.push_back("money");
                  Diagnostic diagnostic =
                      Diagnostic::error("J0201", "UNKNOWN TYPE", named.name.span,
                                        tick(named.name.text) + " is not a type I know.");
                  if (const std::string ours = our_type(named.name.text); !ours.empty()) {
                      diagnostic.fixes.push_back({Applicability::probable,
                                                  "write " + tick(ours) + ".",
                                                  {{named.name.span, ours}}});
                  } else {
                      diagnostic = with_near_names(std::move(diagnostic), named.name.text,
                                                   named.name.span, candidates);
                  }
                  diagnostic.help.push_back(
                      "types are  string  int  float  bool  date  time  instant  duration  zone  "
                      "money CNY  one of \"a\", \"b\"  list of …  map of …  or an event's name");
                  cx.report(std::move(diagnostic));
                  return std::nullopt;
              },
              [&](const ast::MoneyType& money) -> std::optional<ir::Type> {
                  ir::Type resolved = simple(TypeKind::money);
                  if (money.currency) resolved.currency = currency_text(money.currency->code);
                  return resolved;
              },
              [&](const ast::ListType& list) {
                  return resolve_element(cx, *list.of, TypeKind::list);
              },
              [&](const ast::MapType& map) { return resolve_element(cx, *map.of, TypeKind::map); },
              [&](const ast::OneOfType& one_of) -> std::optional<ir::Type> {
                  ir::Type choice = simple(TypeKind::choice);
                  for (const ast::Text& value : one_of.values) {
                      if (std::find(choice.choices.begin(), choice.choices.end(), value.value) !=
                          choice.choices.end()) {
                          cx.report(
                              Diagnostic::error("J0105", "DECLARED TWICE", value.span,
                                                "\"" + value.value + "\" is in this list twice."));
                          continue;
                      }
                      choice.choices.push_back(value.value);
                  }
                  return choice;
              }},
        type.what);
}

}  // namespace journey::sema
