#pragma once
// What the tests of core share: a builder of small Programs by hand, and a World that plays the
// runtime: one partition or several, a clock moved by hand, a provider that answers as it is told.

#include "engine/core/core.h"

#include <deque>

namespace journey::core::kit {

using ir::Index;

inline CalendarDuration seconds(std::int64_t count) {
    return {0, 0, count};
}
inline CalendarDuration minutes(std::int64_t count) {
    return {0, 0, count * 60};
}
inline CalendarDuration hours(std::int64_t count) {
    return {0, 0, count * 3600};
}
inline CalendarDuration days(std::int32_t count) {
    return {0, count, 0};
}

/// A shop: profile email phone first_name time_zone tier age; events viewed(sku, price, category)
/// bought(order_id, total) and the built-in ones; channels email sms push; consents news (opt in)
/// and info (opt out); templates hello (email, param `name` with a fallback), offer (email, news),
/// code (sms, required param `code`), receipt (email, transactional).
class Builder {
  public:
    Builder();
    ir::Program program;

    Index constant(Value value);
    Index user(const std::string& field);
    Index row(const std::string& event, const std::string& field);
    Index trigger(ir::Journey& journey, const std::string& field);
    Index local(ir::Journey& journey, const std::string& name);
    Index op(ir::Op op, std::vector<Index> operands, Index a = ir::kNone, Index b = ir::kNone);
    Index aggregate(ir::Aggregate aggregate);
    Index count_of(const std::string& event, ir::Window window = {});
    Index did(const std::string& event, ir::Window window = {});
    Index consented(const std::string& consent);
    Index reachable(const std::string& channel);

    ir::Pattern on(const std::string& event, Index filter = ir::kNone) const;
    Index event(const std::string& name) const;
    Index channel(const std::string& name) const;
    Index message(const std::string& name) const;
    Index field(const std::string& name) const;

    ir::Journey journey(const std::string& name, const std::string& trigger_event) const;
    /// Adds a state; `next` defaults to the one after it.
    static Index add(ir::Journey& journey, ir::State state);
    Index send(ir::Journey& journey, const std::string& message_template,
               std::vector<ir::NamedExpr> args = {});
    Index wait(ir::Journey& journey, CalendarDuration duration, std::vector<ir::WaitArm> arms = {});
    /// A webhook "coupons" that gives `code` (text, required) and `percent` (integer), 2 retries.
    Index webhook();
    /// Into the local "coupon"; `failed` too defaults to the state after it.
    Index call(ir::Journey& journey, std::vector<ir::NamedExpr> args = {});
    /// A fetch that templates of this name show; what fails skips.
    Index fetch(const std::string& name, const std::string& message_template);
    Index emit(ir::Journey& journey, const std::string& event,
               std::vector<ir::NamedExpr> args = {});
    static Index end(ir::Journey& journey, const std::string& reason = "finished");
    static Index next_of(const ir::Journey& journey) {
        return static_cast<Index>(journey.states.size() + 1);
    }
    void keep(ir::Journey journey) { program.journeys.push_back(std::move(journey)); }
    /// Encoded and verified; fails the test with the verifier's words.
    Bytes bytes() const;
};

struct Sent {
    std::string person;
    std::string channel;
    std::string message_template;
    std::string journey;
    std::string step;
    Instant at{};
    Record data;
    model::MessageKey key;
    std::uint32_t attempt = 1;
    std::string webhook;  // "": a message
};

/// The states of people as checkpoints left them; who uses it as `fetch` must find everybody.
using People = std::map<model::PersonId, model::ProfileRow>;
std::function<void(model::PersonId, Bytes&)> fetch_from(std::shared_ptr<const People> people);
void keep(const model::PartitionCheckpoint& checkpoint, People& people);

/// The Log's view: everything that was applied, so that another World can be made to live it again.
struct Applied {
    model::Command command;
    model::LogPosition position = 0;
    CatalogPtr catalog;  // not null: use_catalog instead; and a command about rails is heard by all
    model::Resume resume{};
};

class World {
  public:
    explicit World(std::uint16_t partitions = 1);

    // ---- what people and operators do; everything that follows at once (claims, outcomes) happens
    // too
    void publish(const Builder& builder);
    void pause(const std::string& journey, bool paused = true);
    void resume(const model::Resume& resume);
    void track(const std::string& person, const std::string& event, Record properties = {},
               const std::string& id = {});
    void track_at(const std::string& person, const std::string& event, Instant event_time,
                  Record properties = {});
    void identify(const std::string& person, Record traits);
    void consent(const std::string& person, const std::string& consent, bool granted = true);
    void suppress(const std::string& person, const std::string& channel, bool suppressed = true);
    void tags(const std::string& person, std::vector<std::string> add,
              std::vector<std::string> remove = {});
    void decide(const model::Decide& decide);
    void learn(const model::Learned& learned);
    /// What the runtime does with rails: adds up what partitions tell of those that are due.
    /// False: nobody asked for anything.
    bool tell();
    void approve(const std::string& journey, const std::string& step);
    void alias(const std::string& from, const std::string& to);
    void erase(const std::string& person);
    void receipt(const Sent& sent, model::ReceiptKind kind, const std::string& id = {},
                 const std::string& detail = {});
    /// Moves the clock, ticking whatever comes due on the way.
    void advance(Micros by);
    void advance_to(Instant at);
    void apply(model::Command command);

    // ---- the provider
    /// Answers the next attempts, oldest first; accepted once this is empty.
    std::deque<model::Observation> answers;
    /// Answers the next calls, oldest first; once this is empty, with {"code": "TEN"}.
    std::deque<model::Observation> call_answers;
    /// Answers the next fetches, oldest first; once this is empty, with {"temperature": 7}.
    std::deque<model::Observation> fetch_answers;
    bool answering = true;  // false: attempts stay claimed
    bool claiming = true;   // false: intents stay asked for
    bool connector = true;

    // ---- what came of it
    std::vector<Sent> attempts;  // every StartAttempt of a message
    std::vector<Sent> calls;     // and of a call
    std::vector<Sent> fetches;   // and of a fetch, whose name is the `webhook`
    std::vector<Happening> happenings;
    std::vector<CancelUnstarted> cancels;
    std::vector<IntentReady> waiting_ready;  // while not claiming
    std::vector<Applied> log;
    std::string effects_text;  // everything every effect said, in order
    CatalogPtr catalog = empty_catalog();
    std::vector<Partition> partitions;
    std::map<std::size_t, model::PartitionCheckpoint> stored;  // by restart(), triggers.h
    /// Everything checkpoints said of a partition since the last call, and everybody in it. After
    /// every command the partition is stored, so that nobody whom nothing happens to is in memory.
    model::PartitionCheckpoint checkpoint(std::size_t number = 0);
    model::PartitionCheckpoint checkpoint(const std::string& person) {
        return checkpoint(index_of(person));
    }
    PartitionOptions options;
    Instant now{};
    model::LogPosition position = 0;

    Partition& of(const std::string& person);
    std::size_t index_of(const std::string& person) const;
    Counts counts() const;
    JourneyCounts journey(const std::string& name) const;
    std::vector<std::string> reasons(const std::string& journey) const;
    model::Command command(const std::string& person, model::CommandBody body) const;
    /// Claims what `waiting_ready` holds.
    void claim_waiting();
    void claim(const IntentReady& ready);
    void outcome(const Sent& sent, model::Observation observation);
    const Sent& last() const;
    std::vector<std::string> kinds(const std::string& person);  // of the timeline

  private:
    void use(CatalogPtr next, const model::Resume& resume = {});
    void drain();
    void take(Effects& effects);
    void keep(std::size_t number);
    std::deque<model::Command> queue_;
    std::map<std::size_t, model::PartitionCheckpoint> kept_;
    std::shared_ptr<People> people_ = std::make_shared<People>();
};

/// "user:ada"
std::string external(const std::string& person);
std::string describe(const Effects& effects);
/// Puts a checkpoint into what is stored, as a StateStore would.
void store(model::PartitionCheckpoint checkpoint, model::PartitionCheckpoint& stored);

}  // namespace journey::core::kit
