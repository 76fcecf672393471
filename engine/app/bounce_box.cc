#include "engine/app/bounce_box.h"

#include "connectors/email/bounce/bounce.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <future>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace journey::app {
namespace {

namespace fs = std::filesystem;
namespace inbound = connectors::inbound;

constexpr std::size_t kMailMost = 4u << 20;
constexpr std::size_t kRoundMost = 200;
constexpr int kLookAgainMs = 30'000;  // also without a sign: network file systems give none

// Nothing for what is no plain file: a pipe would never end, a link leads elsewhere.
std::optional<std::string> read_mail_file(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    struct stat facts {};
    std::optional<std::string> out;
    if (::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) &&
        static_cast<std::size_t>(facts.st_size) <= kMailMost) {
        std::string text(static_cast<std::size_t>(facts.st_size), '\0');
        std::size_t have = 0;
        while (have < text.size()) {
            const ssize_t size = ::read(file, text.data() + have, text.size() - have);
            if (size <= 0) break;
            have += static_cast<std::size_t>(size);
        }
        text.resize(have);
        out = std::move(text);
    }
    ::close(file);
    return out;
}

struct Found {
    fs::path path;
    bool understood = true;
};

}  // namespace

Result<std::unique_ptr<BounceBox>> BounceBox::open(const std::string& directory, Needs needs) {
    std::error_code problem;
    const bool is_maildir = fs::is_directory(directory + "/new", problem);
    if (is_maildir) fs::create_directory(directory + "/cur", problem);
    if (!is_maildir || problem) {
        return error(ErrorCode::not_found,
                     fmt::format("the mailbox of bounces, {}, is no Maildir that I may write to: a "
                                 "directory with `new` and `cur` in it",
                                 directory));
    }
    const int changes = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ::inotify_add_watch(changes, (directory + "/new").c_str(), IN_MOVED_TO | IN_CLOSE_WRITE);
    return std::unique_ptr<BounceBox>(new BounceBox(directory, std::move(needs), changes));
}

BounceBox::BounceBox(std::string directory, Needs needs, int changes)
    : directory_(std::move(directory)),
      needs_(std::move(needs)),
      changes_(changes),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

BounceBox::~BounceBox() {
    const std::uint64_t one = 1;
    static_cast<void>(::write(stop_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(changes_);
    ::close(stop_);
}

void BounceBox::run() {
    ::pthread_setname_np(::pthread_self(), "bounces");
    for (;;) {
        take_in();
        std::array<pollfd, 2> waiting{{{stop_, POLLIN, 0}, {changes_, POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), kLookAgainMs);
        if ((waiting[0].revents & POLLIN) != 0) return;
        std::array<char, 4096> signs{};
        while (::read(changes_, signs.data(), signs.size()) > 0) {
        }
    }
}

void BounceBox::take_in() {
    std::vector<fs::path> paths;
    std::error_code problem;
    for (fs::directory_iterator at(directory_ + "/new", problem), end; !problem && at != end;
         at.increment(problem)) {
        if (at->path().filename().string().front() != '.') paths.push_back(at->path());
    }
    std::sort(paths.begin(), paths.end());
    for (std::size_t begin = 0; begin < paths.size(); begin += kRoundMost) {
        std::vector<model::Command> commands;
        std::vector<Found> round;
        for (std::size_t i = begin; i < std::min(begin + kRoundMost, paths.size()); ++i) {
            Found found{paths[i]};
            const auto text = read_mail_file(paths[i]);
            const Instant now = needs_.clock.now();
            auto read = text ? connectors::bounce::read_notice(*text, now)
                             : Result<connectors::InboundReport>(
                                   error(ErrorCode::refused, "it is no file of at most 4 MiB"));
            const auto token = read ? inbound::verify_token(needs_.link_secret, read.value().token,
                                                            inbound::Purpose::callback)
                                    : std::nullopt;
            if (!token) {
                found.understood = false;
                needs_.logger.warn("bounce.kept", {{"file", found.path.filename().string()},
                                                   {"reason", read ? "it names no message of ours"
                                                                   : read.error().detail}});
            } else if (read.value().receipt) {
                model::Command command;
                command.person = token->person;
                command.event_time = now;
                command.body = model::ReceiptArrived{token->key, std::move(*read.value().receipt)};
                commands.push_back(std::move(command));
            }
            round.push_back(std::move(found));
        }
        if (!commands.empty()) {
            std::promise<Result<void>> promise;
            auto future = promise.get_future();
            const bool reserved = true;
            auto taken = needs_.engine.submit(
                std::move(commands), runtime::AckWhen::durable, reserved,
                [&promise](Result<void> result) { promise.set_value(std::move(result)); });
            if (!taken || !future.get()) return;  // they stay in `new` for the next look
        }
        for (const Found& found : round) {
            const std::string name =
                found.path.filename().string() + (found.understood ? ":2,S" : ":2,F");
            fs::rename(found.path, fs::path(directory_) / "cur" / name, problem);
            if (problem) {
                needs_.logger.error("bounce.stuck", {{"file", found.path.filename().string()},
                                                     {"reason", problem.message()}});
            }
        }
    }
}

}  // namespace journey::app
