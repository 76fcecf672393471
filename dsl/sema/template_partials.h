#pragma once
// What a template takes from files of the project, found when the project is checked: the texts it
// puts in by `render` and `include`, and what it attaches.

#include "dsl/sema/context.h"
#include "dsl/sema/variables.h"

namespace journey::sema {

inline constexpr std::string_view kPartialsFolder = "templates/partials";

/// One text of a template: its own, or one that is put in.
struct TemplateText {
    const ast::Text* said = nullptr;  // where a diagnostic points
    std::string value;
    bool literal = false;  // the text itself is in the journey file, so that offsets can be mapped
    std::string file;      // of one that is not: its path in the project
    MadeNames made = {};   // names that whoever puts it in made
    std::vector<Mention> mentions = {};  // filled by put_in_partials
};

/// The place of `[begin, end)` of the text: exact when offsets map one to one, else all of it.
Span span_of(const TemplateText& text, std::uint32_t begin, std::uint32_t end);

/// Reads all mentions. Adds to `texts` what they put in, once for every set of names it meets, and to `into.partials`
/// which partials those are. Reports what cannot be put in.
void put_in_partials(Context& cx, std::vector<TemplateText>& texts, ir::Template& into);

/// The files of `attach` and `inline` into the schema and `into`: J0507.
void attach_files(Context& cx, const std::vector<const ast::TemplateAttach*>& attached,
                  const std::vector<TemplateText>& texts, ir::Template& into);

/// Says what Liquid says about each text by itself: J0505.
void check_liquid(Context& cx, const std::vector<TemplateText>& texts);

}  // namespace journey::sema
