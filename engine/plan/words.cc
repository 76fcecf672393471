#include "engine/plan/plan.h"

#include <fmt/format.h>

namespace journey::plan {
namespace {

/// Says a pattern in the reader's words.
class Say {
  public:
    explicit Say(const Words& words) : words_(words) {}
    template <typename... Parts>
    std::string operator()(std::string_view english, const Parts&... parts) const {
        const std::string_view pattern = words_ ? words_(english) : english;
        return fmt::vformat(fmt::string_view(pattern.data(), pattern.size()),
                            fmt::make_format_args(parts...));
    }

  private:
    const Words& words_;
};

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : between) + part;
    return out;
}

std::string summary_of(const JourneyPlan& journey, const Say& say) {
    const StepChanges& it = journey.changes;
    std::vector<std::string> parts;
    const auto count = [&](const std::vector<std::string>& steps, std::string_view one,
                           std::string_view many) {
        if (!steps.empty()) parts.push_back(say(steps.size() == 1 ? one : many, steps.size()));
    };
    count(it.changed, "{} step changed", "{} steps changed");
    count(it.added, "{} step added", "{} steps added");
    count(it.removed, "{} step removed", "{} steps removed");
    if (!it.head.empty()) {
        std::vector<std::string> heads;
        for (const std::string& head : it.head)
            heads.push_back(say(head));
        parts.push_back(say("changed: {}", joined(heads, say(", "))));
    }
    if (it.order) parts.push_back(say("the same steps in another order"));
    if (parts.empty()) parts.push_back(say("means the same"));
    return joined(parts, say(", "));
}

std::string fate_in_words(const Group& group, const Say& say) {
    switch (group.fate) {
        case Fate::goes_on:
            return say("go on");
        case Fate::stays:
            return say("stay on {}", group.version);
        case Fate::moves:
            return say("move to {}", group.to);
        case Fate::stops:
            return say("stop");
        case Fate::restarts:
            return say("start again");
        case Fate::undecided:
            return say("no rule yet");
    }
    return "";
}

std::string inside_of(const JourneyPlan& journey, const Say& say) {
    if (journey.inside == 0) return say("nobody inside");
    std::vector<std::string> groups;
    const bool versions = journey.groups.front().version != journey.groups.back().version;
    for (const Group& group : journey.groups) {
        const std::string step =
            versions ? say("{} of version {}", group.step, group.version) : group.step;
        groups.push_back(
            fmt::format("{} {} → {}", step, grouped(group.people), fate_in_words(group, say)));
    }
    return say("people inside: {}     {}", grouped(journey.inside), joined(groups, " · "));
}

void step_lines(std::string& out, const StepChanges& changes) {
    const auto line = [&](char sign, const std::vector<std::string>& steps) {
        for (const std::string& step : steps)
            out += fmt::format("      {} {}\n", sign, step);
    };
    line('~', changes.changed);
    line('+', changes.added);
    line('-', changes.removed);
}

std::string table_line(const TablePlan& table, const Say& say) {
    switch (table.kind) {
        case Kind::created:
            return say("+ {:<16} catalogue new, rows: {}\n", table.name, grouped(table.added));
        case Kind::retired:
            return say("- {:<16} catalogue gone, rows: {}\n", table.name, grouped(table.removed));
        case Kind::changed:
        case Kind::unchanged:
            break;
    }
    return say(table.columns
                   ? "~ {:<16} catalogue with other columns; rows added: {}, removed: {}\n"
                   : "~ {:<16} catalogue: rows added: {}, removed: {}, changed: {}\n",
               table.name, grouped(table.added), grouped(table.removed), grouped(table.changed));
}

const char* word_of(Kind kind) {
    switch (kind) {
        case Kind::created:
            return "created";
        case Kind::changed:
            return "changed";
        case Kind::retired:
            return "retired";
        case Kind::unchanged:
            return "unchanged";
    }
    return "";
}

const char* word_of(Fate fate) {
    switch (fate) {
        case Fate::goes_on:
            return "goes_on";
        case Fate::stays:
            return "stays";
        case Fate::moves:
            return "moves";
        case Fate::stops:
            return "stops";
        case Fate::restarts:
            return "restarts";
        case Fate::undecided:
            return "undecided";
    }
    return "";
}

Value names(const std::vector<std::string>& all) {
    List out;
    for (const std::string& one : all)
        out.emplace_back(one);
    return Value(std::move(out));
}

Value number(std::uint64_t count) {
    return Value(static_cast<std::int64_t>(count));
}

Value json_of(const JourneyPlan& journey) {
    Record out;
    out.push_back({"name", Value(journey.name)});
    out.push_back({"change", Value(word_of(journey.kind))});
    if (journey.before != 0) out.push_back({"version_before", number(journey.before)});
    if (journey.after != 0) out.push_back({"version_after", number(journey.after)});
    out.push_back({"steps_added", names(journey.changes.added)});
    out.push_back({"steps_changed", names(journey.changes.changed)});
    out.push_back({"steps_removed", names(journey.changes.removed)});
    out.push_back({"head_changed", names(journey.changes.head)});
    out.push_back({"inside", number(journey.inside)});
    List groups;
    for (const Group& group : journey.groups) {
        Record line;
        line.push_back({"version", number(group.version)});
        line.push_back({"step", Value(group.step)});
        line.push_back({"people", number(group.people)});
        line.push_back({"what_happens", Value(word_of(group.fate))});
        if (group.fate == Fate::moves) line.push_back({"to", Value(group.to)});
        groups.emplace_back(std::move(line));
    }
    out.push_back({"groups", Value(std::move(groups))});
    return Value(std::move(out));
}

}  // namespace

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t at = digits.size(); at > 3;) {
        at -= 3;
        digits.insert(at, 1, ',');
    }
    return digits;
}

std::string text_of(const Plan& plan, const Words& words) {
    const Say say(words);
    std::string out;
    std::uint64_t unchanged_inside = 0;
    for (const JourneyPlan& journey : plan.journeys) {
        switch (journey.kind) {
            case Kind::created:
                out += say("+ {:<16} {:<9} new\n", journey.name, journey.after);
                break;
            case Kind::changed:
                out += fmt::format("~ {:<16} {:<9} {}\n", journey.name,
                                   fmt::format("{} → {}", journey.before, journey.after),
                                   summary_of(journey, say));
                step_lines(out, journey.changes);
                out += fmt::format("      {}\n", inside_of(journey, say));
                break;
            case Kind::retired:
                out += say("- {:<16} {:<9} {}; history kept\n", journey.name, journey.before,
                           inside_of(journey, say));
                break;
            case Kind::unchanged:
                unchanged_inside += journey.inside;
                break;
        }
    }
    for (const TablePlan& table : plan.tables)
        out += table_line(table, say);
    if (const std::size_t count = plan.count(Kind::unchanged); count > 0) {
        out += say("  {} unchanged, {} people inside\n", count, grouped(unchanged_inside));
    }
    const std::size_t created = plan.count(Kind::created);
    const std::size_t changed = plan.count(Kind::changed);
    const std::size_t retired = plan.count(Kind::retired);
    if (plan.same_bytes) {
        out += say("  No changes: what is live is this project.\n");
    } else if (created + changed + retired == 0) {
        out += say("  Plan: no journey changes its meaning; titles, words or declarations do.\n");
    } else {
        out +=
            say("  Plan: {} to publish, {} to change, {} to retire.\n", created, changed, retired);
    }
    return out;
}

std::string text_of_more(const Since& since, const Words& words) {
    const Say say(words);
    std::string out;
    for (const Since::More& one : since.more) {
        const std::string step = say("{} of version {}", one.group.step, one.group.version);
        const std::string fate = fate_in_words(one.group, say);
        if (one.then == 0) {
            out += say("      {}: {} {} → {}; the plan shows nobody there\n", one.journey, step,
                       grouped(one.group.people), fate);
        } else {
            out += say("      {}: {} {} → {}; the plan shows {}\n", one.journey, step,
                       grouped(one.group.people), fate, grouped(one.then));
        }
    }
    return out;
}

std::string text_of_inside(const Since& since, const Words& words) {
    const Say say(words);
    std::string out;
    for (const Since::Inside& one : since.inside) {
        out += one.now > one.then ? say("  Since the plan: {} more entered {} than left it.\n",
                                        grouped(one.now - one.then), one.journey)
                                  : say("  Since the plan: {} more left {} than entered it.\n",
                                        grouped(one.then - one.now), one.journey);
    }
    return out;
}

std::string text_of(const Remark& remark, const RemarkWords& words) {
    return fmt::format("{}{}{}\n   {}\n   {}{}\n", remark.error ? words.error : words.warning,
                       remark.code.empty() ? "" : " ", remark.code, remark.says, words.help,
                       remark.help);
}

Value json_of(const Plan& plan) {
    Record out;
    out.push_back({"changes", Value(plan.has_changes())});
    List journeys;
    for (const JourneyPlan& journey : plan.journeys)
        journeys.push_back(json_of(journey));
    out.push_back({"journeys", Value(std::move(journeys))});
    List tables;
    for (const TablePlan& table : plan.tables) {
        tables.emplace_back(Record{{"name", Value(table.name)},
                                   {"change", Value(word_of(table.kind))},
                                   {"rows_added", number(table.added)},
                                   {"rows_removed", number(table.removed)},
                                   {"rows_changed", number(table.changed)},
                                   {"columns_changed", Value(table.columns)}});
    }
    out.push_back({"catalogues", Value(std::move(tables))});
    List remarks;
    for (const Remark& remark : plan.remarks) {
        Record line;
        line.push_back({"code", Value(remark.code)});
        line.push_back({"severity", Value(remark.error ? "error" : "warning")});
        line.push_back({"journey", Value(remark.journey)});
        line.push_back({"says", Value(remark.says)});
        line.push_back({"help", Value(remark.help)});
        remarks.emplace_back(std::move(line));
    }
    out.push_back({"remarks", Value(std::move(remarks))});
    return Value(std::move(out));
}

}  // namespace journey::plan
