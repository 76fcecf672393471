#include "engine/app/forecast.h"
#include "engine/app/test_story.h"
#include "engine/plan/plan.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr double kWidth = 1200;
constexpr double kLeft = 90;
constexpr double kRight = 1170;
constexpr double kChartTop = 110;
constexpr double kChartHeight = 300;
constexpr std::size_t kBarsMost = 180;

constexpr const char* kColours[] = {"#2b5fb8", "#b7791f", "#2f855a", "#b83280", "#1a7f8e"};

/// "quiet_hours" for people.
std::string spaced(std::string word) {
    std::replace(word.begin(), word.end(), '_', ' ');
    return word;
}

std::string day_of(const Forecast& forecast, std::size_t hour) {
    const calendar::Zone* zone = calendar::find_zone(forecast.zone);
    const calendar::Civil day =
        calendar::civil_of(calendar::to_local(forecast.from + std::chrono::hours(hour),
                                              zone == nullptr ? calendar::utc() : *zone)
                               .date);
    return fmt::format("{:02}-{:02}", day.month, day.day);
}

/// At or above, and its quarters are round too.
std::uint64_t round_up(std::uint64_t value) {
    std::uint64_t step = 1;
    for (;;) {
        for (const std::uint64_t times : {4u, 8u, 12u, 16u, 20u}) {
            if (step * times >= value) return step * times;
        }
        step *= 10;
    }
}

void words(std::string& out, double x, double y, std::string_view text, const char* more = "") {
    out +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, more, escape_xml(text));
}

struct Bars {
    std::size_t hours_each = 1;
    std::size_t count = 0;
    std::vector<std::pair<std::string, std::vector<std::uint64_t>>> channels;  // those with sends
    std::uint64_t most = 1;
};

Bars bars_of(const Forecast& forecast) {
    Bars bars;
    std::size_t hours = 1;
    for (const auto& [name, channel] : forecast.channels)
        hours = std::max(hours, channel.per_hour.size());
    for (const std::size_t each : {1u, 2u, 3u, 4u, 6u, 12u, 24u, 168u}) {
        bars.hours_each = each;
        if (hours / each <= kBarsMost) break;
    }
    bars.count = (hours + bars.hours_each - 1) / bars.hours_each;
    std::vector<std::uint64_t> sums(bars.count);
    for (const auto& [name, channel] : forecast.channels) {
        if (channel.sent == 0) continue;
        std::vector<std::uint64_t> counts(bars.count);
        for (std::size_t hour = 0; hour < channel.per_hour.size(); ++hour) {
            const std::size_t bar = std::min(hour / bars.hours_each, bars.count - 1);
            counts[bar] += channel.per_hour[hour];
            sums[bar] += channel.per_hour[hour];
        }
        bars.channels.emplace_back(name, std::move(counts));
    }
    bars.most = std::max<std::uint64_t>(1, *std::max_element(sums.begin(), sums.end()));
    return bars;
}

void draw_sends(std::string& out, const Forecast& forecast, const translate::Speech& say) {
    const Bars bars = bars_of(forecast);
    words(out, kLeft, kChartTop - 20,
          bars.hours_each == 1 ? say("Messages an hour")
                               : say("Messages every {} hours", bars.hours_each),
          "class=\"h\"");
    const std::uint64_t top = round_up(bars.most);
    const double bottom = kChartTop + kChartHeight;
    for (int line = 0; line <= 4; ++line) {
        const double y = bottom - kChartHeight * line / 4;
        out += fmt::format(
            "<line x1=\"{}\" y1=\"{:.1f}\" x2=\"{}\" y2=\"{:.1f}\" stroke=\"#d8dde3\"/>\n", kLeft,
            y, kRight, y);
        words(out, kLeft - 8, y + 4, plan::grouped(top * static_cast<std::uint64_t>(line) / 4),
              "text-anchor=\"end\" class=\"s\"");
    }
    if (bars.channels.empty()) {
        words(out, (kLeft + kRight) / 2, kChartTop + kChartHeight * 3 / 8 + 6,  // between two lines
              say("No message goes out in this time"), "text-anchor=\"middle\"");
    }
    const double step = (kRight - kLeft) / static_cast<double>(bars.count);
    for (std::size_t bar = 0; bar < bars.count; ++bar) {
        double y = bottom;
        const double x = kLeft + step * static_cast<double>(bar);
        for (std::size_t i = 0; i < bars.channels.size(); ++i) {
            const double height = kChartHeight * static_cast<double>(bars.channels[i].second[bar]) /
                                  static_cast<double>(top);
            if (height <= 0) continue;
            y -= height;
            out += fmt::format(
                "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
                "fill=\"{}\"/>\n",
                x, y, std::max(step * 0.86, 0.8), height, kColours[i % std::size(kColours)]);
        }
    }
    std::string last;
    double free_from = 0;
    for (std::size_t bar = 0; bar < bars.count; ++bar) {
        const std::string day = day_of(forecast, bar * bars.hours_each);
        const double x = kLeft + step * static_cast<double>(bar);
        if (day == last || x < free_from) continue;
        last = day;
        free_from = x + 60;
        words(out, x, bottom + 18, day, "class=\"s\"");
    }
    double x = kRight;
    for (std::size_t i = bars.channels.size(); i-- > 0;) {
        const std::string text = fitting(bars.channels[i].first, 24);
        x -= 9.0 * static_cast<double>(display_width(text)) + 34;
        out += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{}\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{}\"/>\n", x,
            kChartTop - 31, kColours[i % std::size(kColours)]);
        words(out, x + 18, kChartTop - 20, text);
    }
}

/// Channels in rows; where they end.
double draw_channels(std::string& out, const Forecast& forecast, double y,
                     const translate::Speech& say) {
    constexpr double kColumns[] = {kLeft, 420, 690, 960, kRight};  // right ends but the first
    words(out, kLeft, y, say("By channel"), "class=\"h\"");
    y += 26;
    const auto row = [&](const std::vector<std::string>& cells, const char* style) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            words(
                out, kColumns[i], y, cells[i],
                fmt::format("{}class=\"{}\"", i == 0 ? "" : "text-anchor=\"end\" ", style).c_str());
        }
        y += 22;
    };
    row({say("channel"), say("messages"), say("busiest hour"), say("longest wait for the provider"),
         say("cost")},
        "s");
    std::uint64_t sent = 0;
    double cost = 0;
    bool any_cost = false;
    for (const auto& [name, channel] : forecast.channels) {
        const std::uint64_t worst =
            channel.per_hour.empty() ? 0 : channel.per_hour[channel.worst_hour];
        row({fitting(name, 20), plan::grouped(channel.sent),
             worst == 0 ? "–"
                        : say("{} on {}", plan::grouped(worst),
                              hour_in_words(forecast, channel.worst_hour)),
             channel.rate_per_second == 0
                 ? say("no rate declared")
                 : say("{} at {}/s", length_in_words(channel.longest_queue, say),
                       plan::grouped(channel.rate_per_second)),
             channel.has_cost ? fmt::format("{:.2f} {}", channel.cost, forecast.currency)
                              : say("no price given")},
            "n");
        sent += channel.sent;
        cost += channel.cost;
        any_cost = any_cost || channel.has_cost;
    }
    row({say("together"), plan::grouped(sent), "", "",
         any_cost ? fmt::format("{:.2f} {}", cost, forecast.currency) : ""},
        "b");
    return y;
}

/// What kept messages back; where it ends.
double draw_rules(std::string& out, const Forecast& forecast, double y,
                  const translate::Speech& say) {
    if (forecast.held.empty() && forecast.skipped.empty()) return y;
    y += 26;
    words(out, kLeft, y, say("What the rules did"), "class=\"h\"");
    y += 26;
    const auto rows = [&](std::string_view line,
                          const std::map<std::string, std::uint64_t>& counts) {
        for (const auto& [reason, count] : counts) {
            words(out, kLeft, y, say(line, spaced(reason_in_words(reason, say))), "class=\"n\"");
            words(out, 420, y, plan::grouped(count), "text-anchor=\"end\" class=\"n\"");
            y += 22;
        }
    };
    rows("waited: {}", forecast.held);
    rows("not sent: {}", forecast.skipped);
    return y;
}

/// " · 67 %"
std::string share_of(std::uint64_t people, std::uint64_t all) {
    if (all == 0) return "";
    return fmt::format(" · {:.0f} %",
                       100.0 * static_cast<double>(people) / static_cast<double>(all));
}

/// Below one another, as many words as fit each; where they end.
double draw_small(std::string& out, const std::vector<std::string>& parts, double y) {
    constexpr std::size_t kColumns = 150;
    std::string line;
    const auto flush = [&] {
        y += 18;
        words(out, kLeft, y, fitting(line, kColumns), "class=\"s\"");
        line.clear();
    };
    for (const std::string& part : parts) {
        if (!line.empty() && display_width(line) + display_width(part) > kColumns) flush();
        line += part;
    }
    if (!line.empty()) flush();
    return y;
}

/// What stands at the end of the report too: a picture travels alone.
double draw_made_up(std::string& out, const Forecast& forecast, double y,
                    const translate::Speech& say) {
    const std::string text = text_of(forecast.made_up, say);
    bool first = true;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = std::string_view(text).substr(at, end - at);
        at = end + 1;
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        if (line.empty()) continue;
        y += first ? 40 : 18;
        words(out, kLeft, y, fitting(line, 150), first ? "class=\"h\"" : "class=\"s\"");
        if (first) y += 4;
        first = false;
    }
    return y;
}

/// The journeys' bars below one another; where they end.
double draw_funnels(std::string& out, const Forecast& forecast, double y,
                    const translate::Speech& say) {
    constexpr double kBarLeft = 350;
    constexpr double kBarMost = 680;
    constexpr std::size_t kNameMost = 33;
    const bool some_inside = std::any_of(forecast.journeys.begin(), forecast.journeys.end(),
                                         [](const JourneyForecast& one) { return one.inside > 0; });
    y += 30;
    words(out, kLeft, y,
          some_inside
              ? say("How far people come (messages of each step, in % of those who were inside "
                    "or entered)")
              : say("How far people come (messages of each step, in % of those who entered)"),
          "class=\"h\"");
    y += 20;
    for (const JourneyForecast& journey : forecast.journeys) {
        if (is_idle(journey)) continue;
        y += 22;
        words(out, kLeft, y, fitting(journey.title.empty() ? journey.name : journey.title, 110),
              "class=\"b\"");
        y += 10;
        const std::uint64_t all = journey.inside + journey.entered;
        std::uint64_t most = std::max<std::uint64_t>(1, all);
        for (const StepCount& step : journey.sent)
            most = std::max(most, step.people);
        const auto row = [&](const std::string& name, std::uint64_t people, const char* colour) {
            const double width = kBarMost * static_cast<double>(people) / static_cast<double>(most);
            out += fmt::format(
                "<rect x=\"{}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"18\" "
                "rx=\"2\" fill=\"{}\"/>\n",
                kBarLeft, y, std::max(width, 1.0), colour);
            words(out, kBarLeft - 10, y + 14, name, "text-anchor=\"end\" class=\"s\"");
            words(out, kBarLeft + width + 8, y + 14, plan::grouped(people) + share_of(people, all),
                  "class=\"s\"");
            y += 22;
        };
        if (journey.inside > 0) row(say("inside at the start"), journey.inside, "#9aa5b1");
        row(say("entered"), journey.entered, "#5f6b7a");
        const std::vector<std::string> names = names_of(journey.sent, kNameMost);
        for (std::size_t i = 0; i < names.size(); ++i)
            row(names[i], journey.sent[i].people, "#2b5fb8");
        if (journey.goals > 0) row(say("goals"), journey.goals, "#2f855a");
        y += 6;
    }
    std::vector<std::string> nobody;
    for (const JourneyForecast& journey : forecast.journeys) {
        if (!is_idle(journey)) continue;
        const std::string name = fitting(journey.title.empty() ? journey.name : journey.title, 60);
        if (!nobody.empty()) nobody.back() += say(", ");
        nobody.push_back(nobody.empty() ? say("Nobody entered: {}", name) : name);
    }
    return nobody.empty() ? y : draw_small(out, nobody, y + 8);
}

}  // namespace

std::string svg_of(const Forecast& forecast, const translate::Speech& say) {
    std::string body;
    const std::size_t hours = static_cast<std::size_t>(
        std::chrono::duration_cast<std::chrono::hours>(forecast.until - forecast.from).count());
    words(body, kLeft, 44,
          say("Forecast: {} people, {} to {} ({})", plan::grouped(forecast.people),
              hour_in_words(forecast, 0).substr(0, 10),
              hour_in_words(forecast, hours).substr(0, 10), forecast.zone),
          "class=\"t\"");
    draw_sends(body, forecast, say);
    double below = draw_channels(body, forecast, kChartTop + kChartHeight + 70, say);
    below = draw_rules(body, forecast, below, say);
    below = draw_funnels(body, forecast, below, say);
    const double height = draw_made_up(body, forecast, below, say) + 30;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1:.0f}\" width=\"{0}\" "
        "height=\"{1:.0f}\" role=\"img\" aria-label=\"{3}\">\n"
        "<style>text{{font-family:system-ui,'Noto Sans','Noto Sans CJK SC',sans-serif;"
        "font-size:15px;fill:#1f2933}}.t{{font-size:22px;font-weight:600}}.h{{font-size:17px;"
        "font-weight:600}}.b{{font-weight:600}}.s{{font-size:13px;fill:#425160}}.n{{font-size:14px;"
        "font-variant-numeric:tabular-nums}}</style>\n"
        "<rect width=\"{0}\" height=\"{1:.0f}\" fill=\"#ffffff\"/>\n{2}</svg>\n",
        kWidth, height, body, escape_xml(say("Forecast of messages and people")));
}

}  // namespace journey::app
