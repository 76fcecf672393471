#include "dsl/yaml/keys.h"

#include "dsl/yaml/declaration_keys.h"
#include "engine/base/base.h"

#include <array>

namespace journey::yaml {

namespace {

constexpr Key kId{
    .name = "id", .shape = Shape::name, .about = "The step's label, for `of`, tests and reports."};
constexpr Key kWith{.name = "with",
                    .shape = Shape::data,
                    .about = "Names and their values: text in quotes, or an expression."};

constexpr std::array kDocument = {
    Key{.name = "language", .shape = Shape::number, .about = "The edition of the language: 1."},
    Key{.name = "use",
        .shape = Shape::texts,
        .about = "Files this one stands on, like the shared schema."},
    Key{.name = "workspace",
        .shape = Shape::map,
        .about = "What holds for the whole project.",
        .table = Where::workspace},
    Key{.name = "profile",
        .shape = Shape::fields,
        .about = "What is known about a person: name and type of each property."},
    Key{.name = "events",
        .shape = Shape::events,
        .about = "What people do, and the properties each event carries."},
    Key{.name = "channels",
        .shape = Shape::named_maps,
        .about = "The ways to reach people.",
        .table = Where::channel},
    Key{.name = "consents",
        .shape = Shape::named_maps,
        .about = "What people can agree to.",
        .table = Where::consent},
    Key{.name = "frequencies",
        .shape = Shape::named_maps,
        .about = "How many messages a person may get.",
        .table = Where::frequency},
    Key{.name = "quiet hours",
        .shape = Shape::named_maps,
        .about = "When nobody is disturbed.",
        .table = Where::quiet},
    Key{.name = "webhooks",
        .shape = Shape::named_maps,
        .about = "Other systems a journey can ask.",
        .table = Where::webhook},
    Key{.name = "fetches",
        .shape = Shape::named_maps,
        .about = "What messages show of other systems.",
        .table = Where::fetch},
    Key{.name = "catalogues",
        .shape = Shape::named_maps,
        .about = "Tables that templates look things up in.",
        .table = Where::catalogue},
    Key{.name = "templates",
        .shape = Shape::named_maps,
        .about = "The messages that can be sent.",
        .table = Where::message_template},
    Key{.name = "segments",
        .shape = Shape::named_maps,
        .about = "Groups of people, each by a condition.",
        .table = Where::segment},
    Key{.name = "bands",
        .shape = Shape::named_maps,
        .about = "Measured values turned into scores.",
        .table = Where::band},
    Key{.name = "snippets",
        .shape = Shape::named_maps,
        .about = "Steps that several journeys share.",
        .table = Where::snippet},
    Key{.name = "journeys",
        .shape = Shape::maps,
        .about = "Several journeys in one file; one alone needs only `journey:`.",
        .table = Where::journey},
};

constexpr std::array kJourney = {
    Key{.name = "journey", .shape = Shape::name, .about = "The journey's name."},
    Key{.name = "title", .shape = Shape::text, .about = "The journey's title, for people."},
    Key{.name = "class",
        .shape = Shape::word,
        .about = "Marketing, or transactional for what people wait for, like receipts.",
        .words = "marketing|transactional"},
    Key{.name = "version",
        .shape = Shape::number,
        .about = "Counts up with every change; people inside stay on theirs."},
    Key{.name = "about", .shape = Shape::text, .about = "What the journey is for."},
    Key{.name = "owner", .shape = Shape::text, .about = "Who answers for it."},
    Key{.name = "enter",
        .shape = Shape::maps,
        .about = "What brings people into the journey.",
        .table = Where::enter},
    Key{.name = "only if",
        .about = "Who may enter: a condition.",
        .example = "user.email is present"},
    Key{.name = "reenter",
        .about = "Whether somebody may come again.",
        .words = "never|always",
        .example = "after 30 days"},
    Key{.name = "while running",
        .shape = Shape::word,
        .about = "What happens when somebody who is inside would enter again.",
        .words = "ignore|restart|queue|parallel"},
    Key{.name = "goals",
        .shape = Shape::named_maps,
        .about = "What the journey is meant to achieve, by name.",
        .table = Where::goal},
    Key{.name = "exit",
        .shape = Shape::maps,
        .about = "What ends the journey for a person.",
        .table = Where::exit_rule},
    Key{.name = "frequency",
        .shape = Shape::name,
        .about = "The frequency policy of its messages.",
        .names = "frequency"},
    Key{.name = "quiet",
        .shape = Shape::name,
        .about = "The quiet hours of its messages.",
        .names = "quiet"},
    Key{.name = "expires after",
        .about = "Nobody stays inside longer than this.",
        .example = "30 days"},
    Key{.name = "priority",
        .shape = Shape::number,
        .about = "Which journey may send first when a limit is near."},
    Key{.name = "rate", .about = "How fast its marketing goes out.", .example = "5000 per hour"},
    Key{.name = "key",
        .about = "Makes an event that comes twice one entry.",
        .example = "trigger.order_id"},
    Key{.name = "time zone",
        .shape = Shape::value,
        .about = "Whose clock `local` means, when it is not the person's.",
        .example = "trigger.time_zone"},
    Key{.name = "from version",
        .shape = Shape::moves,
        .about = "What becomes of people on an older version: `step: moves to other`, and "
                 "`others: stay`.",
        .numbered = true},
    Key{.name = "do", .shape = Shape::steps, .about = "The steps, one after the other."},
};

constexpr std::array kTests = {
    Key{.name = "tests",
        .shape = Shape::maps,
        .about = "What must happen, under virtual time.",
        .table = Where::test},
};

template <std::size_t A, std::size_t B>
constexpr std::array<Key, A + B> joined(const std::array<Key, A>& a, const std::array<Key, B>& b) {
    std::array<Key, A + B> all{};
    for (std::size_t i = 0; i < A; ++i)
        all[i] = a[i];
    for (std::size_t i = 0; i < B; ++i)
        all[A + i] = b[i];
    return all;
}
constexpr auto kFile = joined(joined(kDocument, kJourney), kTests);

constexpr std::array kEnter = {
    Key{.name = "when",
        .about = "An event, `joining` or `leaving` a segment, or a count that `reaches` a number.",
        .names = "event",
        .example = "joining newsletter_readers"},
    Key{.name = "lasts", .about = "How long the person must stay at it.", .example = "90s"},
    Key{.name = "unless",
        .shape = Shape::phrases,
        .about = "Events that call it off meanwhile.",
        .names = "event"},
    Key{.name = "every",
        .about = "Days: `day`, `month on 3`, or weekdays.",
        .words = "day",
        .example = "Monday"},
    Key{.name = "yearly on",
        .about = "A date of the profile, every year.",
        .example = "user.birthday"},
    Key{.name = "once at",
        .about = "A moment.",
        .example = "2026-03-20 10:00 in \"Asia/Shanghai\""},
    Key{.name = "at", .about = "The time of day and whose clock.", .example = "08:00 local"},
    Key{.name = "for",
        .shape = Shape::name,
        .about = "The segment that enters.",
        .names = "segment"},
    Key{.name = "feb 29",
        .shape = Shape::word,
        .about = "The day in years that have no 29th of February.",
        .words = "as feb 28|as mar 1"},
};
constexpr std::array kGoal = {
    Key{.name = "when", .about = "The event that reaches it.", .names = "event", .needed = true},
    Key{.name = "within", .about = "How long after entering it counts.", .example = "14 days"},
    Key{.name = "then",
        .shape = Shape::word,
        .about = "Whether the journey ends with it.",
        .words = "exit"},
};
constexpr std::array kExit = {
    Key{.name = "when",
        .about = "An event, or `leaving` a segment.",
        .names = "event",
        .example = "leaving newsletter_readers"},
    Key{.name = "if", .about = "A condition that ends it."},
};
constexpr std::array kSend = {
    Key{.name = "send",
        .about = "Send a message: channel and template.",
        .names = "message",
        .example = "email welcome_hello",
        .needed = true},
    kId,
    kWith,
    Key{.name = "to", .about = "Another address than the profile's."},
    Key{.name = "at",
        .about = "The hour at which the person mostly opens, at most so much later.",
        .example = "best hour within 1 day"},
    Key{.name = "valid", .about = "How long the message makes sense.", .example = "for 24h"},
    Key{.name = "retry", .about = "How long to try again.", .example = "for 12h"},
    Key{.name = "without",
        .shape = Shape::phrases,
        .about = "A policy that does not hold for this message.",
        .words = "quiet|frequency"},
};
constexpr std::array kSendFirst = {
    Key{.name = "send first of",
        .shape = Shape::steps,
        .about = "One message over the first channel that is allowed.",
        .needed = true},
    kId,
};
constexpr std::array kSendBest = {
    Key{.name = "send best of",
        .shape = Shape::steps,
        .about = "One message over the channel that is expected to bring most.",
        .needed = true},
    kId,
    Key{.name = "for",
        .about = "The event the message is to bring about.",
        .names = "event",
        .needed = true},
    Key{.name = "within", .about = "How long it counts.", .example = "3 days", .needed = true},
    Key{.name = "worth",
        .about = "What the event brings, in the workspace's currency.",
        .example = "12.00",
        .needed = true},
    Key{.name = "explore",
        .about = "The share that goes to the other channels, to keep learning.",
        .example = "5%"},
};
constexpr std::array kWait = {
    Key{.name = "wait", .about = "Wait this long.", .example = "2 days", .needed = true}, kId};
constexpr std::array kWaitUntil = {Key{.name = "wait until",
                                       .about = "Wait for a time of day, a weekday or a moment.",
                                       .example = "Tuesday at 10:00 local",
                                       .needed = true},
                                   kId};
constexpr std::array kWaitAtMost = {
    Key{.name = "wait at most",
        .about = "Wait for something to happen, but no longer than this.",
        .example = "1 day",
        .needed = true},
    kId,
    Key{.name = "on",
        .shape = Shape::maps,
        .about = "What can happen, and what is done then.",
        .table = Where::wait_arm},
    Key{.name = "timeout", .shape = Shape::steps, .about = "What is done when nothing happened."},
};
constexpr std::array kBranch = {
    Key{.name = "if", .about = "A condition.", .needed = true},
    kId,
    Key{.name = "then", .shape = Shape::steps, .about = "Steps when it holds.", .needed = true},
    Key{.name = "else if",
        .shape = Shape::maps,
        .about = "Further conditions, one after the other.",
        .table = Where::else_if},
    Key{.name = "else", .shape = Shape::steps, .about = "Steps when nothing held."},
};
constexpr std::array kChoose = {Key{.name = "choose",
                                    .shape = Shape::maps,
                                    .about = "The first choice that holds is done.",
                                    .table = Where::choice,
                                    .needed = true},
                                kId};
constexpr std::array kSplit = {
    Key{.name = "split",
        .shape = Shape::name,
        .about = "Divide people by chance, for good.",
        .needed = true},
    kId,
    Key{.name = "arms", .shape = Shape::arms, .about = "Each with its share.", .needed = true},
};
constexpr std::array kExperiment = {
    Key{.name = "experiment",
        .shape = Shape::name,
        .about = "Try variants and measure them.",
        .needed = true},
    kId,
    Key{.name = "holdout", .about = "The share that gets nothing.", .example = "5%"},
    Key{.name = "sample",
        .about = "The share that tries the arms; the others wait for the winner.",
        .example = "20%"},
    Key{.name = "arms", .shape = Shape::arms, .about = "Each with its share.", .needed = true},
    Key{.name = "winner",
        .shape = Shape::map,
        .about = "How the winner is found.",
        .table = Where::winner},
};
constexpr std::array kLet = {
    Key{.name = "let", .shape = Shape::name, .about = "A name for a value.", .needed = true},
    Key{.name = "is", .about = "The value, as it is now.", .needed = true}, kId};
constexpr std::array kSet = {
    Key{.name = "set",
        .about = "Change a property of the profile.",
        .example = "user.tier",
        .needed = true},
    Key{.name = "to", .shape = Shape::value, .about = "Its new value.", .needed = true}, kId};
constexpr std::array kAddTag = {Key{.name = "add tag",
                                    .shape = Shape::texts,
                                    .about = "Tags to put on the person.",
                                    .needed = true},
                                kId};
constexpr std::array kRemoveTag = {Key{.name = "remove tag",
                                       .shape = Shape::texts,
                                       .about = "Tags to take off the person.",
                                       .needed = true},
                                   kId};
constexpr std::array kEmit = {
    Key{.name = "emit", .about = "Make an event happen.", .names = "event", .needed = true}, kId,
    kWith};
constexpr std::array kCall = {
    Key{.name = "call",
        .shape = Shape::name,
        .about = "Ask a webhook.",
        .names = "webhook",
        .needed = true},
    kId,
    kWith,
    Key{.name = "as", .shape = Shape::name, .about = "A name for its answer."},
    Key{.name = "else", .shape = Shape::steps, .about = "Steps when it does not answer."},
};
constexpr std::array kRun = {Key{.name = "run",
                                 .shape = Shape::name,
                                 .about = "Start another journey, which says `when: called`.",
                                 .names = "journey",
                                 .needed = true},
                             kId, kWith};
constexpr std::array kInclude = {Key{.name = "include",
                                     .shape = Shape::name,
                                     .about = "The steps of a snippet.",
                                     .names = "snippet",
                                     .needed = true},
                                 kId, kWith};
constexpr std::array kRepeat = {
    Key{.name = "repeat",
        .about = "Do steps again, but not without end.",
        .example = "at most 3 times",
        .needed = true},
    kId,
    Key{.name = "until", .about = "A condition that ends it."},
    Key{.name = "do", .shape = Shape::steps, .about = "The steps.", .needed = true},
};
constexpr std::array kStop = {Key{.name = "stop",
                                  .shape = Shape::nothing_or_name,
                                  .about = "The journey ends here; a reason may follow."},
                              kId};
constexpr std::array kNote = {Key{.name = "note",
                                  .shape = Shape::text,
                                  .about = "A line in the person's history.",
                                  .needed = true},
                              kId};
constexpr std::array kWaitArm = {
    Key{.name = "event", .about = "An event that ends the wait.", .names = "event"},
    Key{.name = "when", .about = "A condition that ends the wait."},
    Key{.name = "do", .shape = Shape::steps, .about = "Steps that follow."},
};
constexpr std::array kElseIf = {
    Key{.name = "if", .about = "A condition.", .needed = true},
    Key{.name = "then", .shape = Shape::steps, .about = "Steps when it holds."}};
constexpr std::array kChoice = {
    Key{.name = "when", .about = "A condition."},
    Key{.name = "do", .shape = Shape::steps, .about = "Steps when it holds."},
    Key{.name = "otherwise", .shape = Shape::steps, .about = "Steps when nothing held."}};
constexpr std::array kArm = {
    Key{.name = "do", .shape = Shape::steps, .about = "The steps of this arm."}};
constexpr std::array kWinner = {
    Key{.name = "by",
        .about = "What is measured.",
        .example = "clicked per delivered",
        .needed = true},
    Key{.name = "after", .about = "When it is decided.", .example = "4h", .needed = true},
    Key{.name = "needs", .about = "How many people each arm needs.", .example = "500 per arm"},
    Key{.name = "confidence", .about = "How sure the result must be.", .example = "95%"},
    Key{.name = "otherwise",
        .shape = Shape::name,
        .about = "The arm that is taken when nobody wins."},
};
constexpr std::array kTest = {
    Key{.name = "test",
        .shape = Shape::text,
        .about = "What is tested, in a sentence.",
        .needed = true},
    Key{.name = "of",
        .shape = Shape::name,
        .about = "The journey, when it is not this file's.",
        .names = "journey"},
    Key{.name = "start",
        .about = "When the test begins.",
        .example = "2026-03-02 09:00 in \"Asia/Shanghai\""},
    Key{.name = "given", .shape = Shape::givens, .about = "What is so before it begins."},
    Key{.name = "steps",
        .shape = Shape::maps,
        .about = "What happens, and what is expected.",
        .table = Where::test_line},
};
constexpr std::array kGivenUser = {
    Key{.name = "user", .shape = Shape::data, .about = "The person's profile.", .needed = true}};
constexpr std::array kGivenHeldOut = {Key{.name = "user in",
                                          .shape = Shape::word,
                                          .about = "The person is in the workspace's holdout.",
                                          .words = "holdout",
                                          .needed = true}};
constexpr std::array kGivenConsent = {Key{.name = "consent",
                                          .shape = Shape::names,
                                          .about = "What the person agreed to.",
                                          .names = "consent",
                                          .needed = true}};
constexpr std::array kGivenTag = {
    Key{.name = "tag", .shape = Shape::texts, .about = "The person's tags.", .needed = true}};
constexpr std::array kGivenHistory = {
    Key{.name = "history",
        .about = "An event that happened before.",
        .names = "event",
        .needed = true},
    kWith,
    Key{.name = "at", .about = "How long before the start.", .example = "-2 days", .needed = true}};
constexpr Key kPicks{.name = "picks",
                     .shape = Shape::name,
                     .about = "The arm the person draws, or the one that wins."};
constexpr Key kPuts{.name = "puts user in",
                    .shape = Shape::word,
                    .about = "Where the person is drawn.",
                    .words = "holdout|sample|rest"};
constexpr std::array kGivenExperiment = {Key{.name = "experiment",
                                             .shape = Shape::name,
                                             .about = "An experiment of the journey.",
                                             .needed = true},
                                         kPicks, kPuts};
constexpr std::array kGivenSplit = {
    Key{.name = "split", .shape = Shape::name, .about = "A split of the journey.", .needed = true},
    kPicks, kPuts};
constexpr std::array kGivenWebhook = {
    Key{.name = "webhook",
        .shape = Shape::name,
        .about = "How a webhook answers: with `gives:`, or not at all with `fails:`.",
        .names = "webhook",
        .needed = true},
    Key{.name = "gives", .shape = Shape::data, .about = "Its answer."},
    Key{.name = "fails", .shape = Shape::nothing, .about = "It does not answer."}};
constexpr std::array kGivenFetch = {
    Key{.name = "fetch",
        .shape = Shape::name,
        .about = "What a fetch brings: `gives:`, or nothing with `fails:`.",
        .names = "fetch",
        .needed = true},
    Key{.name = "gives", .shape = Shape::data, .about = "Its answer."},
    Key{.name = "fails", .shape = Shape::nothing, .about = "It does not answer."}};
constexpr std::array kTestLine = {
    Key{.name = "at", .about = "When: after the start, or a moment.", .example = "+2 days"},
    Key{.name = "every", .about = "Again and again, this far apart.", .example = "15s"},
    Key{.name = "until", .about = "The end of `every`.", .example = "+90s"},
    Key{.name = "event",
        .about = "An event that happens, or a receipt like `clicked of mail`.",
        .names = "event"},
    kWith,
    Key{.name = "set", .about = "A property of the profile that changes.", .example = "user.tier"},
    Key{.name = "to", .shape = Shape::value, .about = "Its new value."},
    Key{.name = "expect",
        .about = "What must have happened then.",
        .example = "sent email welcome_hello"},
};

constexpr std::array kTables = {
    KeyTable{Where::file, "A journey file", kFile},
    KeyTable{Where::journey, "A journey", kJourney},
    KeyTable{Where::workspace, "The workspace", kWorkspace},
    KeyTable{Where::channel, "A channel", kChannel},
    KeyTable{Where::consent, "A consent group", kConsent},
    KeyTable{Where::frequency, "A frequency policy", kFrequency},
    KeyTable{Where::quiet, "A quiet policy", kQuiet},
    KeyTable{Where::webhook, "A webhook", kWebhook},
    KeyTable{Where::fetch, "A fetch", kFetch},
    KeyTable{Where::catalogue, "A catalogue", kCatalogue},
    KeyTable{Where::message_template, "A template", kTemplate},
    KeyTable{Where::segment, "A segment", kSegment},
    KeyTable{Where::band, "A band", kBand},
    KeyTable{Where::snippet, "A snippet", kSnippet},
    KeyTable{Where::enter, "`enter`", kEnter},
    KeyTable{Where::goal, "A goal", kGoal},
    KeyTable{Where::exit_rule, "`exit`", kExit},
    KeyTable{Where::send, "A `send`", kSend},
    KeyTable{Where::send_first, "A `send first of`", kSendFirst},
    KeyTable{Where::send_best, "A `send best of`", kSendBest},
    KeyTable{Where::wait, "A `wait`", kWait},
    KeyTable{Where::wait_until, "A `wait until`", kWaitUntil},
    KeyTable{Where::wait_at_most, "A `wait at most`", kWaitAtMost},
    KeyTable{Where::branch, "An `if`", kBranch},
    KeyTable{Where::choose, "A `choose`", kChoose},
    KeyTable{Where::split, "A `split`", kSplit},
    KeyTable{Where::experiment, "An `experiment`", kExperiment},
    KeyTable{Where::let, "A `let`", kLet},
    KeyTable{Where::set, "A `set`", kSet},
    KeyTable{Where::add_tag, "`add tag`", kAddTag},
    KeyTable{Where::remove_tag, "`remove tag`", kRemoveTag},
    KeyTable{Where::emit, "An `emit`", kEmit},
    KeyTable{Where::call, "A `call`", kCall},
    KeyTable{Where::run, "A `run`", kRun},
    KeyTable{Where::include, "An `include`", kInclude},
    KeyTable{Where::repeat, "A `repeat`", kRepeat},
    KeyTable{Where::stop, "A `stop`", kStop},
    KeyTable{Where::note, "A `note`", kNote},
    KeyTable{Where::wait_arm, "An arm of a wait", kWaitArm},
    KeyTable{Where::else_if, "An `else if`", kElseIf},
    KeyTable{Where::choice, "A choice", kChoice},
    KeyTable{Where::arm, "An arm", kArm},
    KeyTable{Where::winner, "A `winner`", kWinner},
    KeyTable{Where::test, "A test", kTest},
    KeyTable{Where::given_user, "`given`", kGivenUser},
    KeyTable{Where::given_consent, "`given`", kGivenConsent},
    KeyTable{Where::given_tag, "`given`", kGivenTag},
    KeyTable{Where::given_history, "`given`", kGivenHistory},
    KeyTable{Where::given_experiment, "`given`", kGivenExperiment},
    KeyTable{Where::given_split, "`given`", kGivenSplit},
    KeyTable{Where::given_webhook, "`given`", kGivenWebhook},
    KeyTable{Where::given_fetch, "`given`", kGivenFetch},
    KeyTable{Where::given_held_out, "`given`", kGivenHeldOut},
    KeyTable{Where::test_line, "A line of a test", kTestLine},
};

constexpr std::array kSteps = {
    Where::send,         Where::send_first, Where::send_best, Where::wait,       Where::wait_until,
    Where::wait_at_most, Where::branch,     Where::choose,    Where::split,      Where::experiment,
    Where::let,          Where::set,        Where::add_tag,   Where::remove_tag, Where::emit,
    Where::call,         Where::run,        Where::include,   Where::repeat,     Where::stop,
    Where::note};
constexpr std::array kGivens = {
    Where::given_user,    Where::given_consent,    Where::given_tag,
    Where::given_history, Where::given_experiment, Where::given_split,
    Where::given_webhook, Where::given_fetch,      Where::given_held_out};

}  // namespace

const KeyTable& table(Where where) {
    const KeyTable& found = kTables.at(static_cast<std::size_t>(where));
    ENSURE(found.where == where, "a table of keys is not in its place");
    return found;
}

const Key* find_key(const KeyTable& table, std::string_view key) {
    for (const Key& one : table.keys) {
        if (one.name == key) return &one;
        // `from version 2`: the number is the builder's to read.
        if (one.numbered && key.starts_with(one.name) && key.size() > one.name.size() &&
            key[one.name.size()] == ' ')
            return &one;
    }
    return nullptr;
}

std::span<const Where> step_tables() {
    return kSteps;
}

std::span<const Where> given_tables() {
    return kGivens;
}

}  // namespace journey::yaml
