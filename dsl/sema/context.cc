#include "dsl/sema/context.h"

#include "engine/calendar/calendar.h"

namespace journey::sema {

std::string_view words_for(Kind kind) {
    switch (kind) {
        case Kind::event:
            return "event";
        case Kind::message_template:
            return "template";
        case Kind::segment:
            return "segment";
        case Kind::consent:
            return "consent group";
        case Kind::frequency:
            return "frequency policy";
        case Kind::quiet:
            return "quiet policy";
        case Kind::channel:
            return "channel";
        case Kind::journey:
            return "journey";
        case Kind::experiment:
            return "experiment";
        case Kind::webhook:
            return "webhook";
        case Kind::band:
            return "band";
        case Kind::snippet:
            return "snippet";
        case Kind::catalogue:
            return "catalogue";
        case Kind::fetch:
            return "fetch";
    }
    return "thing";
}

namespace {

std::string upper_title(std::string_view words) {
    std::string title(words);
    for (char& c : title) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return title;
}

}  // namespace

std::string_view article(std::string_view word) {
    if (word == "sms") return "an";
    const bool vowel =
        !word.empty() && std::string_view("aeiou").find(word[0]) != std::string_view::npos;
    return vowel ? "an" : "a";
}

void Context::report(Diagnostic diagnostic) {
    if (muted_ > 0) return;
    if (diagnostic.severity == source::Severity::error) ++errors_;
    for (const Span& include : includes)
        diagnostic.others.push_back({include, "included here", false});
    out_.push_back(std::move(diagnostic));
}

std::string Context::place(Span span) const {
    const source::Source& text = sources.at(span.file);
    return text.name() + ":" + std::to_string(text.place_of(span.begin).line);
}

std::uint32_t Context::line(Span span) const {
    return sources.at(span.file).place_of(span.begin).line;
}

void Context::note(std::string_view kind, std::string_view owner, std::string_view name, Span span,
                   bool declares) {
    if (options.names == nullptr || span.empty() || muted_ > 0 || !includes.empty()) return;
    // What is meant without being written stands nowhere.
    const std::string_view written = sources.slice(span);
    if (written != name && written.size() != name.size() + 2) return;
    options.names->occurrences.push_back(
        {kind, std::string(owner), std::string(name), span, declares, false});
}

void Context::note_elsewhere(std::string_view kind, std::string_view owner, std::string_view name,
                             Span span) {
    if (options.names == nullptr) return;
    options.names->occurrences.push_back(
        {kind, std::string(owner), std::string(name), span, false, true});
}

bool Context::declare(Kind kind, const std::string& name, Span span, Index index) {
    if (muted_ > 0) return false;
    note(words_for(kind), "", name, span, true);
    auto& table = names_[static_cast<std::size_t>(kind)];
    const auto [at, fresh] = table.try_emplace(name, Declared{span, index, false, false, false});
    if (fresh) return true;
    if (at->second.builtin) {
        report(Diagnostic::error("J0105", "DECLARED TWICE", span,
                                 tick(name) + " is a built-in event; the engine makes it itself.")
                   .and_help("choose another name for yours"));
        return false;
    }
    report(Diagnostic::error(
               "J0105", "DECLARED TWICE", span,
               tick(name) + " is declared at " + place(at->second.span) + " and again here.")
               .and_other(at->second.span, "first here")
               .and_after("Names belong to the whole project, so each " +
                          std::string(words_for(kind)) + " needs its own."));
    return false;
}

Declared* Context::peek(Kind kind, const std::string& name) {
    auto& table = names_[static_cast<std::size_t>(kind)];
    const auto at = table.find(name);
    return at == table.end() ? nullptr : &at->second;
}

std::optional<Index> Context::find(Kind kind, const ast::Name& name) {
    return find(kind, name.text, name.span);
}

std::optional<Index> Context::find(Kind kind, const std::string& name, Span span) {
    if (Declared* declared = peek(kind, name)) {
        declared->used = true;
        note(words_for(kind), "", name, span);
        if (declared->builtin && declared->index == kNone) {
            report(Diagnostic::error("J0108", "NOT SOMETHING A PERSON DOES", span,
                                     "`called` is what `run` in another journey does, and stands "
                                     "only in `enter when called`."));
        }
        if (declared->broken || declared->index == kNone) return std::nullopt;
        return declared->index;
    }
    const char* code = kind == Kind::event              ? "J0101"
                       : kind == Kind::message_template ? "J0103"
                                                        : "J0104";
    const std::string_view word = words_for(kind);
    Diagnostic diagnostic =
        Diagnostic::error(code, "UNKNOWN " + upper_title(word), span,
                          "I cannot find " + std::string(article(word)) + " " + std::string(word) +
                              " called " + tick(name) + ".");
    auto where = [&](const std::string& candidate) {
        const Declared* at = peek(kind, candidate);
        return at == nullptr || at->builtin ? std::string("built in")
                                            : "declared at " + place(at->span);
    };
    const std::vector<std::string> close = near(kind, name);
    report(with_names(std::move(diagnostic), name, close, span,
                      close.empty() ? names_of(kind) : std::vector<std::string>{}, where));
    return std::nullopt;
}

std::set<source::FileId> Context::files_with_errors() const {
    std::set<source::FileId> files;
    for (const Diagnostic& one : out_) {
        if (one.severity == source::Severity::error) files.insert(one.span.file);
    }
    return files;
}

std::vector<std::string> Context::near(Kind kind, const std::string& name) {
    const std::size_t place = static_cast<std::size_t>(kind);
    std::optional<source::NameIndex>& index = near_[place];
    // Names are only ever added.
    if (!index || index->size() != names_[place].size()) index.emplace(names_of(kind));
    constexpr std::size_t kSteps = 20;  // what looking at a name costs
    if (index->size() * kSteps > near_budget_) return {};
    near_budget_ -= index->size() * kSteps;
    return index->near(name);
}

std::vector<std::string> Context::names_of(Kind kind) const {
    std::vector<std::string> names;
    for (const auto& [name, declared] : all(kind))
        names.push_back(name);
    return names;
}

std::string tick(std::string_view name) {
    return "`" + std::string(name) + "`";
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += names[i];
    }
    return text;
}

std::string columns(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        if (!text.empty()) text += "  ";
        text += name;
    }
    return text;
}

Diagnostic with_near_names(Diagnostic diagnostic, const std::string& name, Span span,
                           const std::vector<std::string>& candidates,
                           const std::function<std::string(const std::string&)>& where) {
    return with_names(std::move(diagnostic), name, did_you_mean(name, candidates), span, candidates,
                      where);
}

namespace {

/// So near that nobody else can be meant: one letter in a name that is long enough, two in a long
/// one. Less sure ones are never written without asking.
bool is_slip(const std::string& written, const std::string& meant) {
    constexpr std::size_t kShort = 4;
    constexpr std::size_t kLong = 8;
    const std::size_t distance = edit_distance(written, meant);
    return (distance <= 1 && meant.size() >= kShort) || (distance <= 2 && meant.size() >= kLong);
}

}  // namespace

Diagnostic with_names(Diagnostic diagnostic, const std::string& name,
                      const std::vector<std::string>& near, Span span,
                      const std::vector<std::string>& candidates,
                      const std::function<std::string(const std::string&)>& where) {
    if (near.empty()) {
        if (candidates.empty()) {
            diagnostic.after = "None is declared in this project.";
        } else if (candidates.size() <= 12) {
            diagnostic.after = "There are:  " + columns(candidates);
        }
        return diagnostic;
    }
    if (near.size() == 1) {
        diagnostic.after = "This name is close:   " + near[0];
        if (where) diagnostic.after += "   (" + where(near[0]) + ")";
    } else {
        diagnostic.after = "These names are close:   " + columns(near);
        if (where) diagnostic.after += "   (" + near[0] + " is " + where(near[0]) + ")";
    }
    const bool slip = near.size() == 1 && is_slip(name, near[0]);
    const Applicability sure = slip ? Applicability::certain : Applicability::probable;
    return std::move(diagnostic).and_fix(sure, "write " + tick(near[0]) + ".", {{span, near[0]}});
}

bool known_zone(Context& cx, const ast::Text& zone) {
    if (calendar::find_zone(zone.value) != nullptr) return true;
    Diagnostic diagnostic = Diagnostic::error("J0212", "UNKNOWN TIME ZONE", zone.span,
                                              "There is no time zone " + tick(zone.value) + ".");
    const bool offset = (zone.value.starts_with("UTC") || zone.value.starts_with("GMT")) &&
                        zone.value.find_first_of("+-") != std::string::npos;
    const std::vector<std::string> near =
        offset ? std::vector<std::string>() : calendar::zone_names_near(zone.value);
    if (near.empty()) {
        diagnostic.after =
            "Zones are named by a large city, like \"Asia/Shanghai\" or \"Europe/Berlin\".";
        cx.report(std::move(diagnostic));
        return false;
    }
    diagnostic.after = "These are close:   " + columns(near);
    cx.report(std::move(diagnostic)
                  .and_fix(Applicability::probable, "write \"" + near[0] + "\".",
                           {{zone.span, "\"" + near[0] + "\""}}));
    return false;
}

std::string zone_name(Context& cx, const ast::Zone& zone) {
    if (zone.from) {
        cx.report(Diagnostic::error("J0211", "ONE PLACE IS NEEDED", zone.span,
                                    "Here the clock is the same for everybody or the one where "
                                    "each person lives.")
                      .and_after("A place out of a property is known only when somebody is inside: "
                                 "waits and `valid until` can take it.")
                      .and_help("write `local`, or name a zone: `in \"" +
                                cx.schema().workspace.zone + "\"`"));
        return "";
    }
    if (!zone.named) return "";
    return known_zone(cx, *zone.named) ? zone.named->value : "";
}

}  // namespace journey::sema
