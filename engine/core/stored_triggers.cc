// What triggers remember, in a person's bytes and in a partition's.
//   of a person    = stays:n{ program:varint journey:varint trigger:varint key:u64 began:instant
//                             alive_until:instant due:instant row:n{ value } }
//                    inside:n{ watch:varint }
//                    former zones:n{ name:text from:instant until:instant } flip:instant
//   of a partition = zones:n{ name:text }
//                    schedules:n{ identity:text since:instant
//                                 next:n{ zone:text at:instant date:svarint } }
//                    sweeps:n{ identity:text zone:text at:instant date:svarint
//                              begun:bool done:u64 }
// Numbers of watches are the Catalog's.
#include "engine/core/machine.h"
#include "engine/core/stored.h"

namespace journey::core {
namespace {

PendingStay get_stay(ByteReader& in, const Catalog& catalog) {
    PendingStay stay;
    stay.program = number<std::uint16_t>(in, catalog.programs.size());
    if (!in.ok()) return stay;
    const ir::Program& program = *catalog.at(stay.program).program;
    stay.journey = number<std::uint32_t>(in, program.journeys.size());
    if (!in.ok()) return stay;
    const auto& triggers = program.journeys[stay.journey].triggers;
    stay.trigger = number<std::uint32_t>(in, triggers.size());
    stay.key = in.u64();
    for (Instant* at : {&stay.began, &stay.alive_until, &stay.due})
        *at = in.instant();
    get_all(in, [&] { stay.row.push_back(in.value()); });
    if (!in.ok()) return stay;
    const auto* trigger = std::get_if<ir::OnEvent>(&triggers[stay.trigger]);
    const bool fits = trigger != nullptr && trigger->lasts &&
                      stay.row.size() == program.events[trigger->pattern.event].fields.size();
    if (!fits) in.fail();
    return stay;
}

void put_planned(ByteWriter& out, const Planned& planned) {
    out.instant(planned.at);
    out.svarint(planned.date.days);
}

Planned get_planned(ByteReader& in) {
    Planned planned;
    planned.at = in.instant();
    planned.date.days = static_cast<std::int32_t>(in.svarint());
    return planned;
}

std::string get_zone(ByteReader& in) {
    std::string name = in.text();
    if (in.ok() && calendar::find_zone(name) == nullptr) in.fail();
    return name;
}

}  // namespace

void put_triggers(ByteWriter& out, const Rare& rare) {
    put_all(out, rare.stays, [&](const PendingStay& stay) {
        out.varint(stay.program);
        out.varint(stay.journey);
        out.varint(stay.trigger);
        out.u64(stay.key);
        for (const Instant at : {stay.began, stay.alive_until, stay.due})
            out.instant(at);
        put_all(out, stay.row, [&](const Value& value) { out.value(value); });
    });
    put_all(out, rare.inside, [&](std::uint32_t watch) { out.varint(watch); });
    put_all(out, rare.former_zones, [&](const FormerZone& former) {
        out.text(calendar::name_of(*former.zone));
        out.instant(former.from);
        out.instant(former.until);
    });
    out.instant(rare.flip);
}

void get_triggers(ByteReader& in, const Catalog& catalog, Rare& rare) {
    get_all(in, [&] { rare.stays.push_back(get_stay(in, catalog)); });
    get_all(in, [&] { rare.inside.push_back(number<std::uint32_t>(in, catalog.watches.size())); });
    get_all(in, [&] {
        FormerZone former;
        former.zone = calendar::find_zone(get_zone(in));
        former.from = in.instant();
        former.until = in.instant();
        if (in.ok()) rare.former_zones.push_back(former);
    });
    rare.flip = in.instant();
}

void Machine::encode_schedules(ByteWriter& out) const {
    put_all(out, zones_, [&](const std::string& zone) { out.text(zone); });
    put_all(out, schedules_, [&](const auto& one) {
        out.text(one.first);
        out.instant(one.second.since);
        put_all(out, one.second.next, [&](const auto& next) {
            out.text(next.first);
            put_planned(out, next.second);
        });
    });
    put_all(out, sweeps_, [&](const Sweep& sweep) {
        out.text(sweep.schedule);
        out.text(sweep.zone);
        put_planned(out, sweep.planned);
        out.boolean(sweep.begun);
        out.u64(sweep.done.number);
    });
}

void Machine::decode_schedules(ByteReader& in) {
    get_all(in, [&] { zones_.insert(get_zone(in)); });
    get_all(in, [&] {
        const std::string identity = in.text();
        ScheduleState& state = schedules_[identity];
        state.since = in.instant();
        get_all(in, [&] {
            const std::string zone = get_zone(in);
            state.next[zone] = get_planned(in);
        });
    });
    get_all(in, [&] {
        Sweep sweep;
        sweep.schedule = in.text();
        sweep.zone = get_zone(in);
        sweep.planned = get_planned(in);
        sweep.begun = in.boolean();
        sweep.done.number = in.u64();
        if (schedules_.count(sweep.schedule) == 0) in.fail();
        sweeps_.push_back(std::move(sweep));
    });
    const bool live = catalog_->live() != nullptr;
    if (!schedules_.empty() && !live) in.fail();
    if (in.ok() && live) aim_schedules();
}

}  // namespace journey::core
