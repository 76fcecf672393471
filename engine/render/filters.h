#pragma once
// The filters: name, arity, function. A filter never throws; what it refuses it says through
// FilterRun::fail.

#include "engine/render/render.h"
#include "engine/render/values.h"

namespace journey::render {

/// A value that is either somebody else's (alive for the whole render) or our own.
class Ref {
  public:
    Ref() = default;
    explicit Ref(const Value* borrowed) : borrowed_(borrowed) {}
    explicit Ref(Value owned) : owned_(std::move(owned)) {}
    const Value& get() const { return borrowed_ != nullptr ? *borrowed_ : owned_; }
    bool is_borrowed() const { return borrowed_ != nullptr; }
    Value take() { return borrowed_ != nullptr ? *borrowed_ : std::move(owned_); }

  private:
    const Value* borrowed_ = nullptr;
    Value owned_;
};

/// Steps and bytes still to be had; shared by everything in one render.
class Meter {
  public:
    explicit Meter(const Budget& budget) : steps_(budget.steps), bytes_(budget.bytes) {}
    bool spend_steps(std::size_t count) {
        if (count > steps_) return false;
        steps_ -= count;
        return true;
    }
    bool spend_bytes(std::size_t count) {
        if (count > bytes_) return false;
        bytes_ -= count;
        return true;
    }

  private:
    std::size_t steps_;
    std::size_t bytes_;
};

struct NamedRef {
    std::string_view name;
    Ref value;
};

/// One call of one filter.
struct FilterRun {
    const Record& data;
    Meter& meter;
    std::vector<Ref> arguments;
    std::vector<NamedRef> named;
    std::string failure;

    std::size_t count() const { return arguments.size(); }
    const Value& operator[](std::size_t index) const { return arguments[index].get(); }
    const Value* option(std::string_view name) const;
    Value fail(std::string message) {
        if (failure.empty()) failure = std::move(message);
        return {};
    }
    /// False (and failed) when a result of this size exceeds the budget.
    bool may_make(std::size_t bytes, std::size_t elements = 0);
};

using FilterFunction = Value (*)(FilterRun& run, const Value& input);

enum class Output : std::uint8_t {
    plain,   // to be escaped
    markup,  // already escaped
    raw,     // the author takes responsibility
    breaks,  // markup, of input that is escaped first
};

struct FilterInfo {
    std::string_view name;
    std::size_t arguments_least;
    std::size_t arguments_most;
    FilterFunction function;
    Output output = Output::plain;
};

/// Null when there is none.
const FilterInfo* find_filter(std::string_view name);
std::vector<std::string> filter_names();

std::span<const FilterInfo> text_filters();
std::span<const FilterInfo> number_filters();
std::span<const FilterInfo> list_filters();
std::span<const FilterInfo> date_filters();

/// date.cc. strftime in UTC, Ruby's directives and flags.
std::string format_time(Instant at, std::string_view pattern);

}  // namespace journey::render
