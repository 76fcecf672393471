#pragma once
// What a template sees of a value: sixteen bytes that point into the data, the template or the
// memory of this render, and are copied like numbers.

#include "engine/base/base.h"
#include "engine/render/render.h"

#include <cstring>

namespace journey::render {

/// Ends at the room's door as a RenderError; the interpreter knows the line.
struct Refusal {
    ErrorKind kind = ErrorKind::argument;
    std::string message;
};

enum class Kind : std::uint8_t {
    nil,
    boolean,
    integer,
    real,
    text,
    list,    // of the data
    items,   // made by a filter
    record,  // of the data
    range,
    big,    // a whole number beyond 64 bits, as its digits
    other,  // instants, dates, money …
    loop,   // forloop, tablerowloop
    table,  // a catalogue, by key
    blank,
    empty
};

struct Range {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t length() const { return last < first ? 0 : last - first + 1; }
};

struct Loop {
    std::string_view name;
    const Loop* parent = nullptr;
    std::int64_t index = 0;
    std::int64_t length = 0;
    bool table = false;
    std::int64_t columns = 0;  // of a table; below one they never end
};

struct View {
    Kind kind = Kind::nil;
    bool markup = false;  // already escaped, or the author takes responsibility
    std::uint32_t size = 0;
    union {
        std::int64_t whole;
        bool truth;
        double real;
        const char* text;
        const List* list;
        const View* items;
        const Record* record;
        const Range* range;
        const Value* other;
        const Loop* loop;
        const Catalogues::Rows* table;
    };

    View() : whole(0) {}
    std::string_view str() const { return {text, size}; }
    std::span<const View> parts() const { return {items, size}; }
    bool is_nil() const { return kind == Kind::nil; }

    static View of(const Value& value);
    static View of(bool value);
    static View of(std::int64_t value);
    static View of(double value);
    static View of(std::string_view value);
    static View of(const char* value) { return of(std::string_view(value)); }
    static View of(std::span<const View> value);
    static View of(const Record& value);
    static View of(const Range& value);
    static View of(const Loop& value);
    static View of(const Catalogues::Rows& value);
    static View literal(Kind kind);
};

/// Steps and bytes still to be had; shared by everything in one render.
struct Meter {
    std::int64_t steps = 0;
    std::int64_t bytes = 0;
    void step(std::int64_t count) {
        if ((steps -= count) < 0) give_up();
    }
    void take(std::size_t count) {
        if ((bytes -= static_cast<std::int64_t>(count)) < 0) give_up();
    }
    [[noreturn]] static void give_up();
};

/// What filters and captures make lives here until the next render.
class Memory {
  public:
    explicit Memory(Meter& meter) : meter_(meter) {}
    char* take(std::size_t bytes);
    std::string_view keep(std::string_view text);
    View text(std::string_view text) { return View::of(keep(text)); }
    std::span<View> views(std::size_t count);
    template <typename T>
    T& put(const T& value) {
        static_assert(std::is_trivially_destructible_v<T>);
        return *new (take(sizeof(T))) T(value);
    }
    /// For values no View can hold by itself: money a filter reckoned.
    const Value& value(Value value);
    void clear();

  private:
    Meter& meter_;
    std::vector<std::unique_ptr<char[]>> chunks_;
    std::size_t chunk_ = 0;  // the one in use
    std::size_t used_ = 0;
    std::vector<std::unique_ptr<char[]>> large_;
    std::vector<std::unique_ptr<Value>> values_;
};

bool is_truthy(const View& value);
bool is_blank(const View& value);
bool is_empty(const View& value);
bool are_equal(const View& a, const View& b);
/// Nothing when the two cannot be ordered.
std::optional<int> compare(const View& a, const View& b);
bool contains(const View& whole, const View& part);

void append_text(std::string& out, const View& value);
/// Without a copy when the value is a text already.
std::string_view text_of(Memory& memory, const View& value);
/// As Ruby prints floats: "3.0", "1.0e+20".
void append_double(std::string& out, double number);
/// JSON, as Value's own.
void append_json(std::string& out, const View& value);

/// A list, a made list or a range, element by element; `size_of` says how many.
bool is_sequence(const View& value);
std::size_t size_of(const View& sequence);
View element(const View& sequence, std::size_t index);

inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
std::string_view trimmed(std::string_view text);
/// Of one code point that begins with this byte; 1 for bytes that begin none.
std::size_t code_point_size(unsigned char first);

inline View View::of(bool value) {
    View view;
    view.kind = Kind::boolean;
    view.truth = value;
    return view;
}
inline View View::of(std::int64_t value) {
    View view;
    view.kind = Kind::integer;
    view.whole = value;
    return view;
}
inline View View::of(double value) {
    View view;
    view.kind = Kind::real;
    view.real = value;
    return view;
}
inline View View::of(std::string_view value) {
    View view;
    view.kind = Kind::text;
    view.size = static_cast<std::uint32_t>(value.size());
    view.text = value.data();
    return view;
}
inline View View::of(std::span<const View> value) {
    View view;
    view.kind = Kind::items;
    view.size = static_cast<std::uint32_t>(value.size());
    view.items = value.data();
    return view;
}
inline View View::of(const Record& value) {
    View view;
    view.kind = Kind::record;
    view.record = &value;
    return view;
}
inline View View::of(const Range& value) {
    View view;
    view.kind = Kind::range;
    view.range = &value;
    return view;
}
inline View View::of(const Loop& value) {
    View view;
    view.kind = Kind::loop;
    view.loop = &value;
    return view;
}
inline View View::of(const Catalogues::Rows& value) {
    View view;
    view.kind = Kind::table;
    view.table = &value;
    return view;
}
inline View View::literal(Kind kind) {
    View view;
    view.kind = kind;
    return view;
}

inline View View::of(const Value& value) {
    View view;
    if (const auto* text = value.as<std::string>()) return View::of(std::string_view(*text));
    if (const auto* whole = value.as<std::int64_t>()) return View::of(*whole);
    if (const auto* record = value.as<Record>()) return View::of(*record);
    if (const auto* list = value.as<List>()) {
        view.kind = Kind::list;
        view.list = list;
    } else if (const auto* truth = value.as<bool>()) {
        return View::of(*truth);
    } else if (const auto* real = value.as<double>()) {
        return View::of(*real);
    } else if (!value.is_missing()) {
        view.kind = Kind::other;
        view.other = &value;
    }
    return view;
}

}  // namespace journey::render
