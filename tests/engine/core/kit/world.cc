#include "tests/engine/core/kit/kit.h"

#include <catch2/catch.hpp>
#include <set>

namespace journey::core::kit {

std::string external(const std::string& person) {
    return "user:" + person;
}

std::string describe(const Effects& effects) {
    std::string text;
    for (const IntentReady& one : effects.ready) {
        text += "ready " + model::format_key(one.key) + " " + one.channel + " " +
                std::to_string(one.attempt) + "\n";
    }
    for (const StartAttempt& one : effects.attempts) {
        text += "attempt " + model::format_key(one.key) + " " + std::to_string(one.attempt) + " " +
                one.address + " " + one.journey + "/" + one.step + " " + to_json(Value(one.data)) +
                "\n";
    }
    for (const CancelUnstarted& one : effects.cancels) {
        text += "cancel " + std::to_string(one.person.number) + " " + one.channel + "\n";
    }
    for (const AppendCommand& one : effects.appends) {
        ByteWriter out;
        model::encode(one.command, out);
        text += "append " + one.from + " " + std::to_string(one.cause) + " " + to_hex(out.bytes()) +
                "\n";
    }
    for (const Happening& one : effects.happenings) {
        text += "happening " + std::to_string(static_cast<int>(one.kind)) + " " + one.journey +
                "/" + one.step + " " + one.detail + "\n";
    }
    return text;
}

void store(model::PartitionCheckpoint checkpoint, model::PartitionCheckpoint& stored) {
    stored.partition = checkpoint.partition;
    stored.applied = checkpoint.applied;
    stored.meta = checkpoint.meta;
    for (const model::ErasedRow& row : checkpoint.erased) {
        std::erase_if(stored.profiles,
                      [&](const model::ProfileRow& one) { return one.id == row.id; });
    }
    for (model::ProfileRow& row : checkpoint.profiles) {
        const auto place =
            std::find_if(stored.profiles.begin(), stored.profiles.end(),
                         [&](const model::ProfileRow& one) { return one.id == row.id; });
        if (place == stored.profiles.end()) {
            // The other end: a store gives rows back in its own order.
            stored.profiles.insert(stored.profiles.begin(), std::move(row));
        } else {
            model::take_over(*place, std::move(row));
        }
    }
}

std::function<void(model::PersonId, Bytes&)> fetch_from(std::shared_ptr<const People> people) {
    return [people = std::move(people)](model::PersonId id, Bytes& into) {
        const auto found = people->find(id);
        if (found == people->end()) FAIL("a person is asked for who was not stored");
        into = model::whole_state(found->second);
    };
}

void keep(const model::PartitionCheckpoint& checkpoint, People& people) {
    for (const model::ErasedRow& row : checkpoint.erased)
        people.erase(row.id);
    for (const model::ProfileRow& row : checkpoint.profiles)
        model::take_over(people[row.id], row);
}

void World::keep(std::size_t number) {
    model::PartitionCheckpoint taken = partitions[number].take_checkpoint();
    kit::keep(taken, *people_);
    partitions[number].checkpoint_saved(taken.applied);
    model::PartitionCheckpoint& kept = kept_[number];
    const auto add = [](auto& to, auto& from) {
        to.insert(to.end(), std::make_move_iterator(from.begin()),
                  std::make_move_iterator(from.end()));
    };
    add(kept.entries, taken.entries);
    add(kept.messages, taken.messages);
    add(kept.quarantine, taken.quarantine);
    add(kept.erased, taken.erased);
    store(std::move(taken), kept);
}

model::PartitionCheckpoint World::checkpoint(std::size_t number) {
    keep(number);
    model::PartitionCheckpoint all = kept_[number];
    kept_[number].entries.clear();
    kept_[number].messages.clear();
    kept_[number].quarantine.clear();
    kept_[number].erased.clear();
    return all;
}

World::World(std::uint16_t count) {
    options.partitions = count;
    options.record_happenings = true;
    options.people_bytes = 0;
    options.chapter = 3;
    options.fetch = fetch_from(people_);
    now = parse_instant("2026-03-02T09:00:00Z").value();
    for (std::uint16_t i = 0; i < count; ++i)
        partitions.emplace_back(model::PartitionId{i}, options, catalog);
}

std::size_t World::index_of(const std::string& person) const {
    return model::partition_of(model::person_id_of(external(person)), options.partitions).number;
}
Partition& World::of(const std::string& person) {
    return partitions[index_of(person)];
}

model::Command World::command(const std::string& person, model::CommandBody body) const {
    model::Command made;
    made.external_id = external(person);
    made.person = model::person_id_of(made.external_id);
    made.partition = model::partition_of(made.person, options.partitions);
    made.at = now;
    made.event_time = now;
    made.body = std::move(body);
    return made;
}

void World::use(CatalogPtr next, const model::Resume& resume) {
    catalog = std::move(next);
    log.push_back({{}, ++position, catalog, resume});
    log.back().command.at = now;
    Effects effects;
    for (Partition& partition : partitions)
        partition.use_catalog(catalog, position, effects, now, resume);
    take(effects);
    drain();
    advance_to(now);
}

void World::publish(const Builder& builder) {
    const auto next = core::publish(catalog, builder.bytes(), position + 1);
    if (!next) FAIL(next.error().detail);
    use(next.value());
}

void World::pause(const std::string& journey, bool paused) {
    use(set_paused(catalog, journey, paused));
}

void World::resume(const model::Resume& resume) {
    use(set_paused(catalog, resume.journey, false), resume);
}

void World::track(const std::string& person, const std::string& event, Record properties,
                  const std::string& id) {
    model::Command made = command(person, model::Track{event, std::move(properties)});
    made.message_id = id;
    apply(std::move(made));
}

void World::track_at(const std::string& person, const std::string& event, Instant event_time,
                     Record properties) {
    model::Command made = command(person, model::Track{event, std::move(properties)});
    made.event_time = event_time;
    apply(std::move(made));
}

void World::identify(const std::string& person, Record traits) {
    apply(command(person, model::Identify{std::move(traits)}));
}
void World::consent(const std::string& person, const std::string& consent, bool granted) {
    apply(command(person, model::ConsentChange{consent, granted, "test", ""}));
}
void World::suppress(const std::string& person, const std::string& channel, bool suppressed) {
    apply(command(person, model::Suppress{channel, suppressed, "manual"}));
}
void World::tags(const std::string& person, std::vector<std::string> add,
                 std::vector<std::string> remove) {
    apply(command(person, model::TagChange{std::move(add), std::move(remove)}));
}
void World::decide(const model::Decide& decide) {
    use(set_decided(catalog, decide));
}
void World::learn(const model::Learned& learned) {
    use(set_learned(catalog, learned, now));
}
bool World::tell() {
    std::map<std::string, std::map<std::string, model::Learned::Count>> totals;
    std::set<std::string> due;
    for (const Partition& partition : partitions) {
        for (const LessonCounts& lesson : partition.lessons(now)) {
            if (!is_for_rails(model::Learned{lesson.subject, {}})) continue;
            if (lesson.due <= now) due.insert(lesson.subject);
            for (const model::Learned::Count& count : lesson.counts) {
                model::Learned::Count& total = totals[lesson.subject][count.name];
                total.name = count.name;
                total.of += count.of;
                total.came += count.came;
            }
        }
    }
    for (const std::string& subject : due) {
        model::Learned learned{subject, {}};
        for (const auto& [name, total] : totals[subject])
            learned.counts.push_back(total);
        model::Command made;
        made.partition = model::kEveryPartition;
        made.at = now;
        made.body = std::move(learned);
        apply(std::move(made));
    }
    advance_to(now);
    return !due.empty();
}
void World::approve(const std::string& journey, const std::string& step) {
    model::Command made;
    made.partition = model::kEveryPartition;
    made.at = now;
    made.body = model::Approve{journey, step, "ada"};
    apply(std::move(made));
    advance_to(now);
}
void World::erase(const std::string& person) {
    apply(command(person, model::Erase{}));
}
void World::alias(const std::string& from, const std::string& to) {
    apply(command(from, model::Alias{external(to)}));
}
void World::receipt(const Sent& sent, model::ReceiptKind kind, const std::string& id,
                    const std::string& detail) {
    model::Receipt receipt;
    receipt.kind = kind;
    receipt.at = now;
    receipt.id = id;
    receipt.detail = detail;
    apply(command(sent.person.substr(5), model::ReceiptArrived{sent.key, receipt}));
}

void World::advance(Micros by) {
    advance_to(now + by);
}

void World::advance_to(Instant at) {
    for (int guard = 0; guard < 100'000; ++guard) {
        std::size_t first = 0;
        for (std::size_t i = 1; i < partitions.size(); ++i) {
            if (partitions[i].next_due() < partitions[first].next_due()) first = i;
        }
        const Instant due = partitions[first].next_due();
        if (due > at) break;
        now = std::max(now, due);
        model::Command tick;
        tick.partition = model::PartitionId{static_cast<std::uint16_t>(first)};
        tick.at = now;
        tick.body = model::Tick{};
        apply(std::move(tick));
    }
    now = at;
}

void World::apply(model::Command made) {
    queue_.push_back(std::move(made));
    drain();
}

void World::drain() {
    while (!queue_.empty()) {
        const model::Command next = std::move(queue_.front());
        queue_.pop_front();
        log.push_back({next, ++position, nullptr});
        if (is_for_rails(next.body)) {
            for (std::size_t i = 0; i < partitions.size(); ++i) {
                partitions[i].hear(next, position);
                keep(i);
            }
            continue;
        }
        Effects effects;
        partitions[next.partition.number].apply(next, position, effects);
        keep(next.partition.number);
        take(effects);
    }
}

void World::take(Effects& effects) {
    effects_text += describe(effects);
    for (Happening& one : effects.happenings)
        happenings.push_back(std::move(one));
    for (CancelUnstarted& one : effects.cancels)
        cancels.push_back(std::move(one));
    for (AppendCommand& one : effects.appends) {
        for (Partition& partition : partitions)
            partition.confirm_append(one.from, one.cause);
        queue_.push_back(std::move(one.command));
    }
    for (IntentReady& one : effects.ready)
        waiting_ready.push_back(one);
    for (StartAttempt& one : effects.attempts) {
        const bool call = one.webhook != ir::kNone;
        const bool fetch = one.fetch != ir::kNone;
        const std::string what = call ? "" : one.program->templates[one.message_template].name;
        Sent sent{one.external_id,
                  one.channel,
                  what,
                  one.journey,
                  one.step,
                  now,
                  one.data,
                  one.key,
                  one.attempt,
                  call    ? one.program->webhooks[one.webhook].name
                  : fetch ? one.program->fetches[one.fetch].name
                          : ""};
        (call ? calls : fetch ? fetches : attempts).push_back(sent);
        if (!answering) continue;
        if (call) {
            model::Observation answer;
            answer.kind = model::ObservationKind::accepted;
            answer.answer = R"({"code": "TEN"})";
            if (!call_answers.empty()) {
                answer = call_answers.front();
                call_answers.pop_front();
            }
            queue_.push_back(
                command(sent.person.substr(5), model::Answered{sent.key, sent.attempt, answer}));
            continue;
        }
        if (fetch) {
            model::Observation answer;
            answer.kind = model::ObservationKind::accepted;
            answer.answer = R"({"temperature": 7})";
            if (!fetch_answers.empty()) {
                answer = fetch_answers.front();
                fetch_answers.pop_front();
            }
            queue_.push_back(command(sent.person.substr(5),
                                     model::Fetched{sent.key, sent.attempt, sent.webhook, answer,
                                                    std::chrono::milliseconds(120), false}));
            continue;
        }
        model::Observation observation;
        observation.kind = model::ObservationKind::accepted;
        if (!answers.empty()) {
            observation = answers.front();
            answers.pop_front();
        }
        model::Command made =
            command(sent.person.substr(5),
                    model::Outcome{sent.key, sent.attempt, observation, sha256("x")});
        queue_.push_back(std::move(made));
    }
    if (claiming) claim_waiting();
}

void World::claim_waiting() {
    std::vector<IntentReady> ready = std::exchange(waiting_ready, {});
    for (const IntentReady& one : ready) {
        model::Command made;
        made.person = one.person;
        made.partition = model::partition_of(one.person, options.partitions);
        made.at = now;
        made.event_time = now;
        made.body = model::Claim{one.key, one.attempt, connector};
        queue_.push_back(std::move(made));
    }
}

void World::claim(const IntentReady& ready) {
    model::Command made;
    made.person = ready.person;
    made.partition = model::partition_of(ready.person, options.partitions);
    made.at = now;
    made.event_time = now;
    made.body = model::Claim{ready.key, ready.attempt, connector};
    apply(std::move(made));
}

void World::outcome(const Sent& sent, model::Observation observation) {
    apply(command(sent.person.substr(5),
                  model::Outcome{sent.key, sent.attempt, std::move(observation), sha256("x")}));
}

Counts World::counts() const {
    Counts all;
    for (const Partition& partition : partitions)
        all.add(partition.counts());
    return all;
}

JourneyCounts World::journey(const std::string& name) const {
    for (const JourneyCounts& one : counts().journeys) {
        if (one.journey == name) return one;
    }
    return {};
}

std::vector<std::string> World::reasons(const std::string& name) const {
    std::vector<std::string> out;
    for (const auto& [reason, count] : journey(name).ended_by)
        out.push_back(reason);
    return out;
}

const Sent& World::last() const {
    REQUIRE_FALSE(attempts.empty());
    return attempts.back();
}

std::vector<std::string> World::kinds(const std::string& person) {
    std::vector<std::string> out;
    for (const TimelineItem& item : of(person).timeline(model::person_id_of(external(person))))
        out.push_back(item.kind);
    return out;
}

}  // namespace journey::core::kit
