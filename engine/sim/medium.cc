#include "engine/sim/medium.h"

#include "engine/storage/disk/disk.h"
#include "engine/storage/memory/memory.h"
#include "engine/storage/sqlite/sqlite.h"

namespace journey::sim {

namespace {

class MemoryMedium final : public Medium {
  public:
    MemoryMedium(double trouble, Rng& rng)
        : trouble_(trouble),
          rng_(rng),
          log_(0, [this] { return fault(4); }),
          state_([this] { return fault(8); }) {}

    Result<void> open() override {
        epoch_ = log_.take_over();
        return success();
    }
    storage::Log& log() override { return log_; }
    storage::StateStore& state() override { return state_; }
    std::uint64_t epoch() const override { return epoch_; }
    std::string_view fall() override { return "gone"; }
    std::uint64_t faults() const override { return faults_; }
    void calm() override { trouble_ = 0; }
    Result<std::map<model::MessageKey, model::MessageRow>> messages() override {
        return state_.messages();
    }
    Result<std::map<model::EntryId, model::EntryRow>> entries() override {
        return state_.entries();
    }
    std::string damage() override { return ""; }

  private:
    storage::memory::Fault fault(double rarer) {
        using enum storage::memory::Fault;
        if (trouble_ <= 0) return none;
        const bool is_full = rng_.chance(trouble_);
        if (!is_full && !rng_.chance(trouble_ / rarer)) return none;
        ++faults_;
        return is_full ? full : rng_.chance(0.5) ? lost : kept;
    }

    double trouble_;
    Rng& rng_;
    std::uint64_t epoch_ = 0;
    std::uint64_t faults_ = 0;
    storage::memory::MemoryLog log_;
    storage::memory::MemoryState state_;
};

using storage::disk::Access;
using storage::disk::Damage;
using storage::disk::Fault;

constexpr const char* kDirectory = "data";
constexpr std::uint64_t kFullMost = 60;  // writes that find no room, one after the other
/// SQLite makes about so many operations of one append.
constexpr double kOperations = 8;

class DiskMedium final : public Medium {
  public:
    DiskMedium(double trouble, std::uint64_t seed, Rng& rng)
        : trouble_(trouble / kOperations),
          rng_(rng),
          disk_({.seed = (seed & 0xffff) + 1,
                 .fault = [this](Access access, std::string_view) { return fault(access); }}) {
        // Short enough to be folded back often.
        options_.log_wal_most = (32 + rng_.below(400)) << 10;
        options_.state_wal_most = (32 + rng_.below(200)) << 10;
        options_.vfs = disk_.vfs();
    }
    ~DiskMedium() override { end(); }

    Result<void> open() override {
        TRY(auto opened, storage::sqlite::open_store(kDirectory, options_, Logger::silent()));
        store_ = std::make_unique<storage::sqlite::Store>(std::move(opened));
        return success();
    }
    storage::Log& log() override { return *store_->log; }
    storage::StateStore& state() override { return *store_->state; }
    std::uint64_t epoch() const override { return store_->lease->epoch(); }

    std::string_view fall() override {
        end();
        if (rng_.chance(0.5)) {
            disk_.kill();
            return "killed";
        }
        const Damage damage = storage::disk::kEveryDamage[rng_.below(4)];
        disk_.cut_power(damage, rng_);
        return name_of(damage);
    }
    bool is_gone() const override { return disk_.is_gone(); }
    std::uint64_t faults() const override { return disk_.faults(); }
    void mend() override { broken_ = false; }
    void calm() override {
        trouble_ = 0;
        full_left_ = 0;
        broken_ = false;
    }

    Result<std::map<model::MessageKey, model::MessageRow>> messages() override {
        TRY(const auto rows,
            storage::disk::query(
                disk_.visible(), state_path(),
                "SELECT key, entry_id, journey, step, channel, template, status, reason, "
                "planned_at, claimed_at, receipts, body_hash FROM messages"));
        std::map<model::MessageKey, model::MessageRow> found;
        for (const auto& row : rows) {
            const auto key = model::parse_key(row[0]);
            const auto planned = parse_instant(row[8]);
            if (!key || !planned) return bad(row[0]);
            model::MessageRow& message = found[*key];
            message.key = *key;
            message.entry = model::EntryId{number_of(row[1])};
            message.journey = row[2];
            message.step = row[3];
            message.channel = row[4];
            message.message_template = row[5];
            while (name_of(message.status) != row[6]) {
                if (message.status == model::MessageStatus::unknown) return bad(row[6]);
                message.status =
                    static_cast<model::MessageStatus>(static_cast<int>(message.status) + 1);
            }
            message.planned_at = planned.value();
            message.receipts = row[10];
            message.body_hash = row[11];
        }
        return found;
    }

    Result<std::map<model::EntryId, model::EntryRow>> entries() override {
        TRY(const auto rows,
            storage::disk::query(disk_.visible(), state_path(),
                                 "SELECT entry_id, person_id, journey, status, step, entered_at "
                                 "FROM entries"));
        std::map<model::EntryId, model::EntryRow> found;
        for (const auto& row : rows) {
            const auto entered = parse_instant(row[5]);
            if (!entered) return bad(row[5]);
            const model::EntryId id{number_of(row[0])};
            model::EntryRow& entry = found[id];
            entry.id = id;
            entry.person = model::PersonId{number_of(row[1])};
            entry.journey = row[2];
            entry.status = row[3];
            entry.step = row[4];
            entry.entered_at = entered.value();
        }
        return found;
    }

    std::string damage() override {
        const storage::disk::Image image = disk_.visible();
        for (const char* name : {"log.db", "state.db"}) {
            const std::string path = std::string(kDirectory) + "/" + name;
            for (const char* check : {"PRAGMA integrity_check", "PRAGMA foreign_key_check"}) {
                const auto answer = storage::disk::query(image, path, check);
                if (!answer) return answer.error().detail;
                const bool none = answer.value().empty();
                if (!none && answer.value()[0][0] != "ok")
                    return path + ": " + answer.value()[0][0];
            }
            const auto wal = image.find(path + "-wal");
            // One transaction more than what makes it long.
            const std::uint64_t most =
                2 * std::max(options_.log_wal_most, options_.state_wal_most) + (1u << 20);
            if (wal != image.end() && wal->second.size() > most)
                return path + "-wal holds " + std::to_string(wal->second.size()) + " bytes";
        }
        return "";
    }

  private:
    static std::string state_path() { return std::string(kDirectory) + "/state.db"; }
    static std::uint64_t number_of(const std::string& text) {
        return static_cast<std::uint64_t>(std::strtoll(text.c_str(), nullptr, 10));
    }
    static Error bad(const std::string& text) {
        return error(ErrorCode::invalid, "state.db says \"" + text + "\"");
    }
    void end() {
        disk_.stop();
        store_.reset();
    }

    Fault fault(Access access) {
        const bool writes = access == Access::write;
        if (broken_ && (writes || access == Access::sync)) return Fault::failed;
        if (full_left_ > 0 && writes) {
            --full_left_;
            return Fault::full;
        }
        if (trouble_ <= 0 || !rng_.chance(trouble_)) return Fault::none;
        const std::uint64_t what = rng_.below(10);
        if (what < 3) return Fault::gone;
        if (what < 6 && writes) {
            full_left_ = rng_.below(kFullMost);
            return Fault::full;
        }
        broken_ = what == 9;
        return Fault::failed;
    }

    double trouble_;  // an operation
    Rng& rng_;
    std::uint64_t full_left_ = 0;
    bool broken_ = false;  // until somebody mends it
    storage::sqlite::StoreOptions options_;
    storage::disk::Disk disk_;
    std::unique_ptr<storage::sqlite::Store> store_;
};

}  // namespace

std::unique_ptr<Medium> memory_medium(double trouble, Rng& rng) {
    return std::make_unique<MemoryMedium>(trouble, rng);
}

std::unique_ptr<Medium> disk_medium(double trouble, std::uint64_t seed, Rng& rng) {
    return std::make_unique<DiskMedium>(trouble, seed, rng);
}

}  // namespace journey::sim
