#include "engine/runtime/checkpointer.h"
#include "engine/runtime/histogram.h"
#include "engine/runtime/log_writer.h"
#include "engine/runtime/queue_limit.h"

#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace journey::runtime {

namespace {

constexpr Micros kBeat = std::chrono::seconds(1);
constexpr std::int64_t kStuckMicros = 5'000'000;
// Applying waits while a slice is taken: about two microseconds a row. Where something waits, slices
// take a quarter of the engine thread's time, or a round would look like an outage of a second.
constexpr std::size_t kSliceRows = 200;
constexpr std::int64_t kSliceRest = 3;  // times what the slice before took
constexpr std::int64_t kShareEveryMicros = 20'000;
/// So much of the memory of people waits for a checkpoint, at least, when more is refused for it.
constexpr std::size_t kUnsavedShare = 8;
/// With fewer of the queue in it, who is late was held up, and will not be for long.
constexpr std::size_t kManyShare = 10;

/// What a Command costs while it waits; about right is enough.
std::size_t bytes_of(const Record& record);
std::size_t bytes_of(const Value& value) {
    if (const auto* text = value.as<std::string>()) return sizeof(Value) + text->size();
    if (const auto* list = value.as<List>()) {
        std::size_t sum = sizeof(Value);
        for (const Value& one : *list)
            sum += bytes_of(one);
        return sum;
    }
    if (const auto* record = value.as<Record>()) return sizeof(Value) + bytes_of(*record);
    return sizeof(Value);
}
std::size_t bytes_of(const Record& record) {
    std::size_t sum = 0;
    for (const NamedValue& field : record)
        sum += sizeof(std::string) + field.name.size() + bytes_of(field.value);
    return sum;
}
std::size_t bytes_of(const model::Command& command) {
    std::size_t sum =
        sizeof(model::Command) + command.external_id.size() + command.message_id.size();
    if (const auto* track = std::get_if<model::Track>(&command.body)) {
        sum += track->event.size() + bytes_of(track->properties);
    } else if (const auto* identify = std::get_if<model::Identify>(&command.body)) {
        sum += bytes_of(identify->traits);
    } else if (const auto* publish = std::get_if<model::Publish>(&command.body)) {
        sum += publish->program.size();
    } else if (const auto* absorb = std::get_if<model::Absorb>(&command.body)) {
        sum += absorb->state.size();
    } else if (const auto* addresses = std::get_if<model::SuppressAddresses>(&command.body)) {
        for (const model::SuppressAddresses::Item& item : addresses->items)
            sum += sizeof item + item.scope.size() + item.reason.size();
    }
    return sum;
}

/// A thread whose name `top -H` and `perf` show.
std::thread named(const char* name, auto work) {
    return std::thread([name, work = std::move(work)] {
        pthread_setname_np(pthread_self(), name);
        work();
    });
}

/// Of this thread, where there are fewer cores than work: a third of what the others get, who have
/// somebody waiting for them. A round takes longer then, and writes what changed often once.
void give_way() {
    constexpr int kNicer = 5;
    static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNicer));
}

struct Seen {
    std::shared_ptr<OutgoingAttempt> attempt;
    connectors::Response response;
};
/// Null: the node is lost, and who asks must be answered all the same.
using Ask = std::function<void(Node*)>;
using EngineWork = std::variant<DurableGroup, Seen, Ask>;
/// Shared with the transport's callbacks, which may outlive the Service.
using EngineInbox = Mailbox<EngineWork>;

}  // namespace

class Service::Impl {
  public:
    Impl(ServiceOptions given, storage::Log& log_, storage::StateStore& state_,
         storage::Lease& lease_, connectors::net::Transport& transport_, const Clock& clock_,
         Logger& logger_);

    Result<void> start();
    void stop();
    Result<void> submit(std::vector<model::Command> commands, AckWhen when, bool reserved,
                        std::function<void(Result<void>)> done);
    Result<void> has_room();
    /// After what waits, so that the answer knows of it.
    template <typename T>
    void ask(std::function<void(T)> answer, std::function<T(const Node&)> question);
    /// Before what waits.
    template <typename T>
    void ask_now(std::function<void(T)> answer, std::function<T(const Node&)> question);
    Health health() const;
    Numbers numbers() const;

    const ServiceOptions options;
    storage::Log& log;
    storage::StateStore& state;
    connectors::net::Transport& transport;
    const Clock& clock;
    const Logger& logger;

    mutable std::mutex shared_mutex;  // guards the two below
    core::CatalogPtr shared_catalog = core::empty_catalog();
    DeliveryNumbers shared_numbers;

  private:
    template <typename T>
    void ask_by(std::function<void(T)> answer, std::function<T(const Node&)> question,
                const std::function<bool(Ask)>& put);
    Result<void> takes_in(bool reserved) const;
    Error overloaded();
    bool falls_behind() const {
        const bool many = gauges.queue_commands > options.queue_commands_most / kManyShare;
        return gauges.people_over || gauges.queue_commands > queue_limit.commands() ||
               (many && gauges.behind_micros > options.queue_delay_most.count());
    }
    void run_engine();
    void engine_turns();
    void answer_without_node();
    void take_in(EngineWork& work);
    bool ask_at_once(Ask question);
    bool answer_urgent(Node* reached);  // false: nothing was asked
    void refuse(EngineWork& work);
    void look_at_memory();
    void fail(const Error& why);
    void apply(DurableGroup& group);
    void start_attempt(OutgoingAttempt attempt);
    void to_log(std::vector<model::Command> commands);
    void share();
    std::optional<CheckpointSlice> slice();
    void saved(const CheckpointSlice& slice);
    void stop_everything(const Error& why) {
        options.on_storage_failed ? options.on_storage_failed(why) : std::abort();
    }
    bool quiet() const { return node.attempts_under_way() == 0 && gauges.queue_commands == 0; }

    Gauges gauges;
    QueueLimit queue_limit{options.queue_commands_most, options.queue_commands_most / kManyShare,
                           options.queue_delay_most};
    Node node;  // the engine thread's, once it runs
    LogWriter writer;
    Checkpointer checkpointer;
    std::shared_ptr<EngineInbox> inbox = std::make_shared<EngineInbox>();
    Mailbox<int> quiet_now;
    /// Asked before what else waits. By the checkpoint thread, or a long queue would keep people in
    /// memory and the Log from being let go of; and for changes of the suppression list.
    Mailbox<Ask> urgent;
    std::atomic<bool> is_urgent{false};
    std::vector<EngineWork> works;  // the engine thread's: taken from the inbox
    std::size_t works_done = 0;
    bool told_quiet = false;
    bool hurried = false;            // since the last slice
    std::int64_t next_slice_at = 0;  // steady; where something waits
    std::vector<storage::StateStore::RenderedMessage>
        rendered;  // the engine thread's, until a slice takes them
    Instant engine_now{Micros{0}};
    std::int64_t shared_at = 0;
    std::atomic<bool> started{false};
    std::atomic<bool> draining{false};
    std::thread log_thread;
    std::thread engine_thread;
    std::thread checkpoint_thread;
};

Service::Impl::Impl(ServiceOptions given, storage::Log& log_, storage::StateStore& state_,
                    storage::Lease& lease_, connectors::net::Transport& transport_,
                    const Clock& clock_, Logger& logger_)
    : options(std::move(given)),
      log(log_),
      state(state_),
      transport(transport_),
      clock(clock_),
      logger(logger_),
      node(options.node),
      writer(LogWriterOptions{
                 .commit_window = options.commit_window,
                 .disk_look_every = options.disk_look_every,
                 .disk_reserve_bytes = options.disk_reserve_bytes,
                 .data_directory = options.data_directory,
                 .partitions = options.node.partitions,
                 .journal = options.journal,
                 .durable = [this](DurableGroup group) { inbox->put(std::move(group)); },
                 .fail_stop = [this](const Error& why) { stop_everything(why); },
             },
             log_, lease_.epoch(), clock_, logger_, gauges),
      checkpointer(
          CheckpointerOptions{
              .every = options.checkpoint_every,
              .next_slice = [this] { return slice(); },
              .saved = [this](const CheckpointSlice& done) { saved(done); },
              .truncate = [this](model::LogPosition keep_from) { writer.truncate(keep_from); },
              .fail_stop = [this](const Error& why) { stop_everything(why); },
          },
          state_, logger_, gauges) {}

Result<void> Service::Impl::start() {
    ENSURE(!started, "a Service starts once");
    const std::int64_t began = steady_micros();
    TRY(node.recover(state, log, clock.now()));
    engine_now = node.newest();
    gauges.applied = node.applied();
    gauges.checkpointed = node.low_water() - 1;
    logger.info("engine.recovered", {{"position", static_cast<std::int64_t>(node.applied())},
                                     {"took_ms", (steady_micros() - began) / 1000}});
    crash_here("start.recovered");
    to_log(node.take_commands());
    share();
    gauges.log_beat = gauges.engine_beat = steady_micros();
    started = true;
    log_thread = named("log", [this, newest = node.newest()] { writer.run(newest); });
    engine_thread = named("engine", [this] { run_engine(); });
    checkpoint_thread = named("checkpoint", [this] {
        give_way();
        checkpointer.run();
    });
    crash_here("start.running");
    return success();
}

void Service::Impl::stop() {
    if (!started || draining.exchange(true)) return;
    crash_here("drain.begun");
    inbox->put(Ask([this](Node* n) {
        if (n != nullptr) n->stop_claims(engine_now);
    }));
    quiet_now.take_all(options.drain_at_most);
    crash_here("drain.quiet");
    checkpointer.stop();
    checkpoint_thread.join();
    crash_here("drain.saved");
    writer.close();
    log_thread.join();
    crash_here("drain.closed");
    inbox->close();
    engine_thread.join();
    urgent.close();
    for (const Ask& question : urgent.take_now())
        question(nullptr);
    logger.info("engine.stopped",
                {{"position", static_cast<std::int64_t>(node.applied())},
                 {"attempts_under_way", static_cast<std::int64_t>(node.attempts_under_way())}});
}

// ---------------------------------------------------------------- any thread

Result<void> Service::Impl::takes_in(bool reserved) const {
    if (draining || !started)
        return error(ErrorCode::cancelled, "the daemon is stopping or not ready yet; try again");
    if (gauges.failed) return error(ErrorCode::cancelled, "the storage failed; the daemon stops");
    if ((gauges.disk_low || gauges.disk_full) && !reserved) {
        return error(
            ErrorCode::refused,
            "disk is nearly full: events are refused until there is room again under " +
                (options.data_directory.empty() ? "the data directory" : options.data_directory));
    }
    return success();
}

Error Service::Impl::overloaded() {
    ++gauges.overloaded;
    return error(ErrorCode::retry, "more is coming in than can be taken; try again in a second");
}

Result<void> Service::Impl::has_room() {
    TRY(takes_in(false));
    const bool full = gauges.queue_commands >= options.queue_commands_most ||
                      gauges.queue_bytes >= options.queue_bytes_most || falls_behind();
    return full ? Result<void>(overloaded()) : success();
}

Result<void> Service::Impl::submit(std::vector<model::Command> commands, AckWhen when,
                                   bool reserved, std::function<void(Result<void>)> done) {
    TRY(takes_in(reserved));
    Submission submission{std::move(commands), when, false, reserved, 0, std::move(done)};
    for (const model::Command& command : submission.commands)
        submission.bytes += bytes_of(command);

    const std::size_t more = reserved ? options.reserved_commands : 0;
    const std::uint64_t queued = gauges.queue_commands += submission.commands.size();
    const std::uint64_t queued_bytes = gauges.queue_bytes += submission.bytes;
    const bool full = queued > options.queue_commands_most + more ||
                      ((queued_bytes > options.queue_bytes_most || falls_behind()) && !reserved);
    if (full) {
        gauges.left_queue(submission);
        return overloaded();
    }
    const std::size_t count = submission.commands.size();
    const std::size_t bytes = submission.bytes;
    if (!writer.put(std::move(submission))) {
        gauges.queue_commands -= count;
        gauges.queue_bytes -= bytes;
        return error(ErrorCode::cancelled, "the daemon is stopping");
    }
    return success();
}

template <typename T>
void Service::Impl::ask(std::function<void(T)> answer, std::function<T(const Node&)> question) {
    ask_by<T>(std::move(answer), std::move(question),
              [this](Ask asked) { return inbox->put(std::move(asked)); });
}

template <typename T>
void Service::Impl::ask_now(std::function<void(T)> answer, std::function<T(const Node&)> question) {
    ask_by<T>(std::move(answer), std::move(question),
              [this](Ask asked) { return ask_at_once(std::move(asked)); });
}

template <typename T>
void Service::Impl::ask_by(std::function<void(T)> answer, std::function<T(const Node&)> question,
                           const std::function<bool(Ask)>& put) {
    auto shared = std::make_shared<std::function<void(T)>>(std::move(answer));
    const bool taken =
        started &&
        put(Ask([shared, question](Node* n) { (*shared)(n == nullptr ? T{} : question(*n)); }));
    if (!taken) (*shared)(T{});
}

Health Service::Impl::health() const {
    Health health;
    const std::int64_t now = steady_micros();
    const auto check = [&](bool fine, const char* name) {
        if (!fine) health.failing.emplace_back(name);
        return fine;
    };
    const bool log_turns = check(!started || now - gauges.log_beat < kStuckMicros, "log thread");
    const bool engine_turns =
        check(!started || now - gauges.engine_beat < kStuckMicros, "engine thread");
    const bool storage = check(!gauges.failed, "storage");
    health.live = log_turns && engine_turns && storage;
    const bool recovered = check(started, "recovered");
    const bool room = check(!gauges.disk_low && !gauges.disk_full, "disk space");
    check(!gauges.journal_full, "send journal");  // events are taken in; nothing is sent
    const bool open = check(!draining, "draining");
    health.ready = health.live && recovered && room && open;
    return health;
}

Numbers Service::Impl::numbers() const {
    Numbers numbers;
    numbers.commands_appended = gauges.commands_appended;
    numbers.batches_synced = gauges.batches_synced;
    numbers.log_bytes = gauges.log_bytes;
    numbers.queue_commands = gauges.queue_commands;
    numbers.queue_bytes = gauges.queue_bytes;
    numbers.attempts_under_way = gauges.attempts_under_way;
    numbers.applied = gauges.applied;
    numbers.checkpointed = gauges.checkpointed;
    numbers.overloaded = gauges.overloaded;
    numbers.people_bytes = gauges.people_bytes;
    numbers.people_unsaved_bytes = gauges.people_unsaved_bytes;
    numbers.people_stored = gauges.people_stored;
    numbers.people_fetched = gauges.people_fetched;
    for (const auto& bucket : gauges.sync_micros)
        numbers.sync_micros_histogram.push_back(bucket);
    const std::lock_guard lock(shared_mutex);
    numbers.attempts_started = shared_numbers.attempts_started;
    numbers.observations = shared_numbers.observations;
    numbers.lateness_millis_histogram = shared_numbers.lateness_millis_histogram;
    return numbers;
}

// ---------------------------------------------------------------- the engine thread

void Service::Impl::run_engine() {
    try {
        engine_turns();
    } catch (const core::StoreFailed& failed) {
        // As when the Log fails: what is durable stays so, and the next process begins there.
        fail(failed.why);
        answer_without_node();
    }
}

void Service::Impl::engine_turns() {
    bool unshared = false;
    for (;;) {
        gauges.engine_beat = steady_micros();
        const Micros wait =
            draining ? kBeat : std::min(kBeat, clock.real_time_until(node.next_turn()));
        works = inbox->take_all(wait);
        for (works_done = 0; works_done < works.size(); ++works_done) {
            unshared |= answer_urgent(&node);
            take_in(works[works_done]);
        }
        unshared |= answer_urgent(&node);
        if (inbox->size() == 0) gauges.behind_micros = 0;

        // While draining nothing new begins; Outcomes and what they lead to still find their way.
        engine_now = std::max(engine_now, clock.now());
        if (!draining && !gauges.failed) {
            node.turn(engine_now);
            crash_here("engine.turned");
        }
        to_log(node.take_commands());
        if (!draining && !gauges.failed) {
            for (OutgoingAttempt& attempt : node.take_attempts(engine_now))
                start_attempt(std::move(attempt));
        }
        to_log(node.take_commands());  // what could not be rendered
        auto more = node.take_rendered();
        std::move(more.begin(), more.end(), std::back_inserter(rendered));
        gauges.attempts_under_way = node.attempts_under_way();
        // Copying the numbers after each of thousands of turns a second would be work for nobody.
        if (!works.empty() || unshared) {
            unshared = steady_micros() - shared_at < kShareEveryMicros && inbox->size() > 0;
            if (!unshared) {
                share();
                look_at_memory();
            }
        }
        if (draining && !told_quiet && quiet()) {
            told_quiet = true;
            quiet_now.put(1);
        }
        if (works.empty() && inbox->closed()) return;
    }
}

void Service::Impl::take_in(EngineWork& work) {
    std::visit(Match{[&](DurableGroup& group) { apply(group); },
                     [&](Seen& seen) {
                         engine_now = std::max(engine_now, clock.now());
                         crash_here("send.answered");
                         node.observe(*seen.attempt, seen.response, engine_now);
                         crash_here("send.judged");
                     },
                     [&](Ask& question) { question(&node); }},
               work);
}

bool Service::Impl::ask_at_once(Ask question) {
    if (inbox->closed() || !urgent.put(std::move(question))) return false;
    is_urgent = true;
    inbox->nudge();
    return true;
}

bool Service::Impl::answer_urgent(Node* reached) {
    const bool busy = works_done < works.size() || inbox->size() > 0;
    if (busy && steady_micros() < next_slice_at) return false;
    if (!is_urgent.exchange(false)) return false;
    for (const Ask& question : urgent.take_now())
        question(reached);
    return true;
}

void Service::Impl::answer_without_node() {
    for (;;) {
        answer_urgent(nullptr);
        for (; works_done < works.size(); ++works_done)
            refuse(works[works_done]);
        if (draining && !std::exchange(told_quiet, true)) quiet_now.put(1);
        works = inbox->take_all(kBeat);
        works_done = 0;
        if (works.empty() && inbox->closed()) return;
    }
}

void Service::Impl::refuse(EngineWork& work) {
    if (const auto* question = std::get_if<Ask>(&work)) return (*question)(nullptr);
    auto* group = std::get_if<DurableGroup>(&work);
    if (group == nullptr) return;
    for (Submission& submission : group->submissions) {
        gauges.left_queue(submission);
        if (submission.done)
            submission.done(
                error(ErrorCode::storage_failed, "the storage failed; look at the log"));
    }
}

void Service::Impl::fail(const Error& why) {
    if (gauges.failed.exchange(true)) return;
    logger.error("storage.failed", {{"detail", why.detail}});
    stop_everything(why);
}

/// Who has changed since the last checkpoint cannot leave memory: checkpoints come sooner, and when
/// that is not soon enough, no more comes in than the reserved.
void Service::Impl::look_at_memory() {
    const core::PeopleMemory memory = node.people_memory();
    gauges.people_bytes = memory.held_bytes;
    gauges.people_unsaved_bytes = memory.unsaved_bytes;
    gauges.people_stored = memory.stored;
    gauges.people_fetched = memory.fetched;
    const std::size_t most = options.node.people_bytes;
    const bool over = memory.bytes / 5 > most / 4 && memory.unsaved_bytes > most / kUnsavedShare;
    if (gauges.people_over.exchange(over) != over && over) {
        logger.warn("people.wait_for_checkpoint",
                    {{"bytes", static_cast<std::int64_t>(memory.bytes)},
                     {"unsaved_bytes", static_cast<std::int64_t>(memory.unsaved_bytes)}});
    }
    if (!hurried && node.wants_checkpoint()) {
        hurried = true;
        checkpointer.hurry();
    }
}

void Service::Impl::apply(DurableGroup& group) {
    gauges.behind_micros = steady_micros() - group.handed_on;
    model::LogPosition first = group.first;
    for (Submission& submission : group.submissions) {
        if (!submission.commands.empty()) node.apply(submission.commands, first);
        first += submission.commands.size();
    }
    queue_limit.applied(first - group.first, group.handed_on, steady_micros());
    for (const Submission& submission : group.submissions)
        gauges.left_queue(submission);
    gauges.applied = node.applied();
    const bool catalog_changed =
        node.catalog() != shared_catalog;  // this thread is the only writer
    if (catalog_changed) {
        const std::lock_guard lock(shared_mutex);
        shared_catalog = node.catalog();
        crash_here("catalog.changed");
    }
    crash_here("engine.applied");
    // Everything an opt-out forbids was taken back by apply(); Attempts leave only below this line.
    for (Submission& submission : group.submissions) {
        if (submission.done) submission.done(success());
    }
}

void Service::Impl::start_attempt(OutgoingAttempt attempt) {
    connectors::Request request = std::move(attempt.request);
    const Micros deadline = attempt.deadline;
    attempt.message =
        {};  // the connector has made its request of it; only the answer is of interest now
    auto kept = std::make_shared<OutgoingAttempt>(std::move(attempt));
    crash_here("send.granted");
    transport.start(std::move(request), deadline,
                    [kept, to = inbox](connectors::Response response) {
                        to->put(Seen{kept, std::move(response)});
                    });
    crash_here("send.begun");
}

void Service::Impl::to_log(std::vector<model::Command> commands) {
    std::vector<storage::Departure> stayed = node.take_stayed();
    if (commands.empty() && stayed.empty()) return;
    Submission submission{std::move(commands), AckWhen::durable, true, true, 0, nullptr,
                          std::move(stayed)};
    for (const model::Command& command : submission.commands)
        submission.bytes += bytes_of(command);
    gauges.queue_commands += submission.commands.size();
    gauges.queue_bytes += submission.bytes;
    writer.put(std::move(submission));
}

void Service::Impl::share() {
    shared_at = steady_micros();
    const std::lock_guard lock(shared_mutex);
    shared_numbers = node.numbers();
    shared_catalog = node.catalog();
}

/// Called by the checkpoint thread; taken on the engine thread.
std::optional<CheckpointSlice> Service::Impl::slice() {
    auto answer = std::make_shared<Mailbox<std::optional<CheckpointSlice>>>();
    const bool taken = ask_at_once(Ask([this, answer](Node* n) {
        hurried = false;
        if (n == nullptr) return static_cast<void>(answer->put(std::nullopt));
        const std::int64_t began = steady_micros();
        CheckpointSlice slice = take_slice(*n, kSliceRows);
        const std::int64_t ended = steady_micros();
        next_slice_at = n->wants_checkpoint() ? ended : ended + kSliceRest * (ended - began);
        slice.rendered = std::exchange(rendered, {});
        answer->put(std::move(slice));
    }));
    if (!taken) return std::nullopt;
    for (;;) {
        auto slices = answer->take_all(kBeat);
        if (!slices.empty()) return std::move(slices.front());
    }
}

void Service::Impl::saved(const CheckpointSlice& slice) {
    std::vector<std::pair<model::PartitionId, model::LogPosition>> partitions;
    for (const model::PartitionCheckpoint& one : slice.partitions)
        partitions.emplace_back(one.partition, one.applied);
    ask_at_once(Ask([partitions = std::move(partitions)](Node* n) {
        if (n == nullptr) return;
        for (const auto& [partition, applied] : partitions)
            n->checkpoint_saved(partition, applied);
    }));
}

// ---------------------------------------------------------------- the door

Service::Service(ServiceOptions options, storage::Log& log, storage::StateStore& state,
                 storage::Lease& lease, connectors::net::Transport& transport, const Clock& clock,
                 Logger& logger)
    : impl_(std::make_unique<Impl>(std::move(options), log, state, lease, transport, clock,
                                   logger)) {}
Service::~Service() {
    stop();
}
Result<void> Service::start() {
    return impl_->start();
}
void Service::stop() {
    impl_->stop();
}
Result<void> Service::submit(std::vector<model::Command> commands, AckWhen when, bool reserved,
                             std::function<void(Result<void>)> done) {
    return impl_->submit(std::move(commands), when, reserved, std::move(done));
}
Result<void> Service::has_room() {
    return impl_->has_room();
}
core::CatalogPtr Service::catalog() const {
    const std::lock_guard lock(impl_->shared_mutex);
    return impl_->shared_catalog;
}
const Clock& Service::clock() const {
    return impl_->clock;
}
void Service::ask_counts(std::function<void(core::Counts)> answer) {
    impl_->ask<core::Counts>(std::move(answer), [](const Node& node) { return node.counts(); });
}
void Service::ask_timeline(
    model::PersonId person,
    std::function<void(std::string, std::vector<core::TimelineItem>)> answer) {
    using Story = std::pair<std::string, std::vector<core::TimelineItem>>;
    impl_->ask<Story>([answer = std::move(answer)](
                          Story story) { answer(std::move(story.first), std::move(story.second)); },
                      [person](const Node& node) {
                          return Story{node.profile_json(person), node.timeline(person)};
                      });
}
void Service::ask_why(model::PersonId person, std::string journey,
                      std::function<void(core::Why)> answer) {
    impl_->ask<core::Why>(std::move(answer),
                          [person, journey = std::move(journey), now = impl_->clock.now()](
                              const Node& node) { return node.why(person, journey, now); });
}
void Service::ask_addresses(std::vector<AddressQuestion> questions,
                            std::function<void(std::vector<AddressAnswer>)> answer) {
    // Before what waits: whoever asks goes on to change the list, and waits for that once more.
    impl_->ask_now<std::vector<AddressAnswer>>(
        std::move(answer), [questions = std::move(questions)](const Node& node) {
            std::vector<AddressAnswer> answers;
            for (const AddressQuestion& one : questions) {
                const auto key = node.addresses().key_of(one.scope, one.kind, one.address);
                answers.push_back({key, node.addresses().find(key)});
            }
            return answers;
        });
}
void Service::ask_address_counts(
    std::function<void(std::vector<core::AddressList::Count>)> answer) {
    impl_->ask<std::vector<core::AddressList::Count>>(
        std::move(answer), [](const Node& node) { return node.addresses().counts(); });
}
void Service::ask_unknown(std::function<void(std::vector<model::MessageRow>)> answer) {
    impl_->ask<std::vector<model::MessageRow>>(
        std::move(answer), [](const Node& node) { return node.unknown_messages(); });
}
void Service::ask_content(
    const model::MessageKey& key,
    std::function<void(std::optional<storage::StateStore::RenderedMessage>)> answer) {
    using Kept = std::optional<storage::StateStore::RenderedMessage>;
    // Asked on the engine's thread, whose reader it is.
    impl_->ask<Kept>(std::move(answer), [key, state = &impl_->state](const Node&) {
        auto kept = state->load_rendered(key);
        return kept ? std::move(kept).value() : Kept{};
    });
}
void Service::ask_unmatched(std::function<void(std::vector<core::Unmatched>)> answer) {
    impl_->ask<std::vector<core::Unmatched>>(std::move(answer),
                                             [](const Node& node) { return node.unmatched(); });
}
Health Service::health() const {
    return impl_->health();
}
Numbers Service::numbers() const {
    return impl_->numbers();
}

}  // namespace journey::runtime
