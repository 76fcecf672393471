// journey simulate: real events out of a CSV through a project's journeys, in virtual time, over
// the real engine.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/app/forecast.h"
#include "engine/app/made_up.h"
#include "engine/app/mapped_csv.h"
#include "engine/app/progress.h"
#include "engine/app/project.h"
#include "engine/app/sent_rows.h"
#include "engine/app/test_story.h"
#include "engine/sim/sim.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <unordered_set>

namespace journey::app {
namespace {

struct Replay {
    std::uint64_t rows = 0;
    std::uint64_t rejected = 0;
    std::map<std::string, std::uint64_t> events;  // by name, each id once
    struct LeftOut {
        std::uint64_t rows = 0;
        std::uint64_t first_line = 0;
    };
    std::map<std::string, LeftOut> reasons;
    std::uint64_t people = 0;
    Instant first{};
    Instant last{};
};

void print_counts(const Replay& replay, const core::Counts& counts) {
    fmt::print("rows {}\nrows_rejected {}\n", replay.rows, replay.rejected);
    for (const auto& [event, number] : replay.events)
        fmt::print("{} {}\n", event, number);
    for (const core::JourneyCounts& journey : counts.journeys) {
        fmt::print("{0}.entered {1}\n{0}.sent {2}\n", journey.journey, journey.entered,
                   journey.sent);
        for (const auto& [reason, number] : journey.ended_by)
            fmt::print("{}.{} {}\n", journey.journey, reason, number);
    }
}

/// Reasons name values, so there can be as many as rows.
void print_left_out(const Replay& replay, const translate::Speech& say) {
    constexpr std::size_t kReasonsMost = 10;
    std::vector<std::pair<std::uint64_t, const std::string*>> by_line;
    for (const auto& [reason, left_out] : replay.reasons)
        by_line.emplace_back(left_out.first_line, &reason);
    std::sort(by_line.begin(), by_line.end());
    for (std::size_t i = 0; i < by_line.size() && i < kReasonsMost; ++i) {
        const auto& [line, reason] = by_line[i];
        fmt::print("{}", say("  {} rows left out, the first in line {}: {}\n",
                             replay.reasons.at(*reason).rows, line, *reason));
    }
    if (by_line.size() > kReasonsMost)
        fmt::print("{}", say("  … and for {} other reasons\n", by_line.size() - kReasonsMost));
}

void print_table(const Replay& replay, const core::Counts& counts, const translate::Speech& say) {
    fmt::print("{}", say("{} rows, {} people, {} to {}\n", replay.rows, replay.people,
                         format_instant(replay.first).substr(0, 10),
                         format_instant(replay.last).substr(0, 10)));
    print_left_out(replay, say);
    const auto row = [](const std::string& what, std::uint64_t number) {
        fmt::print("  {:<28}{:>9}\n", what, number);
    };
    for (const auto& [event, number] : replay.events)
        row(event, number);
    for (const core::JourneyCounts& journey : counts.journeys) {
        fmt::print("\n{}\n", journey.journey);
        row(say("entered"), journey.entered);
        if (journey.held_out.entered > 0) {
            row(say("entered, in the holdout"), journey.held_out.entered);
            row(say("goals, in the holdout"), journey.held_out.goals);
        }
        row(say("sent"), journey.sent);
        for (const auto& [reason, number] : journey.ended_by)
            row(say("left: {}", ending_in_words(reason, say)), number);
        for (const auto& [step, number] : journey.waiting)
            row(say("still at: {}", step), number);
        for (const auto& [arm, number] : journey.arms)
            row(say("arm: {}", arm), number);
        for (const auto& [reason, number] : journey.skipped_by)
            row(say("skipped: {}", reason_in_words(reason, say)), number);
    }
}

/// Why no row could be used; the row that says most is the first one.
Error nothing_in(const SimulateOptions& options, const Replay& replay) {
    const std::pair<const std::string, Replay::LeftOut>* first = nullptr;
    for (const auto& one : replay.reasons) {
        if (first == nullptr || one.second.first_line < first->second.first_line) first = &one;
    }
    if (first == nullptr) {
        return error(ErrorCode::invalid,
                     fmt::format("{} holds no row that {} makes an event of; look at its `when` "
                                 "lines",
                                 options.csv, options.mapping));
    }
    return error(ErrorCode::invalid,
                 fmt::format("{}, line {}: {}; none of its {} rows can be used. Mend the rows, or "
                             "say in {} how they are to be read",
                             options.csv, first->second.first_line, first->first, replay.rejected,
                             options.mapping));
}

}  // namespace

int simulate_command(const SimulateOptions& options) {
    auto compiled = compile_project({options.project});
    if (!compiled) return fail(compiled.error());
    if (!compiled.value().program) {
        print_diagnostics(compiled.value(), false);
        return 1;
    }
    const ir::Program& program = *compiled.value().program;
    for (const std::string& consent : options.consents) {
        if (ir::find_named(program.consents, consent) == ir::kNone)
            return fail(error(ErrorCode::invalid,
                              fmt::format("the project declares no consent `{}`", consent)));
    }
    const auto answering = read_answering(options.answers, program);
    if (!answering) return fail(answering.error());
    auto mapping = Mapping::load(options.mapping);
    if (!mapping) return fail(mapping.error());
    for (const Mapping::Rule& rule : mapping.value().rules) {
        if (ir::find_named(program.events, rule.event) != ir::kNone) continue;
        return fail(error(ErrorCode::invalid,
                          fmt::format("{} makes events `{}`, which the project does not declare",
                                      options.mapping, rule.event)));
    }
    std::ifstream file;
    if (options.csv != "-") {
        file.open(options.csv, std::ios::binary);
        if (!file)
            return fail(error(ErrorCode::not_found, fmt::format("I cannot read {}", options.csv)));
    }
    Replay replay;
    auto opened = MappedCsv::open(options.csv == "-" ? static_cast<std::istream&>(std::cin) : file,
                                  mapping.value(), [&](const RejectedRow& row) {
                                      ++replay.rejected;
                                      Replay::LeftOut& left_out = replay.reasons[row.reason];
                                      if (left_out.rows++ == 0) left_out.first_line = row.line;
                                  });
    if (!opened) {
        return fail(
            error(opened.error().code, fmt::format("{}: {}", options.csv, opened.error().detail)));
    }
    MappedCsv& csv = *opened.value();

    std::optional<MappedEvent> event = csv.next();
    if (!event) return fail(nothing_in(options, replay));
    replay.first = replay.last = event->time;
    sim::WorldOptions world_options;
    world_options.start = event->time;
    world_options.record_happenings = !options.sends_csv.empty();
    world_options.happenings = core::only(core::Happening::Kind::accepted);
    world_options.record_sent = false;
    sim::VirtualWorld world(world_options);
    auto published = world.publish(ir::encode(program));
    if (!published) return fail(published.error());

    std::ofstream sends;
    if (!options.sends_csv.empty()) {
        sends.open(options.sends_csv, std::ios::trunc);
        if (!sends)
            return fail(
                error(ErrorCode::refused, fmt::format("I cannot write {}", options.sends_csv)));
        sends << SentRows::kHeader;
    }
    SentRows rows;
    MadeUpAnswers answers(program, answering.value(), 1);
    world.set_provider([&](const sim::SentMessage& sent) {
        if (sends.is_open()) rows.provider_saw(sent);
        return answers.answer(sent);
    });
    const auto note_sends = [&] {
        if (!sends.is_open()) return;
        rows.see(world.take_happenings());
        for (const SentRow& row : rows.take())
            sends << row.text << '\n';
    };
    std::error_code ignored;
    const translate::Speech say(translate::language_of_environment());
    Progress progress(say("simulating"),
                      options.csv == "-" ? 0 : std::filesystem::file_size(options.csv, ignored));
    std::unordered_set<std::string> ids;
    std::unordered_map<std::string, std::string> traits;
    for (; event; event = csv.next()) {
        world.advance_to(event->time);
        replay.last = std::max(replay.last, event->time);
        const auto submit = [&](model::CommandBody body, std::string message_id) {
            model::Command command;
            command.external_id = "user:" + event->person;
            command.message_id = std::move(message_id);
            command.event_time = event->time;
            command.body = std::move(body);
            world.submit(std::move(command));
        };
        const auto [known, is_new] = traits.try_emplace(event->person);
        if (is_new) {
            for (const std::string& consent : options.consents)
                submit(model::ConsentChange{consent, true, "simulation", ""}, "");
        }
        if (std::string now = to_json(Value(event->traits)); now != known->second) {
            known->second = std::move(now);
            submit(model::Identify{event->traits}, "");
        }
        if (ids.insert(event->id).second) ++replay.events[event->event];
        submit(model::Track{event->event, std::move(event->properties)}, event->id);
        note_sends();
        progress.at(csv.consumed(), format_instant(world.now()).substr(0, 10));
    }
    replay.rows = csv.rows();
    replay.people = traits.size();
    if (options.tail_days > 0) world.advance_to(replay.last + std::chrono::days(options.tail_days));
    note_sends();
    progress.finish(say("{} rows", replay.rows));
    const core::Counts counts = world.node().counts();
    if (options.counts) {
        print_counts(replay, counts);
    } else {
        print_table(replay, counts, say);
        MadeUp made_up;
        made_up.answering = answering.value();
        made_up.calls = answers.calls();
        fmt::print("{}", text_of(made_up, say));
    }
    return 0;
}

}  // namespace journey::app
