#pragma once
// The door of engine/explain. See README.md.

#include "engine/ir/ir.h"

#include <span>

namespace journey::explain {

enum class Language : std::uint8_t { english, chinese };
struct Line {
    std::uint32_t depth = 0;
    std::uint32_t number = 0;  // of a step, from 1; 0: a sentence that is no step
    std::string text;
    ir::Index state = ir::kNone;
};
struct Section {
    std::string title;
    std::vector<Line> lines;
};
struct Reading {
    std::string journey;
    std::string title;
    std::vector<Section> sections;  // who enters, what happens, what ends it, limits, scores
};

/// The whole journey. Every step stands once; where ways meet again or go back, the sentence names
/// the number of the step.
Reading read_journey(const ir::Program& program, const ir::Journey& journey, Language language);
std::string text_of(const Reading& reading);
Value json_of(const Reading& reading);

// Parts, for pictures and tables: without a full stop at the end.
/// The local that counts the rounds of a `repeat`: authors cannot name it, nobody ever waits at it.
bool is_counter(const ir::Journey& journey, ir::Index local);
enum class Names : std::uint8_t { in_backticks, bare };
std::string words_of_trigger(const ir::Program& program, const ir::Journey& journey,
                             const ir::Trigger& trigger, Language language,
                             Names names = Names::in_backticks);
/// One step in a few words, names bare: a question for a choice, what is done for the others.
std::string words_of_step(const ir::Program& program, const ir::Journey& journey,
                          const ir::State& state, Language language);
std::string words_of_way(const ir::Program& program, const ir::Journey& journey,
                         const ir::State& state, const ir::Way& way, Language language,
                         Names names = Names::in_backticks);

/// Of a running daemon; `elsewhere`: people inside on versions that are not in the picture.
std::vector<std::string> words_of_counts(const std::string& entered, const std::string& ended,
                                         const std::string& goals, const std::string& elsewhere,
                                         Language language);

/// Why one person is in the journey or is not, out of what a daemon running `program` answers
/// (engine/http: /admin/people/ID/why and /admin/people/ID/timeline). What it cannot read it
/// leaves out.
Reading read_why(const ir::Program& program, const ir::Journey& journey, const Record& why,
                 const List& timeline, Language language);

/// The long text of a diagnostic.
struct Code {
    const char* code;   // "J0207"
    const char* title;  // in a few words
    const char* means;
    const char* wrong;  // as written; "" where an example says nothing
    const char* right;
    const char* title_in(Language language) const;
    const char* means_in(Language language) const;
};
const Code* find_code(std::string_view code);
std::span<const Code> all_codes();
std::string text_of(const Code& code, Language language = Language::english);

}  // namespace journey::explain
