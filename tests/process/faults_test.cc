// What machines do to a daemon: stop it for a while, freeze, slow down, fill or break its disk, set
// its clock.
// The disk is a file system of our own in a file; when it breaks, the kernel itself aborts its
// journal and makes it read-only under the daemon's feet: writes and syncs fail from then on.

#include "tests/process/shop.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sys/wait.h>
#include <unistd.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

constexpr const char* kFakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

void rest(std::chrono::milliseconds time) {
    const timespec pause{time.count() / 1000, static_cast<long>(time.count() % 1000 * 1'000'000)};
    ::nanosleep(&pause, nullptr);
}

/// Nobody reads half of it.
void replace_file(const std::string& path, const std::string& text) {
    write_file(path + ".new", text);
    std::filesystem::rename(path + ".new", path);
}

bool shell(const std::string& command) {
    const int status = std::system(("(" + command + ") >/dev/null 2>&1").c_str());
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string said(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (std::array<char, 256> part{}; std::fgets(part.data(), part.size(), pipe) != nullptr;)
        out += part.data();
    ::pclose(pipe);
    while (out.ends_with('\n'))
        out.pop_back();
    return out;
}

/// An ext4 in a file, on a loop device. Without the right to make one, `there()` is false.
class Disk {
  public:
    explicit Disk(const TemporaryDirectory& in) : folder_(in.path("disk")) {
        const std::string image = in.path("disk.img");
        std::filesystem::create_directory(folder_);
        if (::geteuid() != 0 || !shell("truncate -s 800M " + image) ||
            !shell("mkfs.ext4 -q -m 0 " + image))
            return;
        device_ = said("losetup --find --show " + image);
        if (!device_.empty() && !mount()) shell("losetup -d " + std::exchange(device_, ""));
    }
    ~Disk() {
        if (!there()) return;
        shell("fsfreeze -u " + folder_);
        shell("umount -l " + folder_);
        shell("losetup -d " + device_);
    }
    bool there() const { return !device_.empty(); }
    std::string path(const std::string& name) const { return folder_ + "/" + name; }

    bool mount() const { return shell("mount -o errors=remount-ro " + device_ + " " + folder_); }
    bool freeze() const { return shell("fsfreeze -f " + folder_); }
    bool thaw() const { return shell("fsfreeze -u " + folder_); }
    bool fill() const {
        const std::uintmax_t room = std::filesystem::space(folder_).free;
        shell(fmt::format("fallocate -l {} {}", room - room / 50, path("ballast")));
        shell("dd if=/dev/zero of=" + path("rest") + " bs=1M");  // ends when there is no room
        return std::filesystem::exists(path("ballast"));
    }
    bool empty() const {
        return std::filesystem::remove(path("ballast")) && std::filesystem::remove(path("rest"));
    }
    bool die() const {
        return shell("echo 1 > /sys/fs/ext4/" + device_.substr(device_.rfind('/') + 1) +
                     "/trigger_fs_error");
    }
    /// What a person with a new cable does.
    bool mend() const {
        const bool gone = shell("umount " + folder_) || shell("umount -l " + folder_);
        const int checked = std::system(("e2fsck -f -y " + device_ + " >/dev/null 2>&1").c_str());
        return gone && WIFEXITED(checked) && WEXITSTATUS(checked) < 4 && mount();
    }

  private:
    std::string folder_;
    std::string device_;
};

/// The time a daemon believes in: the machine's, and so many seconds.
class WallClock {
  public:
    explicit WallClock(const TemporaryDirectory& in) : file_(in.path("time")) { step(0); }
    bool there() const { return std::filesystem::exists(kFakeTime); }
    void step(int seconds) {
        ahead_ += seconds;
        replace_file(file_, fmt::format("{:+d}s\n", ahead_));
    }
    void put() const {
        ::setenv("FAKETIME_TIMESTAMP_FILE", file_.c_str(), 1);
        ::setenv("FAKETIME_NO_CACHE", "1", 1);
        ::setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
    }

  private:
    std::string file_;
    int ahead_ = 0;
};

/// How long each sync of a daemon takes beyond what it takes.
class Pace {
  public:
    explicit Pace(const TemporaryDirectory& in) : file_(in.path("pace")) { slow_by({}); }
    void slow_by(Micros more) const { replace_file(file_, fmt::format("{}\n", more.count())); }
    void put() const { ::setenv("JOURNEY_SLOW_DISK", file_.c_str(), 1); }

  private:
    std::string file_;
};

enum class Fault { killed, stopped, frozen, slow, full, broken, clock_ahead, clock_back };
constexpr std::array kFaults = {Fault::killed, Fault::stopped,   Fault::frozen,      Fault::slow,
                                Fault::full,   Fault::killed,    Fault::clock_ahead, Fault::broken,
                                Fault::killed, Fault::stopped,   Fault::slow,        Fault::frozen,
                                Fault::killed, Fault::clock_back};

#ifdef __SANITIZE_ADDRESS__
constexpr int kRounds = 2;
#else
constexpr int kRounds = 3;
#endif

class Machine {
  public:
    Machine() : options_(street.daemon(disk_.there() ? disk_.path("data") : data())) { start(); }

    const Street street;
    std::unique_ptr<app::ChildDaemon> daemon;
    std::map<std::string, int> seen;

    void calm() const { pace_.slow_by({}); }
    void suffer(Fault fault, Rng& rng) {
        const std::chrono::milliseconds while_it_lasts{100 + rng.below(900)};
        switch (fault) {
            case Fault::killed:
                ++seen["killed"];
                daemon->kill_now();
                return start();
            case Fault::stopped:
                ++seen["stopped"];
                REQUIRE(::kill(daemon->process(), SIGSTOP) == 0);
                rest(while_it_lasts);
                REQUIRE(::kill(daemon->process(), SIGCONT) == 0);
                return;
            case Fault::frozen:
                if (!disk_.there()) return;
                ++seen["disk frozen"];
                REQUIRE(disk_.freeze());
                rest(while_it_lasts);
                REQUIRE(disk_.thaw());
                return;
            case Fault::slow:
                ++seen["disk slow"];
                pace_.slow_by(std::chrono::milliseconds{5 + rng.below(300)});
                // The next fault may meet it while it is slow.
                if (rng.chance(0.5)) return;
                rest(2 * while_it_lasts);
                return pace_.slow_by({});
            case Fault::full:
                pace_.slow_by({});
                if (!disk_.there()) return;
                ++seen["disk full"];
                REQUIRE(disk_.fill());
                rest(while_it_lasts);
                CHECK(daemon->running());  // no reason to die
                REQUIRE(disk_.empty());
                return;
            case Fault::broken:
                if (!disk_.there()) return;
                ++seen["disk broken"];
                return break_disk();
            case Fault::clock_ahead:
            case Fault::clock_back:
                if (!clock_.there()) return;
                ++seen[fault == Fault::clock_back ? "clock set back" : "clock set ahead"];
                return clock_.step(fault == Fault::clock_back
                                       ? -static_cast<int>(1 + rng.below(3))
                                       : static_cast<int>(1 + rng.below(1800)));
        }
    }

  private:
    std::string data() const { return street.directory.path("data"); }

    void start() {
        // In this process's own environment, for the child.
        clock_.put();
        pace_.put();
        const std::string preload =
            clock_.there() ? fmt::format("{} {}", SLOW_DISK, kFakeTime) : SLOW_DISK;
        ::setenv("LD_PRELOAD", preload.c_str(), 1);
        ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
        auto started = app::ChildDaemon::start(options_);
        for (const char* name :
             {"LD_PRELOAD", "FAKETIME_TIMESTAMP_FILE", "FAKETIME_NO_CACHE",
              "FAKETIME_DONT_FAKE_MONOTONIC", "JOURNEY_SLOW_DISK", "ASAN_OPTIONS"})
            ::unsetenv(name);
        INFO((started ? std::string() : started.error().detail));
        REQUIRE(started);
        daemon = std::move(started).value();
    }

    void break_disk() {
        REQUIRE(disk_.die());
        // Whatever it has acknowledged is on the disk; it must not go on as if nothing were.
        const bool ended = eventually(std::chrono::seconds(60), [&] { return !daemon->running(); });
        CHECK(ended);
        daemon->kill_now();
        const bool mended = eventually(std::chrono::seconds(20), [&] { return disk_.mend(); });
        REQUIRE(mended);
        start();
    }

    Disk disk_{street.directory};
    WallClock clock_{street.directory};
    Pace pace_{street.directory};
    app::ChildOptions options_;
};

}  // namespace

TEST_CASE("whatever the machine does, nothing acknowledged is lost and no key is sent twice",
          "[process][faults]") {
    const char* wanted = std::getenv("JOURNEY_FAULT_ROUNDS");
    const int rounds = wanted == nullptr ? kRounds : std::atoi(wanted);
    const char* seed = std::getenv("JOURNEY_SEED");
    const std::uint64_t seed_number = seed == nullptr ? 11 : std::strtoull(seed, nullptr, 10);
    CAPTURE(rounds, seed_number);
    Rng rng(seed_number);

    Machine machine;
    Shop shop(machine.daemon->port(), machine.daemon->write_key());
    for (int round = 0; round < rounds; ++round) {
        for (const Fault fault : kFaults) {
            rest(std::chrono::milliseconds{50 + rng.below(400)});
            machine.suffer(fault, rng);
        }
    }
    machine.calm();
    shop.stop();
    std::string faults;
    for (const auto& [what, times] : machine.seen)
        faults += fmt::format("{}{} × {}", faults.empty() ? "" : ", ", times, what);
    REQUIRE(shop.orders() > 0);
    machine.street.check_books(*machine.daemon, shop.orders(), faults);
}
