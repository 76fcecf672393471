// What people and operators do, drawn from what the first program declares.
#include "engine/sim/simulation.h"

namespace journey::sim {
namespace {

std::string email_of(const std::string& external_id) {
    return external_id.substr(external_id.find(':') + 1) + "@example.com";
}

model::SuppressAddresses suppress_address(const std::string& address, bool suppressed) {
    model::SuppressAddresses change;
    change.suppressed = suppressed;
    change.source = "simulator";
    const std::string canonical = model::canonical_address("email", address).value();
    change.items.push_back(
        {"email", model::address_key_of("", "email", canonical), "asked by letter", {}});
    return change;
}

model::Command at_place(std::string place) {
    model::Command command;
    command.person = model::person_id_of(place);
    command.external_id = std::move(place);
    return command;
}

}  // namespace

void Simulation::submit_at(Instant at, model::Command command) {
    clients_.push_back({std::move(command), 0, clients_.size() % 4 != 0});
    items_.emplace(std::pair{at, ++item_number_}, Arrival{clients_.size() - 1});
}

Micros Simulation::some(Micros most) {
    return Micros{static_cast<std::int64_t>(
        rng_.below(static_cast<std::uint64_t>(std::max<std::int64_t>(1, most.count()))))};
}

void Simulation::plan_people() {
    std::vector<Bytes> programs = options_.programs;
    if (programs.empty()) {
        workspace_.railed = rng_.chance(0.3);
        workspace_.fetching = rng_.chance(0.5);
        workspace_.paced = rng_.chance(0.4);
        if (rng_.chance(0.3)) workspace_.holdout = 0.2;
        programs = own_programs(workspace_);
    }
    Result<ir::Program> schema = ir::decode(programs.front());
    if (!schema) return violation("the first program cannot be read: " + schema.error().detail);
    schema_ = std::move(schema).value();
    plan_operators(programs);
    if (options_.weather && rng_.chance(0.3)) plan_clock();
    for (std::uint32_t i = 0; i < options_.people; ++i)
        people_.push_back("user:p" + std::to_string(i));
    for (std::uint64_t i = 0; i < options_.commands; ++i) {
        const std::string& who = people_[rng_.below(people_.size())];
        plan_one(who, kSimulationStart + kSecond + some(options_.span), i);
    }
}

/// Seconds, as a time server sets it, or hours, as people and dying batteries do.
void Simulation::plan_clock() {
    for (std::uint64_t left = 1 + rng_.below(4); left > 0; --left) {
        const Micros most =
            rng_.chance(0.5) ? Micros{10 * kSecond} : Micros{std::chrono::hours(10)};
        const Micros by = some(most);
        items_.emplace(std::pair{kSimulationStart + kSecond + some(options_.span), ++item_number_},
                       ClockStep{rng_.chance(0.5) ? by : -by});
    }
}

void Simulation::plan_operators(const std::vector<Bytes>& programs) {
    for (std::size_t i = 0; i < programs.size(); ++i) {
        model::Command publish;
        publish.body = model::Publish{programs[i]};
        const auto share = static_cast<std::int64_t>(i) * options_.span /
                           static_cast<std::int64_t>(programs.size());
        submit_at(kSimulationStart + share, std::move(publish));
    }
    while (workspace_.railed && rng_.chance(0.8))
        approve_at(kSimulationStart + some(options_.span));
    for (int i = 0; i < 3 && rng_.chance(0.5); ++i) {
        const bool all = schema_.journeys.empty() || rng_.chance(0.5);
        const std::string journey =
            all ? "" : schema_.journeys[rng_.below(schema_.journeys.size())].name;
        const Instant at = kSimulationStart + some(options_.span);
        model::Command pause;
        pause.body = model::SetPaused{journey, true};
        submit_at(at, std::move(pause));
        model::Resume resume;
        resume.journey = journey;
        resume.late = static_cast<model::Late>(rng_.below(3));
        if (rng_.chance(0.3)) resume.over = some(std::chrono::hours(8));
        model::Command end;
        end.body = std::move(resume);
        submit_at(at + some(std::chrono::hours(5)), std::move(end));
    }
}

/// Every step that sends of a journey drawn by lot.
void Simulation::approve_at(Instant at) {
    const ir::Journey& journey = schema_.journeys[rng_.below(schema_.journeys.size())];
    for (const ir::State& state : journey.states) {
        if (!std::holds_alternative<ir::Send>(state.act)) continue;
        model::Command approve;
        approve.body = model::Approve{journey.name, state.step, "simulator"};
        submit_at(at, std::move(approve));
    }
}

void Simulation::plan_one(const std::string& external_id, Instant at, std::uint64_t number) {
    model::Command command;
    command.external_id = external_id;
    command.person = model::person_id_of(external_id);
    command.message_id = "m" + std::to_string(number);
    // Some of it arrives late: people's phones were off.
    command.event_time = rng_.chance(0.2) ? at - some(std::chrono::hours(48)) : at;
    command.body = body_of(external_id, number);
    if (const auto* alias = std::get_if<model::Alias>(&command.body)) {
        moved_.insert(external_id);
        moved_.insert(alias->to);
    }
    std::uint64_t copies = rng_.chance(0.15) ? 2 : 1;  // a client that was not sure
    // What the list is told twice, an hour apart, is said twice.
    if (std::holds_alternative<model::SuppressAddresses>(command.body)) copies = 1;
    for (std::uint64_t i = 0; i < copies; ++i) {
        submit_at(i == 0 ? at : at + some(std::chrono::hours(1)), command);
    }
}

model::CommandBody Simulation::body_of(const std::string& external_id, std::uint64_t number) {
    const std::uint64_t what = rng_.below(100);
    if (what < 25) return any_traits(external_id);
    if (what < 40 && !schema_.consents.empty()) {
        const std::string& consent = schema_.consents[rng_.below(schema_.consents.size())].name;
        return model::ConsentChange{consent, rng_.chance(0.75), "simulator", ""};
    }
    if (what < 44) {
        const char* channels[] = {"", "email", "sms", "push"};
        return model::Suppress{channels[rng_.below(4)], rng_.chance(0.7), "simulator"};
    }
    if (what == 46) {
        const std::string& other = people_[rng_.below(people_.size())];
        const std::string address = rng_.chance(0.3) ? "Family@Example.com" : email_of(other);
        return suppress_address(address, rng_.chance(0.75));
    }
    if (what < 46) return model::Alias{people_[rng_.below(people_.size())]};
    std::vector<const ir::EventType*> events;
    for (const ir::EventType& event : schema_.events) {
        if (!event.builtin) events.push_back(&event);
    }
    // Half of the worlds forget nobody: there the counters must be what the rows say, exactly.
    if (what == 48 && seed_ % 2 == 1) return model::Erase{};
    if (what == 47) return model::TagChange{{"vip"}, {"new"}};
    if (what < 47 || events.empty())
        return model::Track{"rocket_started", {{"stage", std::int64_t{1}}}};
    const ir::EventType& event = *events[rng_.below(events.size())];
    Record properties;
    for (const ir::Field& field : event.fields) {
        if (!field.required && rng_.chance(0.1)) continue;
        properties.push_back({field.name, any_value(field.type, number)});
    }
    return model::Track{event.name, std::move(properties)};
}

/// As JSON would bring it, now and then of the wrong kind.
Value Simulation::any_value(const ir::Type& type, std::uint64_t number) {
    if (rng_.chance(0.02)) return Value(List{Value("what is this"), Value(true)});
    const auto small = static_cast<std::int64_t>(rng_.below(12));
    switch (type.kind) {
        case ir::TypeKind::boolean:
            return Value(rng_.chance(0.5));
        case ir::TypeKind::integer:
            return Value(small);
        case ir::TypeKind::real:
        case ir::TypeKind::money:
            return Value(static_cast<double>(small) * 9.5);
        case ir::TypeKind::choice:
            return type.choices.empty() ? Value()
                                        : Value(type.choices[rng_.below(type.choices.size())]);
        case ir::TypeKind::instant:
            return Value(format_instant(now_ + some(options_.span)));
        case ir::TypeKind::date:
            return Value("2026-03-0" + std::to_string(1 + small % 9));
        case ir::TypeKind::time_of_day:
            return Value("12:30");
        case ir::TypeKind::duration:
            return Value("1h");
        case ir::TypeKind::zone: {
            const char* zones[] = {"Europe/Berlin", "Asia/Shanghai", "America/New_York",
                                   "Pacific/Auckland", "not/a_zone"};
            return Value(zones[rng_.below(5)]);
        }
        case ir::TypeKind::list:
            return Value(List{Value("a"), Value("b")});
        case ir::TypeKind::text:
            return Value((rng_.chance(0.5) ? "s" : "o" + std::to_string(number) + "-") +
                         std::to_string(small));
        case ir::TypeKind::missing:
        case ir::TypeKind::map:
        case ir::TypeKind::event:
            return Value();
    }
    return Value();
}

model::Identify Simulation::any_traits(const std::string& external_id) {
    const std::string name = external_id.substr(external_id.find(':') + 1);
    model::Identify identify;
    for (std::size_t i = 0; i < schema_.profile.size(); ++i) {
        const ir::Field& field = schema_.profile[i];
        Value value = any_value(field.type, 0);
        for (const ir::Channel& channel : schema_.channels) {
            if (channel.address_field != i) continue;
            if (channel.kind == ir::ChannelKind::email)
                value = Value(rng_.chance(0.2) ? "family@EXAMPLE.com" : email_of(external_id));
            if (channel.kind == ir::ChannelKind::sms)
                value = Value("+49301234" + std::to_string(1000 + rng_.below(9000)));
            if (channel.kind == ir::ChannelKind::push) value = Value("device-" + name);
        }
        identify.traits.push_back({field.name, std::move(value)});
    }
    return identify;
}

void Simulation::plan_receipt(const Call& call) {
    if (calm_ || !call.taken || !call.is_message() || !rng_.chance(weather_.receipts)) return;
    model::Command command;
    command.external_id = call.external_id;
    command.person = call.person;
    model::Receipt receipt;
    receipt.kind = rng_.chance(0.9) ? model::ReceiptKind::delivered : model::ReceiptKind::bounced;
    if (receipt.kind == model::ReceiptKind::bounced) model_.bounced(call.key);
    receipt.detail = "hard";
    receipt.id = "r" + std::to_string(call.sequence);
    // Push providers know a message by their own name for it, and may be quicker than its answer.
    const bool by_name = call.channel == "push" && !call.name.empty() && rng_.chance(0.5);
    if (by_name) command = at_place(model::name_of_place("id", call.channel, call.name));
    const std::uint64_t copies = 1 + rng_.below(2);
    for (std::uint64_t i = 0; i < copies; ++i) {
        const Instant at =
            now_ + some(rng_.chance(0.5) ? Micros{kSecond} : Micros{std::chrono::hours(30)});
        receipt.at = at;
        command.body = model::ReceiptArrived{call.key, receipt};
        if (by_name) command.body = model::NoticeArrived{receipt};
        submit_at(at, command);
    }
}

/// They come from a number, to whatever it got last.
void Simulation::plan_text(const Call& call) {
    const auto number = model::canonical_address("sms", call.address);
    if (calm_ || call.channel != "sms" || !number || !rng_.chance(0.3)) return;
    model::Command command = at_place(model::name_of_place("text", "sms", number.value()));
    model::Receipt receipt;
    receipt.kind = model::ReceiptKind::replied;
    receipt.at = now_ + some(std::chrono::hours(30));
    if (rng_.chance(0.7)) receipt.id = "t" + std::to_string(call.sequence);
    command.body = model::NoticeArrived{receipt};
    submit_at(receipt.at, command);
}

}  // namespace journey::sim
