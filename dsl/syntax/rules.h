#pragma once
// The building blocks of the grammar: PEGTL rules that skip blanks, leave marks and note where they
// got stuck. Custom rules rather than PEGTL's own characters keep the number of templates, and so
// the cost of compiling, small.

#include "dsl/syntax/marks.h"
#include "dsl/syntax/scan.h"

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze_traits.hpp>

namespace journey::syntax {

namespace pegtl = tao::pegtl;

using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*>;

/// No hooks on rules: marks are left by the rules themselves.
template <typename Rule>
struct Control : pegtl::normal<Rule> {
    static constexpr bool enable = false;
};

template <typename Rule>
bool match_rule(Input& in, Matching& state) {
    return Control<Rule>::template match<pegtl::apply_mode::nothing, pegtl::rewind_mode::required,
                                         pegtl::nothing, Control>(in, state);
}

inline std::size_t offset_of(const Input& in, const Matching& state) {
    return static_cast<std::size_t>(in.current() - state.text.data());
}
inline void move_to(Input& in, const Matching& state, std::size_t offset) {
    in.iterator() = state.text.data() + offset;
}
/// Where the next token begins: over blanks, and over line ends inside brackets.
inline std::size_t next_token(const Input& in, const Matching& state) {
    const std::size_t at = offset_of(in, state);
    const std::string_view rest = state.text.substr(at);
    return at + (state.brackets > 0 ? scan::blanks_and_lines(rest) : scan::blanks(rest));
}

/// Lines of a block with recovery (recover.cc); the input stands at the `{`, or not, and then it is
/// false.
bool match_block(Input& in, Matching& state, BlockKind kind);
/// One line of a block; false without consuming when it is none.
bool match_line(Input& in, Matching& state, BlockKind kind);
/// Lines with recovery up to `end`, where a `}` or the end of the file stands.
void match_lines(Input& in, Matching& state, BlockKind kind, std::size_t end);
/// `NAME :` before a step.
bool match_label(Input& in, Matching& state);
bool match_expr(Input& in, Matching& state);
bool match_sum(Input& in, Matching& state);
bool match_map(Input& in, Matching& state);
bool match_literal(Input& in, Matching& state);
bool match_aggregate(Input& in, Matching& state);

// A string as a template argument.
template <std::size_t N>
struct Chars {
    char data[N]{};
    consteval Chars(const char (&text)[N]) {
        for (std::size_t i = 0; i < N; ++i)
            data[i] = text[i];
    }
    constexpr std::string_view view() const { return {data, N - 1}; }
};

#define JOURNEY_RULE_MATCH                                                         \
    template <pegtl::apply_mode, pegtl::rewind_mode, template <typename...> class, \
              template <typename...> class>                                        \
    static bool match(Input& in, [[maybe_unused]] Matching& state)

bool match_word(Input& in, Matching& state, std::string_view word, bool keep);
bool match_sign(Input& in, Matching& state, std::string_view sign, bool keep);
using Scan = std::size_t (*)(std::string_view);
bool match_token(Input& in, Matching& state, Kind kind, Scan scan, std::string_view wanted);

/// A keyword: matched as a whole word.
template <Chars W>
struct word {
    using rule_t = word;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return match_word(in, state, W.view(), false); }
};
/// A keyword that the tree has to know about.
template <Chars W>
struct kept {
    using rule_t = kept;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return match_word(in, state, W.view(), true); }
};
template <Chars W>
struct sign {
    using rule_t = sign;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return match_sign(in, state, W.view(), false); }
};
template <Chars W>
struct kept_sign {
    using rule_t = kept_sign;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return match_sign(in, state, W.view(), true); }
};
template <Kind K, Scan S, Chars Wanted>
struct token {
    using rule_t = token;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return match_token(in, state, K, S, Wanted.view()); }
};

/// A dot with no blank before it, so that `2 days.` is not a property.
struct dot {
    using rule_t = dot;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH {
        if (in.empty() || in.peek_char() != '.') return false;
        in.bump();
        return true;
    }
};

/// Line ends, comments and blanks, any number.
struct lines {
    using rule_t = lines;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH {
        in.bump(scan::blanks_and_lines(state.text.substr(offset_of(in, state))));
        return true;
    }
};
/// At least one line end.
struct line_end {
    using rule_t = line_end;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH {
        const std::size_t at = offset_of(in, state);
        const std::size_t skipped = scan::blanks_and_lines(state.text.substr(at));
        if (state.text.substr(at, skipped).find('\n') == std::string_view::npos) return false;
        in.bump(skipped);
        return true;
    }
};

/// Leaves a mark of kind K around what R... match.
template <Kind K, typename... R>
struct node {
    using rule_t = node;
    using subs_t = pegtl::type_list<R...>;
    JOURNEY_RULE_MATCH {
        const std::size_t at = offset_of(in, state);
        const std::uint32_t index =
            state.open(K, at + scan::blanks_and_lines(state.text.substr(at)));
        if (!match_rule<pegtl::seq<R...>>(in, state)) {
            state.forget(index);
            return false;
        }
        state.close(index, offset_of(in, state));
        return true;
    }
};

/// Forgets marks when R... fail after some of them matched. PEGTL's seq rewinds the text, not our
/// marks.
template <typename... R>
struct all {
    using rule_t = all;
    using subs_t = pegtl::type_list<R...>;
    JOURNEY_RULE_MATCH {
        const auto size = static_cast<std::uint32_t>(state.marks.size());
        if (match_rule<pegtl::seq<R...>>(in, state)) return true;
        state.forget(size);
        return false;
    }
};
template <typename... R>
using maybe = pegtl::opt<all<R...>>;
template <typename... R>
using many = pegtl::star<all<R...>>;
template <typename R>
using listed = pegtl::seq<R, many<sign<",">, lines, R>>;

/// Inside ( ) and [ ] a line may break anywhere, but not before the bracket that opens.
template <typename Open, typename... R>
struct broken {
    using rule_t = broken;
    using subs_t = pegtl::type_list<Open, R...>;
    JOURNEY_RULE_MATCH {
        auto rewind = in.template mark<pegtl::rewind_mode::required>();
        if (!match_rule<Open>(in, state)) return false;
        ++state.brackets;
        const bool matched = match_rule<pegtl::seq<R...>>(in, state);
        --state.brackets;
        return rewind(matched);
    }
};
/// In { } line ends part the pairs again.
template <typename Open, typename... R>
struct unbroken {
    using rule_t = unbroken;
    using subs_t = pegtl::type_list<Open, R...>;
    JOURNEY_RULE_MATCH {
        auto rewind = in.template mark<pegtl::rewind_mode::required>();
        if (!match_rule<Open>(in, state)) return false;
        const int outer = std::exchange(state.brackets, 0);
        const bool matched = match_rule<pegtl::seq<R...>>(in, state);
        state.brackets = outer;
        return rewind(matched);
    }
};

/// Any number of R, each on this line or the next, each known by its first word: once that stands
/// there the rest must follow, or the whole fails here and not at the next line. A word with a
/// colon is a label or a key, and none of ours.
template <typename R>
struct lined_up {
    using rule_t = lined_up;
    using subs_t = pegtl::type_list<R>;
    JOURNEY_RULE_MATCH {
        while (true) {
            const std::uint32_t furthest = state.stuck_at;
            const std::size_t at = offset_of(in, state);
            const std::size_t word = at + scan::blanks_and_lines(state.text.substr(at));
            move_to(in, state, word);
            if (match_rule<all<R>>(in, state)) continue;
            move_to(in, state, at);
            const bool begun = state.stuck_at > word && state.stuck_at > furthest;
            return !begun || state.text.substr(state.stuck_at).starts_with(':');
        }
    }
};

inline constexpr int kExprDepthMax = 64;
inline constexpr int kBlockDepthMax = 16;

/// One level of nesting more; the C++ stack is not the author's limit.
template <typename... R>
struct deeper {
    using rule_t = deeper;
    using subs_t = pegtl::type_list<R...>;
    JOURNEY_RULE_MATCH {
        if (state.depth >= kExprDepthMax)
            throw TooDeep{static_cast<std::uint32_t>(next_token(in, state))};
        ++state.depth;
        const bool matched = match_rule<pegtl::seq<R...>>(in, state);
        --state.depth;
        return matched;
    }
};

/// A rule that lives in another file.
template <bool (*Match)(Input&, Matching&)>
struct elsewhere {
    using rule_t = elsewhere;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return Match(in, state); }
};

template <BlockKind B>
struct block {
    using rule_t = block;
    using subs_t = pegtl::empty_list;
    JOURNEY_RULE_MATCH { return match_block(in, state, B); }
};

namespace grammar {

// Tokens.
using name = token<Kind::name, scan::name, "a name">;
using string = token<Kind::string, scan::string, "a text in quotes">;
using integer = token<Kind::integer, scan::integer, "a number">;
using percent = token<Kind::percent, scan::percent, "a share like `10%`">;
using currency = token<Kind::currency, scan::currency, "a currency like `CNY`">;
using duration = token<Kind::duration, scan::duration, "a duration like `2 days`">;
using unit = token<Kind::unit, scan::unit, "a unit like `day`">;
using weekday = token<Kind::weekday, scan::weekday, "a weekday">;
using clock_time = token<Kind::clock_time, scan::clock_time, "a time like `10:00`">;
using date_time =
    token<Kind::date_time, scan::date_time, "a date and time like `2026-03-02 09:00`">;

struct path : node<Kind::path, name, many<dot, name>> {};
/// Of a date-time: where there is no person to ask.
struct named_zone : node<Kind::zone, pegtl::sor<word<"local">, all<word<"in">, string>>> {};
/// Of a time of day: `in trigger.zone` too.
struct zone
    : node<Kind::zone, pegtl::sor<word<"local">, all<word<"in">, pegtl::sor<string, path>>>> {};
using maybe_named_zone = pegtl::opt<named_zone>;
using maybe_zone = pegtl::opt<zone>;

struct expr : elsewhere<match_expr> {};
struct sum : elsewhere<match_sum> {};
struct map : elsewhere<match_map> {};
struct literal : elsewhere<match_literal> {};
struct history : elsewhere<match_aggregate> {};
struct steps : block<BlockKind::steps> {};

struct event_sel : node<Kind::event_sel, path, maybe<node<Kind::of_label, word<"of">, name>>,
                        maybe<lines, node<Kind::where, word<"where">, expr>>> {};

struct class_name : node<Kind::class_name, pegtl::sor<kept<"marketing">, kept<"transactional">>> {};

}  // namespace grammar
}  // namespace journey::syntax

// So that analyze<>() sees through our rules.
namespace tao::pegtl {
template <typename Name, journey::syntax::Chars W>
struct analyze_traits<Name, journey::syntax::word<W>> : analyze_any_traits<> {};
template <typename Name, journey::syntax::Chars W>
struct analyze_traits<Name, journey::syntax::kept<W>> : analyze_any_traits<> {};
template <typename Name, journey::syntax::Chars W>
struct analyze_traits<Name, journey::syntax::sign<W>> : analyze_any_traits<> {};
template <typename Name, journey::syntax::Chars W>
struct analyze_traits<Name, journey::syntax::kept_sign<W>> : analyze_any_traits<> {};
template <typename Name, journey::syntax::Kind K, journey::syntax::Scan S, journey::syntax::Chars W>
struct analyze_traits<Name, journey::syntax::token<K, S, W>> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, journey::syntax::dot> : analyze_any_traits<> {};
template <typename Name>
struct analyze_traits<Name, journey::syntax::lines> : analyze_opt_traits<> {};
template <typename Name>
struct analyze_traits<Name, journey::syntax::line_end> : analyze_any_traits<> {};
template <typename Name, journey::syntax::Kind K, typename... R>
struct analyze_traits<Name, journey::syntax::node<K, R...>> : analyze_seq_traits<R...> {};
template <typename Name, typename... R>
struct analyze_traits<Name, journey::syntax::all<R...>> : analyze_seq_traits<R...> {};
template <typename Name, typename... R>
struct analyze_traits<Name, journey::syntax::broken<R...>> : analyze_seq_traits<R...> {};
template <typename Name, typename... R>
struct analyze_traits<Name, journey::syntax::unbroken<R...>> : analyze_seq_traits<R...> {};
template <typename Name, typename R>
struct analyze_traits<Name, journey::syntax::lined_up<R>>
    : analyze_traits<Name, typename star<R>::rule_t> {};
template <typename Name, typename... R>
struct analyze_traits<Name, journey::syntax::deeper<R...>> : analyze_seq_traits<R...> {};
// Every block eats its `{` and every rule elsewhere a token.
template <typename Name, journey::syntax::BlockKind B>
struct analyze_traits<Name, journey::syntax::block<B>> : analyze_any_traits<> {};
template <typename Name, bool (*Match)(journey::syntax::Input&, journey::syntax::Matching&)>
struct analyze_traits<Name, journey::syntax::elsewhere<Match>> : analyze_any_traits<> {};
}  // namespace tao::pegtl
