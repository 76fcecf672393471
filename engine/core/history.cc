#include "engine/core/history.h"

namespace journey::core {
namespace {

/// Two years and some weeks: the longest window a journey may ask about (J0317 in dsl/sema; one test
/// asks both, tests/engine/app/memory_test.cc).
constexpr Micros kEventsKept = std::chrono::hours(24 * 800);
constexpr std::size_t kForgetEvery = 64;
constexpr std::size_t kForgetAll = 512;  // all that is old, while there are not more

std::string_view body_at(std::string_view bytes) {
    ByteReader in(bytes);
    return in.text_view();
}

}  // namespace

void pack_values(const LinkedEvent& event, const std::vector<Value>& values, ByteWriter& out) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i].is_missing()) continue;
        out.varint(event.fields[i]);
        out.value(values[i]);
    }
}

void History::add(Instant time, const LinkedEvent& event, const std::vector<Value>& values) {
    ByteWriter packed;
    pack_values(event, values, packed);
    add_packed(time, event.number, packed.bytes());
}

void History::add_packed(Instant time, EventNumber event, std::string_view values) {
    ByteWriter length;
    length.varint(values.size());
    const std::size_t needed = bytes_.size() + length.size() + values.size();
    ENSURE(needed < 0xffffffffu, "one person's history outgrew 4 GiB");
    const Happened happened{time, static_cast<std::uint32_t>(bytes_.size()), event, 0};
    if (needed < 512) bytes_.reserve(needed);
    bytes_.append(length.bytes().data(), length.size());
    bytes_.append(values.data(), values.size());
    if (events_.empty() || events_.back().time <= time) {
        events_.push_back(happened);
        return;
    }
    const Happened* behind =
        std::upper_bound(events_.begin(), events_.end(), time,
                         [](Instant at, const Happened& one) { return at < one.time; });
    const auto place = static_cast<std::size_t>(behind - events_.begin());
    events_.insert(place, happened);
    ends_.open_from(place);
    if (index_) index_->forget_from(static_cast<std::uint32_t>(place));
}

// What goes is at least an eighth of a long history, so that rewriting it costs little per event.
bool History::forget(Instant now) {
    if (events_.size() % kForgetEvery != 0 || events_.empty()) return false;
    const auto old = static_cast<std::size_t>(at_or_after(now - kEventsKept) - events_.begin());
    if (old == 0 || (events_.size() > kForgetAll && old < events_.size() / 8)) return false;
    History kept;
    for (std::size_t i = old; i < events_.size(); ++i)
        kept.add_packed(events_[i].time, events_[i].event, packed(events_[i]));
    *this = std::move(kept);
    return true;
}

const Happened* History::last_at(Instant time) const {
    return at_or_after(time + Micros(1)) - 1;
}

HistoryIndex* History::index() const {
    if (events_.size() < kIndexedFrom) return nullptr;
    if (!index_) index_ = std::make_unique<HistoryIndex>();
    return index_.get();
}

const Happened* History::at_or_after(Instant time) const {
    return std::lower_bound(events_.begin(), events_.end(), time,
                            [](const Happened& one, Instant at) { return one.time < at; });
}

std::string_view History::packed(const Happened& happened) const {
    return body_at(std::string_view(bytes_.begin(), bytes_.size()).substr(happened.offset));
}

void History::read(const Happened& happened, const LinkedEvent& event, const ir::EventType& type,
                   std::vector<Value>& row) const {
    row.assign(type.fields.size(), Value());
    ByteReader in(packed(happened));
    while (!in.at_end() && in.ok()) {
        const std::uint64_t field = in.varint();
        Value value = in.value();
        if (field >= event.field_of_number.size()) continue;
        const ir::Index index = event.field_of_number[field];
        if (index != ir::kNone) row[index] = std::move(value);
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i].is_missing() && type.fields[i].fallback) row[i] = *type.fields[i].fallback;
    }
}

std::vector<std::pair<FieldNumber, Value>> History::values(const Happened& happened) const {
    std::vector<std::pair<FieldNumber, Value>> out;
    ByteReader in(packed(happened));
    while (!in.at_end() && in.ok()) {
        const auto field = static_cast<FieldNumber>(in.varint());
        Value value = in.value();
        out.emplace_back(field, std::move(value));
    }
    return out;
}

}  // namespace journey::core
