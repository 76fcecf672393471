#pragma once
// Private to core. What expressions may ask about one person at one instant.

#include "engine/core/person.h"
#include "engine/expr/expr.h"

namespace journey::core {

class PersonFacts final : public expr::Facts {
  public:
    /// `addresses`: the suppression list; null where there is none.
    PersonFacts(const LinkedProgram& linked, const Person& person, Instant now,
                const AddressList* addresses)
        : linked_(linked), person_(person), now_(now), addresses_(addresses) {}

    /// About this entry. It must stay where it is.
    PersonFacts& of(const Entry& entry) {
        entry_ = &entry;
        return *this;
    }
    /// About an entry that is not there yet: the trigger's row stands in.
    PersonFacts& triggered_by(ir::Index journey, const std::vector<Value>& row,
                              const std::vector<ir::Index>& columns, Instant time) {
        journey_ = journey;
        row_ = &row;
        columns_ = &columns;
        trigger_time_ = time;
        return *this;
    }
    /// What may be asked of the person alone.
    PersonFacts of_person() const { return {linked_, person_, now_, addresses_}; }

    const Value& user(ir::Index field) const override;
    const Value& trigger(ir::Index name) const override;
    const Value& local(ir::Index slot) const override;
    Instant now() const override { return now_; }
    Instant entry_time() const override { return entry_ == nullptr ? now_ : entry_->entered_at; }
    Instant trigger_time() const override {
        return entry_ == nullptr ? trigger_time_ : entry_->trigger_time;
    }
    const std::string& entry_id() const override;
    /// The journey's zone, or where the person lives.
    const calendar::Zone& run_zone() const override;
    const calendar::Zone& workspace_zone() const override { return *linked_.workspace_zone; }
    bool member(ir::Index segment) const override {
        return of_person().holds(linked_.program->segments[segment].expr);
    }
    bool tagged(std::string_view tag) const override { return person_.tagged(tag); }
    Value tags() const override;
    bool consented(ir::Index consent) const override;
    bool reachable(ir::Index channel) const override;
    Value aggregate(ir::Index aggregate) const override;

    bool holds(ir::Index expr, const expr::Row* row = nullptr) const {
        return expr == ir::kNone || expr::holds(*linked_.program, expr, *this, row);
    }
    Value evaluate(ir::Index expr) const { return expr::evaluate(*linked_.program, expr, *this); }

  private:
    const LinkedProgram& linked_;
    const Person& person_;
    Instant now_;
    const AddressList* addresses_ = nullptr;
    const Entry* entry_ = nullptr;
    ir::Index journey_ = ir::kNone;  // that is about to be entered
    const std::vector<Value>* row_ = nullptr;
    const std::vector<ir::Index>* columns_ = nullptr;
    Instant trigger_time_{};
    mutable std::string entry_id_;
    mutable const calendar::Zone* run_zone_ = nullptr;  // once it was asked for
};

/// Where the person lives; null when not known.
const calendar::Zone* zone_of(const LinkedProgram& linked, const Person& person);
/// Where the person can be met on the channel; "" when nowhere (and for webhooks). Of several the
/// newest.
std::string address_of(const LinkedProgram& linked, const Person& person, ir::Index channel);
/// All of them, newest first, each once: the last ones of a list, which is how a push channel keeps
/// a person's devices. At most kAddressesMost.
std::vector<std::string> addresses_of(const LinkedProgram& linked, const Person& person,
                                      ir::Index channel);
inline constexpr std::size_t kAddressesMost = 10;
bool consent_given(const LinkedProgram& linked, const Person& person, ir::Index consent);

/// Which of the events that an aggregate is about are left out of it.
struct Counted {
    const Happened* without = nullptr;  // one of the person's
    ir::Index per = ir::kNone;          // only those with `*value` in this field
    const Value* value = nullptr;
};
/// Over the person's own events. aggregates.cc.
Value aggregate_of(const LinkedProgram& linked, const ir::Aggregate& asked, const Person& person,
                   const expr::Facts& facts, const Counted& counted = {});
/// What keeps entries of one journey apart, and what re-entry remembers. enter.cc.
struct EntryKeys {
    std::uint64_t key = 0;
    std::uint64_t per = 0;
};
EntryKeys entry_keys(const ir::Journey& journey, const PersonFacts& asked);
/// The earlier entry that the journey's re-entry rule holds against one at `at`, and until when
/// (kNever: for ever). enter.cc.
struct Barred {
    model::EntryId entry;
    Instant until = kNever;
};
std::optional<Barred> barred(const Catalog& catalog, const Person& person,
                             const LinkedProgram& program, ir::Index journey, EntryKeys keys,
                             Instant at);

/// The nth newest of the events that a count is about now; null when there are not so many.
const Happened* nth_newest(const LinkedProgram& linked, const ir::Aggregate& asked,
                           const Person& person, const expr::Facts& facts, std::uint64_t nth);
bool is_number(const Value& value);
/// What `reaches` asks.
bool at_least(const Value& value, const Value& threshold);
/// Of two values of one kind (all numbers are one); false when they have no order.
bool less_than(const Value& a, const Value& b);

}  // namespace journey::core
