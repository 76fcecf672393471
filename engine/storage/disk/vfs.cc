// SQLite's file interface on a Disk: https://sqlite.org/vfs.html. Where the medium decides, this is
// os_unix.c; locks never wait, because every file has one connection.
#include "engine/storage/disk/files.h"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>

namespace journey::storage::disk {

namespace {

constexpr int kPathMost = 512;
constexpr int kSqliteSector = 4096;

/// SQLite gives the memory (szOsFile bytes) and copies nothing out of it.
struct File {
    sqlite3_file base;  // first: SQLite looks at it
    Disk* disk;
    NodeId node;
    std::uint64_t life;
    bool sync_names;       // with the next sync
    bool remove_at_close;  // a temporary file
    std::string* name;
    std::vector<std::unique_ptr<char[]>>* shared;  // memory of the write-ahead index
};

File& file_of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}
Disk& disk_of(sqlite3_vfs* vfs) {
    return *static_cast<Disk*>(vfs->pAppData);
}

int failed(int code, int why = EIO) {
    errno = why;
    return code;
}

int close_file(sqlite3_file* base) {
    File& file = file_of(base);
    Fault fault{};
    if (file.remove_at_close &&
        Files::permits(*file.disk, Access::remove, *file.name, file.life, fault)) {
        Operation operation{.kind = Operation::Kind::remove, .node = file.node, .name = *file.name};
        Files::perform(*file.disk, std::move(operation));
    }
    delete file.name;
    delete file.shared;
    return SQLITE_OK;
}

int read_file(sqlite3_file* base, void* into, int count, sqlite3_int64 offset) {
    const File& file = file_of(base);
    Fault fault{};
    if (!Files::permits(*file.disk, Access::read, *file.name, file.life, fault) ||
        fault == Fault::failed)
        return failed(SQLITE_IOERR_READ);
    const Content* content = Files::content(*file.disk, file.node);
    if (content == nullptr) return failed(SQLITE_IOERR_READ);
    const auto size = static_cast<std::size_t>(count);
    const std::size_t there =
        content->read(static_cast<std::uint64_t>(offset), {static_cast<char*>(into), size});
    return there == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* base, const void* from, int count, sqlite3_int64 offset) {
    const File& file = file_of(base);
    Fault fault{};
    if (!Files::permits(*file.disk, Access::write, *file.name, file.life, fault))
        return failed(SQLITE_IOERR_WRITE);
    std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(count));
    if (fault != Fault::none) bytes = bytes.substr(0, bytes.size() / 2);
    Operation operation{.kind = Operation::Kind::write,
                        .node = file.node,
                        .offset = static_cast<std::uint64_t>(offset),
                        .bytes = Bytes(bytes)};
    Files::perform(*file.disk, std::move(operation));
    if (fault == Fault::full) return failed(SQLITE_FULL, ENOSPC);
    return fault == Fault::none ? SQLITE_OK : failed(SQLITE_IOERR_WRITE);
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
    const File& file = file_of(base);
    Fault fault{};
    if (!Files::permits(*file.disk, Access::truncate, *file.name, file.life, fault) ||
        fault == Fault::failed)
        return failed(SQLITE_IOERR_TRUNCATE);
    Operation operation{.kind = Operation::Kind::truncate,
                        .node = file.node,
                        .offset = static_cast<std::uint64_t>(size)};
    Files::perform(*file.disk, std::move(operation));
    return SQLITE_OK;
}

int sync_file(sqlite3_file* base, int) {
    File& file = file_of(base);
    Fault fault{};
    if (!Files::permits(*file.disk, Access::sync, *file.name, file.life, fault))
        return failed(SQLITE_IOERR_FSYNC);
    if (Files::lies_about(*file.disk, *file.name)) return SQLITE_OK;
    const bool fails = fault == Fault::failed;
    Operation operation{.kind = fails ? Operation::Kind::failed_sync : Operation::Kind::sync,
                        .node = file.node};
    Files::perform(*file.disk, std::move(operation));
    if (fails) return failed(SQLITE_IOERR_FSYNC);
    if (std::exchange(file.sync_names, false)) {
        Operation names{.kind = Operation::Kind::sync_names};
        Files::perform(*file.disk, std::move(names));
    }
    return SQLITE_OK;
}

int size_of_file(sqlite3_file* base, sqlite3_int64* size) {
    const File& file = file_of(base);
    const Content* content = Files::content(*file.disk, file.node);
    if (content == nullptr || file.life != Files::life(*file.disk))
        return failed(SQLITE_IOERR_FSTAT);
    *size = static_cast<sqlite3_int64>(content->size());
    return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) {
    return SQLITE_OK;
}
int is_reserved(sqlite3_file*, int* reserved) {
    *reserved = 0;
    return SQLITE_OK;
}
int control_file(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int sector_of_file(sqlite3_file*) {
    return kSqliteSector;
}
int traits_of_file(sqlite3_file*) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_shared(sqlite3_file* base, int region, int size, int extend, void volatile** at) {
    File& file = file_of(base);
    const auto wanted = static_cast<std::size_t>(region);
    *at = nullptr;
    if (file.life != Files::life(*file.disk)) return failed(SQLITE_IOERR_SHMOPEN);
    if (file.shared == nullptr) file.shared = new std::vector<std::unique_ptr<char[]>>;
    while (file.shared->size() <= wanted) {
        if (extend == 0) return SQLITE_OK;
        file.shared->push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    }
    *at = (*file.shared)[wanted].get();
    return SQLITE_OK;
}
int lock_shared(sqlite3_file*, int, int, int) {
    return SQLITE_OK;
}
void barrier(sqlite3_file*) {}
int unmap_shared(sqlite3_file* base, int) {
    File& file = file_of(base);
    delete std::exchange(file.shared, nullptr);
    return SQLITE_OK;
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_of_file,
    .xDeviceCharacteristics = traits_of_file,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* flags_out) {
    File& file = file_of(base);
    file = {};
    Disk& disk = disk_of(vfs);
    const std::string path = name == nullptr ? "temporary" : name;
    Fault fault{};
    if (!Files::permits(disk, Access::open, path, Files::life(disk), fault) ||
        fault == Fault::failed)
        return failed(SQLITE_IOERR);
    bool created = false;
    const NodeId node = Files::open(disk, path, (flags & SQLITE_OPEN_CREATE) != 0, created);
    if (node == 0) return failed(SQLITE_CANTOPEN, ENOENT);
    constexpr int kJournals =
        SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    file.base.pMethods = &kMethods;
    file.disk = &disk;
    file.node = node;
    file.life = Files::life(disk);
    // As unix does: also when the file was there, because who made it may have died before the
    // sync of its name.
    file.sync_names = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & kJournals) != 0;
    file.remove_at_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    file.name = new std::string(path);
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
}

int remove_file(sqlite3_vfs* vfs, const char* name, int sync_names) {
    Disk& disk = disk_of(vfs);
    Fault fault{};
    if (!Files::permits(disk, Access::remove, name, Files::life(disk), fault) ||
        fault == Fault::failed)
        return failed(SQLITE_IOERR_DELETE);
    if (!Files::exists(disk, name)) return SQLITE_IOERR_DELETE_NOENT;
    Operation operation{
        .kind = Operation::Kind::remove, .node = Files::node_of(disk, name), .name = name};
    Files::perform(disk, std::move(operation));
    if (sync_names != 0) {
        Operation names{.kind = Operation::Kind::sync_names};
        Files::perform(disk, std::move(names));
    }
    return SQLITE_OK;
}

int is_there(sqlite3_vfs* vfs, const char* name, int, int* answer) {
    const Disk& disk = disk_of(vfs);
    const Content* content =
        Files::exists(disk, name) ? Files::content(disk, Files::node_of(disk, name)) : nullptr;
    // As on unix, an empty journal is as good as none.
    *answer = content != nullptr && content->size() > 0 ? 1 : 0;
    return SQLITE_OK;
}

int whole_path(sqlite3_vfs*, const char* name, int most, char* into) {
    sqlite3_snprintf(most, into, "%s", name);
    return SQLITE_OK;
}

/// Asked once by a process that seeded nothing: see sqlite3_test_control below.
int random_bytes(sqlite3_vfs*, int count, char* into) {
    std::memset(into, 7, static_cast<std::size_t>(count));
    return count;
}
int sleep_not(sqlite3_vfs*, int micros) {
    return micros;
}
int julian_day(sqlite3_vfs*, double* day) {
    *day = 2'461'000.5;
    return SQLITE_OK;
}
int julian_millis(sqlite3_vfs*, sqlite3_int64* millis) {
    *millis = 212'630'443'200'000;
    return SQLITE_OK;
}
int last_error(sqlite3_vfs*, int, char*) {
    return errno;
}

}  // namespace

std::unique_ptr<sqlite3_vfs> Files::registered(Disk& disk) {
    auto vfs = std::make_unique<sqlite3_vfs>();
    vfs->iVersion = 2;
    vfs->szOsFile = sizeof(File);
    vfs->mxPathname = kPathMost;
    vfs->zName = disk.vfs().c_str();
    vfs->pAppData = &disk;
    vfs->xOpen = open_file;
    vfs->xDelete = remove_file;
    vfs->xAccess = is_there;
    vfs->xFullPathname = whole_path;
    vfs->xRandomness = random_bytes;
    vfs->xSleep = sleep_not;
    vfs->xCurrentTime = julian_day;
    vfs->xGetLastError = last_error;
    vfs->xCurrentTimeInt64 = julian_millis;
    const int code = sqlite3_vfs_register(vfs.get(), 0);
    ENSURE(code == SQLITE_OK, "SQLite takes a file system");
    // The salts of write-ahead files: the same seed writes the same bytes.
    const auto seed = static_cast<int>(disk.options_.seed);
    if (seed != 0)
        sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, seed, static_cast<sqlite3*>(nullptr));
    return vfs;
}

void Files::unregister(sqlite3_vfs& vfs) {
    sqlite3_vfs_unregister(&vfs);
}

Result<std::vector<std::vector<std::string>>> query(const Image& image, const std::string& path,
                                                    const std::string& sql) {
    Disk disk;
    disk.insert(image);
    std::vector<std::vector<std::string>> rows;
    sqlite3* db = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, disk.vfs().c_str());
    sqlite3_stmt* statement = nullptr;
    if (code == SQLITE_OK) code = sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        std::vector<std::string>& row = rows.emplace_back();
        for (int i = 0; i < sqlite3_column_count(statement); ++i) {
            const void* data = sqlite3_column_blob(statement, i);
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
            row.emplace_back(static_cast<const char*>(size == 0 ? "" : data), size);
        }
        code = SQLITE_OK;
    }
    const std::string why = db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db);
    sqlite3_finalize(statement);
    disk.stop();
    sqlite3_close_v2(db);
    if (code != SQLITE_DONE) return error(ErrorCode::invalid, path + ": " + why);
    return rows;
}

}  // namespace journey::storage::disk
