#include "engine/app/flood.h"

#include "engine/app/load_line.h"

#include <algorithm>
#include <poll.h>

namespace journey::app {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kAnswerMost = std::chrono::seconds(30);
/// A daemon closes connections that say nothing for longer.
constexpr auto kIdleMost = std::chrono::seconds(5);

class Flood {
  public:
    explicit Flood(const FloodOptions& options)
        : options_(options),
          head_(request_head(options.path, options.write_key)),
          begin_(Steady::now()),
          end_(begin_ + std::chrono::duration_cast<Steady::duration>(
                            std::chrono::duration<double>(options.seconds))),
          lines_(options.connections) {}

    Result<FloodResult> run() {
        while (open_ > 0 || !over()) {
            TRY(offer());
            TRY(listen());
        }
        out_.seconds = std::chrono::duration<double>(Steady::now() - begin_).count();
        return std::move(out_);
    }

  private:
    bool over() const {
        return Steady::now() >= end_ || (options_.stop != nullptr && *options_.stop);
    }

    /// What is due by now goes out on the connections that are free; the rest is missed.
    Result<void> offer() {
        if (over()) return success();
        const std::chrono::duration<double> gone = Steady::now() - begin_;
        const auto due = static_cast<std::uint64_t>(gone.count() * options_.per_second);
        for (std::optional<Line>& place : lines_) {
            if (moment_ >= due) return success();
            if (place && place->busy) continue;
            if (!place || Steady::now() - place->sent > kIdleMost) {
                TRY(Line fresh, open_line(options_.port));
                place.emplace(std::move(fresh));
            }
            Line& line = *place;
            if (!line.refused) line.out = request_of(head_, options_.body());
            line.refused = false;
            line.written = 0;
            line.sent = Steady::now();
            line.busy = true;
            ++moment_;
            ++open_;
            ++out_.offered;
        }
        out_.missed += due - moment_;
        moment_ = due;
        return success();
    }

    Result<void> listen() {
        std::vector<pollfd> waits(lines_.size());
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            waits[i] = {-1, 0, 0};
            if (!lines_[i] || !lines_[i]->busy) continue;
            const Line& line = *lines_[i];
            const short writing = line.written < line.out.size() ? POLLOUT : 0;
            waits[i] = {line.socket, static_cast<short>(POLLIN | writing), 0};
        }
        const std::chrono::nanoseconds pause(
            static_cast<std::int64_t>(std::clamp(1e9 / options_.per_second, 2e4, 1e6)));
        const timespec wait{0, pause.count()};
        if (::ppoll(waits.data(), waits.size(), &wait, nullptr) < 0)
            return error(ErrorCode::retry, "no answer for 30 s");
        for (std::size_t i = 0; i < lines_.size(); ++i) {
            if (!lines_[i] || !lines_[i]->busy) continue;
            Line& line = *lines_[i];
            const bool gone =
                ((waits[i].revents & POLLOUT) != 0 && !line.write_on()) ||
                ((waits[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !line.read_on());
            if (gone) return error(ErrorCode::retry, "the daemon closed a connection");
            if (const auto answer = take_answer(line)) {
                note(line, *answer);
            } else if (Steady::now() - line.sent > kAnswerMost) {
                return error(ErrorCode::retry, "no answer for 30 s");
            }
        }
        return success();
    }

    void note(Line& line, const Answer& answer) {
        line.busy = false;
        --open_;
        if (answer.status == 429 || answer.status == 503) {
            line.refused = true;
            ++out_.refused;
            if (!answer.says_when) ++out_.unsaid;
        } else if (answer.status >= 200 && answer.status < 300) {
            ++out_.answered;
            out_.latency_micros.push_back(static_cast<std::uint32_t>(
                std::chrono::duration_cast<Micros>(Steady::now() - line.sent).count()));
        } else {
            out_.otherwise = answer.status;
        }
    }

    const FloodOptions& options_;
    std::string head_;
    Steady::time_point begin_;
    Steady::time_point end_;
    std::vector<std::optional<Line>> lines_;  // those that were needed so far
    std::uint64_t moment_ = 0;                // so many were offered or missed
    std::uint64_t open_ = 0;
    FloodResult out_;
};

}  // namespace

Result<FloodResult> run_flood(const FloodOptions& options) {
    return Flood(options).run();
}

}  // namespace journey::app
