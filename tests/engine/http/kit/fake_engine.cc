#include "tests/engine/http/kit/fake_engine.h"

namespace journey::http::test {

FakeEngine::FakeEngine()
    : clock_(parse_instant("2026-03-02T09:00:00Z").value()), catalog_(core::empty_catalog()) {
    health_.ready = true;
}

Result<void> FakeEngine::submit(std::vector<model::Command> commands, runtime::AckWhen when,
                                bool reserved, std::function<void(Result<void>)> done) {
    std::optional<Error> failure;
    {
        const std::lock_guard lock(mutex_);
        if (refusal_) return *refusal_;
        failure = failure_;
        for (const model::Command& command : commands) {
            if (const auto* publish = std::get_if<model::Publish>(&command.body)) {
                const auto next = core::publish(catalog_, publish->program, 1);
                if (next) catalog_ = next.value();
            }
            if (const auto* paused = std::get_if<model::SetPaused>(&command.body)) {
                catalog_ = core::set_paused(catalog_, paused->journey, paused->paused);
            }
            if (const auto* resume = std::get_if<model::Resume>(&command.body)) {
                catalog_ = core::set_paused(catalog_, resume->journey, false);
            }
        }
        if (on_submit) std::for_each(commands.begin(), commands.end(), on_submit);
        submissions_.push_back({std::move(commands), when, reserved});
        if (holding_) {
            held_.push_back([done, failure] {
                done(failure ? Result<void>(*failure) : Result<void>(success()));
            });
            return success();
        }
    }
    done(failure ? Result<void>(*failure) : Result<void>(success()));
    return success();
}

core::CatalogPtr FakeEngine::catalog() const {
    const std::lock_guard lock(mutex_);
    return catalog_;
}

void FakeEngine::ask_counts(std::function<void(core::Counts)> answer) {
    answer(counts);
}

void FakeEngine::ask_timeline(
    model::PersonId person,
    std::function<void(std::string, std::vector<core::TimelineItem>)> answer) {
    const auto found = timelines.find(person);
    if (found == timelines.end()) return answer("", {});
    answer(found->second.first, found->second.second);
}

void FakeEngine::ask_why(model::PersonId person, std::string,
                         std::function<void(core::Why)> answer) {
    const auto found = reasons.find(person);
    answer(found == reasons.end() ? core::Why{} : found->second);
}

void FakeEngine::ask_unknown(std::function<void(std::vector<model::MessageRow>)> answer) {
    answer(unknown);
}

void FakeEngine::ask_content(
    const model::MessageKey& key,
    std::function<void(std::optional<storage::StateStore::RenderedMessage>)> answer) {
    const auto found = contents.find(key);
    if (found == contents.end()) return answer(std::nullopt);
    answer(storage::StateStore::RenderedMessage{key, found->second,
                                                to_hex(view_of(sha256(found->second)))});
}

void FakeEngine::ask_unmatched(std::function<void(std::vector<core::Unmatched>)> answer) {
    answer(unmatched);
}

void FakeEngine::ask_addresses(std::vector<runtime::AddressQuestion> questions,
                               std::function<void(std::vector<runtime::AddressAnswer>)> answer) {
    std::vector<runtime::AddressAnswer> answers;
    for (const runtime::AddressQuestion& one : questions) {
        const auto key = addresses.key_of(one.scope, one.kind, one.address);
        answers.push_back({key, addresses.find(key)});
    }
    answer(std::move(answers));
}

void FakeEngine::ask_address_counts(
    std::function<void(std::vector<core::AddressList::Count>)> answer) {
    answer(addresses.counts());
}

runtime::Health FakeEngine::health() const {
    const std::lock_guard lock(mutex_);
    return health_;
}

runtime::Numbers FakeEngine::numbers() const {
    return told_numbers;
}

void FakeEngine::publish(const ir::Program& program) {
    const auto next = core::publish(catalog(), ir::encode(program), 1);
    ENSURE(next.has_value(), next.has_value() ? "" : next.error().detail);
    const std::lock_guard lock(mutex_);
    catalog_ = next.value();
}

void FakeEngine::set_health(runtime::Health health) {
    const std::lock_guard lock(mutex_);
    health_ = std::move(health);
}

void FakeEngine::refuse_with(std::optional<Error> refusal) {
    const std::lock_guard lock(mutex_);
    refusal_ = std::move(refusal);
}

void FakeEngine::crowd_with(std::optional<Error> crowded) {
    const std::lock_guard lock(mutex_);
    crowded_ = std::move(crowded);
}

Result<void> FakeEngine::has_room() {
    const std::lock_guard lock(mutex_);
    return crowded_ ? Result<void>(*crowded_) : success();
}

void FakeEngine::fail_with(std::optional<Error> failure) {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
}

void FakeEngine::hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
}

void FakeEngine::release() {
    std::deque<std::function<void()>> held;
    {
        const std::lock_guard lock(mutex_);
        holding_ = false;
        held = std::exchange(held_, {});
    }
    for (const auto& answer : held)
        answer();
}

std::vector<FakeEngine::Submission> FakeEngine::submissions() const {
    const std::lock_guard lock(mutex_);
    return submissions_;
}

std::vector<model::Command> FakeEngine::commands() const {
    std::vector<model::Command> all;
    for (const Submission& submission : submissions())
        all.insert(all.end(), submission.commands.begin(), submission.commands.end());
    return all;
}

void FakeEngine::set_now(Instant at) {
    clock_.set(at);
}

}  // namespace journey::http::test
