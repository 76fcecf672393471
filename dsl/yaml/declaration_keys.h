#pragma once
// The keys of what exists: the tables of declarations.

#include "dsl/yaml/keys.h"

#include <array>

namespace journey::yaml {

inline constexpr std::array kWorkspace = {
    Key{.name = "name", .shape = Shape::name, .about = "The workspace's name."},
    Key{.name = "time zone",
        .shape = Shape::text,
        .about = "Used where a person has no zone of their own.",
        .example = "Asia/Shanghai"},
    Key{.name = "currency", .about = "Three capital letters.", .example = "CNY"},
    Key{.name = "locale", .shape = Shape::text, .about = "Like zh-CN.", .example = "zh-CN"},
    Key{.name = "week starts",
        .shape = Shape::word,
        .about = "The first day of a calendar week.",
        .words = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"},
    Key{.name = "holdout",
        .about = "The share of the people who get no marketing.",
        .example = "5%"},
    Key{.name = "blast limit",
        .about = "Marketing messages of one step that go out before somebody approves.",
        .example = "10000 per day"},
    Key{.name = "canary",
        .about = "The first messages of a step, which are looked at before the others go out.",
        .example = "100 for 30 minutes stop above 5%"},
};
inline constexpr std::array kChannel = {
    Key{.name = "address",
        .about = "The profile property that holds a person's address.",
        .example = "user.email"},
    Key{.name = "from", .shape = Shape::text, .about = "The sender people see."},
    Key{.name = "sender", .shape = Shape::text, .about = "The sender's name or number."},
    Key{.name = "rate", .about = "How fast the provider may be used.", .example = "200 per second"},
    Key{.name = "cost",
        .shape = Shape::text,
        .about = "What one message costs, in the workspace's currency."},
    Key{.name = "max length", .shape = Shape::number, .about = "Characters of one message."},
};
inline constexpr std::array kConsent = {
    Key{.name = "title", .shape = Shape::text, .about = "What people read when they agree."},
    Key{.name = "channels",
        .shape = Shape::names,
        .about = "The channels this consent is for.",
        .names = "channel"},
    Key{.name = "basis",
        .shape = Shape::word,
        .about = "How people agree.",
        .words = "opt in|double opt in|opt out"},
    Key{.name = "about", .shape = Shape::text, .about = "What the consent is for."},
};
inline constexpr std::array kFrequency = {
    Key{.name = "at most",
        .shape = Shape::phrases,
        .about = "Limits, one a line.",
        .example = "2 sms per week"},
    Key{.name = "counts",
        .shape = Shape::word,
        .about = "Which messages are counted; marketing when it is not said.",
        .words = "marketing|transactional"},
    Key{.name = "when full",
        .about = "What becomes of a message over the limit; it is skipped when it is not said.",
        .words = "skip",
        .example = "hold up to 2 days"},
};
inline constexpr std::array kQuiet = {
    Key{.name = "from", .about = "When quiet begins.", .example = "21:30", .needed = true},
    Key{.name = "to", .about = "When quiet ends.", .example = "09:00", .needed = true},
    Key{.name = "zone",
        .about = "Whose clock: the person's, or a place's.",
        .words = "local",
        .example = "in \"Asia/Shanghai\""},
    Key{.name = "on",
        .shape = Shape::names,
        .about = "The channels that are quiet.",
        .names = "channel"},
    Key{.name = "then",
        .shape = Shape::word,
        .about = "Messages wait until the end, or are not sent.",
        .words = "hold|skip"},
    Key{.name = "if no zone",
        .about = "What holds for people whose zone nobody knows.",
        .words = "hold|skip",
        .example = "use \"Asia/Shanghai\""},
    Key{.name = "spread over",
        .about = "Over how long what was held goes out after the end.",
        .example = "1 hour"},
};
inline constexpr std::array kWebhook = {
    Key{.name = "post", .shape = Shape::text, .about = "The address that is asked."},
    Key{.name = "sends", .shape = Shape::names, .about = "The names it needs."},
    Key{.name = "gives", .shape = Shape::fields, .about = "What it answers: names and types."},
    Key{.name = "timeout", .about = "How long to wait for its answer.", .example = "5s"},
    Key{.name = "retry", .about = "How often to try again.", .example = "3 times"},
};
inline constexpr std::array kFetch = {
    Key{.name = "get",
        .shape = Shape::text,
        .about = "The address that is asked; it may say {{ user.NAME }} and {{ trigger.NAME }}."},
    Key{.name = "cache",
        .about = "How long an answer serves everybody with the same address.",
        .example = "10 minutes"},
    Key{.name = "timeout", .about = "How long to wait for its answer.", .example = "2s"},
    Key{.name = "when it fails",
        .shape = Shape::word,
        .about = "The message is skipped, or shows nothing there.",
        .words = "skip|blank"},
};
inline constexpr std::array kCatalogue = {
    Key{.name = "file",
        .shape = Shape::text,
        .about = "A CSV file of the project.",
        .needed = true},
    Key{.name = "key",
        .shape = Shape::text,
        .about = "The column a row is found by.",
        .needed = true},
    Key{.name = "columns",
        .shape = Shape::fields,
        .about = "The columns that templates read, with their types."},
};
inline constexpr std::array kTemplate = {
    Key{.name = "channel",
        .shape = Shape::name,
        .about = "The channel it is for.",
        .names = "channel",
        .needed = true},
    Key{.name = "class",
        .shape = Shape::word,
        .about = "Marketing, or transactional.",
        .words = "marketing|transactional",
        .needed = true},
    Key{.name = "consent",
        .shape = Shape::name,
        .about = "The consent people must have given.",
        .names = "consent"},
    Key{.name = "subject", .shape = Shape::text, .about = "An email's subject."},
    Key{.name = "title", .shape = Shape::text, .about = "A push message's title."},
    Key{.name = "body", .shape = Shape::text, .about = "The message itself."},
    Key{.name = "file", .shape = Shape::text, .about = "A file with the message."},
    Key{.name = "needs", .shape = Shape::fields, .about = "The names it uses, with their types."},
    Key{.name = "attach", .shape = Shape::texts, .about = "Files that go with the mail."},
    Key{.name = "inline",
        .shape = Shape::data,
        .about = "Images shown inside the mail, by the name after `cid:`."},
    Key{.name = "unsubscribe",
        .shape = Shape::word,
        .about = "Whether the unsubscribe link is added, or stands in the text already.",
        .words = "automatic|in body"},
};
inline constexpr std::array kSegment = {
    Key{.name = "title", .shape = Shape::text, .about = "The segment's title, for people."},
    Key{.name = "is", .about = "Who belongs to it: a condition.", .needed = true},
};
inline constexpr std::array kBand = {
    Key{.name = "of",
        .about = "The value that is measured.",
        .example = "time since last(order_paid)",
        .needed = true},
    Key{.name = "rows",
        .shape = Shape::phrases,
        .about = "Scores and their edges, the first that holds.",
        .example = "5 below 14 days",
        .needed = true},
};
inline constexpr std::array kSnippet = {
    Key{.name = "parameters",
        .shape = Shape::fields,
        .about = "What whoever includes it must give: names and types, like `push template`."},
    Key{.name = "do", .shape = Shape::steps, .about = "The steps.", .needed = true},
};

}  // namespace journey::yaml
