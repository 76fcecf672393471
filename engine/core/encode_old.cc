// What stands otherwise in the bytes of people before version 4.
//   entry   = id:u64 ordinal:varint program:varint journey:varint state:varint phase:u8
//             parked:bool entered_at:instant trigger_time:instant due:instant expires:instant
//             goals:varint key:u64 per:u64 values:n{ value } visits:n{ state:varint count:varint }
//   ended   = id:u64 entered_at:instant ended_at:instant key:u64 per:u64 journey:text
//             version:varint reason:text step:text
#include "engine/core/stored.h"

namespace journey::core {

Entry get_old_entry(ByteReader& in, const Catalog& catalog) {
    Entry entry;
    entry.id.number = in.u64();
    entry.ordinal = number<std::uint32_t>(in, 0xffffffffu);
    const ir::State* state = get_place(in, catalog, entry);
    entry.phase = choice(in, Phase::calling);
    entry.parked = in.boolean();
    for (Instant* at : {&entry.entered_at, &entry.trigger_time, &entry.due, &entry.expires})
        *at = in.instant();
    entry.goals = in.varint();
    entry.key = in.u64();
    entry.per = in.u64();
    get_all(in, [&] { entry.values.push_back(in.value()); });
    get_all(in, [&] {
        const auto at = number<std::uint16_t>(in, kNoNumber);
        entry.visits.push_back({at, number<std::uint16_t>(in, kNoNumber)});
    });
    if (state == nullptr) return entry;
    if (!can_rest(entry.phase, state->act)) in.fail();
    return entry;
}

EndedEntry get_old_ended(ByteReader& in, const Catalog& catalog, NameTable& words) {
    EndedEntry one;
    one.id.number = in.u64();
    one.entered_at = in.instant();
    one.ended_at = in.instant();
    one.key = in.u64();
    one.per = in.u64();
    get_end(in, catalog, words, one);
    return one;
}

}  // namespace journey::core
