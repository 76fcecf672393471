#pragma once
// The filters: name, arity, function. What a filter refuses it throws as a Refusal.

#include "engine/render/number.h"
#include "engine/render/view.h"

namespace journey::render {

struct NamedView {
    std::string_view name;
    View value;
};

/// One call of one filter.
struct Call {
    Memory& memory;
    Meter& meter;
    std::string& buffer;  // for whoever builds a text; nobody keeps it
    const Instant* now;
    std::string_view zone;  // of moments; empty: UTC
    View input;
    std::span<const View> arguments;
    std::span<const NamedView> named;

    std::size_t count() const { return arguments.size(); }
    const View& operator[](std::size_t index) const { return arguments[index]; }
    /// Null when it was not given.
    const View* option(std::string_view name) const;
    std::string_view text(const View& value) const { return text_of(memory, value); }
    /// The input as text, its length paid for.
    std::string_view subject() const;
    std::string& fresh() const {
        buffer.clear();
        return buffer;
    }
    View made(std::string_view text) const { return memory.text(text); }
};

using FilterFunction = View (*)(const Call& call);

enum class Output : std::uint8_t {
    plain,   // to be escaped
    markup,  // already escaped
    raw,     // the author takes responsibility
    breaks,  // markup, of input that is escaped first
    same,    // as the input, or the part of it that comes out
};

struct FilterInfo {
    std::string_view name;
    std::size_t arguments_least;
    std::size_t arguments_most;
    FilterFunction function;
    Output output = Output::plain;
    bool named = false;  // takes named arguments
};

/// Null when there is none.
const FilterInfo* find_filter(std::string_view name);
std::vector<std::string> filter_names();
/// What is wrong with so many arguments, as a sentence.
std::optional<std::string> wrong_count(const FilterInfo& info, std::size_t given,
                                       std::size_t named);

std::span<const FilterInfo> text_filters();
std::span<const FilterInfo> coding_filters();
std::span<const FilterInfo> number_filters();
std::span<const FilterInfo> money_filters();
std::span<const FilterInfo> list_filters();
std::span<const FilterInfo> choosing_filters();
std::span<const FilterInfo> date_filters();

[[noreturn]] void refuse_argument(std::string message);

/// What looking for a part in a text may cost at worst: a long part that nearly fits everywhere.
inline void pay_search(Meter& meter, std::size_t text, std::size_t part) {
    meter.step(static_cast<std::int64_t>((text / 256 + 1) * (part / 256 + 1) - 1));
}

/// filters_list.cc. What a list filter works on: a list is flattened, nothing is no element,
/// anything else is one.
std::span<View> elements_of(const Call& call, const View& input);
/// `item[name]` as Ruby's: a record's field, a text's part, a number's bit. Nothing at all for
/// what cannot be asked (nil, true, a fraction); refuses what can but not for this.
std::optional<View> property(const View& item, const View& name);
/// The first and last of `.first` and `| first`; `whole` keeps what it makes.
View first_of(Memory& memory, const View& whole);
View last_of(Memory& memory, const View& whole);
/// Nothing for what has no size.
std::optional<std::int64_t> size_asked(const View& whole);

/// date.cc, Ruby's directives and flags. `offset` is that of the civil time `at` already stands in.
struct ZoneName {
    std::string_view name = "UTC";
    std::int32_t offset_seconds = 0;
};
std::string format_time(Instant at, std::string_view pattern, const ZoneName& zone = {});

}  // namespace journey::render
