// { "journey_plan": 1, "checksum": sha-256 of the JSON text of "plan", "plan": {
//     "made": RFC 3339, "before": hash, "after": hash, "program": base64, "stopping": base64 or "",
//     "retire": { journey: "finish" | "stop" }, "inside": { journey: { version: { step: people }}},
//     "messages": { "from": RFC 3339, "until": RFC 3339, "without": { channel: number }, "with": … }}}
// "messages" stands there when they were counted.
#include "engine/app/plan_file.h"

#include "engine/app/client.h"

#include <cstdlib>

namespace journey::app {
namespace {

Error broken() {
    return error(ErrorCode::invalid,
                 "this is no plan, or it was changed or cut off after `journey plan` wrote it; "
                 "make it again");
}

plan::Standing standing_in(const Record& body) {
    plan::Standing out;
    const Value* inside = find(body, "inside");
    if (inside == nullptr || inside->as<Record>() == nullptr) return out;
    for (const NamedValue& journey : *inside->as<Record>()) {
        const Record* versions = journey.value.as<Record>();
        if (versions == nullptr) continue;
        for (const NamedValue& version : *versions) {
            const Record* steps = version.value.as<Record>();
            if (steps == nullptr) continue;
            const auto number = std::strtoul(version.name.c_str(), nullptr, 10);
            plan::Steps& by_step = out[journey.name][static_cast<std::uint32_t>(number)];
            for (const NamedValue& step : *steps)
                by_step[step.name] = number_in(*steps, step.name);
        }
    }
    return out;
}

std::optional<MessagesToday> messages_in(const Record& body) {
    const Value* held = find(body, "messages");
    const Record* messages = held == nullptr ? nullptr : held->as<Record>();
    if (messages == nullptr) return std::nullopt;
    MessagesToday out;
    if (const auto from = parse_instant(text_in(*messages, "from"))) out.from = from.value();
    if (const auto until = parse_instant(text_in(*messages, "until"))) out.until = until.value();
    const auto counts = [&](const char* name, std::map<std::string, std::uint64_t>& into) {
        const Value* all = find(*messages, name);
        if (all == nullptr || all->as<Record>() == nullptr) return;
        for (const NamedValue& one : *all->as<Record>())
            into[one.name] = number_in(*all->as<Record>(), one.name);
    };
    counts("without", out.without);
    counts("with", out.with);
    return out;
}

std::string checksum_of(const Value& plan) {
    return to_hex(view_of(sha256(to_json(plan))));
}

}  // namespace

std::string hash_of_program(const Bytes& program) {
    return to_hex(view_of(ir::program_hash(program)));
}

std::string write_plan(const PlanFile& plan) {
    Record body;
    body.push_back({"made", Value(format_instant(plan.made))});
    body.push_back({"before", Value(plan.before)});
    body.push_back({"after", Value(hash_of_program(plan.program))});
    body.push_back({"program", Value(to_base64(plan.program))});
    body.push_back({"stopping", Value(to_base64(plan.stopping))});
    Record retire;
    for (const auto& [name, rule] : plan.retire)
        retire.push_back({name, Value(rule == plan::Retire::stop ? "stop" : "finish")});
    body.push_back({"retire", Value(std::move(retire))});
    Record inside;
    for (const auto& [journey, versions] : plan.standing) {
        Record by_version;
        for (const auto& [version, steps] : versions) {
            Record by_step;
            for (const auto& [step, people] : steps)
                by_step.push_back({step, Value(static_cast<std::int64_t>(people))});
            by_version.push_back({std::to_string(version), Value(std::move(by_step))});
        }
        inside.push_back({journey, Value(std::move(by_version))});
    }
    body.push_back({"inside", Value(std::move(inside))});
    if (plan.messages) body.push_back({"messages", json_of(*plan.messages)});
    const Value held(std::move(body));
    Record file;
    file.push_back({"journey_plan", Value(1)});
    file.push_back({"checksum", Value(checksum_of(held))});
    file.push_back({"plan", held});
    return to_json(Value(std::move(file))) + "\n";
}

Result<PlanFile> read_plan(std::string_view text) {
    auto parsed = value_from_json(text);
    const Record* file = parsed ? parsed.value().as<Record>() : nullptr;
    if (file == nullptr) return broken();
    const Value* held = find(*file, "plan");
    const Record* body = held == nullptr ? nullptr : held->as<Record>();
    if (body == nullptr || number_in(*file, "journey_plan") != 1) return broken();
    if (checksum_of(*held) != text_in(*file, "checksum")) return broken();
    PlanFile out;
    out.before = text_in(*body, "before");
    const auto program = from_base64(text_in(*body, "program"));
    const auto stopping = from_base64(text_in(*body, "stopping"));
    if (!program || !stopping) return broken();
    out.program = *program;
    out.stopping = *stopping;
    if (hash_of_program(out.program) != text_in(*body, "after")) return broken();
    TRY(ir::decode(out.program));
    if (!out.stopping.empty()) {
        TRY(ir::decode(out.stopping));
    }
    if (const auto made = parse_instant(text_in(*body, "made"))) out.made = made.value();
    out.standing = standing_in(*body);
    out.messages = messages_in(*body);
    const Value* retire = find(*body, "retire");
    if (retire != nullptr && retire->as<Record>() != nullptr) {
        for (const NamedValue& one : *retire->as<Record>())
            out.retire[one.name] = text_in(*retire->as<Record>(), one.name) == "stop"
                                       ? plan::Retire::stop
                                       : plan::Retire::finish;
    }
    return out;
}

}  // namespace journey::app
