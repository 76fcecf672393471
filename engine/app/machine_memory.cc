#include "engine/app/machine_memory.h"

#include <charconv>
#include <fstream>
#include <unistd.h>

namespace journey::app {

namespace {

/// What a group's file says; "max" and nothing say nothing.
std::uint64_t limit_in(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t limit = 0;
    return file >> limit ? limit : ~std::uint64_t{0};
}

/// "/system.slice/journeyd.service": where the process is below the groups' root.
std::string own_group() {
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("0::")) return line.substr(3);
    }
    return "/";
}

}  // namespace

std::uint64_t machine_memory() {
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page = ::sysconf(_SC_PAGE_SIZE);
    std::uint64_t least = static_cast<std::uint64_t>(std::max(pages, 1L)) *
                          static_cast<std::uint64_t>(std::max(page, 1L));
    // Every group above has its say as well.
    for (std::string group = own_group();;) {
        least = std::min(least, limit_in("/sys/fs/cgroup" + group + "/memory.max"));
        const std::size_t slash = group.rfind('/');
        if (group.empty() || slash == std::string::npos) break;
        group.resize(slash);
    }
    return std::min(least, limit_in("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
}

std::optional<std::uint64_t> memory_of(std::string_view text, std::uint64_t all) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (text == "%") return number > 100 ? std::nullopt : std::optional(all / 100 * number);
    if (number > 1'000'000) return std::nullopt;
    if (text == "MB") return number << 20;
    if (text == "GB") return number << 30;
    return std::nullopt;
}

}  // namespace journey::app
