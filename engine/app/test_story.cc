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

std::string data_text(const Record& data, const calendar::Zone& zone) {
    std::string out;
    for (const NamedValue& one : data) {
        std::string text = to_json(one.value);
        if (const auto* at = one.value.as<Instant>()) {
            const calendar::Local local = calendar::to_local(*at, zone);
            text = fmt::format("{} {}", format_date(local.date), format_time_of_day(local.time));
        }
        out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", one.name, text);
    }
    return out.empty() ? "" : " { " + out + " }";
}

std::string ending_in_words(const std::string& ending, const translate::Speech& say) {
    constexpr std::string_view kGoal = "goal ";
    if (ending.starts_with(kGoal)) return say("goal {}", ending.substr(kGoal.size()));
    for (const char* ours : {"finished", "expired", "restarted", "no moment to wait for",
                             "too many steps", "moved on"}) {
        if (ending == ours) return std::string(say.words(ending));
    }
    return ending;  // the author's own: stop as …
}

/// What the engine wrote down in English, where there are words for it.
std::string in_words(const std::string& detail, const translate::Speech& say) {
    if (auto whole = translate::sentence(detail, say.language())) return *std::move(whole);
    // Two limits are full at once.
    const std::size_t comma = detail.find(", ");
    if (comma == std::string::npos) return detail;
    return say("{}, {}", in_words(detail.substr(0, comma), say),
               in_words(detail.substr(comma + 2), say));
}

std::string reason_in_words(const std::string& reason, const translate::Speech& say) {
    return std::string(say.words(reason));
}

std::string story_of(const Happening& happening, const calendar::Zone& zone,
                     const translate::Speech& say) {
    const std::string what = happening.step.empty() ? happening.journey : happening.step;
    const std::string reason = happening.reason == model::Reason::none
                                   ? ""
                                   : say(", {}", say.words(model::sentence_of(happening.reason)));
    const std::string detail =
        happening.detail.empty() ? "" : say(" ({})", in_words(happening.detail, say));
    const auto until = [&] {
        return happening.until ? say(" until {}", clock_text(*happening.until, std::nullopt, zone))
                               : "";
    };
    switch (happening.kind) {
        case Happening::Kind::entered:
            return say("entered {}", happening.journey);
        case Happening::Kind::moved:
            return say("at {}{}", what, detail);
        case Happening::Kind::ended:
            return say("left the journey: {}", ending_in_words(happening.detail, say));
        case Happening::Kind::goal:
            return say("reached the goal {}", happening.detail);
        case Happening::Kind::held:
            return say("{}: HELD{}{}{}", what, until(), reason, detail);
        case Happening::Kind::skipped:
            return say("{}: SKIPPED{}{}", what, reason, detail);
        case Happening::Kind::attempted:
            return say("{}: SENT {} {}", what, happening.channel, happening.message_template);
        case Happening::Kind::planned:
        case Happening::Kind::took:
        case Happening::Kind::accepted:
            return "";
        case Happening::Kind::rejected:
            return say("{}: the provider refused it{}", what, detail);
        case Happening::Kind::unknown:
            return say("{}: nobody knows whether it arrived{}", what, detail);
        case Happening::Kind::retrying:
            return say("{}: will be tried again{}", what, until());
        case Happening::Kind::refused_duplicate:
            return say("{}: was sent before, not again", what);
        case Happening::Kind::ignored_unknown_event:
            return say("the event {} is not declared", happening.detail);
        case Happening::Kind::published:
            return "";
        case Happening::Kind::called:
            return say("{}: CALLED {} {}", what, happening.webhook, to_json(Value(happening.data)));
        case Happening::Kind::answered:
            return say("{}: {} answered {}", what, happening.webhook,
                       to_json(Value(happening.data)));
        case Happening::Kind::call_failed:
            return say("{}: {} did not answer", what, happening.webhook);
        case Happening::Kind::fetched:
            return say("{}: FETCHED {} {}", what, happening.webhook,
                       to_json(*find(happening.data, "answer")));
        case Happening::Kind::fetch_failed:
            return say("{}: could not fetch {}{}", what, happening.webhook, detail);
        case Happening::Kind::emitted:
            return say("emitted {}", happening.detail);
        case Happening::Kind::ran:
            return say("ran {}", happening.detail);
        case Happening::Kind::migrated:
            return say("moved to version {}, to {}", happening.detail, what);
    }
    return "";
}
std::string print_story(const std::vector<StoryLine>& story, const calendar::Zone& zone,
                        const translate::Speech& say) {
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
    return out.empty() ? say("   (nothing happened)\n") : out;
}

}  // namespace journey::app
