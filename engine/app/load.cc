#include "engine/app/load.h"

#include "engine/app/load_line.h"

#include <algorithm>
#include <poll.h>

namespace journey::app {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kAfterRefusal = std::chrono::milliseconds(20);

}  // namespace

Result<LoadResult> run_load(const LoadOptions& options) {
    LoadResult out;
    std::vector<Line> lines;
    for (std::uint32_t i = 0; i < options.connections; ++i) {
        TRY(Line line, open_line(options.port));
        lines.push_back(std::move(line));
    }
    const std::string head = request_head(options.path, options.write_key);
    std::uint64_t next = 0;
    std::uint64_t open = 0;
    const auto begin = Steady::now();
    const auto moment_of = [&](std::uint64_t request) {
        const double seconds = static_cast<double>(request) / options.per_second;
        return begin +
               std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
    };
    const auto due = [&] {
        return next < options.requests &&
               (options.per_second == 0 || Steady::now() >= moment_of(next));
    };
    const auto give = [&](Line& line) {
        line.request = next++;
        line.out = request_of(head, options.body(line.request));
        line.written = 0;
        // Paced, the wait for a free connection counts: it is the daemon's doing.
        line.sent = options.per_second == 0 ? Steady::now() : moment_of(line.request);
        line.busy = true;
        ++open;
    };
    // Overload is no mistake of anybody's: the same again, a little later.
    const auto send_again = [&](Line& line) {
        line.refused = false;
        line.written = 0;
        line.busy = true;
    };
    std::vector<pollfd> waits(lines.size());
    while (open > 0 || next < options.requests) {
        bool waiting = false;
        for (Line& line : lines) {
            if (line.busy) continue;
            if (line.refused) {
                waiting = true;
                if (Steady::now() >= line.not_before) send_again(line);
            } else if (due()) {
                give(line);
            }
        }
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const short writing = lines[i].written < lines[i].out.size() ? POLLOUT : 0;
            waits[i] = {lines[i].busy ? lines[i].socket : -1, static_cast<short>(POLLIN | writing),
                        0};
        }
        // Whoever paces sleeps no longer than to the next moment, and where no connection is free
        // until one is: to look again and again would take the core that the daemon works on.
        const bool pacing =
            waiting || (options.per_second != 0 && next < options.requests && open < lines.size());
        timespec wait{30, 0};
        if (pacing) {
            const auto left = waiting ? std::chrono::nanoseconds(1'000'000)
                                      : std::chrono::nanoseconds(moment_of(next) - Steady::now());
            wait = {0, std::clamp<long>(left.count(), 0, 1'000'000)};
        }
        const int ready = ::ppoll(waits.data(), waits.size(), &wait, nullptr);
        if (ready < 0 || (ready == 0 && !pacing))
            return error(ErrorCode::retry, "no answer for 30 s");
        for (std::size_t i = 0; i < lines.size(); ++i) {
            Line& line = lines[i];
            const bool gone =
                ((waits[i].revents & POLLOUT) != 0 && !line.write_on()) ||
                ((waits[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !line.read_on());
            if (gone) return error(ErrorCode::retry, "the daemon closed a connection");
            const auto answer = take_answer(line);
            if (!answer) continue;
            const int status = answer->status;
            line.busy = false;
            if (status == 429 || status == 503) {
                ++out.overloaded;
                line.refused = true;
                line.not_before = Steady::now() + kAfterRefusal;
                continue;
            }
            --open;
            const bool taken = status >= 200 && status < 300;
            ++(taken ? out.answered : out.refused);
            const auto now = Steady::now();
            out.latency_micros.push_back(static_cast<std::uint32_t>(
                std::chrono::duration_cast<Micros>(now - line.sent).count()));
            if (taken && options.accepted) options.accepted(line.request, now);
            // The next one leaves before the others' answers are read: nobody waits for us.
            if (due()) give(line);
        }
    }
    out.seconds = std::chrono::duration<double>(Steady::now() - begin).count();
    return out;
}

}  // namespace journey::app
