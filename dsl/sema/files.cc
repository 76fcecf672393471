// Files of one project: the edition they are written in, and what they `use`.

#include "dsl/sema/context.h"

namespace journey::sema {

namespace {

/// A project may be written in either surface: "shop.journey" is also meant by a project that has
/// "shop.journey.yaml", and the other way round.
std::string in_either_surface(const std::string& name, const std::set<std::string>& known) {
    if (known.contains(name)) return name;
    std::string stem = name;
    for (const std::string_view ending : {".yaml", ".yml"}) {
        if (stem.ends_with(ending)) stem.resize(stem.size() - ending.size());
    }
    for (const char* ending : {"", ".yaml", ".yml"}) {
        if (known.contains(stem + ending)) return stem + ending;
    }
    return name;
}

/// A name of a file could stand nowhere: `send email`, `if user in` and all the others take a name of
/// the project, and no two things of one kind share one.
void refuse_other_name(Context& cx, const ast::Use& use) {
    // In YAML both stand in one value, which may be in quotes.
    const bool quoted = cx.words(use.file.span).starts_with('"');
    const std::string words = cx.words({use.file.span.file, use.file.span.begin, use.as->span.end});
    Diagnostic diagnostic = Diagnostic::error(
        "J0109", "A FILE NEEDS NO OTHER NAME", use.as->span,
        "Names belong to the whole project, so nothing could be called `" + use.as->text + ".…`.");
    diagnostic.after =
        "What a used file declares is mentioned by its own name, as if it stood here.";
    const std::size_t word = words.rfind(" as ");
    if (word == std::string::npos || (quoted && !words.substr(0, word).ends_with('"'))) {
        diagnostic.help.push_back("write the file alone: \"" + use.file.value + "\"");
        cx.report(std::move(diagnostic));
        return;
    }
    const Span rest{use.file.span.file, use.file.span.begin + static_cast<std::uint32_t>(word),
                    use.as->span.end};
    cx.report(std::move(diagnostic)
                  .and_fix(Applicability::certain, "leave " + tick(cx.words(rest)) + " out.",
                           {{rest, ""}}));
}

void check_use(Context& cx, const std::vector<ast::File>& files) {
    auto base_name = [](const std::string& path) {
        const std::size_t slash = path.find_last_of('/');
        return slash == std::string::npos ? path : path.substr(slash + 1);
    };
    std::vector<std::string> names;
    for (const ast::File& file : files)
        names.push_back(base_name(cx.sources.at(file.id).name()));
    const std::set<std::string> known(names.begin(), names.end());
    std::map<std::string, std::vector<std::pair<std::string, Span>>> uses;
    for (std::size_t i = 0; i < files.size(); ++i) {
        for (const ast::Item& item : files[i].items) {
            const auto* use = std::get_if<ast::Use>(&item.what);
            if (use == nullptr) continue;
            if (use->as) refuse_other_name(cx, *use);
            const std::string wanted = in_either_surface(base_name(use->file.value), known);
            if (!known.contains(wanted)) {
                Diagnostic diagnostic = Diagnostic::error(
                    "J0109", "FILE NOT FOUND", use->file.span,
                    "There is no file " + tick(use->file.value) + " in this project.");
                if (!did_you_mean(wanted, names).empty()) {
                    diagnostic =
                        with_near_names(std::move(diagnostic), wanted, use->file.span, names);
                    for (source::Fix& fix : diagnostic.fixes) {
                        fix.says = "write \"" + fix.edits.front().text + "\".";
                        fix.edits.front().text = "\"" + fix.edits.front().text + "\"";
                    }
                } else {
                    diagnostic.help.push_back(
                        "all files of one project are checked together: "
                        "`journey check .`");
                }
                cx.report(std::move(diagnostic));
                continue;
            }
            uses[names[i]].push_back({wanted, use->file.span});
        }
    }
    // A cycle is told once, at the `use` that closes it, walking in order of the files.
    std::map<std::string, int> state;  // 1: on the way, 2: done
    std::function<void(const std::string&)> walk = [&](const std::string& name) {
        state[name] = 1;
        for (const auto& [wanted, span] : uses[name]) {
            if (state[wanted] == 1) {
                cx.report(Diagnostic::error("J0109", "FILES USE EACH OTHER", span,
                                            wanted == name ? name + " uses itself."
                                                           : name + " uses " + wanted +
                                                                 ", which uses " + name + ".")
                              .and_help("remove one `use`: names belong to the whole project "
                                        "anyway"));
            } else if (state[wanted] == 0) {
                walk(wanted);
            }
        }
        state[name] = 2;
    };
    for (const std::string& name : names) {
        if (state[name] == 0) walk(name);
    }
}

void check_language(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        bool first_item = true;
        for (const ast::Item& item : file.items) {
            const auto* language = std::get_if<ast::Language>(&item.what);
            if (language != nullptr && language->edition.value != 1) {
                cx.report(Diagnostic::error("J0010", "ANOTHER EDITION", language->edition.span,
                                            "This file says `language " +
                                                std::to_string(language->edition.value) +
                                                "`; I understand 1.")
                              .and_help("a newer `journey` may understand it"));
            } else if (language != nullptr && !first_item) {
                cx.report(Diagnostic::error("J0010", "LANGUAGE COMES FIRST", item.span,
                                            "`language 1` is the first line of a file."));
            }
            first_item = false;
        }
    }
}

/// A file saved before it was written, or all of it commented out.
void check_contents(Context& cx, const std::vector<ast::File>& files) {
    if (cx.has_errors()) return;
    for (const ast::File& file : files) {
        const bool empty = std::all_of(
            file.items.begin(), file.items.end(),
            [](const ast::Item& item) { return std::holds_alternative<ast::Language>(item.what); });
        if (!empty) continue;
        cx.report(Diagnostic::warning("J0113", "NOTHING IN IT", {file.id, 0, 0},
                                      "There is no journey and no declaration in this file.")
                      .and_help("a journey begins with `journey welcome \"Welcome\" {`"));
    }
}

}  // namespace

void check_files(Context& cx, const std::vector<ast::File>& files) {
    check_language(cx, files);
    check_use(cx, files);
    check_contents(cx, files);
}

}  // namespace journey::sema
