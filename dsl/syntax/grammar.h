#pragma once
// Items, head clauses, steps and tests, LANGUAGE 3.1, one rule a line of a block.

#include "dsl/syntax/rules.h"

namespace journey::syntax::grammar {

using pegtl::opt;
using pegtl::seq;
using pegtl::sor;

template <Kind K, typename... R>
using item = node<K, R...>;

// Pieces.
struct type;
struct type_of
    : sor<all<kept<"list">, word<"of">, deeper<type>>, all<kept<"map">, word<"of">, deeper<type>>,
          all<kept<"one">, word<"of">, listed<string>>, all<kept<"money">, opt<currency>>,
          token<Kind::name, scan::name, "a type like `string`">> {};
struct type : node<Kind::type, type_of> {};
struct mark : node<Kind::mark, sor<all<kept<"default">, literal>, kept<"required">, kept<"pii">,
                                   all<kept<"about">, string>>> {};
struct field_tail : seq<type, many<mark>> {};
struct field : node<Kind::field, name, field_tail> {};

struct limit_row
    : node<Kind::limit_row, integer, token<Kind::name, scan::name, "a channel, or `messages`">,
           word<"per">, sor<duration, unit>> {};
struct when_full
    : node<Kind::when_full, sor<kept<"skip">, all<kept<"hold">, word<"up">, word<"to">, duration>,
                                all<kept<"give">, word<"way">, word<"up">, word<"to">, duration>>> {
};
struct no_zone : node<Kind::no_zone, sor<kept<"hold">, kept<"skip">, all<kept<"use">, string>>> {};
struct basis : node<Kind::basis, sor<all<kept<"double">, word<"opt">, word<"in">>,
                                     all<word<"opt">, sor<kept<"in">, kept<"out">>>>> {};
struct rate : node<Kind::rate, integer, word<"per">, unit> {};
struct canary
    : node<Kind::canary, integer, word<"for">, duration, word<"stop">, word<"above">, percent> {};
struct times : seq<integer, word<"times">> {};
/// An event's path where nothing else is possible.
struct event_path : node<Kind::path, token<Kind::name, scan::name, "an event">, many<dot, name>> {};
struct dwell : node<Kind::dwell, word<"by">, event_path, word<"on">, name, word<"every">, duration,
                    maybe<word<"ends">, word<"with">, event_path>> {};
struct band_row : node<Kind::band_row, integer, sor<all<word<"below">, sum>, kept<"otherwise">>> {};
/// `push template`, or a type.
struct param_type : sor<node<Kind::template_of, name, word<"template">>, type> {};
struct param : node<Kind::param, name, sign<":">, param_type> {};

struct until_clock : seq<clock_time, maybe_zone> {};
struct until
    : node<Kind::until, sor<all<weekday, word<"at">, until_clock>, all<until_clock>,
                            all<sum, maybe<node<Kind::until_at, word<"at">, until_clock>>>>> {};
struct reenter : node<Kind::reenter, sor<kept<"never">, kept<"always">,
                                         all<kept<"after">, duration, maybe<word<"per">, path>>,
                                         all<kept<"once">, word<"per">, path>>> {};
struct valid : seq<sor<all<kept<"for">, duration>, all<kept<"until">, clock_time, maybe_zone>>> {};
struct send_option
    : node<Kind::send_option,
           sor<all<kept<"valid">, valid>, all<kept<"retry">, word<"for">, duration>,
               all<kept<"to">, sum>, all<kept<"without">, sor<kept<"quiet">, kept<"frequency">>>,
               all<kept<"at">, word<"best">, word<"hour">, word<"within">, duration>>> {};
struct valid_option : node<Kind::send_option, valid> {};
struct channel_template
    : seq<token<Kind::name, scan::name, "a channel">, token<Kind::name, scan::name, "a template">> {
};

struct moment
    : node<Kind::moment, sor<all<sign<"+">, duration>, all<date_time, maybe_named_zone>>> {};
struct happen
    : node<Kind::happen, sor<all<kept<"set">, path, sign<"=">, expr>,
                             all<pegtl::not_at<word<"expect">>, event_path,
                                 maybe<node<Kind::of_label, word<"of">, name>>, opt<map>>>> {};
struct outcome
    : node<Kind::outcome,
           sor<all<kept<"nothing">, word<"sent">>, all<kept<"no">, word<"more">, word<"sends">>,
               all<opt<kept<"not">>,
                   sor<kept<"entered">,
                       all<kept<"sent">, channel_template, maybe<word<"with">, map>>,
                       all<kept<"called">, name, maybe<word<"with">, map>>,
                       all<kept<"tagged">, string>>>,
               all<kept<"exited">, maybe<word<"as">, name>>,
               all<kept<"held">, name, word<"until">, moment>,
               all<kept<"skipped">, name, maybe<word<"because">, string>>, all<kept<"goal">, name>,
               all<kept<"waiting">, word<"at">, name>>> {};
struct given
    : node<
          Kind::given,
          sor<all<kept<"user">, sor<map, all<word<"in">, kept<"holdout">>>>,
              all<kept<"consent">, listed<name>>, all<kept<"tag">, listed<string>>,
              all<kept<"history">, path, opt<map>, word<"at">, sign<"-">, duration>,
              all<sor<kept<"experiment">, kept<"split">>, name,
                  sor<all<kept<"picks">, name>, all<kept<"puts">, word<"user">, word<"in">, name>>>,
              all<sor<kept<"webhook">, kept<"fetch">>, name,
                  sor<all<kept<"gives">, map>, kept<"fails">>>>> {};

// Items.
struct language_item : item<Kind::language, word<"language">, integer> {};
struct use_item : item<Kind::use, word<"use">, string, maybe<word<"as">, name>> {};
struct workspace_item
    : item<Kind::workspace, word<"workspace">, name, block<BlockKind::workspace>> {};
struct profile_item : item<Kind::profile, word<"profile">, name, block<BlockKind::profile>> {};
struct event_item : item<Kind::event, word<"event">, path, opt<block<BlockKind::event>>> {};
struct channel_item : item<Kind::channel, word<"channel">, name, block<BlockKind::channel>> {};
struct consent_item
    : item<Kind::consent, word<"consent">, name, opt<string>, block<BlockKind::consent>> {};
struct frequency_item
    : item<Kind::frequency, word<"frequency">, name, block<BlockKind::frequency>> {};
struct quiet_item : item<Kind::quiet, word<"quiet">, name, block<BlockKind::quiet>> {};
struct webhook_item : item<Kind::webhook, word<"webhook">, name, block<BlockKind::webhook>> {};
struct fetch_item : item<Kind::fetch, word<"fetch">, name, block<BlockKind::fetch>> {};
struct catalogue_item
    : item<Kind::catalogue, word<"catalogue">, name, block<BlockKind::catalogue>> {};
struct template_item
    : item<Kind::template_decl, word<"template">, name, token<Kind::name, scan::name, "a channel">,
           class_name, block<BlockKind::template_decl>> {};
struct segment_item
    : item<Kind::segment, word<"segment">, name, opt<string>, sign<"=">, lines, expr> {};
struct band_item : item<Kind::band, word<"band">, name, word<"of">, expr, block<BlockKind::band>> {
};
struct snippet_item : item<Kind::snippet, word<"snippet">, name,
                           broken<sign<"(">, opt<listed<param>>, sign<")">>, steps> {};
struct journey_item : item<Kind::journey, word<"journey">, name, opt<string>, opt<class_name>,
                           block<BlockKind::journey>> {};
struct test_item
    : item<Kind::test, word<"test">, string, maybe<word<"of">, name>, block<BlockKind::test>> {};

struct any_item
    : sor<language_item, use_item, workspace_item, profile_item, event_item, channel_item,
          consent_item, frequency_item, quiet_item, webhook_item, fetch_item, catalogue_item,
          template_item, segment_item, band_item, snippet_item, journey_item, test_item> {};

// Lines of declarations.
template <typename... R>
using line = node<Kind::line, R...>;

struct workspace_line
    : line<sor<all<kept<"time">, word<"zone">, string>, all<kept<"currency">, currency>,
               all<kept<"locale">, string>, all<kept<"week">, word<"starts">, weekday>,
               all<kept<"holdout">, percent>, all<kept<"blast">, word<"limit">, rate>,
               all<kept<"canary">, canary>>> {};
struct profile_line : line<field> {};
struct event_line : line<sor<all<word<"dwell">, dwell>, field>> {};
struct channel_line : line<sor<all<kept<"address">, path>, all<kept<"from">, string>,
                               all<kept<"sender">, string>, all<kept<"rate">, rate>,
                               all<kept<"max">, word<"length">, integer>, all<kept<"cost">, sum>>> {
};
struct consent_line : line<sor<all<kept<"channels">, listed<name>>, all<kept<"basis">, basis>,
                               all<kept<"about">, string>>> {};
struct frequency_line
    : line<sor<all<kept<"at">, word<"most">, limit_row>, all<kept<"counts">, class_name>,
               all<kept<"when">, word<"full">, when_full>>> {};
struct quiet_line
    : line<sor<all<kept<"from">, clock_time, word<"to">, clock_time, maybe_zone>,
               all<kept<"on">, listed<name>>, all<kept<"then">, sor<kept<"hold">, kept<"skip">>>,
               all<kept<"if">, word<"no">, word<"zone">, no_zone>,
               all<kept<"spread">, word<"over">, duration>>> {};
struct template_line
    : line<sor<all<kept<"consent">, name>,
               all<sor<kept<"subject">, kept<"title">, kept<"body">, kept<"file">>, string>,
               all<kept<"needs">, field>, all<kept<"attach">, string>,
               all<kept<"inline">, string, word<"as">, name>,
               all<kept<"unsubscribe">, sor<kept<"automatic">, all<word<"in">, kept<"body">>>>>> {};

struct fetch_line
    : line<sor<all<kept<"get">, string>, all<kept<"cache">, duration>,
               all<kept<"timeout">, duration>,
               all<kept<"when">, word<"it">, word<"fails">, sor<kept<"skip">, kept<"blank">>>>> {};

struct catalogue_line : line<sor<all<kept<"file">, string>, all<kept<"key">, name>, field>> {};

struct webhook_line : line<sor<all<kept<"post">, string>, all<kept<"sends">, listed<name>>,
                               all<kept<"gives">, field>, all<kept<"timeout">, duration>,
                               all<kept<"retry">, times>>> {};

// Head clauses.
template <typename... R>
using head = node<Kind::head, R...>;

struct within : node<Kind::within, word<"within">, duration> {};
struct then_exit : node<Kind::then_exit, sign<",">, lines, word<"then">, word<"exit">> {};
struct goal_tail : seq<maybe<lines, within>, maybe<then_exit>> {};
struct segment_change : node<Kind::segment_change, sor<kept<"joining">, kept<"leaving">>, name> {};
struct reach : node<Kind::reach, history, word<"reaches">, sum, maybe<word<"per">, name>> {};
struct trigger_option : sor<all<word<"lasts">, duration>, all<word<"unless">, event_sel>> {};
struct event_trigger : node<Kind::event_trigger, event_sel, lined_up<trigger_option>> {};
struct trigger : sor<segment_change, reach, event_trigger> {};
struct every : node<Kind::every,
                    sor<kept<"day">, all<kept<"month">, word<"on">, integer>, listed<weekday>>> {};
struct clock : seq<clock_time, maybe_zone> {};
struct leap
    : node<Kind::leap, word<"as">, sor<all<word<"feb">, kept<"28">>, all<word<"mar">, kept<"1">>>> {
};
struct schedule
    : node<Kind::schedule, sor<all<kept<"every">, every, word<"at">, clock>,
                               all<kept<"yearly">, word<"on">, path, word<"at">, clock,
                                   maybe<sign<",">, lines, word<"feb">, word<"29">, leap>>,
                               all<kept<"once">, word<"at">, date_time, maybe_named_zone>>> {};
struct enter_tail : sor<all<word<"when">, trigger>, all<schedule, word<"for">, name>> {};
struct exit_tail : sor<all<kept<"when">, sor<segment_change, event_sel>>, all<kept<"if">, expr>> {};
struct overlap : sor<kept<"ignore">, kept<"restart">, kept<"queue">, kept<"parallel">> {};

struct head_line
    : sor<head<kept<"version">, integer>, head<kept<"about">, string>, head<kept<"owner">, string>,
          head<kept<"enter">, enter_tail>, head<kept<"only">, word<"if">, expr>,
          head<kept<"reenter">, reenter>, head<kept<"while">, word<"running">, overlap>,
          head<kept<"goal">, name, word<"when">, event_sel, goal_tail>,
          head<kept<"exit">, exit_tail>, head<kept<"frequency">, name>, head<kept<"quiet">, name>,
          head<kept<"expires">, word<"after">, duration>, head<kept<"priority">, integer>,
          head<kept<"rate">, rate>, head<kept<"key">, expr>, head<kept<"time">, word<"zone">, sum>,
          head<kept<"from">, word<"version">, integer, block<BlockKind::moves>>,
          node<Kind::do_block, word<"do">, steps>> {};

// from version N { … }
struct others : sor<kept<"stay">, kept<"stop">, kept<"restart">> {};
struct move_tail : seq<word<"moves">, word<"to">, name> {};
struct move_line : sor<node<Kind::others, word<"others">, others>,
                       node<Kind::move, token<Kind::name, scan::name, "a step">, move_tail>> {};

// Steps.

struct send_step : node<Kind::send, word<"send">, channel_template, maybe<word<"with">, map>,
                        lined_up<send_option>> {};
struct best_send : seq<word<"for">, event_sel, word<"within">, duration, word<"worth">, sum,
                       maybe<word<"explore">, percent>> {};
struct send_one_step : node<Kind::send_one, word<"send">,
                            sor<all<kept<"first">, word<"of">>, all<kept<"best">, best_send>>,
                            block<BlockKind::sends>> {};
struct send_row
    : node<Kind::step,
           node<Kind::send, channel_template, maybe<word<"with">, map>, lined_up<send_option>>> {};
struct wait_at_most : seq<kept<"at">, word<"most">, duration, block<BlockKind::wait_arms>> {};
struct wait_step : node<Kind::wait, word<"wait">,
                        sor<all<kept<"until">, until>, all<wait_at_most>,
                            all<pegtl::not_at<sor<word<"until">, all<word<"at">, word<"most">>>>,
                                node<Kind::delay, sum>>>> {};
struct else_if : node<Kind::else_if, lines, word<"else">, word<"if">, expr, steps> {};
struct else_step : node<Kind::else_step, lines, word<"else">, steps> {};
struct if_step : node<Kind::if_step, word<"if">, expr, steps, many<else_if>, opt<else_step>> {};
struct choose_step : node<Kind::choose, word<"choose">, block<BlockKind::choices>> {};
struct split_step : node<Kind::split, word<"split">, name, block<BlockKind::split_arms>> {};
struct experiment_step
    : node<Kind::experiment, word<"experiment">, name, block<BlockKind::experiment>> {};
struct let_step : node<Kind::let, word<"let">, name, sign<"=">, expr> {};
struct set_step : node<Kind::set, word<"set">, path, sign<"=">, expr> {};
struct tag_step : node<Kind::tag, sor<kept<"add">, kept<"remove">>, word<"tag">, listed<string>> {};
struct stop_step : node<Kind::stop, word<"stop">, maybe<word<"as">, name>> {};
struct note_step : node<Kind::note, word<"note">, string> {};
struct call_step : node<Kind::call_step, word<"call">, name, maybe<word<"with">, map>,
                        maybe<word<"as">, name>, opt<else_step>> {};
struct emit_step : node<Kind::emit, word<"emit">, event_path, opt<map>> {};
struct run_step : node<Kind::run, word<"run">, name, maybe<word<"with">, map>> {};
struct argument : node<Kind::pair, name, sign<":">, expr> {};
struct include_call
    : node<Kind::call_include, name, broken<sign<"(">, opt<listed<argument>>, sign<")">>> {};
struct include_step : node<Kind::include, word<"include">, include_call> {};
struct at_most_times : seq<word<"at">, word<"most">, sum, word<"times">> {};
struct repeat_step : node<Kind::repeat, word<"repeat">, at_most_times,
                          maybe<node<Kind::repeat_until, word<"until">, expr>>, steps> {};
struct action : sor<send_one_step, send_step, wait_step, if_step, choose_step, split_step,
                    experiment_step, let_step, set_step, tag_step, stop_step, note_step, call_step,
                    emit_step, run_step, include_step, repeat_step> {};
struct any_step : node<Kind::step, opt<elsewhere<match_label>>, action> {};

struct on_arm : node<Kind::on_arm, word<"on">, event_sel, steps> {};
struct when_arm : node<Kind::when_arm, word<"when">, expr, steps> {};
struct timeout_arm : node<Kind::timeout_arm, word<"timeout">, opt<steps>> {};
struct wait_arm : sor<on_arm, when_arm, timeout_arm> {};

struct choice
    : node<Kind::choice, sor<all<kept<"when">, expr, steps>, all<kept<"otherwise">, steps>>> {};
struct split_arm
    : sor<node<Kind::holdout, percent, word<"holdout">>, node<Kind::arm, percent, name, steps>> {};
struct winner_per : seq<token<Kind::name, scan::name, "a count like `clicked`">, word<"per">,
                        token<Kind::name, scan::name, "a count like `delivered`">> {};
struct winner_needs : seq<integer, word<"per">, word<"arm">> {};
// In any order, because nobody remembers one.
struct winner_option : sor<node<Kind::needs, word<"needs">, winner_needs>,
                           node<Kind::confidence, word<"confidence">, percent>,
                           node<Kind::otherwise, word<"otherwise">, name>> {};
struct winner : node<Kind::winner, word<"winner">, word<"by">, winner_per, word<"after">, duration,
                     lined_up<winner_option>> {};
struct experiment_line : sor<node<Kind::holdout, word<"holdout">, percent>,
                             node<Kind::arm, word<"arm">, name, percent, steps>,
                             node<Kind::sample, word<"sample">, percent>, winner> {};

// Tests.
struct start_tail : seq<date_time, maybe_named_zone> {};
struct test_line
    : sor<node<Kind::start, word<"start">, start_tail>, node<Kind::line, word<"given">, given>,
          node<Kind::at_line, word<"at">, moment, sor<all<word<"expect">, outcome>, happen>>,
          node<Kind::every_line, word<"every">, duration, word<"until">, moment, happen>> {};

}  // namespace journey::syntax::grammar
