#include "engine/http/openapi.h"

#include "engine/base/base.h"
#include "engine/http/route.h"

#include <fmt/format.h>

namespace journey::http {
namespace {

// The parts no table knows.
constexpr std::string_view kComponents = R"({
"securitySchemes":{
  "writeKey":{"type":"http","scheme":"basic","description":"The write key as user name, with an empty password. Segment's libraries may send it as `writeKey` in the body instead."},
  "adminToken":{"type":"http","scheme":"bearer"},
  "approverToken":{"type":"http","scheme":"bearer","description":"Somebody else's than the operator's."}},
"responses":{
  "Problem":{"description":"What is wrong and what to do.","content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}}},
"schemas":{
  "Problem":{"type":"object","required":["type","title","status","detail","code"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"code":{"type":"string","description":"Stable; for programs."}}},
  "Event":{"type":"object","description":"A call of the Segment spec. `userId` or `anonymousId` is needed; `messageId` makes repeats count once.","properties":{"type":{"enum":["identify","track","page","screen","group","alias"]},"userId":{"type":"string"},"anonymousId":{"type":"string"},"messageId":{"type":"string"},"event":{"type":"string"},"properties":{"type":"object"},"traits":{"type":"object"},"name":{"type":"string"},"category":{"type":"string"},"groupId":{"type":"string"},"previousId":{"type":"string"},"timestamp":{"type":"string","format":"date-time"},"sentAt":{"type":"string","format":"date-time"},"context":{"type":"object"}}},
  "Batch":{"type":"object","required":["batch"],"properties":{"batch":{"type":"array","items":{"$ref":"#/components/schemas/Event"}},"sentAt":{"type":"string","format":"date-time"},"context":{"type":"object"},"writeKey":{"type":"string"}}},
  "Remark":{"type":"object","properties":{"index":{"type":"integer"},"code":{"type":"string"},"detail":{"type":"string"}}},
  "Taken":{"type":"object","description":"Durable: synced before this was said.","properties":{"success":{"type":"boolean"},"accepted":{"type":"integer"},"rejected":{"type":"array","items":{"$ref":"#/components/schemas/Remark"}},"warnings":{"type":"array","items":{"$ref":"#/components/schemas/Remark"}},"warnings_left_out":{"type":"integer"}}},
  "Consent":{"type":"object","required":["consent","granted"],"properties":{"userId":{"type":"string"},"anonymousId":{"type":"string"},"consent":{"type":"string"},"granted":{"type":"boolean"},"confirmed":{"type":"boolean","description":"Of a consent with double opt-in: the person confirmed it elsewhere; else they are asked to."},"source":{"type":"string"},"proof":{},"messageId":{"type":"string"}}},
  "Suppression":{"type":"object","required":["address"],"properties":{"address":{"type":"string"},"channel":{"type":"string","description":"email, sms or push for every channel of that kind, or the name of a channel; left out: what the address looks like."},"reason":{"type":"string"},"at":{"type":"string","description":"Since when: a date, or RFC 3339."},"source":{"type":"string"}}},
  "Suppressions":{"type":"object","required":["suppressions"],"properties":{"source":{"type":"string"},"suppressions":{"type":"array","items":{"$ref":"#/components/schemas/Suppression"}}}},
  "Suppress":{"type":"object","required":["suppressed"],"properties":{"userId":{"type":"string"},"anonymousId":{"type":"string"},"channel":{"type":"string","description":"Left out: every channel."},"suppressed":{"type":"boolean"},"reason":{"type":"string"},"messageId":{"type":"string"}}},
  "Tags":{"type":"object","description":"At least one of `add` and `remove`.","properties":{"userId":{"type":"string"},"anonymousId":{"type":"string"},"add":{"type":"array","items":{"type":"string"}},"remove":{"type":"array","items":{"type":"string"}},"messageId":{"type":"string"}}},
  "Resume":{"type":"object","description":"What becomes of what the pause made late; the body may be left out.","properties":{"late":{"type":"string","enum":["send","skip","exit"],"default":"send"},"steps":{"type":"object","description":"Otherwise for people and messages at these steps.","additionalProperties":{"type":"string","enum":["send","skip","exit"]}},"over_seconds":{"type":"integer","minimum":0,"maximum":604800,"default":0,"description":"Spread over this long."}}}}})";

struct Words {
    std::string_view summary;
    std::string_view request_schema = {};  // empty: none in JSON
    std::string_view request_media = {};   // of a body that is not JSON
    std::string_view answer_media = "application/json";
    std::string_view answer_schema = {};
};

Words words_for(const Route& route) {
    const auto event = [](std::string_view summary) {
        return Words{.summary = summary, .request_schema = "Event", .answer_schema = "Taken"};
    };
    switch (route.endpoint) {
        case Endpoint::batch:
            return {.summary = "Take many events; one bad event does not refuse its neighbours",
                    .request_schema = "Batch",
                    .answer_schema = "Taken"};
        case Endpoint::identify:
            return event("Tell what is known of a person");
        case Endpoint::track:
            return event("Tell what a person did");
        case Endpoint::page:
            return event("Tell which page a person saw");
        case Endpoint::screen:
            return event("Tell which screen a person saw");
        case Endpoint::group:
            return event("Tell which group a person belongs to");
        case Endpoint::alias:
            return event("Make one person of two ids");
        case Endpoint::consent:
            return {.summary = "Give or withdraw a consent; in force when answered",
                    .request_schema = "Consent"};
        case Endpoint::suppress:
            return {.summary = "Stop or allow all messages on a channel; in force when answered",
                    .request_schema = "Suppress"};
        case Endpoint::tags:
            return {.summary = "Give or take a person's tags", .request_schema = "Tags"};
        case Endpoint::preferences_page:
            return {.summary = "A page of topics and channels", .answer_media = "text/html"};
        case Endpoint::preferences:
            return {.summary = "Save the choice made on the page, stop everything, or undo",
                    .request_media = "application/x-www-form-urlencoded",
                    .answer_media = "text/html"};
        case Endpoint::confirm_page:
            return {.summary = "A page with a button that confirms a consent",
                    .answer_media = "text/html"};
        case Endpoint::confirm:
            return {.summary = "Confirm a consent that was asked for",
                    .request_media = "application/x-www-form-urlencoded",
                    .answer_media = "text/html"};
        case Endpoint::suppressions_add:
            return {.summary =
                        "Nothing goes to these addresses any more, whoever has them; in "
                        "force when answered",
                    .request_schema = "Suppressions"};
        case Endpoint::suppressions_remove:
            return {.summary = "Write to an address again; the reason is kept",
                    .request_schema = "Suppression"};
        case Endpoint::suppressions_find:
            return {.summary = "Is this address on the suppression list, and why?",
                    .request_schema = "Suppression"};
        case Endpoint::suppressions_count:
            return {.summary = "The suppression list in numbers, by scope, reason and source"};
        case Endpoint::preflight:
            return {.summary = "What browsers ask first", .answer_media = ""};
        case Endpoint::program_show:
            return {.summary = "The live program: hash, journeys, versions"};
        case Endpoint::program_bytes:
            return {.summary = "The live program itself, as it was published",
                    .answer_media = "application/octet-stream"};
        case Endpoint::program_apply:
            return {.summary =
                        "Publish a compiled program; with ?after=HASH only when that one is "
                        "still live",
                    .request_media = "application/octet-stream"};
        case Endpoint::journeys:
            return {.summary = "Journeys with their counts"};
        case Endpoint::journey_pause:
            return {.summary = "Hold a journey's sends"};
        case Endpoint::journey_resume:
            return {.summary = "Let a journey's sends go on", .request_schema = "Resume"};
        case Endpoint::approvals:
            return {.summary =
                        "Steps whose messages wait for the canary or for an approval; also with "
                        "the admin token"};
        case Endpoint::approve:
            return {.summary =
                        "Let a step's messages go beyond the blast limit for one window, and end "
                        "its canary: JOURNEY/STEP, by an approver's own token"};
        case Endpoint::sending_stop:
            return {.summary = "Stop all sending"};
        case Endpoint::sending_start:
            return {.summary = "Start sending again", .request_schema = "Resume"};
        case Endpoint::timeline:
            return {.summary = "A person's story, with the reason of every message"};
        case Endpoint::why:
            return {.summary =
                        "Why a person is in the journey ?journey=NAME or is not: her passes, "
                        "and the occasions she had with what their conditions saw"};
        case Endpoint::person_erase:
            return {.summary =
                        "Erase a person: everything known of her goes, for ever; addresses that "
                        "nothing may be sent to stay on the suppression list"};
        case Endpoint::unknown_messages:
            return {.summary = "Messages of which nobody knows whether they were sent"};
        case Endpoint::message_content:
            return {.summary =
                        "A message as it was sent: its SHA-256 is the `hash` in the "
                        "person's story"};
        case Endpoint::unmatched_receipts:
            return {.summary = "What providers and people said of messages that nobody here knows"};
        case Endpoint::livez:
            return {.summary = "Do the threads turn?", .answer_media = "text/plain"};
        case Endpoint::readyz:
            return {.summary = "May traffic come?", .answer_media = "text/plain"};
        case Endpoint::metrics:
            return {.summary = "Prometheus metrics", .answer_media = "text/plain"};
        case Endpoint::openapi:
            return {.summary = "This document"};
        case Endpoint::report:
            return {.summary = "What a connector's provider reports, signed as it signs",
                    .request_media = route.method == Method::get ? "" : "*/*",
                    .answer_media = ""};
        case Endpoint::pixel:
            return {.summary = "An e-mail was opened", .answer_media = "image/gif"};
        case Endpoint::click:
            return {.summary = "A signed link was followed", .answer_media = ""};
        case Endpoint::unsubscribe_page:
            return {.summary = "A page with a button; asking for it changes nothing",
                    .answer_media = "text/html"};
        case Endpoint::unsubscribe:
            return {.summary = "Unsubscribe (RFC 8058 one-click, or the page's button)",
                    .request_media = "application/x-www-form-urlencoded",
                    .answer_media = "text/html"};
    }
    return {};
}

Record reference(std::string_view schema) {
    return {{"$ref", Value(fmt::format("#/components/schemas/{}", schema))}};
}

/// {"content": {media: {"schema": …}}}
Record content(std::string_view media, std::string_view schema) {
    const Record type{{"schema", Value(schema.empty() ? Record{} : reference(schema))}};
    return {{std::string(media), Value(type)}};
}

Value security_of(Guard guard) {
    const auto one = [](std::string_view scheme) {
        return Value(List{Value(Record{{std::string(scheme), Value(List{})}})});
    };
    switch (guard) {
        case Guard::write_key:
        case Guard::write_key_or_body:
            return one("writeKey");
        case Guard::admin:
            return one("adminToken");
        case Guard::approver:
            return one("approverToken");
        case Guard::none:
        case Guard::signature:
            break;
    }
    return Value(List{});
}

Record responses_of(const Route& route, const Words& words) {
    Record fine{{"description", Value("Done.")}};
    if (!words.answer_media.empty()) {
        fine.push_back({"content", Value(content(words.answer_media, words.answer_schema))});
    }
    std::string_view status = "200";
    if (route.endpoint == Endpoint::preflight || route.endpoint == Endpoint::report) {
        status = "204";
    }
    if (route.endpoint == Endpoint::click) status = "302";
    const Record problem{{"$ref", Value("#/components/responses/Problem")}};
    Record all{{std::string(status), Value(fine)}};
    if (route.guard != Guard::none) all.push_back({"4XX", Value(problem)});
    all.push_back({"503", Value(problem)});
    return all;
}

Value operation(const Route& route, std::string_view id) {
    const Words words = words_for(route);
    Record made{{"operationId", Value(id)}, {"summary", Value(words.summary)}};
    List parameters;
    std::size_t open = route.pattern.find("{}");
    for (const char* name : {"id", "reference"}) {
        if (open == std::string_view::npos) break;
        open = route.pattern.find("{}", open + 1);
        parameters.emplace_back(Record{{"name", Value(name)},
                                       {"in", Value("path")},
                                       {"required", Value(true)},
                                       {"schema", Value(Record{{"type", Value("string")}})}});
    }
    if (!parameters.empty()) made.push_back({"parameters", Value(std::move(parameters))});
    if (!words.request_schema.empty() || !words.request_media.empty()) {
        const std::string_view media =
            words.request_media.empty() ? "application/json" : words.request_media;
        const Record body{{"required", Value(true)},
                          {"content", Value(content(media, words.request_schema))}};
        made.push_back({"requestBody", Value(body)});
    }
    made.push_back({"security", security_of(route.guard)});
    made.push_back({"responses", Value(responses_of(route, words))});
    return Value(std::move(made));
}

std::string_view verb_of(Method method) {
    if (method == Method::post) return "post";
    return method == Method::options ? "options" : "get";
}

}  // namespace

std::string openapi_json() {
    Record paths;
    for (const Route& route : all_routes()) {
        std::string path(route.pattern);
        for (const char* name : {"{id}", "{reference}"}) {
            if (const std::size_t open = path.find("{}"); open != std::string::npos)
                path.replace(open, 2, name);
        }
        const std::string id = fmt::format("{}{}", verb_of(route.method), to_snake_case(path));
        const Value made = operation(route, id);
        const Value* before = find(paths, path);
        Record operations = before == nullptr ? Record{} : *before->as<Record>();
        operations.push_back({std::string(verb_of(route.method)), made});
        put(paths, path, Value(std::move(operations)));
    }
    Record info{{"title", Value("journeyd")}, {"version", Value("0.1.0")}};
    Record document{{"openapi", Value("3.1.0")},
                    {"info", Value(std::move(info))},
                    {"paths", Value(std::move(paths))}};
    auto components = value_from_json(kComponents);
    ENSURE(components.has_value(), "the document's own text must be JSON");
    document.push_back({"components", std::move(components.value())});
    return to_json(Value(std::move(document)));
}

}  // namespace journey::http
