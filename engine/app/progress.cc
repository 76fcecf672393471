#include "engine/app/progress.h"

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

namespace journey::app {

bool is_terminal(int descriptor) {
    return isatty(descriptor) == 1;
}

Progress::Progress(std::string what, std::uint64_t total)
    : what_(std::move(what)), total_(total), terminal_(is_terminal(2)) {}

Progress::~Progress() {
    if (drawn_ && terminal_) fmt::print(stderr, "\n");
}

void Progress::at(std::uint64_t done, const std::string& note) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ <
        (terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5000)))
        return;
    last_ = now;
    draw(done, note);
}

void Progress::draw(std::uint64_t done, const std::string& note) {
    if (!terminal_) {
        fmt::print(stderr, "{}: {} {}\n", what_,
                   total_ == 0 ? "" : fmt::format("{}%", std::min(done, total_) * 100 / total_),
                   note);
        return;
    }
    constexpr std::size_t kWidth = 30;
    std::string bar;
    if (total_ != 0) {
        const std::size_t full = static_cast<std::size_t>(std::min(done, total_) * kWidth / total_);
        bar = fmt::format(" [{}{}] {:3}%", std::string(full, '#'), std::string(kWidth - full, '.'),
                          std::min(done, total_) * 100 / total_);
    }
    fmt::print(stderr, "\r\033[K{}{} {}", what_, bar, note);
    drawn_ = true;
}

void Progress::finish(const std::string& note) {
    if (terminal_) {
        draw(total_, note);
    } else {
        fmt::print(stderr, "{}: {}\n", what_, note);
    }
}

}  // namespace journey::app
