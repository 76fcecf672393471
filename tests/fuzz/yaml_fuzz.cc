// A YAML file through the whole compiler.

#include "dsl/dsl.h"
#include "tests/fuzz/fuzz.h"

using namespace journey;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const dsl::Compilation made =
        dsl::compile({{"a.journey.yaml", std::string(data, data + size)}});
    fuzz::require(made.ok() || source::has_errors(made.diagnostics),
                  "no program, and no reason either");
    dsl::render(made);
    dsl::render_json(made);
    return 0;
}

std::vector<std::string> fuzz::seeds() {
    std::vector<std::string> all;
    for (const char* folder : {"examples", "workflows", "tests/dsl"}) {
        for (std::string& text : files_in(folder, {".journey.yaml"}))
            all.push_back(std::move(text));
    }
    return all;
}

std::vector<std::string> fuzz::dictionary() {
    std::vector<std::string> all = language_words();
    for (const char* word :
         {"- ",     ": ",  "\n  ",   "\n    - ", "&a ",    "*a",    "!tag ",       "|\n",
          ">-\n",   "? ",  "---\n",  "...\n",    "<<: *a", "'",     "%YAML 1.2\n", "\t",
          "enter:", "do:", "steps:", "events:",  "given:", "then:", "id: "})
        all.emplace_back(word);
    return all;
}
