#include "engine/core/chapters.h"

#include "engine/core/stored.h"

namespace journey::core {
namespace {

/// The newest stay open: most of what comes late, and most receipts, belong among them.
constexpr std::size_t kOpenPart = 2;
/// Of a chapter's size; so many at once are seldom, and what changes in it opens all of it.
constexpr std::size_t kLargest = 8;
/// Of a kind; more are damage.
constexpr std::uint32_t kChaptersMost = 1u << 20;
/// Events that weigh about what one message does, or one entry that ended.
constexpr std::size_t kEventsAMessage = 8;
constexpr std::size_t kEventsAnEntry = 4;

std::uint32_t number_of(ChapterKind kind, std::size_t chapter) {
    return static_cast<std::uint32_t>(chapter * kChapterKinds) + static_cast<std::uint32_t>(kind);
}

std::uint32_t& stored(Person& person, ChapterKind kind) {
    return person.stored_chapters[static_cast<std::size_t>(kind)];
}

/// How many of each are in a chapter, at least.
struct Sizes {
    std::size_t events;
    std::size_t messages;
    std::size_t ended;
};
Sizes sizes_of(std::size_t size) {
    const auto part = [&](std::size_t of) { return std::max<std::size_t>(1, size / of); };
    return {size, part(kEventsAMessage), part(kEventsAnEntry)};
}

template <typename List>
bool is_due(const List& list, std::size_t size) {
    return list.size() - list.ends().sealed() >= size + size / kOpenPart;
}

/// Those beyond `count` are gone.
void count_stored(Person& person, ChapterKind kind, std::size_t count, model::ProfileRow& row) {
    for (std::size_t i = count; i < stored(person, kind); ++i)
        row.chapters_gone.push_back(number_of(kind, i));
    stored(person, kind) = static_cast<std::uint32_t>(count);
}

/// `put` writes those from one on up to another.
template <typename List, typename Put>
void seal_list(List& list, ChapterKind kind, std::size_t size, Person& person,
               model::ProfileRow& row, Put put) {
    while (is_due(list, size)) {
        const std::size_t from = list.ends().sealed();
        const std::size_t open = list.size() - from - size / kOpenPart;
        list.seal(from + std::min(open, size * kLargest));
        const std::size_t to = list.ends().sealed();
        ByteWriter out;
        const std::uint32_t number = number_of(kind, list.ends().count() - 1);
        out.varint(number);
        out.varint(to - from);
        put(out, list.begin() + from, list.begin() + to);
        row.chapters.push_back({number, out.take()});
    }
    count_stored(person, kind, list.ends().count(), row);
}

void seal_events(Person& person, std::size_t size, model::ProfileRow& row) {
    History& history = person.history;
    while (is_due(history, size)) {
        const std::size_t open = history.open_part().size() - size / kOpenPart;
        const std::size_t count = std::min(open, size * kLargest);
        ByteWriter body;
        Instant before{};
        for (const Happened& one : history.open_part().first(count)) {
            put_since(body, before, one.time);
            before = one.time;
            body.varint(one.event);
            body.text(history.packed(one));
        }
        history.seal(count, body.bytes());
        ByteWriter out;
        const std::uint32_t number = number_of(ChapterKind::events, history.ends().count() - 1);
        out.varint(number);
        out.varint(count);
        out.raw(body.bytes());
        row.chapters.push_back({number, out.take()});
    }
    history.let_go();
    count_stored(person, ChapterKind::events, history.ends().count(), row);
}

void seal_seen(Person& person, std::size_t size, model::ProfileRow& row) {
    SeenIds& seen = person.seen;
    if (seen.is_hollow(size)) seen.unseal();
    if (seen.open() >= size) {
        ByteWriter out;
        const std::uint32_t number = number_of(ChapterKind::seen, seen.chapters());
        out.varint(number);
        put_all(out, seen.seal(), [&](const Seen& one) {
            out.u64(one.hash);
            out.varint(one.day);
        });
        row.chapters.push_back({number, out.take()});
    }
    count_stored(person, ChapterKind::seen, seen.chapters(), row);
}

/// By what the state says; of a list, how many are in each.
struct Listed {
    std::vector<std::size_t> events;
    std::vector<std::size_t> messages;
    std::vector<std::size_t> ended;
    std::uint32_t seen = 0;
    std::uint32_t forgotten_before = 0;
};

/// Chapters, of which each kind comes in order.
class Apart {
  public:
    Apart(ByteReader& in, const Catalog& catalog, NameTable& words, const Listed& listed,
          Person& person)
        : in_(in), catalog_(catalog), words_(words), listed_(listed), person_(person) {}

    /// Those of the state come after those of the chapters.
    void read() {
        SealedVector<Message> messages = std::exchange(person_.messages, SealedVector<Message>());
        SealedVector<EndedEntry> ended = std::exchange(person_.ended, SealedVector<EndedEntry>());
        while (in_.ok() && !in_.at_end())
            read_one();
        for (std::size_t kind = 0; kind < kChapterKinds; ++kind) {
            if (read_[kind] != listed(kind)) in_.fail();
        }
        const auto open = person_.history.open_part();
        if (!open.empty() && open.front().time < newest_) in_.fail();
        for (Message& one : messages.change_all())
            person_.messages.push_back(std::move(one));
        for (const EndedEntry& one : ended)
            person_.ended.push_back(one);
    }

  private:
    std::size_t listed(std::size_t kind) const {
        switch (static_cast<ChapterKind>(kind)) {
            case ChapterKind::events:
                return listed_.events.size();
            case ChapterKind::messages:
                return listed_.messages.size();
            case ChapterKind::ended:
                return listed_.ended.size();
            case ChapterKind::seen:
                break;
        }
        return listed_.seen;
    }

    void read_one() {
        const std::uint64_t number = in_.varint();
        const std::size_t kind = number % kChapterKinds;
        std::size_t& next = read_[kind];
        if (number / kChapterKinds != next || next >= listed(kind)) return in_.fail();
        const std::size_t chapter = next++;
        switch (static_cast<ChapterKind>(kind)) {
            case ChapterKind::events:
                return read_events(listed_.events[chapter]);
            case ChapterKind::messages:
                return read_list(listed_.messages[chapter], person_.messages,
                                 [&] { return get_message(in_, catalog_); });
            case ChapterKind::ended:
                return read_list(listed_.ended[chapter], person_.ended,
                                 [&] { return get_ended(in_, catalog_, Instant{}, words_); });
            case ChapterKind::seen:
                return read_seen(static_cast<std::uint32_t>(next));
        }
    }

    /// Nobody has asked about them yet; but damage is found now.
    void read_events(std::size_t count) {
        if (in_.count() != count) return in_.fail();
        ByteReader body = in_;
        const std::size_t left = in_.left();
        Instant before{};
        for (std::size_t i = 0; i < count && in_.ok(); ++i) {
            before = get_since(in_, before);
            if (before < newest_) in_.fail();
            newest_ = before;
            number<EventNumber>(in_, catalog_.events.size());
            in_.text_view();
        }
        if (in_.ok()) person_.history.add_chapter(count, body.raw(left - in_.left()));
    }

    template <typename List, typename Get>
    void read_list(std::size_t count, List& list, Get get) {
        const std::size_t before_it = list.size();
        get_all(in_, [&] { list.push_back(get()); });
        if (list.size() - before_it != count) in_.fail();
    }

    void read_seen(std::uint32_t chapter) {
        get_all(in_, [&] {
            const std::uint64_t hash = in_.u64();
            const auto day = number<std::uint32_t>(in_, 0xffffffffu);
            if (in_.ok() && day >= listed_.forgotten_before) person_.seen.add({hash, day, chapter});
        });
    }

    ByteReader& in_;
    const Catalog& catalog_;
    NameTable& words_;
    const Listed& listed_;
    Person& person_;
    std::array<std::size_t, kChapterKinds> read_{};
    Instant newest_ = Instant::min();  // of the events
};

void put_ends(ByteWriter& out, const Ends& ends) {
    out.varint(ends.count());
    for (std::size_t i = 0; i < ends.count(); ++i)
        out.varint(ends.end_of(i) - ends.begin_of(i));
}

template <typename List>
void set_ends(ByteReader& in, const std::vector<std::size_t>& counts, List& list) {
    for (const std::size_t count : counts) {
        const std::size_t sealed = list.ends().sealed();
        if (count == 0 || count > list.size() - sealed) return in.fail();
        list.seal(sealed + count);
    }
}

}  // namespace

bool has_chapters(const Person& person) {
    return person.history.ends().count() > 0 || person.seen.chapters() > 0 ||
           person.messages.ends().count() > 0 || person.ended.ends().count() > 0 ||
           std::any_of(person.stored_chapters.begin(), person.stored_chapters.end(),
                       [](std::uint32_t count) { return count > 0; });
}

bool is_long(const Person& person, std::size_t size) {
    const Sizes sizes = sizes_of(size);
    return has_chapters(person) || is_due(person.history, sizes.events) ||
           person.seen.open() >= sizes.events || is_due(person.messages, sizes.messages) ||
           is_due(person.ended, sizes.ended);
}

void seal_chapters(Person& person, std::size_t size, const Catalog& catalog, const NameTable& words,
                   model::ProfileRow& row) {
    if (!is_long(person, size)) return;
    const Sizes sizes = sizes_of(size);
    seal_events(person, sizes.events, row);
    seal_list(person.messages, ChapterKind::messages, sizes.messages, person, row,
              [](ByteWriter& out, const Message* from, const Message* to) {
                  for (; from != to; ++from)
                      put_message(out, *from);
              });
    seal_list(person.ended, ChapterKind::ended, sizes.ended, person, row,
              [&](ByteWriter& out, const EndedEntry* from, const EndedEntry* to) {
                  for (; from != to; ++from)
                      put_ended(out, Instant{}, *from, catalog, words);
              });
    seal_seen(person, sizes.events, row);
    std::sort(row.chapters.begin(), row.chapters.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
}

void put_chapters(ByteWriter& out, const Person& person, PersonForm form) {
    out.boolean(form == PersonForm::stored);
    put_ends(out, person.history.ends());
    put_ends(out, person.messages.ends());
    put_ends(out, person.ended.ends());
    out.varint(person.seen.chapters());
    out.varint(person.seen.forgotten_before());
    if (form == PersonForm::stored) return;
    for (const std::uint32_t count : person.stored_chapters)
        out.varint(count);
    for (std::size_t i = 0; i < person.history.ends().count(); ++i)
        out.text(person.history.chapter(i));
}

void get_chapters(ByteReader& in, const Catalog& catalog, NameTable& words, bool resting,
                  Person& person) {
    const bool apart = in.boolean();
    Listed listed;
    for (std::vector<std::size_t>* counts : {&listed.events, &listed.messages, &listed.ended})
        get_all(in, [&] { counts->push_back(in.varint()); });
    listed.seen = number<std::uint32_t>(in, 0xffffffffu);
    listed.forgotten_before = number<std::uint32_t>(in, 0xffffffffu);
    if (apart) {
        Apart(in, catalog, words, listed, person).read();
        stored(person, ChapterKind::events) = static_cast<std::uint32_t>(listed.events.size());
        stored(person, ChapterKind::messages) = static_cast<std::uint32_t>(listed.messages.size());
        stored(person, ChapterKind::ended) = static_cast<std::uint32_t>(listed.ended.size());
        stored(person, ChapterKind::seen) = listed.seen;
    } else if (!resting) {
        in.fail();  // nobody stores them so
    } else {
        for (std::uint32_t& count : person.stored_chapters)
            count = number<std::uint32_t>(in, kChaptersMost);
        person.history.expect_chapters(listed.events.size(), in.left());
        for (const std::size_t count : listed.events)
            person.history.add_chapter(count, in.text_view());
    }
    set_ends(in, listed.messages, person.messages);
    set_ends(in, listed.ended, person.ended);
    person.seen.set_chapters(listed.seen, listed.forgotten_before);
}

}  // namespace journey::core
