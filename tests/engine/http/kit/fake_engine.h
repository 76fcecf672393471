#pragma once
// A runtime::Engine that keeps what it was given and answers as it was told to.

#include "engine/runtime/engine.h"

#include <deque>
#include <mutex>

namespace journey::http::test {

class FakeEngine final : public runtime::Engine {
  public:
    FakeEngine();

    struct Submission {
        std::vector<model::Command> commands;
        runtime::AckWhen when;
        bool reserved;
    };

    Result<void> submit(std::vector<model::Command> commands, runtime::AckWhen when, bool reserved,
                        std::function<void(Result<void>)> done) override;
    Result<void> has_room() override;
    core::CatalogPtr catalog() const override;
    const Clock& clock() const override { return clock_; }
    void ask_counts(std::function<void(core::Counts)> answer) override;
    void ask_timeline(
        model::PersonId person,
        std::function<void(std::string, std::vector<core::TimelineItem>)> answer) override;
    void ask_why(model::PersonId person, std::string journey,
                 std::function<void(core::Why)> answer) override;
    void ask_content(
        const model::MessageKey& key,
        std::function<void(std::optional<storage::StateStore::RenderedMessage>)> answer) override;
    void ask_unknown(std::function<void(std::vector<model::MessageRow>)> answer) override;
    void ask_unmatched(std::function<void(std::vector<core::Unmatched>)> answer) override;
    void ask_addresses(std::vector<runtime::AddressQuestion> questions,
                       std::function<void(std::vector<runtime::AddressAnswer>)> answer) override;
    void ask_address_counts(
        std::function<void(std::vector<core::AddressList::Count>)> answer) override;
    runtime::Health health() const override;
    runtime::Numbers numbers() const override;

    // ---- what the test sets (before requests) and reads (after answers)
    void publish(const ir::Program& program);
    void set_health(runtime::Health health);
    void refuse_with(std::optional<Error> error);  // submit() fails at once
    void crowd_with(std::optional<Error> error);   // has_room() says no
    void fail_with(std::optional<Error> error);    // done() is called with this
    void hold();                                   // answers wait for release()
    void release();
    std::vector<Submission> submissions() const;
    /// Of all submissions, one after the other.
    std::vector<model::Command> commands() const;

    Instant now() const { return clock_.now(); }
    void set_now(Instant at);
    core::Counts counts;
    std::map<model::PersonId, std::pair<std::string, std::vector<core::TimelineItem>>> timelines;
    std::map<model::MessageKey, Bytes> contents;
    std::map<model::PersonId, core::Why> reasons;
    std::vector<model::MessageRow> unknown;
    std::vector<core::Unmatched> unmatched;
    std::function<void(const model::Command&)> on_submit;  // told of each that was taken
    runtime::Numbers told_numbers;
    core::AddressList addresses{"pepper"};

  private:
    // Submissions arrive on the server's thread, the test looks from its own.
    mutable std::mutex mutex_;
    ManualClock clock_;
    core::CatalogPtr catalog_;
    runtime::Health health_;
    std::optional<Error> refusal_;
    std::optional<Error> crowded_;
    std::optional<Error> failure_;
    bool holding_ = false;
    std::deque<std::function<void()>> held_;
    std::vector<Submission> submissions_;
};

}  // namespace journey::http::test
