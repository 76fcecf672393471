// Words of everyday language and of programming: what they are here, and that they are no slips of
// the pen.

#include "dsl/syntax/samples.h"

#include <algorithm>
#include <array>

namespace journey::syntax {
namespace {

using K = BlockKind;

constexpr std::array kElsewhere = std::to_array<Elsewhere>({
    {K::steps, "goto",
     "people only go forward: what is done again stands in `repeat`, and what "
     "some leave out in `if … { … }`"},
    {K::steps, "jump",
     "people only go forward: what is done again stands in `repeat`, and what "
     "some leave out in `if … { … }`"},
    {K::steps, "skip", "what some leave out stands in `if … { … }`"},
    {K::steps, "continue",
     "people go on by themselves; what some leave out stands in `if … { … }`"},
    {K::steps, "next", "people go on by themselves; what some leave out stands in `if … { … }`"},
    {K::steps, "break",
     "to leave a `repeat`, say until when: `repeat at most 3 times until … { … }`"},
    {K::steps, "try", "what is done when a webhook does not answer: `call … else { … }`"},
    {K::steps, "catch", "what is done when a webhook does not answer: `call … else { … }`"},
    {K::steps, "print", "to leave a remark for readers, write a comment: `# …`"},
    {K::steps, "log", "to leave a remark for readers, write a comment: `# …`"},
    {K::steps, "echo", "to leave a remark for readers, write a comment: `# …`"},
    {K::steps, "trigger", "what starts a journey stands above `do {`: `enter when …`"},
    {K::steps, "enter", "what starts a journey stands above `do {`: `enter when …`"},
    {K::steps, "goal", "a goal stands above `do {`: `goal bought when order_paid`"},
    {K::steps, "function", "steps that are used again stand in a `snippet` outside the journey"},
    {K::steps, "def", "steps that are used again stand in a `snippet` outside the journey"},
    {K::steps, "unsubscribe",
     "people unsubscribe by the link in the message; to stop here, write "
     "`stop`"},
});

// Only words that look like one of the language's own.
constexpr auto kEveryday = std::to_array<std::string_view>(
    {"about", "add",   "again", "all",   "also",  "any",  "are",  "array", "as",    "ask",
     "back",  "be",    "best",  "both",  "but",   "case", "cell", "city",  "code",  "copy",
     "data",  "day",   "do",    "done",  "each",  "edit", "else", "end",   "event", "exit",
     "false", "first", "for",   "form",  "from",  "get",  "go",   "goal",  "good",  "goto",
     "have",  "hold",  "if",    "into",  "it",    "item", "join", "just",  "last",  "less",
     "like",  "link",  "list",  "lost",  "mail",  "mode", "more", "most",  "move",  "my",
     "name",  "need",  "next",  "no",    "none",  "nope", "not",  "now",   "off",   "one",
     "only",  "open",  "or",    "order", "other", "out",  "part", "path",  "point", "put",
     "rate",  "sale",  "same",  "sell",  "shop",  "size", "some", "spend", "step",  "store",
     "text",  "then",  "there", "this",  "time",  "want"});

}  // namespace

const Elsewhere* find_elsewhere(BlockKind in, std::string_view word) {
    const auto at = std::find_if(kElsewhere.begin(), kElsewhere.end(), [&](const Elsewhere& one) {
        return one.in == in && one.word == word;
    });
    return at == kElsewhere.end() ? nullptr : &*at;
}

bool means_something_else(std::string_view word, std::string_view near) {
    const auto is_ending_of = [](std::string_view longer, std::string_view shorter) {
        return longer.size() == shorter.size() + 1 && longer.starts_with(shorter);
    };
    if (is_ending_of(near, word) || is_ending_of(word, near)) return false;
    if (std::find(kEveryday.begin(), kEveryday.end(), word) != kEveryday.end()) return true;
    const std::span<const Sample> all = samples();
    return std::any_of(all.begin(), all.end(), [&](const Sample& one) { return one.word == word; });
}

}  // namespace journey::syntax
