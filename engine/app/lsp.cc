// journey lsp: the streams of the language server. Everything that has arrived is taken in before
// anything is answered, and mistakes are told when nothing waits: of many changes only the last
// text is checked. First the edited files, at once; the rest of a large project once nobody has
// typed for a moment, and not to its end when somebody types meanwhile.

#include "engine/app/commands.h"
#include "engine/app/lsp_server.h"
#include "engine/app/lsp_wire.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace journey::app {
namespace {

enum class Arrived : unsigned char { something, nothing, end };

bool has_more(int wait_ms = 0) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, wait_ms) > 0;
}

/// One piece of what has arrived; waits for it.
Arrived read_into(LspFrames& frames) {
    std::array<char, 65536> bytes{};
    const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got < 0) return errno == EINTR ? Arrived::nothing : Arrived::end;
    if (got == 0) return Arrived::end;
    frames.feed(std::string_view(bytes.data(), static_cast<std::size_t>(got)));
    return Arrived::something;
}

bool write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

bool write_output(LspServer& server) {
    for (const std::string& body : server.take_output()) {
        if (!write_all(lsp_frame(body))) return false;
    }
    return true;
}

void take_all(LspFrames& frames, LspServer& server) {
    while (true) {
        auto body = frames.next();
        if (!body) {
            server.lost(body.error().detail);
            return;
        }
        if (!body.value()) return;
        server.receive(*body.value());
    }
}

}  // namespace

int lsp_command() {
    LspFrames frames;
    LspServer server;
    const auto typed = [] { return has_more(); };
    bool open = true;
    while (!server.exit_code()) {
        if (!server.has_work()) {
            if (open && !has_more()) server.tell_edited(typed);
            if (!write_output(server) || !open) break;
            if (server.has_more_to_tell() && !has_more(kLspQuietMs)) {
                server.tell_rest(typed);
                if (!write_output(server)) return 1;
            }
        }
        while (open && (has_more() || !server.has_work()) && !server.exit_code()) {
            if (read_into(frames) == Arrived::end) open = false;
            take_all(frames, server);
            if (!write_output(server)) return 1;
            if (!has_more()) break;
        }
        if (server.has_work() && !server.exit_code()) server.work();
        if (!write_output(server)) return 1;
    }
    write_output(server);
    return server.exit_code().value_or(1);
}

}  // namespace journey::app
