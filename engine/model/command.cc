#include "engine/model/command.h"

#include <limits>

// Persisted in the Log. Kinds are never renumbered; a new field is a new kind.
//
// command := kind partition person external_id at event_time message_id body
//   kind        1 byte, the alternatives of CommandBody in their order, from 1
//   partition   2 bytes            person      8 bytes
//   external_id text               message_id  text
//   at          svarint microseconds
//   event_time  svarint microseconds, less `at`
// body of kind
//   1 identify  := record
//   2 track     := text event, record properties
//   3 consent   := text consent, flag granted, text source, text proof
//   4 suppress  := text channel, flag suppressed, text reason
//   5 alias     := text to
//   6 absorb    := text from, text state, varint released_at
//   7 tick      :=
//   8 claim     := key, varint attempt, flag connector_ready
//   9 outcome   := key, varint attempt, observation, 32 bytes body_hash
//  10 receipt   := key, receipt
//  11 publish   := text program
//  12 paused    := text journey, flag paused
//  13 tags      := texts add, texts remove
//  14 decide    := text journey, varint version, text experiment, text arm
//  15 answered  := key, varint attempt, observation, text answer
//  16 resume    := text journey, byte late, svarint over_us, varint n, n times (text step, byte late)
//  17 addresses := flag suppressed, text source, varint n, n times (text scope, 16 bytes key,
//                  text reason, svarint since)
//  18 asked     := text consent, text source, text proof
//  19 learned   := text subject, varint n, n times (text name, varint of, varint came)
//  20 named     := 8 bytes whose, key, svarint at
//  21 notice    := receipt
//  22 erase     := text merged_into
//  23 approve   := text journey, text step, text by
//  24 fetched   := key, varint attempt, text fetch, observation, text answer, svarint took_us,
//                  flag cached
//  25 forgotten := 8 bytes whose
//  26 gone      := key, varint n, n times 8 bytes
//  27 elsewhere := key, svarint at
// observation := byte kind, text provider_id, text reason, svarint retry_after_us, varint status,
//                flag ambiguous
// receipt     := byte kind, svarint at, text url, text detail, text id
// key         := 16 bytes
// flag        := byte 0 or 1
// texts       := varint n, n times text
// text, record, varint, svarint as at the head of engine/base/bytes.cc

namespace journey::model {
namespace {

// ---- writing

void write(ByteWriter& out, const MessageKey& key) {
    out.raw({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
}

void write(ByteWriter& out, const Observation& observation) {
    out.u8(static_cast<std::uint8_t>(observation.kind));
    out.text(observation.provider_id);
    out.text(observation.reason);
    out.svarint(observation.retry_after.count());
    out.varint(observation.status);
    out.boolean(observation.ambiguous);
}

void write(ByteWriter& out, const Receipt& receipt) {
    out.u8(static_cast<std::uint8_t>(receipt.kind));
    out.instant(receipt.at);
    out.text(receipt.url);
    out.text(receipt.detail);
    out.text(receipt.id);
}

void write(ByteWriter& out, const std::vector<std::string>& texts) {
    out.varint(texts.size());
    for (const std::string& text : texts)
        out.text(text);
}

void write_body(ByteWriter& out, const CommandBody& body) {
    std::visit(Match{[&](const Identify& it) { out.record(it.traits); },
                     [&](const Track& it) {
                         out.text(it.event);
                         out.record(it.properties);
                     },
                     [&](const ConsentChange& it) {
                         out.text(it.consent);
                         out.boolean(it.granted);
                         out.text(it.source);
                         out.text(it.proof);
                     },
                     [&](const Suppress& it) {
                         out.text(it.channel);
                         out.boolean(it.suppressed);
                         out.text(it.reason);
                     },
                     [&](const Alias& it) { out.text(it.to); },
                     [&](const Absorb& it) {
                         out.text(it.from);
                         out.text(it.state);
                         out.varint(it.released_at);
                     },
                     [&](const Tick&) {},
                     [&](const Claim& it) {
                         write(out, it.key);
                         out.varint(it.attempt);
                         out.boolean(it.connector_ready);
                     },
                     [&](const Outcome& it) {
                         write(out, it.key);
                         out.varint(it.attempt);
                         write(out, it.observation);
                         out.raw(view_of(it.body_hash));
                     },
                     [&](const ReceiptArrived& it) {
                         write(out, it.key);
                         write(out, it.receipt);
                     },
                     [&](const Publish& it) { out.text(it.program); },
                     [&](const SetPaused& it) {
                         out.text(it.journey);
                         out.boolean(it.paused);
                     },
                     [&](const TagChange& it) {
                         write(out, it.add);
                         write(out, it.remove);
                     },
                     [&](const Decide& it) {
                         out.text(it.journey);
                         out.varint(it.version);
                         out.text(it.experiment);
                         out.text(it.arm);
                     },
                     [&](const Answered& it) {
                         write(out, it.key);
                         out.varint(it.attempt);
                         write(out, it.observation);
                         out.text(it.observation.answer);
                     },
                     [&](const Resume& it) {
                         out.text(it.journey);
                         out.u8(static_cast<std::uint8_t>(it.late));
                         out.svarint(it.over.count());
                         out.varint(it.steps.size());
                         for (const auto& [step, late] : it.steps) {
                             out.text(step);
                             out.u8(static_cast<std::uint8_t>(late));
                         }
                     },
                     [&](const SuppressAddresses& it) {
                         out.boolean(it.suppressed);
                         out.text(it.source);
                         out.varint(it.items.size());
                         for (const SuppressAddresses::Item& item : it.items) {
                             out.text(item.scope);
                             for (const std::uint8_t byte : item.key.bytes)
                                 out.u8(byte);
                             out.text(item.reason);
                             out.instant(item.since);
                         }
                     },
                     [&](const ConsentAsked& it) {
                         out.text(it.consent);
                         out.text(it.source);
                         out.text(it.proof);
                     },
                     [&](const Learned& it) {
                         out.text(it.subject);
                         out.varint(it.counts.size());
                         for (const Learned::Count& count : it.counts) {
                             out.text(count.name);
                             out.varint(count.of);
                             out.varint(count.came);
                         }
                     },
                     [&](const MessageNamed& it) {
                         out.u64(it.whose.number);
                         write(out, it.key);
                         out.instant(it.at);
                     },
                     [&](const NoticeArrived& it) { write(out, it.receipt); },
                     [&](const Erase& it) { out.text(it.merged_into); },
                     [&](const Approve& it) {
                         out.text(it.journey);
                         out.text(it.step);
                         out.text(it.by);
                     },
                     [&](const Fetched& it) {
                         write(out, it.key);
                         out.varint(it.attempt);
                         out.text(it.fetch);
                         write(out, it.observation);
                         out.text(it.observation.answer);
                         out.svarint(it.took.count());
                         out.boolean(it.cached);
                     },
                     [&](const PlaceForgotten& it) { out.u64(it.whose.number); },
                     [&](const AddressesGone& it) {
                         write(out, it.key);
                         out.varint(it.addresses.size());
                         for (const std::uint64_t address : it.addresses)
                             out.u64(address);
                     },
                     [&](const SentElsewhere& it) {
                         write(out, it.key);
                         out.instant(it.at);
                     }},
               body);
}

// ---- reading

bool flag(ByteReader& in) {
    const std::uint8_t byte = in.u8();
    if (byte > 1) in.fail();
    return byte == 1;
}

std::uint32_t small(ByteReader& in) {
    const std::uint64_t number = in.varint();
    if (number > std::numeric_limits<std::uint32_t>::max()) in.fail();
    return static_cast<std::uint32_t>(number);
}

template <typename Kind>
Kind kind(ByteReader& in, Kind last) {
    const std::uint8_t byte = in.u8();
    if (byte > static_cast<std::uint8_t>(last)) {
        in.fail();
        return Kind{};
    }
    return static_cast<Kind>(byte);
}

template <std::size_t Size>
std::array<std::uint8_t, Size> bytes(ByteReader& in) {
    std::array<std::uint8_t, Size> out{};
    const std::string_view taken = in.raw(Size);
    for (std::size_t i = 0; i < taken.size(); ++i)
        out[i] = static_cast<std::uint8_t>(taken[i]);
    return out;
}

MessageKey read_key(ByteReader& in) {
    return MessageKey{bytes<16>(in)};
}

Observation read_observation(ByteReader& in) {
    Observation it;
    it.kind = kind(in, ObservationKind::withheld);
    it.provider_id = in.text();
    it.reason = in.text();
    it.retry_after = Micros{in.svarint()};
    it.status = small(in);
    it.ambiguous = flag(in);
    return it;
}

Receipt read_receipt(ByteReader& in) {
    Receipt it;
    it.kind = kind(in, ReceiptKind::failed);
    it.at = in.instant();
    it.url = in.text();
    it.detail = in.text();
    it.id = in.text();
    return it;
}

// One overload an alternative: a new kind of command does not compile without its reader.
void read(ByteReader& in, Identify& it) {
    it.traits = in.record();
}
void read(ByteReader& in, Track& it) {
    it.event = in.text();
    it.properties = in.record();
}
void read(ByteReader& in, ConsentChange& it) {
    it.consent = in.text();
    it.granted = flag(in);
    it.source = in.text();
    it.proof = in.text();
}
void read(ByteReader& in, Suppress& it) {
    it.channel = in.text();
    it.suppressed = flag(in);
    it.reason = in.text();
}
void read(ByteReader& in, Alias& it) {
    it.to = in.text();
}
void read(ByteReader& in, Absorb& it) {
    it.from = in.text();
    it.state = in.text();
    it.released_at = in.varint();
}
void read(ByteReader&, Tick&) {}
void read(ByteReader& in, Claim& it) {
    it.key = read_key(in);
    it.attempt = small(in);
    it.connector_ready = flag(in);
}
void read(ByteReader& in, Outcome& it) {
    it.key = read_key(in);
    it.attempt = small(in);
    it.observation = read_observation(in);
    it.body_hash = bytes<32>(in);
}
void read(ByteReader& in, ReceiptArrived& it) {
    it.key = read_key(in);
    it.receipt = read_receipt(in);
}
void read(ByteReader& in, Publish& it) {
    it.program = in.text();
}
void read(ByteReader& in, SetPaused& it) {
    it.journey = in.text();
    it.paused = flag(in);
}
void read(ByteReader& in, TagChange& it) {
    for (std::vector<std::string>* texts : {&it.add, &it.remove}) {
        const std::size_t count = in.count();
        for (std::size_t i = 0; i < count && in.ok(); ++i)
            texts->push_back(in.text());
    }
}
void read(ByteReader& in, Decide& it) {
    it.journey = in.text();
    it.version = small(in);
    it.experiment = in.text();
    it.arm = in.text();
}
void read(ByteReader& in, Answered& it) {
    it.key = read_key(in);
    it.attempt = small(in);
    it.observation = read_observation(in);
    it.observation.answer = in.text();
}

void read(ByteReader& in, Resume& it) {
    it.journey = in.text();
    it.late = kind(in, Late::exit);
    it.over = Micros{in.svarint()};
    if (it.over < Micros{0}) in.fail();
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        std::string step = in.text();
        it.steps.emplace_back(std::move(step), kind(in, Late::exit));
    }
}

void read(ByteReader& in, SuppressAddresses& it) {
    it.suppressed = flag(in);
    it.source = in.text();
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        SuppressAddresses::Item& item = it.items.emplace_back();
        item.scope = in.text();
        item.key.bytes = bytes<16>(in);
        item.reason = in.text();
        item.since = in.instant();
    }
}
void read(ByteReader& in, ConsentAsked& it) {
    it.consent = in.text();
    it.source = in.text();
    it.proof = in.text();
}
void read(ByteReader& in, MessageNamed& it) {
    it.whose.number = in.u64();
    it.key = read_key(in);
    it.at = in.instant();
}
void read(ByteReader& in, NoticeArrived& it) {
    it.receipt = read_receipt(in);
}

void read(ByteReader& in, Learned& it) {
    it.subject = in.text();
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        Learned::Count& one = it.counts.emplace_back();
        one.name = in.text();
        one.of = in.varint();
        one.came = in.varint();
    }
}

void read(ByteReader& in, Erase& it) {
    it.merged_into = in.text();
}

void read(ByteReader& in, Approve& it) {
    it.journey = in.text();
    it.step = in.text();
    it.by = in.text();
}

void read(ByteReader& in, Fetched& it) {
    it.key = read_key(in);
    it.attempt = small(in);
    it.fetch = in.text();
    it.observation = read_observation(in);
    it.observation.answer = in.text();
    it.took = Micros{in.svarint()};
    it.cached = flag(in);
}

void read(ByteReader& in, PlaceForgotten& it) {
    it.whose.number = in.u64();
}

void read(ByteReader& in, AddressesGone& it) {
    it.key = read_key(in);
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i)
        it.addresses.push_back(in.u64());
}

void read(ByteReader& in, SentElsewhere& it) {
    it.key = read_key(in);
    it.at = in.instant();
}

template <std::size_t At = 0>
void read_body(ByteReader& in, std::size_t which, CommandBody& body) {
    if constexpr (At < std::variant_size_v<CommandBody>) {
        if (which == At) {
            read(in, body.emplace<At>());
        } else {
            read_body<At + 1>(in, which, body);
        }
    } else {
        in.fail();
    }
}

}  // namespace

std::string name_of_place(std::string_view kind, std::string_view channel, std::string_view name) {
    std::string out(kind);
    out.append(":").append(channel).append(":").append(name);
    return out;
}

bool is_for_every_partition(const CommandBody& body) {
    return std::holds_alternative<Publish>(body) || std::holds_alternative<SetPaused>(body) ||
           std::holds_alternative<Resume>(body) || std::holds_alternative<Decide>(body) ||
           std::holds_alternative<SuppressAddresses>(body) ||
           std::holds_alternative<Learned>(body) || std::holds_alternative<Approve>(body);
}

std::string_view name_of(Late late) {
    switch (late) {
        case Late::send:
            return "send";
        case Late::skip:
            return "skip";
        case Late::exit:
            return "exit";
    }
    return "";
}

void encode(const Command& command, ByteWriter& out) {
    out.u8(static_cast<std::uint8_t>(command.body.index() + 1));
    out.u16(command.partition.number);
    out.u64(command.person.number);
    out.text(command.external_id);
    out.instant(command.at);
    // Unsigned: the difference of two far instants wraps, and wraps back when read.
    out.svarint(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(micros_of(command.event_time)) -
                                  static_cast<std::uint64_t>(micros_of(command.at))));
    out.text(command.message_id);
    write_body(out, command.body);
}

Result<Command> decode_command(ByteReader& in) {
    Command command;
    const std::size_t which = in.u8();
    command.partition.number = in.u16();
    command.person.number = in.u64();
    command.external_id = in.text();
    command.at = in.instant();
    command.event_time =
        instant_of(static_cast<std::int64_t>(static_cast<std::uint64_t>(micros_of(command.at)) +
                                             static_cast<std::uint64_t>(in.svarint())));
    command.message_id = in.text();
    // 0 wraps to a number no alternative has.
    read_body(in, which - 1, command.body);
    if (!in.ok()) {
        return error(ErrorCode::invalid,
                     "these bytes are not a command: they are cut short, damaged, or written by a "
                     "newer version of journey");
    }
    return command;
}

}  // namespace journey::model
