#pragma once
// The door of engine/storage/disk: a disk in memory that SQLite can be opened on, and that loses
// what disks lose. Single-threaded.

#include "engine/base/base.h"

#include <span>

struct sqlite3_vfs;

namespace journey::storage::disk {

/// Bytes of a file in pages which copies share: a copy costs a pointer a page.
class Content {
  public:
    std::uint64_t size() const { return size_; }
    /// Bytes beyond the end are zero; returns how many were before it.
    std::size_t read(std::uint64_t offset, std::span<char> into) const;
    /// A hole before `offset` is zeros.
    void write(std::uint64_t offset, std::string_view bytes);
    void truncate(std::uint64_t size);

  private:
    static constexpr std::size_t kPage = 4096;
    using Page = std::array<char, kPage>;
    std::vector<std::shared_ptr<Page>> pages_;  // null: zeros
    std::uint64_t size_ = 0;
};

/// Files by name, as one finds them after a start.
using Image = std::map<std::string, Content>;

/// What happens to everything that was written and not synced when the power goes.
enum class Damage : std::uint8_t {
    none_kept,
    some_kept,  // each write is there or not, in whatever order they reached the medium
    torn,       // each sector of 512 bytes of each write is there or not
    all_kept,
};
inline constexpr Damage kEveryDamage[] = {Damage::none_kept, Damage::some_kept, Damage::torn,
                                          Damage::all_kept};
std::string_view name_of(Damage damage);

using NodeId = std::uint32_t;  // of a file, whatever its name

struct Operation {
    enum class Kind : std::uint8_t {
        write,
        truncate,     // to `offset`
        sync,         // of one file
        failed_sync,  // what was not safe is in part lost for ever, whatever later syncs say
        create,       // a name for a new file
        remove,       // a name
        sync_names,   // of the directory
    } kind = Kind::write;
    NodeId node = 0;
    std::string name{};
    std::uint64_t offset = 0;
    Bytes bytes{};
    std::uint64_t chance = 0;  // failed_sync: seeds what is lost
};

/// What is safe on the medium, and what waits for a sync.
class Platter {
  public:
    Platter() = default;
    explicit Platter(const Image& image);
    void apply(const Operation& operation);
    /// After a power cut now.
    Image image(Damage damage, Rng& rng) const;
    /// Nothing waits: every damage gives the same image.
    bool all_safe() const;

  private:
    struct Node {
        Content safe;
        std::vector<Operation> waiting;
    };
    std::map<NodeId, Node> nodes_;
    std::map<std::string, NodeId> names_;
    std::vector<Operation> waiting_names_;
};

enum class Access : std::uint8_t { read, write, truncate, sync, open, remove };

enum class Fault : std::uint8_t {
    none,
    failed,  // EIO; of a write: half of it is in the cache
    full,    // ENOSPC, of a write: half of it is in the cache
    gone,    // the process ends here: nothing it asks for succeeds any more
};
/// Asked before every operation of SQLite.
using FaultHook = std::function<Fault(Access, std::string_view name)>;

struct DiskOptions {
    std::uint64_t seed = 0;  // 0: salts of write-ahead files are not made the same every time
    bool record = false;     // keep every operation for operations()
    FaultHook fault{};
    /// Says "synced" of these files and does nothing: for the tests of those who look for loss.
    std::function<bool(std::string_view name)> lies_about{};
};

class Disk {
  public:
    explicit Disk(DiskOptions options = {});
    ~Disk();
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    /// The name to open SQLite with.
    const std::string& vfs() const { return vfs_name_; }

    /// Nothing that is open succeeds any more. Close it, and then say what becomes of the disk:
    void stop() { gone_ = true; }
    /// The process was killed: the cache stays, and what it holds.
    void kill();
    /// The cache is lost.
    void cut_power(Damage damage, Rng& rng);
    /// Another disk takes this one's place.
    void insert(const Image& image);
    Image visible() const;

    /// Since the beginning or the last insert(), when `record`.
    const std::vector<Operation>& operations() const { return operations_; }
    std::uint64_t faults() const { return faults_; }
    /// A fault was `gone`, or stop() was called.
    bool is_gone() const { return gone_; }

  private:
    friend class Files;  // vfs.cc
    void perform(Operation operation);
    bool permits(Access access, std::string_view name, std::uint64_t life, Fault& fault);
    NodeId open(const std::string& name, bool create, bool& created);

    DiskOptions options_;
    Rng rng_;
    std::string vfs_name_;
    std::unique_ptr<sqlite3_vfs> vfs_;
    std::uint64_t life_ = 1;  // of the process
    bool gone_ = false;
    std::uint64_t faults_ = 0;
    NodeId last_node_ = 0;
    std::map<std::string, NodeId> names_;
    std::map<NodeId, Content> cache_;
    Platter platter_;
    std::vector<Operation> operations_;
};

/// Rows of a database on the disk as text, for those who look from outside; a process of its own
/// reads, and nothing is written. `invalid`: SQLite's sentence.
Result<std::vector<std::vector<std::string>>> query(const Image& image, const std::string& path,
                                                    const std::string& sql);

}  // namespace journey::storage::disk
