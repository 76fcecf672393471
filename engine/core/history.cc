#include "engine/core/history.h"

#include "engine/core/stored.h"

namespace journey::core {
namespace {

/// Two years and some weeks: the longest window a journey may ask about (J0317 in dsl/sema; one test
/// asks both, tests/engine/app/memory_test.cc).
constexpr Micros kEventsKept = std::chrono::hours(24 * 800);
/// Most people have so little: no room is kept for more.
constexpr std::size_t kExactly = 512;
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

void History::put(Instant time, EventNumber event, std::string_view values) const {
    std::array<char, 10> length{};  // a varint
    std::size_t digits = 0;
    for (std::size_t left = values.size(); digits == 0 || left > 0; left >>= 7)
        length[digits++] = static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    const std::size_t needed = bytes_.size() + digits + values.size();
    ENSURE(needed < 0xffffffffu, "one person's history outgrew 4 GiB");
    const auto offset = static_cast<std::uint32_t>(bytes_.size());
    if (needed < kExactly) bytes_.reserve(needed);
    bytes_.append(length.data(), digits);
    bytes_.append(values.data(), values.size());
    events_.push_back({time, offset, event, 0});
}

void History::add_packed(Instant time, EventNumber event, std::string_view values) {
    // Before the open part: among the chapters, or between them and it.
    if (unread_ > 0 && (events_.empty() || time < events_[0].time)) read();
    const bool in_time = events_.empty() || events_.back().time <= time;
    put(time, event, values);
    if (in_time) return;
    const Happened* last = events_.end() - 1;
    const Happened* behind =
        std::upper_bound(static_cast<const Happened*>(events_.begin()), last, time,
                         [](Instant at, const Happened& one) { return at < one.time; });
    const auto place = static_cast<std::size_t>(behind - events_.begin());
    std::rotate(events_.begin() + place, events_.end() - 1, events_.end());
    ends_.open_from(unread_ + place);
    drop_opened();
    if (index_) index_->forget_from(static_cast<std::uint32_t>(unread_ + place));
}

// What goes is at least an eighth of a long history, so that rewriting it costs little per event.
bool History::forget(Instant now) {
    if (size() % kForgetEvery != 0 || size() == 0 || oldest() >= now - kEventsKept) return false;
    const auto old = static_cast<std::size_t>(at_or_after(now - kEventsKept) - events_.begin());
    if (events_.size() > kForgetAll && old < events_.size() / 8) return false;
    History kept;
    for (std::size_t i = old; i < events_.size(); ++i)
        kept.put(events_[i].time, events_[i].event, packed(events_[i]));
    *this = std::move(kept);
    return true;
}

Instant History::oldest() const {
    if (unread_ == 0) return events_[0].time;
    ByteReader in(chapter(0));
    return get_since(in, Instant{});
}

// ---------------------------------------------------------------- chapters

std::span<const Happened> History::open_part() const {
    const std::size_t sealed = ends_.sealed() - unread_;
    return {std::as_const(events_).begin() + sealed, events_.size() - sealed};
}

std::string_view History::chapter(std::size_t index) const {
    const std::size_t from = index == 0 ? 0 : chapter_ends_[index - 1];
    return {chapters_.begin() + from, chapter_ends_[index] - from};
}

void History::seal(std::size_t count, std::string_view bytes) {
    ends_.seal(ends_.sealed() + count);
    chapters_.append(bytes.data(), bytes.size());
    ENSURE(chapters_.size() < 0xffffffffu, "one person's history outgrew 4 GiB");
    chapter_ends_.push_back(static_cast<std::uint32_t>(chapters_.size()));
    // Of what is in chapters all or nothing is read.
    if (unread_ > 0) let_go();
}

void History::expect(std::size_t count, std::size_t bytes) {
    events_.reserve(count);
    bytes_.reserve(bytes);
}

void History::expect_chapters(std::size_t count, std::size_t bytes) {
    chapters_.reserve(bytes);
    chapter_ends_.reserve(count);
}

void History::add_chapter(std::size_t count, std::string_view bytes) {
    ENSURE(unread_ == ends_.sealed(), "a chapter is added before others that were read");
    ends_.seal(unread_ + count);
    chapters_.append(bytes.data(), bytes.size());
    chapter_ends_.push_back(static_cast<std::uint32_t>(chapters_.size()));
    unread_ += count;
}

void History::let_go() {
    if (std::exchange(asked_, false) || unread_ == ends_.sealed()) return;
    const CompactVector<Happened> events = std::move(events_);
    const CompactVector<char> bytes = std::move(bytes_);
    const std::string_view values{bytes.begin(), bytes.size()};
    for (std::size_t i = ends_.sealed() - unread_; i < events.size(); ++i)
        put(events[i].time, events[i].event, body_at(values.substr(events[i].offset)));
    unread_ = ends_.sealed();
    index_.reset();
}

void History::read() const {
    asked_ = true;
    if (unread_ == 0) return;
    const CompactVector<Happened> open = std::move(events_);
    const CompactVector<char> bytes = std::move(bytes_);
    const std::string_view values{bytes.begin(), bytes.size()};
    events_.reserve(unread_ + open.size());
    bytes_.reserve(chapters_.size() + bytes.size());
    for (std::size_t i = 0; i < chapter_ends_.size(); ++i) {
        ByteReader in(chapter(i));
        Instant time{};
        while (!in.at_end()) {
            time = get_since(in, time);
            const auto event = static_cast<EventNumber>(in.varint());
            put(time, event, in.text_view());
        }
        ENSURE(in.ok(), "a chapter that was believed cannot be read");
    }
    ENSURE(events_.size() == unread_, "a chapter has not the events it was said to have");
    unread_ = 0;
    for (const Happened& one : open)
        put(one.time, one.event, body_at(values.substr(one.offset)));
}

void History::drop_opened() {
    const std::size_t left = ends_.count();
    if (left == chapter_ends_.size()) return;
    const std::size_t bytes = left == 0 ? 0 : chapter_ends_[left - 1];
    chapters_.erase_range(bytes, chapters_.size());
    chapter_ends_.erase_range(left, chapter_ends_.size());
}

std::size_t History::bytes() const {
    constexpr std::size_t kIndexed = 48;  // an event's part of the index, about
    return events_.size() * sizeof(Happened) + bytes_.size() + chapters_.size() +
           chapter_ends_.size() * sizeof(std::uint32_t) + (index_ ? events_.size() * kIndexed : 0);
}

// ---------------------------------------------------------------- questions

const Happened* History::last_at(Instant time) const {
    return at_or_after(time + Micros(1)) - 1;
}

HistoryIndex* History::index() const {
    if (size() < kIndexedFrom) return nullptr;
    read();
    if (!index_) index_ = std::make_unique<HistoryIndex>();
    return index_.get();
}

const Happened* History::at_or_after(Instant time) const {
    return std::lower_bound(begin(), end(), time,
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
