#include "engine/app/test_story.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {

using core::Happening;

std::string clock_text(Instant at, std::optional<Instant> before, const calendar::Zone& zone) {
    const calendar::Local local = calendar::to_local(at, zone);
    const bool new_day = !before || calendar::to_local(*before, zone).date != local.date;
    const int seconds = local.time.seconds;
    return fmt::format("{:>10}  {:02}:{:02}:{:02}", new_day ? format_date(local.date) : "",
                       seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string story_of(const Happening& happening, const calendar::Zone& zone) {
    const std::string what = happening.step.empty() ? happening.journey : happening.step;
    const std::string reason = happening.reason == model::Reason::none
                                   ? ""
                                   : ", " + std::string(model::sentence_of(happening.reason));
    const std::string detail = happening.detail.empty() ? "" : " (" + happening.detail + ")";
    const auto until = [&] {
        return happening.until ? " until " + clock_text(*happening.until, std::nullopt, zone) : "";
    };
    switch (happening.kind) {
        case Happening::Kind::entered:
            return "entered " + happening.journey;
        case Happening::Kind::moved:
            return "at " + what + detail;
        case Happening::Kind::ended:
            return "left the journey: " + happening.detail;
        case Happening::Kind::goal:
            return "reached the goal " + happening.detail;
        case Happening::Kind::held:
            return fmt::format("{}: HELD{}{}{}", what, until(), reason, detail);
        case Happening::Kind::skipped:
            return fmt::format("{}: SKIPPED{}{}", what, reason, detail);
        case Happening::Kind::attempted:
            return fmt::format("{}: SENT {} {}", what, happening.channel,
                               happening.message_template);
        case Happening::Kind::planned:
        case Happening::Kind::took:
        case Happening::Kind::accepted:
            return "";
        case Happening::Kind::rejected:
            return fmt::format("{}: the provider refused it{}", what, detail);
        case Happening::Kind::unknown:
            return fmt::format("{}: nobody knows whether it arrived{}", what, detail);
        case Happening::Kind::retrying:
            return fmt::format("{}: will be tried again{}", what, until());
        case Happening::Kind::refused_duplicate:
            return what + ": was sent before, not again";
        case Happening::Kind::ignored_unknown_event:
            return fmt::format("the event {} is not declared", happening.detail);
        case Happening::Kind::published:
            return "";
        case Happening::Kind::called:
            return fmt::format("{}: CALLED {} {}", what, happening.webhook,
                               to_json(Value(happening.data)));
        case Happening::Kind::answered:
            return fmt::format("{}: {} answered {}", what, happening.webhook,
                               to_json(Value(happening.data)));
        case Happening::Kind::call_failed:
            return fmt::format("{}: {} did not answer{}", what, happening.webhook, detail);
        case Happening::Kind::emitted:
            return "emitted " + happening.detail;
        case Happening::Kind::ran:
            return "ran " + happening.detail;
        case Happening::Kind::migrated:
            return fmt::format("moved to version {}, to {}", happening.detail, what);
    }
    return "";
}
std::string print_story(const std::vector<StoryLine>& story, const calendar::Zone& zone) {
    constexpr std::size_t kNoteColumnMax = 64;
    std::size_t column = 0;
    for (const StoryLine& line : story) {
        if (!line.note.empty())
            column = std::max(column, std::min(display_width(line.text), kNoteColumnMax));
    }
    std::string out;
    std::optional<Instant> before;
    for (const StoryLine& line : story) {
        out += fmt::format("   {}  {}", clock_text(line.at, before, zone), line.text);
        if (!line.note.empty()) {
            const std::size_t width = display_width(line.text);
            out += std::string(width < column ? column - width : 0, ' ') + "   " + line.note;
        }
        out += '\n';
        before = line.at;
    }
    return out.empty() ? "   (nothing happened)\n" : out;
}

}  // namespace journey::app
