#include "engine/app/test_report.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

std::string story_text(const TestReport::One& one, const translate::Speech& say) {
    return print_story(one.result.story, *calendar::find_zone(one.test->zone), say);
}

std::uint32_t line_of(const TestReport::One& one) {
    return one.result.failed == nullptr ? one.test->line : one.result.failed->line;
}

std::string junit_case(const TestReport::One& one, const translate::Speech& say) {
    const std::string head =
        fmt::format(R"(    <testcase classname="{}" name="{}" file="{}" line="{}" time="0")",
                    escape_xml(one.journey), escape_xml(one.test->title),
                    escape_xml(one.test->file), one.test->line);
    if (one.result.problem.empty()) return head + "/>\n";
    return fmt::format(
        "{}>\n      <failure message=\"{}\" type=\"expectation\">{}</failure>\n"
        "    </testcase>\n",
        head, escape_xml(one.result.problem), escape_xml(text_of(one, say)));
}

Value number(std::size_t count) {
    return Value(static_cast<std::int64_t>(count));
}

Value json_of(const Coverage& coverage) {
    List gaps;
    for (const Gap& gap : coverage.gaps) {
        gaps.emplace_back(Record{{"code", Value("J0702")},
                                 {"first_line", number(gap.first_line)},
                                 {"last_line", number(gap.last_line)},
                                 {"says", Value(gap.says)},
                                 {"help", Value(gap.help)}});
    }
    return Value(Record{{"journey", Value(coverage.journey)},
                        {"file", Value(coverage.file)},
                        {"covered", number(coverage.covered)},
                        {"total", number(coverage.total)},
                        {"percent", number(coverage.percent())},
                        {"gaps", Value(std::move(gaps))}});
}

}  // namespace

std::size_t TestReport::passed() const {
    return static_cast<std::size_t>(std::count_if(
        tests.begin(), tests.end(), [](const One& one) { return one.result.problem.empty(); }));
}

std::string text_of(const TestReport::One& one, const translate::Speech& say) {
    if (one.result.problem.empty()) return say("ok    {} › \"{}\"\n", one.journey, one.test->title);
    std::string out = say("FAIL  {} › \"{}\"   {}:{}\n", one.journey, one.test->title,
                          one.test->file, line_of(one));
    out += "\n" + story_text(one, say) + "\n";
    if (one.result.failed != nullptr) out += say("   you wrote: {}\n", one.result.failed->text);
    out += say("   but:       {}\n", one.result.problem);
    if (!one.result.help.empty()) out += say("   help:      {}\n", one.result.help);
    return out + "\n";
}

std::string text_of(const Coverage& coverage, const translate::Speech& say) {
    const std::size_t width = display_width(coverage.journey);
    const std::string gap(width < 28 ? 28 - width : 0, ' ');
    return say("{}{}  {:>3} %   {} of {} steps and ways\n", coverage.journey, gap,
               coverage.percent(), coverage.covered, coverage.total);
}

Value json_of(const TestReport& report) {
    List tests;
    for (const TestReport::One& one : report.tests) {
        Record record{{"journey", Value(one.journey)},
                      {"test", Value(one.test->title)},
                      {"file", Value(one.test->file)},
                      {"line", number(line_of(one))},
                      {"passed", Value(one.result.problem.empty())},
                      {"problem", Value(one.result.problem)}};
        if (!one.result.problem.empty()) {
            record.push_back({"help", Value(one.result.help)});
            List story;
            for (const StoryLine& line : one.result.story) {
                story.emplace_back(Record{{"at", Value(line.at)},
                                          {"text", Value(line.text)},
                                          {"note", Value(line.note)}});
            }
            record.push_back({"story", Value(std::move(story))});
        }
        tests.emplace_back(std::move(record));
    }
    Record out{{"passed", number(report.passed())},
               {"failed", number(report.failed())},
               {"tests", Value(std::move(tests))}};
    if (!report.coverage.empty()) {
        List all;
        for (const Coverage& coverage : report.coverage)
            all.push_back(json_of(coverage));
        out.push_back({"coverage", Value(std::move(all))});
    }
    return Value(std::move(out));
}

std::string junit_of(const TestReport& report) {
    std::vector<std::string> journeys;
    for (const TestReport::One& one : report.tests) {
        if (std::find(journeys.begin(), journeys.end(), one.journey) == journeys.end())
            journeys.push_back(one.journey);
    }
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"journey test\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"0\">\n",
        report.tests.size(), report.failed());
    for (const std::string& journey : journeys) {
        std::string cases;
        std::size_t count = 0;
        std::size_t failed = 0;
        for (const TestReport::One& one : report.tests) {
            if (one.journey != journey) continue;
            cases += junit_case(one, report.say);
            ++count;
            failed += one.result.problem.empty() ? 0 : 1;
        }
        out += fmt::format(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" "
            "skipped=\"0\" time=\"0\">\n{}  </testsuite>\n",
            escape_xml(journey), count, failed, cases);
    }
    return out + "</testsuites>\n";
}

}  // namespace journey::app
