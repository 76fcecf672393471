#include "engine/sim/model.h"

#include "engine/sim/programs.h"

namespace journey::sim {

namespace {

constexpr Micros kLate = std::chrono::minutes(10);
/// Between the Claim, where rules are asked, and the call there may be a queue.
constexpr Micros kQueue = std::chrono::minutes(10);
constexpr std::int32_t kNightBegins = 22 * 3600;
constexpr std::int32_t kNightEnds = 8 * 3600;
constexpr std::size_t kADay = 3;  // of "gentle"
constexpr const char* kHome = "Europe/Berlin";

/// As the clock on the wall says it: not how long the day has been, on the day the clocks change.
std::int32_t second_of_day(Instant at, const calendar::Zone& zone) {
    return calendar::to_local(at, zone).time.seconds;
}

}  // namespace

void Model::command(const model::Command& command, bool first) {
    if (const auto* publish = std::get_if<model::Publish>(&command.body)) {
        published_ = true;
        const auto program = ir::decode(publish->program);
        limited_ = program && program.value().workspace.blast_limit > 0;
    }
    if (const auto* approve = std::get_if<model::Approve>(&command.body))
        approved_[approve->journey + "/" + approve->step] = command.at;
    if (const auto* pause = std::get_if<model::SetPaused>(&command.body)) {
        if (pause->paused) {
            paused_.insert(pause->journey);
        } else {
            paused_.erase(pause->journey);
        }
    }
    if (const auto* resume = std::get_if<model::Resume>(&command.body))
        paused_.erase(resume->journey);
    if (std::holds_alternative<model::Erase>(command.body)) {
        people_.erase(command.external_id);
        std::erase_if(entries,
                      [&](const auto& one) { return one.first.first == command.external_id; });
    }
    if (!first) return;
    if (const auto* identify = std::get_if<model::Identify>(&command.body)) {
        for (const auto& trait : identify->traits) {
            if (trait.name != "time_zone") continue;
            const auto* name = trait.value.as<std::string>();
            people_[command.external_id].zones.emplace_back(command.at, name ? *name : "");
        }
    }
    const auto* track = std::get_if<model::Track>(&command.body);
    if (track == nullptr || !published_ || command.at - command.event_time > kLate) return;
    const auto enter = [&](const std::string& journey) {
        if (!paused_.contains(journey)) ++entries[{command.external_id, journey}];
    };
    if (track->event == "signed_up") enter("welcome");
    if (track->event == "bought") {
        enter("receipt");
        enter("gift");
    }
    if (track->event == "viewed" && !entries.contains({command.external_id, "trial"}))
        enter("trial");
}

std::vector<const calendar::Zone*> Model::zones_of(const Person& person, Instant at) const {
    std::vector<const calendar::Zone*> all = {calendar::find_zone(kHome)};
    std::vector<const calendar::Zone*> now = all;
    bool known = true;
    for (const auto& [since, name] : person.zones) {
        const calendar::Zone* zone = calendar::find_zone(name);
        if (zone != nullptr) all.push_back(zone);
        if (since < at - kQueue) {
            now.clear();
            known = true;
        }
        known = known && zone != nullptr;
        if (zone != nullptr) now.push_back(zone);
    }
    // What a value that is no zone does to the one before is the engine's own affair.
    return known ? now : all;
}

// Steps are called like their messages. What was granted yesterday may begin today.
bool Model::is_over_limit(const Call& call) {
    constexpr auto kDay = std::chrono::hours(24);
    const std::string step = call.journey + "/" + call.message_template;
    const auto approved = approved_.find(step);
    const bool free =
        !limited_ || (approved != approved_.end() && call.at - approved->second < 2 * kDay);
    if (!counted_.insert(call.key).second || free) return false;
    const auto day = std::chrono::floor<std::chrono::days>(call.at).time_since_epoch().count();
    return ++of_[{step, day}] > 2 * kBlastLimit;
}

std::string Model::judge(const Call& call, const std::set<std::string>& strangers) {
    if (!call.is_message() || call.message_template == "receipt") return "";
    if (strangers.contains(call.external_id)) return "";
    Person& person = people_[call.external_id];
    const std::vector<const calendar::Zone*> zones = zones_of(person, call.at);
    std::string wrong;
    if (is_over_limit(call))
        wrong =
            "blast limit: " + call.message_template + " of " + call.journey + " is one too many";
    const bool quiet = call.journey == "welcome" && call.channel != "email";
    const bool at_night = std::all_of(zones.begin(), zones.end(), [&](const calendar::Zone* zone) {
        const std::int32_t at = second_of_day(call.at, *zone);
        return at < kNightEnds || at > kNightBegins + kQueue / std::chrono::seconds(1);
    });
    if (quiet && at_night)
        wrong = "I8: " + call.message_template + " to " + call.external_id + " began at night";

    const bool capped = call.journey == "welcome" || call.journey == "offer";
    if (capped && zones.size() == 1 && !person.sent.contains(call.key)) {
        const Instant midnight = calendar::start_of_day(call.at, *zones[0]) + kQueue;
        const auto today =
            std::count_if(person.sent.begin(), person.sent.end(), [&](const auto& one) {
                return one.second.taken && one.second.at >= midnight &&
                       !bounced_.contains(one.first);
            });
        if (static_cast<std::size_t>(today) >= kADay) {
            wrong = "I7: " + call.message_template + " to " + call.external_id +
                    " is one more than " + std::to_string(kADay) + " a day";
        }
    }
    Sent& sent = person.sent[call.key];
    sent.at = call.at;
    sent.taken = sent.taken || call.taken;
    return wrong;
}

}  // namespace journey::sim
