#pragma once
// Expressions, LANGUAGE 3.1. Factored: no alternative re-reads what another one has read, but a few
// digits. The wrong spellings `= == != && || !` are part of the grammar so that one of them costs
// one message, and the rest of the file is read.

#include "dsl/syntax/rules.h"

namespace journey::syntax::grammar {

using pegtl::seq;
using pegtl::sor;

struct any_expr;
struct any_sum;

using value_name = token<Kind::name, scan::name, "a value">;
template <Kind K, Scan S>
using value = token<K, S, "a value">;

struct true_word : kept<"true"> {};
struct false_word : kept<"false"> {};
struct missing_word : kept<"missing"> {};

struct moment_literal
    : node<Kind::moment_literal, value<Kind::date_time, scan::date_time>, maybe_named_zone> {};

struct any_literal
    : sor<moment_literal, value<Kind::date, scan::date>, value<Kind::clock_time, scan::clock_time>,
          value<Kind::duration, scan::duration>, value<Kind::money, scan::money>,
          value<Kind::percent, scan::percent>, value<Kind::decimal, scan::decimal>,
          value<Kind::integer, scan::integer>, value<Kind::string, scan::string>, true_word,
          false_word, missing_word> {};

struct window
    : node<Kind::window,
           sor<all<kept<"within">, duration>, all<kept<"since">, deeper<any_sum>>,
               all<kept<"before">, deeper<any_sum>>,
               all<kept<"between">, deeper<any_sum>, word<"and">, deeper<any_sum>>, kept<"ever">>> {
};

struct aggregate
    : node<Kind::aggregate, token<Kind::aggregate_name, scan::aggregate_name, "a value">,
           broken<sign<"(">, sor<all<kept<"distinct">, path>, path>,
                  maybe<node<Kind::where, word<"where">, any_expr>>, maybe<window>,
                  maybe<node<Kind::limit, word<"limit">, integer>>, sign<")">>> {};

struct call : node<Kind::call, token<Kind::name, scan::name, "a value">,
                   broken<sign<"(">, pegtl::opt<listed<any_expr>>, sign<")">>> {};

struct list_literal : node<Kind::list, broken<sign<"[">, pegtl::opt<listed<any_expr>>, sign<"]">>> {
};

struct pair : node<Kind::pair, sor<name, string>, sign<":">, any_expr> {};
struct any_map
    : node<Kind::map,
           unbroken<sign<"{">, lines, maybe<pair, many<sor<all<sign<",">, lines>, line_end>, pair>>,
                    lines, sign<"}">>> {};

struct postfix;
struct time_since : node<Kind::time_since, word<"time">, word<"since">, deeper<postfix>> {};

struct group : broken<sign<"(">, any_expr, sign<")">> {};
struct primary
    : sor<time_since, any_literal, aggregate, call, list_literal, any_map, all<group>, value_name> {
};

struct member : node<Kind::member, dot, name> {};
struct index : node<Kind::index, broken<sign<"[">, any_expr, sign<"]">>> {};
struct postfix : node<Kind::postfix, primary, many<sor<member, index>>> {};
struct fallback : node<Kind::fallback, postfix, maybe<word<"default">, postfix>> {};
struct unary : sor<node<Kind::minus, sign<"-">, deeper<unary>>, fallback> {};
struct product : node<Kind::product, unary, many<sor<kept_sign<"*">, kept_sign<"/">>, unary>> {};
struct any_sum : node<Kind::sum, product, many<sor<kept_sign<"+">, kept_sign<"-">>, product>> {};

struct tail_is : node<Kind::tail_is, word<"is">, pegtl::opt<kept<"not">>,
                      sor<kept<"missing">, kept<"present">, kept<"blank">, any_sum>> {};
struct tail_in : node<Kind::tail_in, maybe<kept<"not">>, word<"in">, any_sum> {};
struct tail_contains : node<Kind::tail_contains, maybe<kept<"not">>, word<"contains">, any_sum> {};
struct tail_starts : node<Kind::tail_starts, word<"starts">, word<"with">, any_sum> {};
struct tail_ends : node<Kind::tail_ends, word<"ends">, word<"with">, any_sum> {};
struct tail_between : node<Kind::tail_between, word<"between">, any_sum, word<"and">, any_sum> {};
struct tail_order
    : node<Kind::tail_order, sor<kept_sign<">=">, kept_sign<"<=">, kept_sign<">">, kept_sign<"<">>,
           any_sum> {};
struct tail_wrong : node<Kind::tail_wrong,
                         sor<kept_sign<"===">, kept_sign<"!==">, kept_sign<"==">, kept_sign<"!=">,
                             kept_sign<"<>">, kept_sign<"=">>,
                         any_sum> {};
struct relation : node<Kind::relation, any_sum,
                       pegtl::opt<sor<tail_is, tail_in, tail_contains, tail_starts, tail_ends,
                                      tail_between, tail_wrong, tail_order>>> {};

struct not_expr
    : sor<node<Kind::negation, sor<word<"not">, kept_sign<"!">>, deeper<not_expr>>, relation> {};
struct and_expr : node<Kind::logic_and, not_expr,
                       many<lines, sor<word<"and">, kept_sign<"&&">>, lines, not_expr>> {};
struct or_expr : node<Kind::logic_or, and_expr,
                      many<lines, sor<word<"or">, kept_sign<"||">>, lines, and_expr>> {};
struct any_expr : deeper<or_expr> {};

}  // namespace journey::syntax::grammar
