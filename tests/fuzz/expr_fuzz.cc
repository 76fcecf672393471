// One expression, and every other piece of text that the YAML surface has read alone. The first
// byte chooses the rule.

#include "dsl/ast/same.h"
#include "dsl/syntax/syntax.h"
#include "tests/fuzz/fuzz.h"

#include <array>

using namespace journey;

namespace {

using Read = bool (*)(const syntax::Piece&, syntax::Diagnostics&);

template <auto Parse>
bool read(const syntax::Piece& piece, syntax::Diagnostics& diagnostics) {
    return bool(Parse(piece, diagnostics));
}

constexpr std::array<Read, 24> kRules = {
    read<syntax::parse_map>,     read<syntax::parse_event_sel>, read<syntax::parse_duration>,
    read<syntax::parse_until>,   read<syntax::parse_reenter>,   read<syntax::parse_exit>,
    read<syntax::parse_trigger>, read<syntax::parse_enter>,     read<syntax::parse_schedule>,
    read<syntax::parse_every>,   read<syntax::parse_clock>,     read<syntax::parse_leap>,
    read<syntax::parse_move>,    read<syntax::parse_dwell>,     read<syntax::parse_band_row>,
    read<syntax::parse_repeat>,  read<syntax::parse_include>,   read<syntax::parse_winner_by>,
    read<syntax::parse_moment>,  read<syntax::parse_given>,     read<syntax::parse_outcome>,
    read<syntax::parse_happen>,  read<syntax::parse_start>,     read<syntax::parse_limit_row>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string text(data + 1, data + size);
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    const auto id = sources.add("a.yaml", text, diagnostics);
    if (!id) return 0;
    const syntax::Piece piece{sources.at(*id).text(), *id, 0, {}};
    bool good = false;
    const std::size_t rule = data[0] % (2 * kRules.size());
    if (rule < kRules.size()) {
        good = kRules[rule](piece, diagnostics);
    } else {
        const ast::ExprPtr made = syntax::parse_expr(piece, diagnostics);
        good = made != nullptr;
        if (made) ast::dump(*made);
    }
    fuzz::require(good || source::has_errors(diagnostics), "not read, and no reason either");
    render(sources, diagnostics);
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    std::vector<std::string> all;
    char rule = 0;
    for (const char* folder : {"examples", "tests/dsl/corpus"}) {
        for (const std::string& text : files_in(folder, {".journey"})) {
            for (std::size_t at = 0; at < text.size();) {
                const std::size_t end = std::min(text.find('\n', at), text.size());
                const std::size_t word = text.find_first_not_of(' ', at);
                // What stands after the first word of a line.
                const std::size_t value = text.find(' ', word);
                if (value < end) all.push_back(rule++ + text.substr(value, end - value));
                at = end + 1;
            }
        }
    }
    return all;
}

std::vector<std::string> fuzz::dictionary() {
    return language_words();
}
