#pragma once
// Private to core. The state of one partition and the moves it can make; every `apply_*.cc` holds
// one command, and the moves they share stand in enter.cc, offer.cc, entry_life.cc and send.cc.

#include "engine/core/arrived.h"
#include "engine/core/blast.h"
#include "engine/core/core.h"
#include "engine/core/facts.h"
#include "engine/core/notices.h"
#include "engine/core/people.h"
#include "engine/core/tally.h"
#include "engine/core/timers.h"
#include "engine/core/triggers.h"
#include "engine/rules/rules.h"

#include <deque>

namespace journey::core {

/// What came back of each channel of a step that sends the best of several. choice.cc.
struct Lesson {
    struct Cohort {
        std::uint64_t of = 0;
        std::uint64_t came = 0;
    };
    struct Way {
        Cohort closed;
        std::map<std::int64_t, Cohort> open;  // by seconds of sending / width
    };
    std::int64_t window = 0;  // seconds in which something may come back
    std::int64_t width = 0;   // seconds of a cohort
    std::map<std::string, Way, std::less<>> ways;
    std::int64_t open_until(std::int64_t cohort) const;
    /// Cohorts whose time was over by then, in seconds.
    void close(std::int64_t upto);
};

/// The subject of what is learned of them.
inline constexpr std::string_view kHoursSubject = "hours";
/// Opens and clicks by the local hour.
using Hours = std::array<std::uint64_t, 24>;

class Machine {
  public:
    Machine(model::PartitionId id, const PartitionOptions& options, CatalogPtr catalog);
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    void apply(const model::Command& command, model::LogPosition position, Effects& effects);
    void use_catalog(CatalogPtr catalog, model::LogPosition position, Effects& effects, Instant at,
                     const model::Resume& resume);
    void hear(const model::Command& command, model::LogPosition position);
    Instant next_due() const;
    model::LogPosition applied() const { return applied_; }
    void set_applied(model::LogPosition position) { applied_ = std::max(applied_, position); }

    // checkpoint.cc
    model::PartitionCheckpoint take_checkpoint();
    std::optional<model::PartitionCheckpoint> take_checkpoint(std::size_t rows_most);
    void checkpoint_saved(model::LogPosition applied);
    Result<void> restore(const model::PartitionCheckpoint& stored);
    Result<void> restore_person(model::PersonId id, std::string_view state);
    PeopleMemory people_memory() const { return people_.memory(); }
    bool wants_checkpoint() const { return people_.wants_checkpoint(); }
    Partition::Unfinished unfinished() const;
    const std::vector<AppendCommand>& appends() const { return appends_; }
    void confirm_append(std::string_view from, model::LogPosition cause);
    std::uint64_t state_hash() const;

    Counts counts() const;
    std::vector<TrialCounts> trials() const;               // settle.cc
    std::vector<LessonCounts> lessons(Instant now) const;  // choice.cc
    Instant next_decision() const { return next_decision_; }
    std::vector<TimelineItem> timeline(model::PersonId person) const;          // timeline.cc
    Why why(model::PersonId id, std::string_view journey, Instant now) const;  // why.cc
    std::string profile_json(model::PersonId person) const;                    // rows.cc
    std::vector<model::MessageRow> unknown_messages() const;                   // rows.cc
    const Notices& notices() const { return notices_; }
    void addresses_changed(model::LogPosition position, Instant at);  // sweep.cc

  private:
    People::Form form();

    // checkpoint.cc
    void leave_out_erased();
    void begin_checkpoint();
    void write_checkpoint(std::size_t rows_most);
    void write_before_change(model::PersonId id);
    std::size_t write_down(std::size_t index);  // rows written

    struct Waking {  // one thing that is due
        Instant at = kNever;
        std::uint32_t ordinal = 0;
        std::size_t index = 0;
        enum class What : std::uint8_t {
            nothing,
            expiry,
            wait,
            intent,
            call,
            stay,
            flip
        } what = What::nothing;
    };

    // ---- commands
    void on(const model::Command& command, const model::Track& track);
    void on(const model::Command& command, const model::Identify& identify);
    void on(const model::Command& command, const model::ConsentChange& change);
    void on(const model::Command& command, const model::Suppress& suppress);
    void on(const model::Command& command, const model::ConsentAsked& asked);
    void on(const model::Command& command, const model::SuppressAddresses& change);
    void on(const model::Command& command, const model::MessageNamed& named);
    void on(const model::Command& command, const model::NoticeArrived& notice);
    void on(const model::Command& command, const model::Alias& alias);
    void on(const model::Command& command, const model::Absorb& absorb);
    void on(const model::Command& command, const model::Tick& tick);
    void on(const model::Command& command, const model::Claim& claim);
    void on(const model::Command& command, const model::Outcome& outcome);
    void on(const model::Command& command, const model::ReceiptArrived& arrived);
    void on(const model::Command& command, const model::Publish& publish);
    void on(const model::Command& command, const model::SetPaused& paused);
    void on(const model::Command& command, const model::Resume& resume);
    void on(const model::Command& command, const model::TagChange& change);
    void on(const model::Command& command, const model::Decide& decide);
    void on(const model::Command& command, const model::Answered& answered);
    void on(const model::Command& command, const model::Learned& learned);
    void on(const model::Command& command, const model::Erase& erase);
    void on(const model::Command& command, const model::Approve& approve);
    void on(const model::Command& command, const model::Fetched& fetched);
    void on(const model::Command& command, const model::PlaceForgotten& forgotten);
    void on(const model::Command& command, const model::AddressesGone& gone);
    void on(const model::Command& command, const model::SentElsewhere& sent);

    // ---- who
    /// The person, made when `make`; null when unknown or moved (then the command is on its way to
    /// the new place).
    Person* reach(const model::Command& command, bool make);
    void forward(const model::Command& command, const Person& stub);
    bool is_repeat(Person& person, const model::Command& command);
    void pass_on(const std::string& place, const Notices::Named& message, model::Receipt receipt);
    /// Who is asked to confirm does so by a message to the address of then.
    void drop_requests(Person& person);
    /// Asks again for what waited to know where the person lives.
    void attributes_changed(Person& person);
    /// What every command about a person ends with.
    void finish_command(Person& person);

    // ---- events: offer.cc, enter.cc
    void record_and_offer(Person& person, const LinkedProgram& live, ir::Index event,
                          std::vector<Value> row, Instant time, bool late);
    void offer(Person& person, Arrived& event);
    void offer_to(Person& person, std::uint32_t ordinal, Arrived& event);
    void credit_goals(Person& person, Entry& entry, Arrived& event);
    bool try_exits(Person& person, Entry& entry, Arrived* event);
    /// Before an entry's first state of a version: an exit's condition that holds already will not
    /// come to hold, and nobody else would ask before the first message.
    bool leaves_at_once(Person& person, Entry& entry);
    void try_arms(Person& person, Entry& entry, Arrived* event);
    void leave_by_edges(Person& person);
    void retest_levels(Person& person);
    void enter_by(Person& person, Arrived& event);
    bool try_trigger(Person& person, const LinkedProgram& live, const TriggerIndex::Ref& ref,
                     Arrived& event);
    /// After everything but the filter: false when some rule of the journey says no. Whatever
    /// makes people enter ends here.
    bool enter(Person& person, const LinkedProgram& program, ir::Index journey,
               const Occasion& occasion);

    /// Whether this event, which is in the history already, takes the number there. reach.cc.
    bool reaches(const Person& person, const LinkedProgram& live, const ir::OnReach& reach,
                 Arrived& event) const;

    // ---- stays: dwell.cc
    void begin_stay(Person& person, const LinkedProgram& live, const TriggerIndex::Ref& ref,
                    Arrived& event);
    void offer_to_stays(Person& person, Arrived& event);
    bool stay_ends(Person& person, PendingStay& stay, Arrived& event);
    void decide_stay(Person& person, std::size_t index);

    // ---- membership: segments.cc
    bool holds(const Person& person, std::uint32_t watch);
    bool reaches(const Person& person, const Watch& watch);
    /// Finds what changed of the watched segments that the event can change.
    void look_at_segments_by(Person& person, EventNumber event);
    /// Of those that what is known about the person can change; of all.
    void look_at_segments(Person& person, bool all);
    void look_at(Person& person, std::vector<std::uint32_t> watches);
    void enter_by_edges(Person& person);
    bool has_edge(std::uint32_t watch, bool joined) const;
    bool is_inside(const Person& person, std::uint32_t watch) const;
    /// Silently.
    void set_inside(Person& person, std::uint32_t watch, bool inside);
    void watch_exits(Person& person, const Entry& entry);
    void aim_flip(Person& person);
    void settle_levels(Person& person);

    // ---- what a publication or a release is for each person: meeting.cc
    /// As People::find(), of somebody who has met everything by then. Whatever changes a person
    /// begins here.
    Person* person_of(model::PersonId id);
    void begin_publication(const LinkedProgram* before);
    void begin_release(const model::Resume& resume);
    void run_meetings();
    int run_meeting(Meeting& meeting, int left);
    void end_meetings();
    Instant meeting_due() const;
    Micros in_turn() const;
    std::vector<model::PersonId> concerned_by(const Meeting& meeting) const;
    bool is_concerned(const Person& person, const Meeting& meeting);
    void skip_meetings(model::PersonId id);
    void meet(Person& person);
    void meet_program(Person& person, const Meeting& meeting, Instant now);
    bool adopt_traits(Person& person);
    bool is_parked(const Person& person) const;
    void resume(Person& person, const model::Resume& resume);

    // ---- schedules: sweep.cc
    void plan_schedules(Instant since);
    void meet_zone(const Person& person);
    void begin_sweeps();
    void run_sweeps();
    Instant sweep_due() const;
    void run_look();
    bool is_listed(const Person& person) const;
    bool is_swept(const Person& person, const LinkedSchedule& schedule, const Sweep& sweep) const;
    /// Of somebody who is: true when the person entered.
    bool sweep_over(Person& person, const LinkedSchedule& schedule, const Sweep& sweep);
    bool was_met_elsewhere(const Person& person, const ir::OnSchedule& schedule,
                           const Sweep& sweep) const;
    const calendar::Zone& home_of(const Person& person) const;  // by the live program
    void aim_schedules();
    /// Keeps what hangs on where the person lives.
    bool set_attribute(Person& person, FieldNumber field, Value value);
    void note_former_zone(Person& person, const calendar::Zone* zone);
    void merge_triggers(Person& into, Rare& from);
    Person& add_person(model::PersonId id, std::string external_id);

    // ---- the life of an entry: entry_life.cc
    void start(Person& person, std::uint32_t ordinal);
    void run(Person& person, std::uint32_t ordinal, ir::Index state);
    std::optional<ir::Index> enter_state(Person& person, std::uint32_t ordinal, ir::Index state);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Send& send);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Test& test);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Pick& pick);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Await& await);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::SetField& set);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::SetLocal& set);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Tag& tag);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::End& end);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Settle& settle);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Call& call);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Emit& emit);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::Run& run);
    std::optional<ir::Index> at(Person& person, Entry& entry, const ir::OneOf& one);
    std::optional<Instant> due_of(const ir::Await& await, Person& person, const Entry& entry);
    std::optional<ir::Index> level_target(const ir::Await& await, const Person& person,
                                          const Entry& entry);
    void rest(Person& person, Entry& entry, Phase phase);
    void leave(Entry& entry);
    void finish(Person& person, std::uint32_t ordinal, std::string_view reason);
    void start_queued(Person& person, std::uint32_t journey, std::uint64_t key);
    void wake(Person& person, Entry& entry);

    // ---- messages: send.cc
    /// False when this very message is final already, so that nothing is left to wait for.
    bool plan(Person& person, Entry& entry, const ir::Send& send);
    /// What the Send would plan now, without a key.
    Intent draft(Person& person, Entry& entry, ir::Index state);
    void make_ready(Person& person, Intent& intent);
    IntentReady ready_of(const Person& person, const Intent& intent) const;
    rules::Verdict verdict_of(const Person& person, const Intent& intent,
                              bool connector_ready) const;
    /// Why nothing goes to the address of this message, whoever has it.
    std::optional<ListedAddress> listed(const Person& person, const Intent& intent) const;
    /// Where the message goes, or once went: the person's addresses, newest first.
    std::vector<std::string> addresses_for(const Person& person, const Intent& intent) const;
    std::optional<ListedAddress> listed(const ir::Channel& channel,
                                        const std::string& address) const;
    std::optional<ListedAddress> about_to_be_listed(const ir::Channel& channel,
                                                    const std::string& address) const;
    /// False: there is no list, or nobody knows where the message went.
    bool suppress_address(const Person& person, const Message& message, std::string_view reason);
    void freeze_addresses(const Person& person, Intent& intent) const;
    void grant(Person& person, Intent& intent);
    void hold(Person& person, Intent& intent, const rules::Verdict& verdict);

    // ---- journeys at a rate of their own: turns.cc
    /// In a queue, whose turns are dealt out to those who come first.
    struct AtTurns {
        Instant planned_at{};
        model::PersonId person;
        model::MessageKey key;
        friend bool operator<(const AtTurns& a, const AtTurns& b) {
            return std::tie(a.planned_at, a.person, a.key) <
                   std::tie(b.planned_at, b.person, b.key);
        }
    };
    struct TurnQueue {
        Micros step{};   // between two turns, by the message that came last
        Instant free{};  // no earlier turn is anybody's; the same in all partitions
        Instant last{};  // of those that somebody got here
        bool asked = false;
        std::vector<Instant> given;  // dealt out to this partition, and to nobody in it yet
        std::map<model::MessageKey, Instant> come;  // whose it was, and who was not claimed since
        std::set<AtTurns> waiting;                  // not state: known from the people
    };
    static AtTurns place_at_turns(const Person& person, const Message& message);
    /// None: it may go now, by its journey's rate. On a grid it takes its turn, which then is its
    /// own.
    std::optional<rules::Verdict> wait_for_turn(const Intent& intent);
    std::optional<rules::Verdict> wait_for_grid(const Intent& intent, Micros step);
    /// Zero: the journey has no rate.
    Micros turn_step(const Message& message) const;
    TurnQueue& turns_of(const Message& message);
    void queue_for_turn(Person& person, Intent& intent);
    /// Also of a turn that has come.
    void leave_turns(const Person& person, const Intent& intent);
    /// It passed too long ago, while nothing ran.
    bool is_missed(Instant turn, Micros step) const;
    /// What was due at `turn` goes on, or waits for another one when that was a turn and missed.
    void call_up(Person& person, Intent& intent, Instant turn);
    void ask_for_turns(TurnQueue& queue);
    void hand_out_turns();
    /// False: nobody wants it.
    bool hand_out(TurnQueue& queue, Instant turn);
    void tell_turns(std::vector<LessonCounts>& into) const;
    void hear_turns(const model::Learned& learned, Instant at);

    // ---- the workspace's rails: blast.cc
    /// None: it may go now, and is counted.
    std::optional<rules::Verdict> wait_at_rails(const Intent& intent);
    std::string step_of(const Message& message) const;  // "journey/step/version"
    void leave_rails(const Person& person, const Intent& intent);
    void count_bad(const Message& message);
    void wake_at_rails();
    bool wake_at_rail(const std::string& step);
    std::uint64_t room_at_rails(const std::string& step) const;
    std::uint64_t room_at(const std::string& subject) const;
    std::optional<RailRule> rule_of(std::string_view subject) const;
    std::int64_t window_of(std::string_view subject, const RailRule& rule) const;
    std::uint64_t first_share(const RailRule& rule) const;
    /// Its window, or how long it was open.
    bool is_over(std::string_view subject, const Rail& rail, const RailRule& rule) const;
    Rail fresh_rail(std::string_view subject, const RailRule& rule) const;
    Rail& rail_of(const std::string& subject, const RailRule& rule);
    void ask_for_more(const std::string& subject);
    void hear(const model::Learned& learned, Instant at);
    void hear(const model::Approve& approve, Instant at);
    void tell_rails(std::vector<LessonCounts>& into) const;
    void count_rails(Counts& into) const;
    /// The person's planned messages of a higher priority than the intent's that may go yet.
    std::vector<rules::Expected> expected_before(const Person& person, const Intent& intent) const;
    /// Asks again for what gives way: a message it may wait for was decided.
    void ask_again_for_way(Person& person);
    /// Moves the intent to the final messages and lets its entry go on. One that is in doubt and
    /// not accepted becomes unknown, whatever `status` says.
    void close(Person& person, const model::MessageKey& key, model::MessageStatus status,
               model::Reason reason, std::string detail);
    void close_skipped(Person& person, const model::MessageKey& key, const rules::Verdict& verdict);
    void skip_planned(Person& person, model::EntryId entry, model::Reason reason);
    /// A message that was held, and is not to be sent late.
    void drop_late(Person& person, Intent& intent);
    /// While it lives the entry plans no message: each is skipped as late.
    class LateRun {
      public:
        LateRun(Machine& machine, model::EntryId entry)
            : machine_(machine), before_(std::exchange(machine.late_run_, entry)) {}
        ~LateRun() { machine_.late_run_ = before_; }
        LateRun(const LateRun&) = delete;
        LateRun& operator=(const LateRun&) = delete;

      private:
        Machine& machine_;
        model::EntryId before_;
    };
    bool variables(const Person& person, const Intent& intent, Record* data) const;
    void retry_or_give_up(Person& person, Intent& intent, const model::Observation& observation);

    // ---- one of several channels: choice.cc
    struct Channel {
        std::size_t way = 0;  // of the OneOf
        rules::Verdict verdict;
        bool known = false;
        double expected = 0;
        std::string saw;
    };
    std::uint32_t tried(const Entry& entry, const ir::OneOf& one) const;
    void set_tried(Entry& entry, const ir::OneOf& one, std::uint32_t bits);
    ir::Index choice_of(const Entry& entry, const ir::OneOf& one) const;
    /// Those that were not tried yet.
    std::vector<Channel> look_at_channels(Person& person, Entry& entry, const ir::OneOf& one);
    void weigh(const Entry& entry, const ir::OneOf& one, std::vector<Channel>& channels);
    /// One of `channels`; null when none is left.
    const Channel* choose(Entry& entry, const ir::OneOf& one, std::vector<Channel>& channels);
    /// Instead of waiting for a place under the frequency policy.
    bool another_may(Person& person, const Intent& intent);
    /// Where the entry goes on when this message of its is final.
    ir::Index after_message(Entry& entry, const Message& message);
    void hope_for(Person& person, const Message& message);
    void forget_hopes(std::vector<Hope>& hopes) const;
    void fulfil_hopes(Person& person, Arrived& event);
    void close_lessons(const Catalog& before);

    // ---- the hour at which people open: best_hour.cc
    Hours hours_of(const Person& person, const calendar::Zone& zone) const;
    void count_hour(const Person& person, model::ReceiptKind kind, Instant at);
    /// False: it may go at once.
    bool wait_for_best_hour(Person& person, const Entry& entry, Intent& intent,
                            const CalendarDuration& within);
    void tell_hours(std::vector<LessonCounts>& into) const;
    /// As far as quiet hours are concerned.
    bool may_go_at(const Person& person, const Intent& intent, Instant at) const;

    // ---- calls: call.cc
    void ask_again(Person& person, PendingCall& call);
    void claim_call(Person& person, PendingCall& call, const model::Claim& claim);
    void answer_call(Person& person, const model::MessageKey& key, std::uint32_t attempt,
                     const model::Observation& seen);
    void retry_call(Person& person, PendingCall& call, const model::Observation& seen);
    /// `problem`: it failed.
    void end_call(Person& person, const model::MessageKey& key, Record gives, std::string problem);
    void drop_calls(Person& person, model::EntryId entry);
    void note(Person& person, ActNote made);
    /// How often the entry has come to the step where it is, this time included.
    std::uint16_t visit_of(Entry& entry);
    void set_local(Entry& entry, ir::Index local, Value value);

    // ---- what messages show of others: fetch.cc
    /// What the message needs before it may go; kNone: nothing (any more).
    ir::Index lacking(const Person& person, const Intent& intent) const;
    void start_fetch(Person& person, Intent& intent, ir::Index fetch, bool connector_ready);
    /// False: nothing is asked for this message by that attempt.
    bool answer_fetch(Person& person, const model::Fetched& fetched);
    void fail_fetch(Person& person, Intent& intent, ir::Index fetch, std::string problem,
                    Micros took);
    /// What came, for the template; and none of it is kept here any more.
    void take_fetched(Person& person, const Intent& intent, Record& data);
    void forget_fetches(Person& person, const model::MessageKey& key);
    /// What came too long ago for a message that waited since.
    void forget_stale(Person& person, const Intent& intent);

    // ---- what transitions ask for: emit.cc
    struct Asked {
        std::uint16_t program = 0;
        ir::Index event = ir::kNone;    // an event,
        ir::Index journey = ir::kNone;  // or an entry
        std::vector<Value> values;      // by field of the event
        Record args;
        std::uint32_t by = 0;  // ordinal of the entry that asked
    };
    void ask(Person& person, const Entry& entry, Asked asked, const std::string& what);
    /// False when nothing is left.
    bool do_next_asked(Person& person);
    /// False when the chain of the entry that is the cause has made too many entries lately.
    bool may_follow(Person& person, const std::string& journey);
    /// The new entry is of the chain of its cause.
    void follow(Person& person, std::uint32_t ordinal);
    void forget_chains(Person& person);
    void tell_circle(Person& person, const std::string& journey, std::uint32_t made);
    void enter_called(Person& person, const LinkedProgram& live, ir::Index target,
                      const Record& args);

    // ---- experiments with a winner: settle.cc
    struct Trial {
        Instant first_drawn = kNever;
        std::map<std::string, MetricCounts, std::less<>> arms;
    };
    std::optional<std::size_t> decided_arm(const ir::Journey& journey, const ir::Pick& pick) const;
    /// `arm` null: outside of the sample.
    void draw(Person& person, const Entry& entry, const ir::Pick& pick, const std::string* arm);
    void count(const Drawn& drawn, ir::Metric metric);
    void count_new(Person& person, Drawn& drawn, std::uint8_t metrics);
    void count_message(Person& person, const Message& message, ir::Metric metric);
    void count_goal(Person& person, const Entry& entry, const std::string& goal);
    /// The arm whose target comes next.
    std::optional<std::size_t> settled(const Entry& entry, const ir::Settle& settle) const;
    void look_at_trials();

    // ---- to a newer version: migrate.cc
    void plan_moves(Person& person);
    bool plan_move(Person& person, Entry& entry, const LinkedProgram& live, ir::Index journey);
    /// The plan for who is where the entry is now.
    std::optional<PlannedMove> take_move(Person& person, const Entry& entry);
    void forget_move(Person& person, const Entry& entry);
    bool is_under_way(const Person& person, const Entry& entry) const;
    bool keeps_its_name(const Person& person, const Entry& entry) const;
    /// False when there was no plan for here.
    bool move_now(Person& person, Entry& entry);
    /// After a message or a call: to `next`, or where a plan leads.
    void go_on_from(Person& person, Entry& entry, ir::Index next, bool answered);
    /// `done`: what the entry was at has ended, and how.
    void carry_out(Person& person, std::uint32_t ordinal, const PlannedMove& move,
                   std::optional<bool> done);
    void start_again(Person& person, Entry& entry, const PlannedMove& move);
    void repin(Person& person, Entry& entry, const PlannedMove& move);
    /// Where an entry really begins that was about to begin `state`.
    ir::Index divert(Person& person, Entry& entry, ir::Index state);

    // ---- erasing: apply_erase.cc
    void erase(Person& person);
    void end_all(Person& person);
    void erase_merged(const Person& person);
    /// Addresses that nothing may be sent to any more are on the list by themselves from now on.
    void keep_off_limits(const Person& person);
    /// What was noted elsewhere by a provider's name of a message, or by the person's number.
    void forget_places(const Person& person);
    /// Of somebody who was erased a while ago: what came too late is only counted.
    bool is_of_erased(model::PersonId id) const { return graves_.contains(id); }
    void forget_graves();

    // ---- what went out after the backup that this data was made of: apply_elsewhere.cc
    void remember(std::vector<WentOut>& known, const model::SentElsewhere& sent) const;
    /// When the message of that key went out, and it is forgotten; none: it did not.
    std::optional<Instant> take_went_out(Person& person, const model::MessageKey& key);
    /// It is unknown, and its entry goes on.
    void close_sent_elsewhere(Person& person, Intent& intent, Instant at);
    /// Those of a person's open messages: they came from somebody who has become this one.
    void close_went_out(Person& person);
    /// What is known of who was nobody until now.
    void meet_stranger(Person& person);
    void forget_strangers();

    // ---- time
    Waking next_waking(const Person& person) const;
    void wake_due(Person& person, Instant upto);
    void schedule(Person& person);

    // ---- bookkeeping
    const AddressList* addresses() const { return options_.addresses.get(); }
    const LinkedProgram& linked(std::uint16_t program) const { return catalog_->at(program); }
    const ir::Journey& journey_of(const Entry& entry) const {
        return linked(entry.program).program->journeys[entry.journey];
    }
    const LinkedJourney& linked_of(const Entry& entry) const {
        return linked(entry.program).journeys[entry.journey];
    }
    const ir::State& state_of(const Entry& entry) const {
        return journey_of(entry).states[entry.state];
    }
    const calendar::Zone& place_of(const Person& person, const Entry& entry) const;
    /// The zone that the expression gives; null when it gives none that is known.
    const calendar::Zone* zone_from(ir::Index expr, const Person& person, const Entry& entry) const;
    /// The zone of one step: by its expression, its name, or as the journey goes. What should have
    /// been there and was not is told in the timeline.
    const calendar::Zone& zone_of_step(ir::Index expr, const std::string& name, Person& person,
                                       const Entry& entry);
    void tell_no_zone(Person& person, const Entry& entry, const calendar::Zone& used);
    /// In the workspace's holdout, as the live program has it.
    bool held_out(const Person& person) const;
    PersonFacts facts(const Person& person, const Entry& entry) const {
        return PersonFacts(linked(entry.program), person, now_, addresses()).of(entry);
    }
    JourneyTally& tally_of(const Entry& entry) { return tally_.of(linked_of(entry).number); }
    JourneyTally& tally_of(const Message& message) {
        return tally_.of(linked(message.program).journeys[message.journey].number);
    }
    void changed(Person& person);
    void changed(Person& person, const Entry& entry);
    void changed(Person& person, const Message& message);
    void quarantine(const model::Command& command, std::string_view event, std::string json,
                    std::string reason);
    /// Null unless happenings are recorded.
    Happening* happens(Happening::Kind kind, const Person& person);
    Happening* happens(Happening::Kind kind, const Person& person, const Entry& entry);
    Happening* happens(Happening::Kind kind, const Person& person, const Message& message);
    void took(const Person& person, const Entry& entry, ir::Index way = 0);

    // ---- stored forms: encode.cc, rows.cc
    void write_person(const Person& person, PersonForm form, ByteWriter& out) const;
    Bytes encode_person(const Person& person, PersonForm form = PersonForm::whole) const;
    /// `resting`: these bytes were in memory all the time.
    Result<void> decode_person(std::string_view bytes, Person& person, bool resting = false);
    Bytes encode_meta(bool with_appends) const;
    Result<void> decode_meta(std::string_view bytes);
    void index_person(Person& person);
    void encode_schedules(ByteWriter& out) const;  // stored_triggers.cc
    void decode_schedules(ByteReader& in);
    void encode_parts(const Person& person, ByteWriter& out) const;  // parts.cc
    void decode_parts(ByteReader& from, Person& person) const;
    void encode_meta_parts(ByteWriter& out) const;
    void decode_meta_parts(ByteReader& from);
    std::string profile_text(const Person& person) const;
    std::optional<model::EntryRow> entry_row(const Person& person, model::EntryId id) const;
    model::MessageRow message_row(const Person& person, const Message& message) const;
    void merge(Person& into, Person&& from, model::LogPosition released_at);
    void merge_acts(Person& into, Acts&& from);
    /// Of a field of devices: both lists as one. Nothing: it is another field.
    std::optional<Value> joined_devices(const Attribute& theirs, const Value& ours) const;

    model::PartitionId id_;
    PartitionOptions options_;
    CatalogPtr catalog_;
    model::LogPosition applied_ = 0;
    Instant now_{};
    People people_;
    TimerQueue timers_;
    Tally tally_;
    NameTable words_;  // end reasons and step names
    std::uint64_t stubs_ = 0;
    std::set<model::PersonId> parked_;  // may have something that waits for a resume
    std::vector<AppendCommand> appends_;
    std::map<Bytes, ScheduleState> schedules_;  // of the live program, by identity
    std::set<std::string> zones_;               // where somebody lives or lived
    std::deque<Sweep> sweeps_;                  // the first is under way
    Instant planned_due_ = kNever;              // of `schedules_`
    std::vector<model::PersonId> by_id_;        // everybody, while there are sweeps; not state
    Look list_look_;
    std::deque<Meeting> meetings_;  // the first is under way
    std::map<TrialKey, Trial> trials_;
    Notices notices_;
    struct {
        std::uint64_t emitted = 0;
        std::uint64_t ran = 0;
        std::uint64_t dropped = 0;
    } acts_;
    std::map<std::string, Lesson, std::less<>> lessons_;  // by subject
    Hours hours_{};                                       // of everybody here
    Instant hours_news_ = kNever;     // since when there is more than everybody knows
    Instant next_decision_ = kNever;  // of trials_, lessons_ and hours_
    struct Turns {
        Instant next{};  // free
        Instant last = Instant::min();
    };
    std::map<std::uint32_t, Turns> turns_;  // on a grid, by number of the journey's name
    std::map<std::string, TurnQueue, std::less<>> turn_queues_;  // by journey
    Instant turns_due_ = kNever;                                 // when they are looked at next
    /// What outlives an erasure for a while: whoever comes back under the id gives no entry, and so
    /// no message, a name that was given before.
    struct Grave {
        Instant at{};
        std::uint32_t next_ordinal = 1;
    };
    std::map<model::PersonId, Grave> graves_;
    /// Of who is not known (yet): the backup was made before they came.
    std::map<model::PersonId, std::vector<WentOut>> strangers_;
    Instant strangers_until_ = kNever;
    struct {
        std::uint64_t people = 0;
        std::uint64_t late_receipts = 0;
    } erasures_;
    std::map<std::string, Rail, std::less<>> rails_;  // by subject
    std::map<std::string, std::set<std::pair<model::PersonId, model::EntryId>>>
        at_rails_;                // who waits, by step_of
    Instant rails_due_ = kNever;  // when they are looked at next

    // Within one command.
    Effects* effects_ = nullptr;
    bool levels_changed_ = false;  // what is known about the person
    bool all_changed_ = false;     // and what happened, and the clock
    bool flip_stale_ = false;
    model::EntryId late_run_;               // of LateRun
    std::vector<std::uint32_t> looked_at_;  // watches
    std::vector<Edge> edges_;
    struct Answer {
        std::uint64_t look = 0;
        std::uint64_t count = 0;
    };
    std::vector<Answer> answers_;  // by question of the catalog, of the look that counts
    std::uint64_t look_ = 0;
    std::vector<TriggerIndex::Ref> candidates_;
    std::deque<Asked> asked_;
    std::size_t asked_count_ = 0;
    std::uint32_t cause_ = 0;   // ordinal of the entry that what happens now is of; 0: none
    std::uint32_t writer_ = 0;  // of the entry that changed what is known about the person last

    struct Taken {  // a checkpoint that is not known to be durable
        model::LogPosition applied = 0;
        std::vector<std::uint32_t> people;  // their places
    };
    std::deque<Taken> taken_;

    struct Writing {                          // a checkpoint of which a part is still to be written
        model::PartitionCheckpoint rows;      // what is
        std::vector<model::PersonId> people;  // in order, as the next two
        std::vector<std::pair<model::PersonId, model::EntryId>> entries;
        std::vector<std::pair<model::PersonId, model::MessageKey>> messages;
        std::vector<bool> written;         // of the people
        std::size_t next = 0;              // before it everybody is written
        std::vector<std::uint32_t> taken;  // places of those who are
    };
    std::optional<Writing> writing_;

    // Since the last checkpoint began.
    std::vector<model::PersonId> dirty_;
    std::vector<std::pair<model::PersonId, model::EntryId>> changed_entries_;
    std::vector<std::pair<model::PersonId, model::MessageKey>> changed_messages_;
    std::vector<model::QuarantineRow> quarantine_;
    std::vector<model::ErasedRow> erased_;
};

}  // namespace journey::core
