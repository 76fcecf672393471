// A journey file through the whole compiler, and through the formatter when it can be read.

#include "dsl/ast/same.h"
#include "dsl/dsl.h"
#include "dsl/format/format.h"
#include "dsl/syntax/syntax.h"
#include "tests/fuzz/fuzz.h"

using namespace journey;

namespace {

struct Reading {
    std::string tree;
    std::string text;  // formatted
    bool good = false;
};

Reading read(std::string_view text) {
    source::SourceSet sources;
    syntax::Diagnostics diagnostics;
    Reading made;
    const auto id = sources.add("a.journey", text, diagnostics);
    if (!id) return made;
    const ast::File file = syntax::parse_file(sources, *id, diagnostics);
    made.tree = ast::dump(file);
    made.good = !source::has_errors(diagnostics);
    if (made.good) made.text = format::format_file(file, sources.at(*id));
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const dsl::Compilation made = dsl::compile({{"a.journey", text}});
    fuzz::require(made.ok() || source::has_errors(made.diagnostics),
                  "no program, and no reason either");
    dsl::render(made);
    dsl::render_json(made);
    const Reading once = read(text);
    if (!once.good) return 0;
    const Reading twice = read(once.text);
    fuzz::require(twice.good && once.tree == twice.tree, "formatting changed the tree");
    fuzz::require(once.text == twice.text, "formatting twice is not formatting once");
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    std::vector<std::string> all;
    for (const char* folder : {"examples", "workflows", "tests/dsl"}) {
        for (std::string& text : files_in(folder, {".journey"}))
            all.push_back(std::move(text));
    }
    return all;
}

std::vector<std::string> fuzz::dictionary() {
    return language_words();
}
