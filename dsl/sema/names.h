#pragma once
// Where every name is declared and used, and what every expression is: what editors ask for.

#include "dsl/source/source.h"

#include <string>
#include <string_view>
#include <vector>

namespace journey::sema {

/// Names are the same thing when `kind`, `owner` and `name` are the same.
struct Occurrence {
    /// "event", "template", "property", "variable", "label", "local", "arm", "goal", …: the words
    /// of messages.
    std::string_view kind;
    /// Of a property its event or "user", of a variable its template, of a label, local or goal its
    /// journey, of an arm its experiment; else "".
    std::string owner;
    std::string name;
    source::Span span;  // of the name as written, with its quotes when it has some
    bool declares = false;
    /// Named in a file that is no journey file; `span` is where that file is named.
    bool elsewhere = false;
};

/// What an expression is, in the words of messages: "text", "money (CNY)".
struct Reading {
    source::Span span;
    std::string words;
    bool may_be_missing = false;
};

/// In no particular order; the same thing may come more than once.
struct Names {
    std::vector<Occurrence> occurrences;
    std::vector<Reading> readings;
};

}  // namespace journey::sema
