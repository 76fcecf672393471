// state.db, written behind the log; every column but `state`, `meta`, the `bytes` of chapters and
// catalogs, and the `body` of what was rendered (packed.h; `journey explain --content` shows it) is
// for people and SQL tools. Instants are RFC 3339 in UTC with microseconds.
#include "engine/storage/sqlite/directory.h"
#include "engine/storage/sqlite/files.h"
#include "engine/storage/sqlite/packed.h"

#include <map>

namespace journey::storage::sqlite {

namespace {

// Steps that shipped are never edited; a change is a new step at the end.
constexpr const char* kStateSteps[] = {
    R"(CREATE TABLE partitions (
           partition INTEGER PRIMARY KEY,
           applied INTEGER NOT NULL,  -- position in the log up to which this partition's rows are true
           meta BLOB NOT NULL) STRICT;
       -- By partition first, so that a restart reads each partition's people in one sweep.
       CREATE TABLE profiles (
           partition INTEGER NOT NULL,
           person_id INTEGER NOT NULL,
           external_id TEXT NOT NULL,
           attributes TEXT NOT NULL,
           next_due TEXT,
           state BLOB NOT NULL,
           PRIMARY KEY (partition, person_id)) STRICT, WITHOUT ROWID;
       CREATE TABLE entries (
           entry_id INTEGER PRIMARY KEY,
           person_id INTEGER NOT NULL,
           journey TEXT NOT NULL,
           version INTEGER NOT NULL,
           status TEXT NOT NULL,
           step TEXT NOT NULL,
           entered_at TEXT NOT NULL,
           due_at TEXT,
           ended_at TEXT,
           reason TEXT NOT NULL) STRICT;
       CREATE TABLE messages (
           key TEXT PRIMARY KEY,
           person_id INTEGER NOT NULL,
           entry_id INTEGER NOT NULL,
           journey TEXT NOT NULL,
           version INTEGER NOT NULL,
           step TEXT NOT NULL,
           channel TEXT NOT NULL,
           template TEXT NOT NULL,
           status TEXT NOT NULL,
           reason TEXT NOT NULL,
           detail TEXT NOT NULL,
           planned_at TEXT NOT NULL,
           claimed_at TEXT,
           finished_at TEXT,
           attempts INTEGER NOT NULL,
           provider_id TEXT NOT NULL,
           body_hash TEXT NOT NULL,
           receipts TEXT NOT NULL) STRICT, WITHOUT ROWID;
       CREATE TABLE rendered (
           key TEXT PRIMARY KEY,
           hash TEXT NOT NULL,
           body BLOB NOT NULL) STRICT;
       CREATE TABLE quarantine (
           position INTEGER PRIMARY KEY,
           external_id TEXT NOT NULL,
           event TEXT NOT NULL,
           properties TEXT NOT NULL,
           reason TEXT NOT NULL,
           at TEXT NOT NULL) STRICT;
       CREATE TABLE catalogs (
           position INTEGER PRIMARY KEY,
           bytes BLOB NOT NULL) STRICT;
       CREATE TABLE journeys (
           name TEXT NOT NULL,
           version INTEGER NOT NULL,
           title TEXT NOT NULL,
           program TEXT NOT NULL,
           live INTEGER NOT NULL,
           paused INTEGER NOT NULL) STRICT;)",
    // Only added to: the suppression list and its history. A key is a keyed hash of the address.
    R"(CREATE TABLE suppressions (
           position INTEGER NOT NULL,
           item INTEGER NOT NULL,
           scope TEXT NOT NULL,
           key BLOB NOT NULL,
           suppressed INTEGER NOT NULL,
           reason TEXT NOT NULL,
           source TEXT NOT NULL,
           since TEXT NOT NULL,
           at TEXT NOT NULL,
           PRIMARY KEY (position, item)) STRICT, WITHOUT ROWID;
       CREATE TABLE suppression_list (
           id INTEGER PRIMARY KEY CHECK (id = 1),
           applied INTEGER NOT NULL,
           pepper BLOB NOT NULL) STRICT;)",
    // What is older of people who have much (core, chapters.h); profiles.state lists them.
    R"(CREATE TABLE chapters (
           partition INTEGER NOT NULL,
           person_id INTEGER NOT NULL,
           chapter INTEGER NOT NULL,
           bytes BLOB NOT NULL,
           PRIMARY KEY (partition, person_id, chapter)) STRICT, WITHOUT ROWID;)",
};

/// Who is erased by which of the checkpoints that are saved together. What an earlier one says of
/// them is not written any more.
class Erasures {
  public:
    explicit Erasures(const std::vector<model::PartitionCheckpoint>& checkpoints) {
        for (std::size_t i = 0; i < checkpoints.size(); ++i) {
            for (const model::ErasedRow& row : checkpoints[i].erased) {
                by_[row.id] = i;
                add(people_, std::to_string(static_cast<std::int64_t>(row.id.number)));
                add(external_ids_, to_json(Value(row.external_id)));
                for (const model::MessageKey& key : row.messages)
                    add(messages_, to_json(Value(model::format_key(key))));
            }
        }
    }
    bool any() const { return !by_.empty(); }
    bool covers(model::PersonId person, std::size_t checkpoint) const {
        if (by_.empty()) return false;
        const auto found = by_.find(person);
        return found != by_.end() && checkpoint < found->second;
    }
    // JSON lists.
    std::string people() const { return "[" + people_ + "]"; }
    std::string external_ids() const { return "[" + external_ids_ + "]"; }
    std::string messages() const { return "[" + messages_ + "]"; }

  private:
    static void add(std::string& list, const std::string& item) {
        if (!list.empty()) list += ',';
        list += item;
    }
    std::map<model::PersonId, std::size_t> by_;
    std::string people_;
    std::string external_ids_;
    std::string messages_;
};

class SqliteState final : public StateStore {
  public:
    SqliteState(std::unique_ptr<Connection> db, std::unique_ptr<Connection> reader,
                std::int64_t rendered_most)
        : db_(std::move(db)), reader_(std::move(reader)), rendered_most_(rendered_most) {}

    Result<void> prepare() {
        TRY(partition_, db_->prepare("REPLACE INTO partitions VALUES (?1, ?2, ?3)"));
        TRY(profile_, db_->prepare("REPLACE INTO profiles VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
        TRY(profile_gone_,
            db_->prepare("DELETE FROM profiles WHERE partition = ?1 AND person_id = ?2"));
        TRY(chapter_, db_->prepare("REPLACE INTO chapters VALUES (?1, ?2, ?3, ?4)"));
        TRY(chapter_gone_, db_->prepare("DELETE FROM chapters WHERE partition = ?1 AND "
                                        "person_id = ?2 AND chapter = ?3"));
        TRY(chapters_gone_,
            db_->prepare("DELETE FROM chapters WHERE partition = ?1 AND person_id = ?2"));
        TRY(entry_,
            db_->prepare("REPLACE INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
        TRY(message_,
            db_->prepare(
                "REPLACE INTO messages VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
                "?13, ?14, ?15, ?16, ?17, ?18)"));
        TRY(quarantine_, db_->prepare("REPLACE INTO quarantine VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
        TRY(rendered_, db_->prepare("REPLACE INTO rendered VALUES (?1, ?2, ?3)"));
        TRY(read_partition_,
            db_->prepare("SELECT applied, meta FROM partitions WHERE partition = ?1"));
        TRY(read_profiles_,
            db_->prepare("SELECT person_id, state FROM profiles WHERE partition = ?1 "
                         "ORDER BY person_id"));
        TRY(read_chapters_,
            db_->prepare("SELECT person_id, bytes FROM chapters WHERE partition = ?1 "
                         "ORDER BY person_id, chapter"));
        // One statement, for both at one moment.
        TRY(read_person_, (reader_ ? *reader_ : *db_)
                              .prepare("SELECT -1 AS part, state FROM profiles "
                                       "WHERE partition = ?1 AND person_id = ?2 UNION ALL "
                                       "SELECT chapter, bytes FROM chapters "
                                       "WHERE partition = ?1 AND person_id = ?2 ORDER BY part"));
        TRY(read_rendered_,
            (reader_ ? *reader_ : *db_).prepare("SELECT hash, body FROM rendered WHERE key = ?1"));
        // A row that is written again goes to the end.
        TRY(forget_rendered_, db_->prepare("DELETE FROM rendered WHERE rowid <= "
                                           "(SELECT max(rowid) FROM rendered) - ?1"));
        return success();
    }

    Result<void> save(const std::vector<model::PartitionCheckpoint>& checkpoints) override {
        if (checkpoints.empty()) return success();
        const Erasures erasures(checkpoints);
        TRY(db_->transaction([&]() -> Result<void> {
            TRY(erase(checkpoints, erasures));
            std::vector<const model::EntryRow*> entries;
            std::vector<const model::MessageRow*> messages;
            for (std::size_t i = 0; i < checkpoints.size(); ++i) {
                TRY(save_one(checkpoints[i], i, erasures));
                for (const model::EntryRow& row : checkpoints[i].entries) {
                    if (!erasures.covers(row.person, i)) entries.push_back(&row);
                }
                for (const model::MessageRow& row : checkpoints[i].messages) {
                    if (!erasures.covers(row.person, i)) messages.push_back(&row);
                }
            }
            // In the order of the tables, so that each page is met once; of two rows of one key the
            // later one stays the later.
            std::stable_sort(entries.begin(), entries.end(),
                             [](const auto* a, const auto* b) { return a->id < b->id; });
            std::stable_sort(messages.begin(), messages.end(),
                             [](const auto* a, const auto* b) { return a->key < b->key; });
            for (const model::EntryRow* row : entries) {
                TRY(save_entry(*row));
            }
            for (const model::MessageRow* row : messages) {
                TRY(save_message(*row));
            }
            return success();
        }));
        wal_tells_of_erased_ = wal_tells_of_erased_ || erasures.any();
        return tidy();
    }

    Result<model::PartitionCheckpoint> load(model::PartitionId partition) override {
        model::PartitionCheckpoint loaded;
        loaded.partition = partition;
        TRY(const bool known, read_partition_.number(1, partition.number).step());
        if (known) {
            loaded.applied = read_partition_.number_at(0);
            loaded.meta.assign(read_partition_.bytes_at(1));
            read_partition_.reset();
        }
        return loaded;
    }

    Result<void> load_people(model::PartitionId partition, const EachPerson& each) override {
        read_profiles_.number(1, partition.number);
        TRY(bool chapter, read_chapters_.number(1, partition.number).step());
        Bytes whole;
        for (;;) {
            TRY(const bool row, read_profiles_.step());
            if (!row) break;
            const std::uint64_t id = read_profiles_.number_at(0);
            std::string_view state = read_profiles_.bytes_at(1);
            if (chapter && read_chapters_.number_at(0) == id) {
                whole.assign(state);
                while (chapter && read_chapters_.number_at(0) == id) {
                    whole += read_chapters_.bytes_at(1);
                    TRY(chapter, read_chapters_.step());
                }
                state = whole;
            }
            Result<void> taken = each(model::PersonId{id}, state);
            if (taken) continue;
            read_profiles_.reset();
            read_chapters_.reset();
            return taken;
        }
        if (!chapter) return success();
        read_chapters_.reset();
        return error(ErrorCode::storage_failed,
                     "the store has events of somebody it does not know; restore a backup");
    }

    Result<void> load_person(model::PartitionId partition, model::PersonId id,
                             Bytes& state) override {
        TRY(bool row, read_person_.number(1, partition.number).number(2, id.number).step());
        if (!row) return no_such_person(id);
        state.clear();
        while (row) {
            state += read_person_.bytes_at(1);
            TRY(row, read_person_.step());
        }
        // Ends the reading: the write-ahead file can begin anew only when nobody reads it.
        read_person_.reset();
        return success();
    }

    Result<void> save_catalog(const StoredCatalog& catalog, std::string_view journeys_json,
                              model::LogPosition oldest_needed) override {
        return db_->transaction([&]() -> Result<void> {
            TRY(auto insert, db_->prepare("REPLACE INTO catalogs VALUES (?1, ?2)"));
            TRY(insert.number(1, catalog.position).bytes(2, catalog.bytes).run());
            TRY(auto drop,
                db_->prepare("DELETE FROM catalogs WHERE position < "
                             "(SELECT max(position) FROM catalogs WHERE position <= ?1)"));
            TRY(drop.number(1, oldest_needed).run());
            TRY(db_->execute("DELETE FROM journeys"));
            TRY(auto legible,
                db_->prepare("INSERT INTO journeys SELECT value->>'name', value->>'version', "
                             "value->>'title', value->>'program', value->>'live', value->>'paused' "
                             "FROM json_each(?1)"));
            return legible.text(1, journeys_json).run();
        });
    }

    Result<std::vector<StoredCatalog>> load_catalogs() override {
        std::vector<StoredCatalog> loaded;
        TRY(auto select, db_->prepare("SELECT position, bytes FROM catalogs ORDER BY position"));
        for (;;) {
            TRY(const bool row, select.step());
            if (!row) return loaded;
            loaded.push_back({Bytes(select.bytes_at(1)), select.number_at(0)});
        }
    }

    Result<void> save_addresses(const model::AddressCheckpoint& checkpoint) override {
        if (checkpoint.rows.empty()) return success();
        TRY(db_->transaction([&]() -> Result<void> {
            TRY(auto add, db_->prepare("REPLACE INTO suppressions VALUES "
                                       "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"));
            for (const model::AddressRow& row : checkpoint.rows) {
                const std::string_view key(reinterpret_cast<const char*>(row.key.bytes.data()),
                                           row.key.bytes.size());
                TRY(add.number(1, row.position)
                        .number(2, row.item)
                        .text(3, row.scope)
                        .bytes(4, key)
                        .number(5, row.suppressed ? 1 : 0)
                        .text(6, row.reason)
                        .text(7, row.source)
                        .instant(8, row.since)
                        .instant(9, row.at)
                        .run());
            }
            TRY(auto list, db_->prepare("REPLACE INTO suppression_list VALUES (1, ?1, ?2)"));
            return list.number(1, checkpoint.applied).bytes(2, checkpoint.pepper).run();
        }));
        return tidy();
    }

    Result<model::AddressCheckpoint> load_addresses(const EachAddress& each) override {
        model::AddressCheckpoint loaded;
        TRY(auto list, db_->prepare("SELECT applied, pepper FROM suppression_list"));
        TRY(const bool known, list.step());
        if (!known) return loaded;
        loaded.applied = list.number_at(0);
        loaded.pepper.assign(list.bytes_at(1));
        list.reset();
        TRY(auto select,
            db_->prepare("SELECT position, item, scope, key, suppressed, reason, "
                         "source, since, at FROM suppressions ORDER BY position, item"));
        for (;;) {
            TRY(const bool row, select.step());
            if (!row) return loaded;
            TRY(const model::AddressRow read, address_row(select));
            TRY(each(read));
        }
    }

    Result<void> save_rendered(const std::vector<RenderedMessage>& messages) override {
        if (messages.empty()) return success();
        std::vector<const RenderedMessage*> sorted;
        for (const RenderedMessage& message : messages)
            sorted.push_back(&message);
        std::stable_sort(sorted.begin(), sorted.end(),
                         [](const auto* a, const auto* b) { return a->key < b->key; });
        TRY(db_->transaction([&]() -> Result<void> {
            for (const RenderedMessage* message : sorted) {
                const std::string key = model::format_key(message->key);
                const Bytes body = packer_.packed(message->body);
                TRY(rendered_.text(1, key).text(2, message->hash).bytes(3, body).run());
            }
            return forget_rendered_.number(1, rendered_most_).run();
        }));
        return tidy();
    }

    Result<std::optional<RenderedMessage>> load_rendered(const model::MessageKey& key) override {
        const std::string text = model::format_key(key);
        TRY(const bool row, read_rendered_.text(1, text).step());
        if (!row) return std::optional<RenderedMessage>{};
        const Bytes body(read_rendered_.bytes_at(1));
        RenderedMessage message{key, {}, std::string(read_rendered_.bytes_at(0))};
        read_rendered_.reset();
        TRY(message.body, unpacked(body));
        return std::optional{std::move(message)};
    }

  private:
    static Result<model::AddressRow> address_row(const Statement& from) {
        model::AddressRow row;
        row.position = from.number_at(0);
        row.item = static_cast<std::uint32_t>(from.number_at(1));
        row.scope = from.bytes_at(2);
        const std::string_view key = from.bytes_at(3);
        if (key.size() != row.key.bytes.size())
            return error(ErrorCode::storage_failed,
                         "a row of the suppression list is damaged; restore a backup");
        std::copy(key.begin(), key.end(), row.key.bytes.begin());
        row.suppressed = from.number_at(4) != 0;
        row.reason = from.bytes_at(5);
        row.source = from.bytes_at(6);
        TRY(row.since, parse_instant(from.bytes_at(7)));
        TRY(row.at, parse_instant(from.bytes_at(8)));
        return row;
    }

    /// Once through the tables for all of them: an index by person would cost every message that is
    /// sent. What was sent is found by rows that are older than what the core remembers, and by keys
    /// whose rows were never written.
    Result<void> erase(const std::vector<model::PartitionCheckpoint>& checkpoints,
                       const Erasures& erasures) {
        if (!erasures.any()) return success();
        for (const model::PartitionCheckpoint& checkpoint : checkpoints) {
            for (const model::ErasedRow& row : checkpoint.erased) {
                TRY(person_gone(checkpoint.partition.number, row.id));
            }
        }
        const std::string people = erasures.people();
        const auto run = [&](std::string_view sql, const std::string& list) -> Result<void> {
            TRY(auto statement, db_->prepare(sql));
            return statement.text(1, list).run();
        };
        TRY(
            run("DELETE FROM rendered WHERE key IN (SELECT key FROM messages WHERE person_id IN "
                "(SELECT value FROM json_each(?1)))",
                people));
        TRY(run("DELETE FROM rendered WHERE key IN (SELECT value FROM json_each(?1))",
                erasures.messages()));
        TRY(run("DELETE FROM messages WHERE person_id IN (SELECT value FROM json_each(?1))",
                people));
        TRY(run("DELETE FROM entries WHERE person_id IN (SELECT value FROM json_each(?1))",
                people));
        return run("DELETE FROM quarantine WHERE external_id IN (SELECT value FROM json_each(?1))",
                   erasures.external_ids());
    }

    /// All but what is sorted first: entries and messages.
    Result<void> save_one(const model::PartitionCheckpoint& checkpoint, std::size_t index,
                          const Erasures& erasures) {
        const std::uint16_t partition = checkpoint.partition.number;
        TRY(partition_.number(1, partition)
                .number(2, checkpoint.applied)
                .bytes(3, checkpoint.meta)
                .run());
        for (const model::ProfileRow& row : checkpoint.profiles) {
            if (erasures.covers(row.id, index)) continue;
            TRY(save_profile(partition, row));
        }
        for (const model::QuarantineRow& row : checkpoint.quarantine) {
            TRY(quarantine_.number(1, row.position)
                    .text(2, row.external_id)
                    .text(3, row.event)
                    .text(4, row.json)
                    .text(5, row.reason)
                    .instant(6, row.at)
                    .run());
        }
        return success();
    }

    Result<void> person_gone(std::uint16_t partition, model::PersonId id) {
        TRY(profile_gone_.number(1, partition).number(2, id.number).run());
        return chapters_gone_.number(1, partition).number(2, id.number).run();
    }

    Result<void> save_profile(std::uint16_t partition, const model::ProfileRow& row) {
        if (row.state.empty()) return person_gone(partition, row.id);
        for (const std::uint32_t gone : row.chapters_gone) {
            TRY(chapter_gone_.number(1, partition).number(2, row.id.number).number(3, gone).run());
        }
        for (const model::ChapterRow& chapter : row.chapters) {
            TRY(chapter_.number(1, partition)
                    .number(2, row.id.number)
                    .number(3, chapter.number)
                    .bytes(4, chapter.bytes)
                    .run());
        }
        return profile_.number(1, partition)
            .number(2, row.id.number)
            .text(3, row.external_id)
            .text(4, row.json)
            .instant(5, row.next_due)
            .bytes(6, row.state)
            .run();
    }

    Result<void> save_entry(const model::EntryRow& row) {
        return entry_.number(1, row.id.number)
            .number(2, row.person.number)
            .text(3, row.journey)
            .number(4, row.version)
            .text(5, row.status)
            .text(6, row.step)
            .instant(7, row.entered_at)
            .instant(8, row.due_at)
            .instant(9, row.ended_at)
            .text(10, row.reason)
            .run();
    }

    Result<void> save_message(const model::MessageRow& row) {
        const std::string key = model::format_key(row.key);
        return message_.text(1, key)
            .number(2, row.person.number)
            .number(3, row.entry.number)
            .text(4, row.journey)
            .number(5, row.version)
            .text(6, row.step)
            .text(7, row.channel)
            .text(8, row.message_template)
            .text(9, name_of(row.status))
            .text(10, name_of(row.reason))
            .text(11, row.detail)
            .instant(12, row.planned_at)
            .instant(13, row.claimed_at)
            .instant(14, row.finished_at)
            .number(15, row.attempts)
            .text(16, row.provider_id)
            .text(17, row.body_hash)
            .text(18, row.receipts)
            .run();
    }

    /// No room for folding back is not a failed save: the write-ahead file holds it, synced.
    Result<void> tidy() {
        if (wal_tells_of_erased_) {
            const Result<bool> emptied = db_->empty_wal();
            if (!emptied && emptied.error().code != ErrorCode::refused) return emptied.error();
            wal_tells_of_erased_ = !emptied || !emptied.value();
            return success();
        }
        if (!db_->wal_is_long()) return success();
        Result<void> folded = db_->checkpoint();
        if (!folded && folded.error().code != ErrorCode::refused) return folded;
        return success();
    }

    std::unique_ptr<Connection> db_;
    std::unique_ptr<Connection> reader_;  // after the one that writes; absent: that one reads
    Statement read_person_;               // of the reader
    Statement partition_;
    Statement profile_;
    Statement profile_gone_;
    Statement chapter_;
    Statement chapter_gone_;
    Statement chapters_gone_;
    Statement entry_;
    Statement message_;
    Statement quarantine_;
    Statement rendered_;
    Statement read_partition_;
    Statement read_profiles_;
    Statement read_chapters_;
    Statement read_rendered_;
    Statement forget_rendered_;
    std::int64_t rendered_most_;
    Packer packer_;
    bool wal_tells_of_erased_ = false;
};

}  // namespace

Result<std::unique_ptr<StateStore>> open_state(const std::string& path,
                                               const StoreOptions& options) {
    if (options.vfs.empty()) {
        TRY(make_private_file(path));
    }
    TRY(auto db,
        Connection::open(
            path, {.page_size = 4096, .wal_most = options.state_wal_most, .vfs = options.vfs}));
    // What is deleted, or written anew elsewhere, is overwritten: an erasure finds no older copies.
    TRY(db->execute("PRAGMA secure_delete=ON"));
    TRY(db->migrate(kStateSteps));
    // The simulated disk knows one connection a file.
    std::unique_ptr<Connection> reader;
    if (options.vfs.empty()) {
        TRY(reader, Connection::open_reader(path));
    }
    auto state = std::make_unique<SqliteState>(std::move(db), std::move(reader),
                                               static_cast<std::int64_t>(options.rendered_most));
    TRY(state->prepare());
    return state;
}

}  // namespace journey::storage::sqlite
