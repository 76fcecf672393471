#include "dsl/schema/schema.h"

#include "dsl/yaml/yaml.h"

#include <boost/json.hpp>

namespace journey::schema {

namespace {

namespace json = boost::json;
using yaml::Key;
using yaml::KeyTable;
using yaml::Shape;
using yaml::Where;

json::string text_of(std::string_view words) {
    return json::string(words.data(), words.size());
}

json::value reference(const std::string& name) {
    return json::object{{"$ref", "#/$defs/" + name}};
}

std::string name_of(Where where) {
    return "place" + std::to_string(static_cast<int>(where));
}

json::array split(std::string_view words) {
    json::array out;
    for (std::size_t at = 0; at <= words.size();) {
        const std::size_t bar = std::min(words.find('|', at), words.size());
        out.emplace_back(text_of(words.substr(at, bar - at)));
        at = bar + 1;
    }
    return out;
}

class Maker {
  public:
    explicit Maker(const Names& names) : names_(names) {}

    std::string make() {
        json::object defs;
        defs["word"] = json::object{{"type", json::array{"string", "number", "boolean"}}};
        defs["value"] = json::object{
            {"description", "In quotes: text. Plain: an expression. Or a list or a map of these."}};
        defs["steps"] = steps();
        defs["step"] = first_key(yaml::step_tables(), "A step begins with what it does.", true);
        defs["given"] =
            first_key(yaml::given_tables(), "What is so before the test begins.", false);
        defs["arm"] = arm();
        for (int i = 0; i <= static_cast<int>(Where::test_line); ++i) {
            const auto where = static_cast<Where>(i);
            if (where != Where::file && where != Where::arm) defs[name_of(where)] = place(where);
        }
        json::object root = place(Where::file);
        json::object whole{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                           {"title", "journeyd journeys in YAML"},
                           {"description", "The YAML surface of the journey language, edition 1."}};
        for (const auto& [key, value] : root)
            whole[key] = value;
        whole["$defs"] = std::move(defs);
        return json::serialize(whole);
    }

  private:
    /// Everything a key's value may be, without its description.
    json::object shape_of(const Key& key) const {
        const auto one_or_many = [](const json::value& one) {
            return json::object{{"if", json::object{{"type", "array"}}},
                                {"then", json::object{{"type", "array"}, {"items", one}}},
                                {"else", one}};
        };
        switch (key.shape) {
            case Shape::text:
                return {{"type", json::array{"string", "number", "boolean"}}};
            case Shape::word:
                return {{"type", "string"}, {"enum", split(key.words)}};
            case Shape::name:
            case Shape::phrase:
                return phrase(key);
            case Shape::names:
            case Shape::texts:
            case Shape::phrases:
                return one_or_many(phrase(key));
            case Shape::number:
                return {{"type", "integer"}};
            case Shape::value:
                return {{"$ref", "#/$defs/value"}};
            case Shape::data:
                return {{"type", "object"}, {"additionalProperties", reference("value")}};
            case Shape::map:
                return {{"$ref", "#/$defs/" + name_of(key.table)}};
            case Shape::maps:
                return one_or_many(reference(name_of(key.table)));
            case Shape::named_maps:
                return named(key.table);
            case Shape::events:
                return {{"type", "object"},
                        {"additionalProperties",
                         json::object{{"type", json::array{"object", "null"}},
                                      {"additionalProperties", reference("word")}}}};
            case Shape::fields:
                return {{"type", "object"}, {"additionalProperties", reference("word")}};
            case Shape::moves:
                return one_or_many(
                    json::object{{"type", "object"},
                                 {"additionalProperties",
                                  json::object{{"type", "string"},
                                               {"pattern", "^(moves to .*|stay|stop|restart)$"}}}});
            case Shape::steps:
                return {{"$ref", "#/$defs/steps"}};
            case Shape::arms:
                return {{"type", "array"}, {"items", reference("arm")}};
            case Shape::nothing:
                return {{"type", "null"}};
            case Shape::nothing_or_name:
                return {{"type", json::array{"string", "null"}}};
            case Shape::givens:
                return one_or_many(reference("given"));
        }
        return {};
    }

    json::object phrase(const Key& key) const {
        json::object made{{"type", json::array{"string", "number", "boolean"}}};
        json::array known = key.words.empty() ? json::array() : split(key.words);
        if (const auto names = names_.find(key.names); names != names_.end()) {
            for (const std::string& name : names->second)
                known.emplace_back(text_of(name));
        }
        // What is written in the file itself is not known here, so other words are no mistake.
        if (!known.empty()) {
            made.erase("type");
            made["anyOf"] =
                json::array{json::object{{"enum", std::move(known)}}, reference("word")};
        }
        if (!key.example.empty()) made["examples"] = json::array{text_of(key.example)};
        return made;
    }

    /// A segment may be its condition alone, a channel may have nothing to say.
    static json::object named(Where where) {
        json::object one{{"$ref", "#/$defs/" + name_of(where)}};
        if (where == Where::segment || where == Where::channel) {
            one = json::object{
                {"if", json::object{{"type", "object"}}},
                {"then", std::move(one)},
                {"else", json::object{{"type", where == Where::segment ? "string" : "null"}}}};
        }
        return {{"type", "object"}, {"additionalProperties", std::move(one)}};
    }

    json::object place(Where where) const {
        const KeyTable& known = yaml::table(where);
        json::object properties;
        json::object patterns;
        json::array needed;
        for (const Key& key : known.keys) {
            json::object value = shape_of(key);
            value["description"] = text_of(key.about);
            if (key.numbered) {
                patterns["^" + std::string(key.name) + " [0-9]+$"] = std::move(value);
            } else {
                properties[text_of(key.name)] = std::move(value);
            }
            if (key.needed) needed.emplace_back(text_of(key.name));
        }
        json::object made{{"type", "object"}, {"properties", std::move(properties)}};
        if (!patterns.empty()) made["patternProperties"] = std::move(patterns);
        if (!needed.empty()) made["required"] = std::move(needed);
        made["additionalProperties"] = false;
        return made;
    }

    static json::value steps() {
        return json::object{{"if", json::object{{"type", "array"}}},
                            {"then", json::object{{"items", reference("step")}}},
                            {"else", json::object{{"type", "null"}}}};
    }

    /// One place of several, told apart by the key that comes first.
    json::value first_key(std::span<const Where> places, std::string_view about,
                          bool stop_alone) const {
        json::array rules;
        json::array any;
        json::object properties;
        for (const Where where : places) {
            const Key& verb = yaml::table(where).keys.front();
            const json::object has{{"required", json::array{text_of(verb.name)}}};
            rules.emplace_back(json::object{{"if", has}, {"then", reference(name_of(where))}});
            any.emplace_back(has);
            properties[text_of(verb.name)] = json::object{{"description", text_of(verb.about)}};
        }
        // Without any of them every key is one too many.
        rules.emplace_back(
            json::object{{"if", json::object{{"not", json::object{{"anyOf", std::move(any)}}}}},
                         {"then", json::object{{"maxProperties", 0}, {"minProperties", 1}}}});
        json::object made{{"type", "object"},
                          {"description", text_of(about)},
                          {"properties", std::move(properties)},
                          {"allOf", std::move(rules)}};
        if (!stop_alone) return made;
        return json::object{{"if", json::object{{"type", "string"}}},
                            {"then", json::object{{"const", "stop"}}},
                            {"else", std::move(made)}};
    }

    json::value arm() const {
        const Key& inner = yaml::table(Where::arm).keys.front();
        json::object value = shape_of(inner);
        value["description"] = text_of(inner.about);
        return json::object{
            {"type", "object"},
            {"description", "`name: 50%`, and its steps under `do:`."},
            {"properties", json::object{{inner.name, std::move(value)}}},
            {"additionalProperties", json::object{{"type", "string"}, {"pattern", "^[0-9.]+ *%$"}}},
            {"minProperties", 1},
            {"maxProperties", 2}};
    }

    const Names& names_;
};

}  // namespace

Names names_of(const std::vector<ast::File>& files) {
    Names names;
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            if (const auto* event = std::get_if<ast::EventDecl>(&item.what))
                names["event"].insert(event->name.dotted());
            if (const auto* segment = std::get_if<ast::SegmentDecl>(&item.what))
                names["segment"].insert(segment->name.text);
            if (const auto* channel = std::get_if<ast::ChannelDecl>(&item.what))
                names["channel"].insert(channel->name.text);
            if (const auto* consent = std::get_if<ast::ConsentDecl>(&item.what))
                names["consent"].insert(consent->name.text);
            if (const auto* policy = std::get_if<ast::FrequencyDecl>(&item.what))
                names["frequency"].insert(policy->name.text);
            if (const auto* quiet = std::get_if<ast::QuietDecl>(&item.what))
                names["quiet"].insert(quiet->name.text);
            if (const auto* webhook = std::get_if<ast::WebhookDecl>(&item.what))
                names["webhook"].insert(webhook->name.text);
            if (const auto* fetch = std::get_if<ast::FetchDecl>(&item.what))
                names["fetch"].insert(fetch->name.text);
            if (const auto* snippet = std::get_if<ast::SnippetDecl>(&item.what))
                names["snippet"].insert(snippet->name.text);
            if (const auto* journey = std::get_if<ast::JourneyDecl>(&item.what))
                names["journey"].insert(journey->name.text);
            if (const auto* made = std::get_if<ast::TemplateDecl>(&item.what))
                names["message"].insert(made->channel.text + " " + made->name.text);
        }
    }
    return names;
}

std::string json_schema(const Names& names) {
    return Maker(names).make();
}

}  // namespace journey::schema
