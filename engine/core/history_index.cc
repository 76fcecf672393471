#include "engine/core/history_index.h"

#include "engine/core/history.h"

#include <cmath>

namespace journey::core {
namespace {

constexpr std::size_t kSeriesMost = 32;
// Up to here sums are exact as whole numbers and as real ones.
constexpr std::int64_t kExact = std::int64_t{1} << 53;

void drop_from(std::vector<std::uint32_t>& places, std::uint32_t place) {
    while (!places.empty() && places.back() >= place)
        places.pop_back();
}

}  // namespace

void Series::forget_from(std::uint32_t place) {
    upto = std::min(upto, place);
    drop_from(places, place);
    if (!sums.empty()) sums.resize(places.size());
    if (!reals.empty()) reals.resize(places.size());
    if (places.empty()) numbers = Numbers::none;
}

void Series::settle_for_other() {
    numbers = Numbers::other;
    sums = {};
    reals = {};
}

void Series::take(std::uint32_t place, const Value& value) {
    if (value.is_missing()) return;
    const auto* real = value.as<double>();
    const auto* money = value.as<Money>();
    const auto* whole = money != nullptr ? &money->minor : value.as<std::int64_t>();
    const Numbers kind = real != nullptr    ? Numbers::real
                         : money != nullptr ? Numbers::money
                                            : Numbers::whole;
    if (numbers == Numbers::none) {
        numbers = kind;
        if (money != nullptr) currency = money->currency;
    }
    places.push_back(place);
    if (numbers == Numbers::other) return;
    if ((real == nullptr && whole == nullptr) || numbers != kind ||
        (money != nullptr && money->currency != currency)) {
        settle_for_other();
    } else if (real != nullptr) {
        reals.push_back(*real);
    } else {
        // Every total of a window is the difference of two of these, so that bounds them all.
        const std::int64_t before = sums.empty() ? 0 : sums.back();
        if (*whole < -kExact / 2 || *whole > kExact / 2 || std::abs(before + *whole) > kExact / 2) {
            settle_for_other();
        } else {
            sums.push_back(before + *whole);
        }
    }
}

void HistoryIndex::forget_from(std::uint32_t place) {
    if (place < upto_) {
        upto_ = place;
        for (std::vector<std::uint32_t>& places : types_)
            drop_from(places, place);
    }
    for (Series& one : series_)
        one.forget_from(place);
}

const std::vector<std::uint32_t>& HistoryIndex::of_type(const History& history, EventNumber event) {
    for (; upto_ < history.size(); ++upto_) {
        const EventNumber type = history.begin()[upto_].event;
        if (types_.size() <= type) types_.resize(type + std::size_t{1});
        types_[type].push_back(upto_);
    }
    if (types_.size() <= event) types_.resize(event + std::size_t{1});
    return types_[event];
}

const Series* HistoryIndex::series(const History& history, const LinkedProgram& linked,
                                   ir::Index event, const SeriesKey& key,
                                   const expr::Facts& facts) {
    auto found = std::find_if(series_.begin(), series_.end(),
                              [&](const Series& one) { return one.key == key; });
    if (found == series_.end()) {
        // What older programs ask makes room: their entries become fewer.
        if (series_.size() >= kSeriesMost)
            std::erase_if(series_,
                          [&](const Series& one) { return one.key.program < key.program; });
        if (series_.size() >= kSeriesMost) return nullptr;
        found = series_.insert(series_.end(), Series{});
        found->key = key;
    }
    const std::vector<std::uint32_t>& all = of_type(history, key.event);
    const ir::EventType& type = linked.program->events[event];
    std::vector<Value> row;
    for (auto place = std::lower_bound(all.begin(), all.end(), found->upto); place != all.end();
         ++place) {
        const Happened& one = history.begin()[*place];
        history.read(one, linked.events[event], type, row);
        const expr::Row seen{row.data(), row.size(), one.time};
        if (key.filter != ir::kNone && !expr::holds(*linked.program, key.filter, facts, &seen))
            continue;
        if (key.field == ir::kNone) {
            found->places.push_back(*place);
        } else {
            found->take(*place, row[key.field]);
        }
    }
    found->upto = static_cast<std::uint32_t>(history.size());
    return &*found;
}

bool looks_only_at_the_event(const ir::Program& program, ir::Index filter) {
    const ir::Expr& expr = program.exprs[filter];
    switch (expr.op) {
        case ir::Op::user_field:
        case ir::Op::trigger_field:
        case ir::Op::local:
        case ir::Op::now:
        case ir::Op::entry_time:
        case ir::Op::entry_id:
        case ir::Op::trigger_time:
        case ir::Op::member:
        case ir::Op::tagged:
        case ir::Op::tags:
        case ir::Op::consented:
        case ir::Op::reachable:
        case ir::Op::aggregate:
        case ir::Op::time_since:
            return false;
        default:  // the others look at nothing but their operands
            break;
    }
    for (ir::Index i = 0; i < expr.count; ++i) {
        if (!looks_only_at_the_event(program, program.operands[expr.first + i])) return false;
    }
    return true;
}

}  // namespace journey::core
