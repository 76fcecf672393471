#include "engine/app/plan_live.h"

#include "engine/app/child.h"
#include "engine/app/client.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace journey::app {
namespace {

/// Counts name a step of a version that is not live "second_mail (version 2)"; the others are of
/// the live version.
void stand(plan::Standing& standing, const ir::Program* live, const std::string& journey,
           const std::string& step, std::uint64_t people) {
    constexpr std::string_view kVersion = " (version ";
    const std::size_t at = step.find(kVersion);
    if (at != std::string::npos) {
        const auto version = std::strtoul(step.c_str() + at + kVersion.size(), nullptr, 10);
        standing[journey][static_cast<std::uint32_t>(version)][step.substr(0, at)] += people;
        return;
    }
    if (live == nullptr) return;
    const ir::Index found = ir::find_named(live->journeys, journey);
    if (found != ir::kNone) standing[journey][live->journeys[found].version][step] += people;
}

plan::Standing standing_of(const core::Counts& counts, const ir::Program* live) {
    plan::Standing out;
    for (const core::JourneyCounts& journey : counts.journeys) {
        for (const auto& [step, people] : journey.waiting)
            stand(out, live, journey.journey, step, people);
    }
    return out;
}

plan::Standing standing_of(const Record& answer, const ir::Program* live) {
    plan::Standing out;
    const Value* journeys = find(answer, "journeys");
    if (journeys == nullptr || journeys->as<List>() == nullptr) return out;
    for (const Value& item : *journeys->as<List>()) {
        const Record* journey = item.as<Record>();
        const Value* waiting = journey == nullptr ? nullptr : find(*journey, "waiting");
        if (waiting == nullptr || waiting->as<Record>() == nullptr) continue;
        for (const NamedValue& step : *waiting->as<Record>())
            stand(out, live, text_in(*journey, "name"), step.name,
                  number_in(*waiting->as<Record>(), step.name));
    }
    return out;
}

}  // namespace

Result<Live> live_of_daemon(const DaemonAddress& daemon) {
    const Client client(daemon.to, "", daemon.admin_token);
    constexpr int kTries = 3;  // somebody may publish between two questions
    for (int i = 0; i < kTries; ++i) {
        Live live;
        TRY(const Answer bytes, asked(client, daemon, "/admin/program/bytes"));
        if (bytes.status == 200) {
            TRY(live.program, ir::decode(bytes.body));
            live.hash = to_hex(view_of(ir::program_hash(bytes.body)));
        }
        TRY(const Answer counts, asked(client, daemon, "/admin/journeys"));
        TRY(const Record record, record_of(counts));
        if (text_in(record, "hash") != live.hash) continue;
        live.standing = standing_of(record, live.program ? &*live.program : nullptr);
        return live;
    }
    return error(ErrorCode::conflict,
                 "somebody publishes programs at this very moment; ask again when it is quiet");
}

Result<std::unique_ptr<DataCopy>> DataCopy::of(const std::string& data_directory) {
    std::unique_ptr<DataCopy> copy(new DataCopy());
    copy->directory_ = make_temporary_directory("copy");
    std::ifstream file(data_directory + "/partitions");
    std::uint16_t partitions = 0;
    if (file >> partitions && partitions > 0) copy->partitions_ = partitions;
    TRY(storage::sqlite::copy_store(data_directory, copy->directory_));
    TRY(copy->store_, storage::sqlite::open_store(copy->directory_, {}, Logger::silent()));
    return copy;
}

DataCopy::~DataCopy() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

Result<std::unique_ptr<sim::VirtualWorld>> DataCopy::world(Instant start, bool record_happenings,
                                                           core::HappeningKinds kinds) {
    sim::WorldOptions options;
    options.start = start;
    options.partitions = partitions_;
    options.record_happenings = record_happenings;
    options.happenings = kinds;
    options.record_sent = false;
    return sim::VirtualWorld::recovered(options, *store_->state, *store_->log);
}

Live live_of(const sim::VirtualWorld& world) {
    Live live;
    const core::CatalogPtr catalog = world.node().catalog();
    live.hash = core::live_hash(catalog);
    if (const auto program = core::live_program(catalog)) live.program = *program;
    live.standing = standing_of(world.node().counts(), live.program ? &*live.program : nullptr);
    return live;
}

Result<MessagesToday> messages_today(DataCopy& data, const std::vector<Bytes>& programs,
                                     Instant now) {
    MessagesToday out;
    const auto sent_until_night =
        [&](bool publish) -> Result<std::map<std::string, std::uint64_t>> {
        TRY(const auto world, data.world(now, false));
        const std::map<std::string, std::uint64_t> before = world->node().counts().sent_by_channel;
        if (publish) {
            for (const Bytes& program : programs) {
                TRY(world->publish(program));
            }
        }
        const auto live = core::live_program(world->node().catalog());
        const calendar::Zone* zone =
            live == nullptr ? nullptr : calendar::find_zone(live->workspace.zone);
        const calendar::Zone& where = zone == nullptr ? calendar::utc() : *zone;
        // Both runs end at the same moment, also when the new program lies elsewhere.
        if (out.until == Instant{}) {
            out.zone = calendar::name_of(where);
            out.from = world->now();
            out.until = calendar::add(calendar::start_of_day(out.from, where),
                                      CalendarDuration{0, 1, 0}, where);
        }
        world->advance_to(out.until - Micros{1});
        std::map<std::string, std::uint64_t> sent = world->node().counts().sent_by_channel;
        for (const auto& [channel, count] : before)
            sent[channel] -= count;
        return sent;
    };
    TRY(out.without, sent_until_night(false));
    TRY(out.with, sent_until_night(true));
    for (const auto& [channel, count] : out.with)
        out.without.try_emplace(channel, 0);
    for (const auto& [channel, count] : out.without)
        out.with.try_emplace(channel, 0);
    return out;
}

std::string text_of(const MessagesToday& messages, const translate::Speech& say) {
    std::string out;
    for (const auto& [channel, with] : messages.with) {
        const std::uint64_t without = messages.without.at(channel);
        if (with == 0 && without == 0) continue;
        const auto more = static_cast<std::int64_t>(with) - static_cast<std::int64_t>(without);
        out += say("      {:<8} {:>9} as it is, {:>9} with this plan: {:+}\n", channel,
                   plan::grouped(without), plan::grouped(with), more);
    }
    if (out.empty()) out = say("      none, with this plan or without\n");
    const calendar::Zone* zone = calendar::find_zone(messages.zone);
    const Date last =
        calendar::to_local(messages.until - Micros{1}, zone == nullptr ? calendar::utc() : *zone)
            .date;
    return say("  Messages until the end of {} ({}):\n", format_date(last), messages.zone) + out;
}

std::string more_than_planned(const MessagesToday& planned, const MessagesToday& now,
                              const translate::Speech& say) {
    const auto extra = [](const MessagesToday& messages, const std::string& channel) {
        const auto count = [&](const std::map<std::string, std::uint64_t>& all) {
            const auto found = all.find(channel);
            return found == all.end() ? std::uint64_t{0} : found->second;
        };
        const std::uint64_t with = count(messages.with);
        const std::uint64_t without = count(messages.without);
        return with > without ? with - without : 0;
    };
    std::string out;
    for (const auto& [channel, with] : now.with) {
        const std::uint64_t then = extra(planned, channel);
        const std::uint64_t more = extra(now, channel);
        if (!plan::beyond_margin(then, more)) continue;
        out += say("      {}: {} more messages today than without it; the plan shows {}\n", channel,
                   plan::grouped(more), plan::grouped(then));
    }
    return out;
}

Value json_of(const MessagesToday& messages) {
    Record out;
    out.push_back({"from", Value(messages.from)});
    out.push_back({"until", Value(messages.until)});
    const auto counts = [](const std::map<std::string, std::uint64_t>& all) {
        Record record;
        for (const auto& [channel, count] : all)
            record.push_back({channel, Value(static_cast<std::int64_t>(count))});
        return Value(std::move(record));
    };
    out.push_back({"without", counts(messages.without)});
    out.push_back({"with", counts(messages.with)});
    return Value(std::move(out));
}

}  // namespace journey::app
