#pragma once
// What happened in a test, as lines for a person to read.

#include "dsl/translate/translate.h"
#include "engine/calendar/calendar.h"
#include "engine/core/core.h"

#include <optional>
#include <string>
#include <vector>

namespace journey::app {

struct StoryLine {
    Instant at{};
    std::string text;
    std::string note;  // what the test said about it: "you expected this ✓"
};

/// "09:00:00", with the date in front when it is another day than `before`.
std::string clock_text(Instant at, std::optional<Instant> before, const calendar::Zone& zone);

/// " { sku: "A1", due: 2026-03-08 09:00 }", times where the test is; "" when there is nothing.
std::string data_text(const Record& data, const calendar::Zone& zone);

/// "finished", "goal bought", or what a `stop as` says.
std::string ending_in_words(const std::string& ending, const translate::Speech& say);

/// "no_consent" as it is for scripts and in English tables, in words elsewhere.
std::string reason_in_words(const std::string& reason, const translate::Speech& say);

/// One happening in words; "" when it is not worth a line.
std::string story_of(const core::Happening& happening, const calendar::Zone& zone,
                     const translate::Speech& say);

/// Moment by moment, notes in a column of their own.
std::string print_story(const std::vector<StoryLine>& story, const calendar::Zone& zone,
                        const translate::Speech& say);

}  // namespace journey::app
