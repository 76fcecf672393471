// Tally bytes:
//   events:varint duplicates:varint unknown_events:varint bad_properties:varint by_channel:words
//   journeys:varint { name:text entered ended goals sent skipped unknown:varint
//                     ended_by:words arms:words skipped_by:words }
//   words = count:varint { text varint }
#include "engine/core/tally.h"

namespace journey::core {
namespace {

using Words = std::map<std::string, std::uint64_t, std::less<>>;

template <typename T>
T& grown(std::vector<T>& all, std::size_t index) {
    if (all.size() <= index) all.resize(index + 1);
    return all[index];
}

void encode_words(const Words& words, ByteWriter& out) {
    out.varint(words.size());
    for (const auto& [word, number] : words) {
        out.text(word);
        out.varint(number);
    }
}

void decode_words(ByteReader& in, Words& words) {
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        std::string word = in.text();
        words[std::move(word)] = in.varint();
    }
}

bool is_empty(const JourneyTally& tally) {
    return tally.entered + tally.ended + tally.goals + tally.sent + tally.skipped + tally.unknown ==
           0;
}

template <typename To, typename From>
void add_words(To& to, const From& from) {
    for (const auto& [word, number] : from)
        to[word] += number;
}

}  // namespace

JourneyTally& Tally::of(std::uint32_t journey) {
    return grown(journeys_, journey);
}

void Tally::rests(std::uint16_t program, std::uint32_t journey, std::uint16_t state, int change) {
    std::uint64_t& count = grown(grown(grown(waiting_, program), journey), state);
    if (change > 0) {
        ++count;
    } else {
        ENSURE(count > 0, "more entries left a step than came to rest there");
        --count;
    }
}

Counts Tally::counts(const Catalog& catalog, std::uint64_t people) const {
    Counts out;
    out.people = people;
    out.events = events;
    out.duplicates = duplicates;
    out.unknown_events = unknown_events;
    out.bad_properties = bad_properties;
    out.sent_by_channel.insert(sent_by_channel.begin(), sent_by_channel.end());
    std::map<std::string, JourneyCounts> by_name;
    if (const LinkedProgram* newest = catalog.live()) {
        for (const ir::Journey& journey : newest->program->journeys)
            by_name[journey.name];
    }
    for (std::uint32_t i = 0; i < journeys_.size(); ++i) {
        const JourneyTally& tally = journeys_[i];
        if (is_empty(tally)) continue;
        JourneyCounts& counts = by_name[catalog.journeys.name(i)];
        counts.entered = tally.entered;
        counts.ended = tally.ended;
        counts.goals = tally.goals;
        counts.sent = tally.sent;
        counts.skipped = tally.skipped;
        counts.unknown = tally.unknown;
        counts.held_out = tally.held_out;
        add_words(counts.ended_by, tally.ended_by);
        add_words(counts.arms, tally.arms);
        add_words(counts.skipped_by, tally.skipped_by);
    }
    const LinkedProgram* live = catalog.live();
    const auto is_live = [live](const ir::Journey& journey) {
        const ir::Index at = ir::find_named(live->program->journeys, journey.name);
        return at != ir::kNone && live->program->journeys[at].version == journey.version;
    };
    for (std::size_t program = 0; program < waiting_.size(); ++program) {
        for (std::size_t journey = 0; journey < waiting_[program].size(); ++journey) {
            const ir::Journey& source = catalog.programs[program]->program->journeys[journey];
            // Steps of one name in two versions are two places.
            const std::string version =
                is_live(source) ? "" : " (version " + std::to_string(source.version) + ")";
            for (std::size_t state = 0; state < waiting_[program][journey].size(); ++state) {
                const std::uint64_t count = waiting_[program][journey][state];
                if (count > 0)
                    by_name[source.name].waiting[source.states[state].step + version] += count;
            }
        }
    }
    for (auto& [name, counts] : by_name) {
        counts.journey = name;
        out.journeys.push_back(std::move(counts));
    }
    return out;
}

void Tally::encode(const Catalog& catalog, ByteWriter& out) const {
    for (const std::uint64_t number : {events, duplicates, unknown_events, bad_properties})
        out.varint(number);
    encode_words(sent_by_channel, out);
    std::vector<std::pair<std::string_view, const JourneyTally*>> used;
    for (std::uint32_t i = 0; i < journeys_.size(); ++i) {
        if (!is_empty(journeys_[i])) used.emplace_back(catalog.journeys.name(i), &journeys_[i]);
    }
    std::sort(used.begin(), used.end());
    out.varint(used.size());
    for (const auto& [name, tally] : used) {
        out.text(name);
        for (const std::uint64_t number : {tally->entered, tally->ended, tally->goals, tally->sent,
                                           tally->skipped, tally->unknown}) {
            out.varint(number);
        }
        encode_words(tally->ended_by, out);
        encode_words(tally->arms, out);
        encode_words(tally->skipped_by, out);
    }
}

void Tally::decode(const Catalog& catalog, ByteReader& in) {
    for (std::uint64_t* number : {&events, &duplicates, &unknown_events, &bad_properties})
        *number = in.varint();
    decode_words(in, sent_by_channel);
    const std::size_t used = in.count();
    for (std::size_t i = 0; i < used && in.ok(); ++i) {
        const std::uint32_t journey = catalog.journeys.find(in.text_view());
        JourneyTally lost;
        JourneyTally& tally = journey == NameTable::kNone ? lost : of(journey);
        for (std::uint64_t* number : {&tally.entered, &tally.ended, &tally.goals, &tally.sent,
                                      &tally.skipped, &tally.unknown}) {
            *number = in.varint();
        }
        decode_words(in, tally.ended_by);
        decode_words(in, tally.arms);
        decode_words(in, tally.skipped_by);
    }
}

Bytes Tally::encode_held_out(const Catalog& catalog) const {
    std::map<std::string_view, const HeldOutCounts*> used;
    for (std::uint32_t i = 0; i < journeys_.size(); ++i) {
        const HeldOutCounts& counts = journeys_[i].held_out;
        if (counts.entered + counts.goals > 0) used.emplace(catalog.journeys.name(i), &counts);
    }
    ByteWriter out;
    if (used.empty()) return {};
    out.varint(used.size());
    for (const auto& [name, counts] : used) {
        out.text(name);
        out.varint(counts->entered);
        out.varint(counts->goals);
    }
    return out.take();
}

void Tally::decode_held_out(const Catalog& catalog, ByteReader& in) {
    const std::size_t used = in.count();
    for (std::size_t i = 0; i < used && in.ok(); ++i) {
        const std::uint32_t journey = catalog.journeys.find(in.text_view());
        HeldOutCounts lost;
        HeldOutCounts& counts = journey == NameTable::kNone ? lost : of(journey).held_out;
        counts.entered = in.varint();
        counts.goals = in.varint();
    }
}

void Counts::add(const Counts& other) {
    people += other.people;
    events += other.events;
    duplicates += other.duplicates;
    unknown_events += other.unknown_events;
    bad_properties += other.bad_properties;
    emitted += other.emitted;
    ran += other.ran;
    dropped += other.dropped;
    erased += other.erased;
    late_receipts += other.late_receipts;
    add_words(sent_by_channel, other.sent_by_channel);
    std::map<std::string, JourneyCounts> by_name;
    for (JourneyCounts& one : journeys) {
        std::string name = one.journey;
        by_name.emplace(std::move(name), std::move(one));
    }
    for (const JourneyCounts& theirs : other.journeys) {
        JourneyCounts& ours = by_name[theirs.journey];
        ours.journey = theirs.journey;
        ours.entered += theirs.entered;
        ours.ended += theirs.ended;
        ours.goals += theirs.goals;
        ours.sent += theirs.sent;
        ours.skipped += theirs.skipped;
        ours.unknown += theirs.unknown;
        ours.held_out.entered += theirs.held_out.entered;
        ours.held_out.goals += theirs.held_out.goals;
        for (const auto& [step, rail] : theirs.rails) {
            RailCounts& counts = ours.rails[step];
            counts.waiting += rail.waiting;
            counts.shut = counts.shut || rail.shut;
            counts.looked_at = std::min(counts.looked_at, rail.looked_at);
        }
        add_words(ours.waiting, theirs.waiting);
        add_words(ours.ended_by, theirs.ended_by);
        add_words(ours.arms, theirs.arms);
        add_words(ours.skipped_by, theirs.skipped_by);
    }
    journeys.clear();
    for (auto& [name, one] : by_name)
        journeys.push_back(std::move(one));
}

}  // namespace journey::core
