#pragma once
// Every key of the YAML surface: what the builder accepts, what its messages list and what editors
// complete are read from here, so that they cannot differ.

#include <span>
#include <string_view>
#include <vector>

namespace journey::yaml {

/// A place of the file where keys can stand.
enum class Where : unsigned char {
    file,
    journey,  // an item of `journeys`
    workspace,
    channel,
    consent,
    frequency,
    quiet,
    webhook,
    fetch,
    catalogue,
    message_template,
    segment,
    band,
    snippet,
    enter,
    goal,
    exit_rule,
    // Steps, by their verb.
    send,
    send_first,
    send_best,
    wait,
    wait_until,
    wait_at_most,
    branch,
    choose,
    split,
    experiment,
    let,
    set,
    add_tag,
    remove_tag,
    emit,
    call,
    run,
    include,
    repeat,
    stop,
    note,
    // Inside steps.
    wait_arm,
    else_if,
    choice,
    arm,
    winner,
    // Tests.
    test,
    given_user,
    given_consent,
    given_tag,
    given_history,
    given_experiment,
    given_split,
    given_webhook,
    given_fetch,
    given_held_out,
    test_line,
};

/// What stands after a key.
enum class Shape : unsigned char {
    text,        // words for people
    word,        // one of `words`
    name,        // of something declared, of the kind `names`
    names,       // one or several
    texts,       // one or several texts
    phrase,      // read by a rule of the grammar: a duration, an event, a condition
    phrases,     // one or several
    number,      // a whole number
    value,       // in quotes: text; plain: an expression; or a list or a map of these
    data,        // a map of values
    map,         // with the keys of `table`
    maps,        // one or several such maps
    named_maps,  // a map from names to such maps
    events,      // a map from events to their properties
    fields,      // a map from names to types
    moves,       // a map from steps to what becomes of the people at them
    steps,
    arms,
    nothing,
    nothing_or_name,
    givens,
};

struct Key {
    std::string_view name = {};
    Shape shape = Shape::phrase;
    std::string_view about = {};    // a sentence for editors
    Where table = Where::file;      // of maps
    std::string_view words = {};    // "hold|skip"
    std::string_view names = {};    // "segment": the project's names of this kind complete it
    std::string_view example = {};  // of a phrase
    bool needed = false;
    bool numbered = false;  // a number follows the key: `from version 2`
};

struct KeyTable {
    Where where = Where::file;
    std::string_view owner = {};  // "A `send`": begins the sentences about it
    std::span<const Key> keys = {};
};

const KeyTable& table(Where where);
/// Null when the place has no such key.
const Key* find_key(const KeyTable& table, std::string_view key);

/// The steps, by their verbs, in the order messages list them.
std::span<const Where> step_tables();
/// What a test can be given.
std::span<const Where> given_tables();

}  // namespace journey::yaml
