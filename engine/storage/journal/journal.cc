// DIRECTORY/sent-2026-03-02.journal, a file a day of UTC:
//   file   := head record*
//   head   := "journey: what left, 1\n"
//   record := what:u8 person:u64 key:16 attempt:u32 at:i64 microseconds, then hash64 of these: 45 bytes
// Nothing in a file changes once it is written, but that a start cuts off what the last crash tore.
#include "engine/storage/journal/journal.h"

#include "engine/base/base.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/file.h>
#include <unistd.h>

namespace journey::storage::journal {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHead = "journey: what left, 1\n";
constexpr std::size_t kRecord = 45;
constexpr std::size_t kHashed = kRecord - 8;
constexpr std::string_view kBefore = "sent-";
constexpr std::string_view kAfter = ".journal";

void write(ByteWriter& out, const Departure& one) {
    ByteWriter record;
    record.u8(static_cast<std::uint8_t>(one.what));
    record.u64(one.person.number);
    for (const std::uint8_t byte : one.key.bytes)
        record.u8(byte);
    record.u32(one.attempt);
    record.i64(micros_of(one.at));
    const std::uint64_t hash = hash64(record.bytes());
    record.u64(hash);
    out.raw(record.bytes());
}

std::optional<Departure> read(std::string_view record) {
    ByteReader in(record);
    Departure one;
    const std::uint8_t what = in.u8();
    one.what = static_cast<Departure::What>(what);
    one.person.number = in.u64();
    for (std::uint8_t& byte : one.key.bytes)
        byte = in.u8();
    one.attempt = in.u32();
    one.at = instant_of(in.i64());
    const bool whole = in.u64() == hash64(record.substr(0, kHashed)) && in.ok();
    if (!whole || what > static_cast<std::uint8_t>(Departure::What::began)) return std::nullopt;
    return one;
}

std::string day_of(Instant at) {
    return format_instant(at).substr(0, 10);
}

std::string name_of_day(const std::string& day) {
    return fmt::format("{}{}{}", kBefore, day, kAfter);
}

/// In order.
std::vector<std::string> files_in(const std::string& directory) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        std::string name = entry.path().filename().string();
        if (name.size() == name_of_day("2026-03-02").size() && name.starts_with(kBefore) &&
            name.ends_with(kAfter))
            names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool is_full(int why) {
    return why == ENOSPC || why == EDQUOT || why == EFBIG;
}

Error cannot(std::string_view doing, const std::string& path, int why) {
    if (is_full(why))
        return error(ErrorCode::refused,
                     fmt::format("the disk under {} is full; free some space there", path));
    return error(ErrorCode::refused,
                 fmt::format("{} {} is not possible ({}); give this user the right to, or name "
                             "another directory",
                             doing, path, std::strerror(why)));
}

Error damaged(const std::string& path, std::size_t byte) {
    return error(
        ErrorCode::storage_failed,
        fmt::format("the send journal {} is damaged at byte {}: what left after that is not "
                    "known from it",
                    path, byte));
}

Error no_journal(const std::string& directory) {
    return error(ErrorCode::not_found,
                 fmt::format("there is no send journal in {}; name the directory that `send "
                             "journal` of the daemon's configuration names",
                             directory));
}

class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    int number() const { return number_; }
    bool there() const { return number_ >= 0; }

  private:
    int number_ = -1;
};

/// A name that is not on the medium takes synced bytes with it.
Result<void> sync_directory(const std::string& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.there() && (::fsync(folder.number()) == 0 || errno == EINVAL)) return success();
    return cannot("syncing", path, errno);
}

Result<Descriptor> make_directory(const std::string& directory) {
    std::error_code problem;
    if (!fs::exists(directory, problem)) {
        fs::create_directories(directory, problem);
        if (problem) return cannot("making", directory, problem.value());
        const fs::path parent = fs::absolute(directory).lexically_normal().parent_path();
        TRY(sync_directory(parent.string()));
    }
    fs::permissions(directory, fs::perms::owner_all, problem);
    if (problem) return cannot("closing to others", directory, problem.value());
    const std::string path = directory + "/lock";
    Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.there()) return cannot("writing into", directory, errno);
    if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0)
        return error(ErrorCode::conflict,
                     fmt::format("another daemon writes its send journal into {}; give this one a "
                                 "directory of its own",
                                 directory));
    return lock;
}

Result<Bytes> content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return cannot("reading", path, errno);
    return Bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// How much of the file is whole records; `storage_failed` when there are some after one that is not.
Result<std::size_t> whole_part(const std::string& path, std::string_view content) {
    if (content.substr(0, kHead.size()) != kHead.substr(0, content.size())) return damaged(path, 0);
    if (content.size() < kHead.size()) return std::size_t{0};
    std::size_t good = kHead.size();
    while (good + kRecord <= content.size() && read(content.substr(good, kRecord)))
        good += kRecord;
    for (std::size_t at = good; at + kRecord <= content.size(); at += kRecord) {
        if (read(content.substr(at, kRecord))) return damaged(path, good);
    }
    return good;
}

class Files final : public SendJournal {
  public:
    Files(JournalOptions options, Descriptor lock)
        : options_(std::move(options)), lock_(std::move(lock)) {}

    /// The newest file, without what a crash tore.
    Result<void> mend() const {
        const std::vector<std::string> names = files_in(options_.directory);
        if (names.empty()) return success();
        const std::string path = options_.directory + "/" + names.back();
        TRY(const Bytes content, content_of(path));
        TRY(const std::size_t good, whole_part(path, content));
        if (good == content.size()) return success();
        if (::truncate(path.c_str(), static_cast<off_t>(good)) == 0) return success();
        return cannot("shortening", path, errno);
    }

    /// Of the first file of all.
    Result<void> begin(Instant now) {
        if (!files_in(options_.directory).empty()) return success();
        Departure began;
        began.what = Departure::What::began;
        began.at = now;
        return append(std::array{began});
    }

    Result<void> append(std::span<const Departure> departures) override {
        if (departures.empty()) return success();
        TRY(begin_day(departures.front().at));
        bytes_.clear();
        bool leaves = false;
        for (const Departure& one : departures) {
            write(bytes_, one);
            leaves |= one.what != Departure::What::stayed;
        }
        TRY(put(bytes_.bytes()));
        if (!leaves || ::fdatasync(file_.number()) == 0) return success();
        return error(ErrorCode::storage_failed,
                     fmt::format("syncing {} failed ({}); what it holds is not known any more",
                                 path(), std::strerror(errno)));
    }

  private:
    std::string path() const { return options_.directory + "/" + name_of_day(day_); }

    Result<void> begin_day(Instant at) {
        std::string day = day_of(at);
        if (file_.there() && day == day_) return success();
        file_ = Descriptor();  // whatever fails below begins again
        day_ = std::move(day);
        Descriptor next(
            ::open(path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!next.there()) return cannot("writing", path(), errno);
        std::error_code problem;
        size_ = fs::file_size(path(), problem);
        std::swap(file_, next);
        if (size_ == 0) {
            if (auto head = put(kHead); !head) {
                file_ = Descriptor();
                return head;
            }
        }
        if (const auto synced = sync_directory(options_.directory); !synced)
            return error(ErrorCode::storage_failed, synced.error().detail);
        const std::string oldest = name_of_day(day_of(at - options_.keep));
        for (const std::string& name : files_in(options_.directory)) {
            if (name < oldest) fs::remove(options_.directory + "/" + name, problem);
        }
        return success();
    }

    /// All of it or nothing.
    Result<void> put(std::string_view bytes) {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t count = ::write(file_.number(), bytes.data() + done, bytes.size() - done);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) {
                const int why = errno;
                if (done > 0 && ::ftruncate(file_.number(), static_cast<off_t>(size_)) != 0)
                    return error(ErrorCode::storage_failed,
                                 fmt::format("{} ends in half a record, which cannot be cut off "
                                             "({})",
                                             path(), std::strerror(errno)));
                if (is_full(why)) return cannot("writing", path(), why);
                return error(ErrorCode::storage_failed,
                             fmt::format("writing {} failed ({})", path(), std::strerror(why)));
            }
            done += static_cast<std::size_t>(count);
        }
        size_ += bytes.size();
        return success();
    }

    const JournalOptions options_;
    const Descriptor lock_;
    Descriptor file_;
    std::string day_;
    std::uintmax_t size_ = 0;
    ByteWriter bytes_;  // reused
};

}  // namespace

Result<std::unique_ptr<SendJournal>> open_journal(const JournalOptions& options, Instant now) {
    TRY(Descriptor lock, make_directory(options.directory));
    auto files = std::make_unique<Files>(options, std::move(lock));
    TRY(files->mend());
    TRY(files->begin(now));
    return files;
}

Result<Instant> begin_of_journal(const std::string& directory) {
    const std::vector<std::string> names = files_in(directory);
    if (names.empty()) return no_journal(directory);
    const std::string path = directory + "/" + names.front();
    TRY(const Bytes content, content_of(path));
    TRY(const std::size_t good, whole_part(path, content));
    if (good >= kHead.size() + kRecord) {
        const auto first = read(std::string_view(content).substr(kHead.size(), kRecord));
        if (first && first->what == Departure::What::began) return first->at;
    }
    // Older days were there, and are beyond what is kept.
    return parse_instant(names.front().substr(kBefore.size(), 10) + "T00:00:00Z");
}

Result<void> read_journal(const std::string& directory, Instant since,
                          const std::function<Result<void>(const Departure&)>& each) {
    const std::vector<std::string> names = files_in(directory);
    if (names.empty()) return no_journal(directory);
    const std::string first = name_of_day(day_of(since));
    for (const std::string& name : names) {
        if (name < first) continue;
        const std::string path = directory + "/" + name;
        TRY(const Bytes content, content_of(path));
        TRY(const std::size_t good, whole_part(path, content));
        if (good != content.size() && name != names.back()) return damaged(path, good);
        for (std::size_t at = kHead.size(); at + kRecord <= good; at += kRecord) {
            const auto one = read(std::string_view(content).substr(at, kRecord));
            if (one && one->at >= since) {
                TRY(each(*one));
            }
        }
    }
    return success();
}

}  // namespace journey::storage::journal
