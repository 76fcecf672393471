#include "dsl/sema/template_partials.h"

#include "engine/render/render.h"

namespace journey::sema {

namespace {

constexpr std::size_t kTextsMost = 500;
constexpr int kDepthMost = 8;
constexpr std::size_t kPartialBytesMost = 512 << 10;

std::string path_of(const std::string& name) {
    return std::string(kPartialsFolder) + "/" + name + ".liquid";
}

std::string in_file(const TemplateText& text) {
    return text.literal ? "" : " in " + text.file;
}

class PartialReader {
  public:
    PartialReader(Context& cx, std::vector<TemplateText>& texts, ir::Template& into)
        : cx_(cx), texts_(texts), into_(into) {}

    void run() {
        // Grows while it is walked.
        for (std::size_t i = 0; i < texts_.size(); ++i) {
            LiquidReading reading =
                read_liquid(texts_[i].value, texts_[i].made,
                            [&](const std::string& name) { return made_in(name, 0); });
            texts_[i].mentions = std::move(reading.mentions);
            if (!cx_.options.read_file) continue;
            const TemplateText text = texts_[i];
            for (const PartialMention& mention : reading.partials)
                put_in(text, mention, reading.made);
        }
    }

  private:
    void put_in(const TemplateText& text, const PartialMention& mention, const MadeNames& made) {
        const Span span = span_of(text, mention.begin, mention.end);
        if (mention.name.empty()) {
            cx_.report(
                Diagnostic::error("J0505", "WHICH PARTIAL?", span,
                                  "The name of a partial is written in quotes" + in_file(text) +
                                      ", not looked up.")
                    .and_after("What a template puts in is read when the project is checked, and "
                               "travels with the journey.")
                    .and_help(
                        "write `{% render \"header\" %}`, and `{% if %}` around it to choose"));
            return;
        }
        const std::optional<Index> index = find(text, mention, span);
        if (!index) return;
        if (!follow(mention.name, span)) return;
        MadeNames known = mention.given;
        if (mention.shares) known.insert(made.begin(), made.end());
        if (texts_.size() >= kTextsMost || !seen_.insert({*index, known}).second) return;
        texts_.push_back({text.said, cx_.schema().partials[*index].text, false,
                          path_of(mention.name), std::move(known)});
    }

    std::optional<Index> find(const TemplateText& text, const PartialMention& mention, Span span) {
        const std::string& name = mention.name;
        const Index known = ir::find_named(cx_.schema().partials, name);
        if (known != kNone) return use(known);
        if (!refused_.insert(name).second) return std::nullopt;
        std::optional<std::string> bytes = text_of(name);
        if (!bytes) {
            report_unknown(text, name, span);
            return std::nullopt;
        }
        if (!is_utf8(*bytes)) {
            cx_.report(Diagnostic::error(
                "J0007", "NOT UTF-8", span,
                "The file " + tick(path_of(name)) + " is not UTF-8; save it as UTF-8."));
            return std::nullopt;
        }
        if (bytes->size() > kPartialBytesMost) {
            cx_.report(Diagnostic::error("J0505", "A PARTIAL TOO LARGE", span,
                                         "The file " + tick(path_of(name)) +
                                             " is larger than the 512 KB that a partial may be."));
            return std::nullopt;
        }
        cx_.schema().partials.push_back({name, std::move(*bytes)});
        return use(static_cast<Index>(cx_.schema().partials.size() - 1));
    }

    /// Known already, or of a file.
    std::optional<std::string> text_of(const std::string& name) const {
        const Index known = ir::find_named(cx_.schema().partials, name);
        if (known != kNone) return cx_.schema().partials[known].text;
        if (name.find("..") != std::string::npos || name.starts_with('/')) return std::nullopt;
        return cx_.options.read_file ? cx_.options.read_file(path_of(name)) : std::nullopt;
    }

    Index use(Index partial) {
        if (std::find(into_.partials.begin(), into_.partials.end(), partial) ==
            into_.partials.end())
            into_.partials.push_back(partial);
        return partial;
    }

    void report_unknown(const TemplateText& text, const std::string& name, Span span) {
        std::vector<std::string> names;
        if (cx_.options.list_files) {
            for (const std::string& file : cx_.options.list_files(kPartialsFolder)) {
                if (!file.starts_with(kPartialsFolder) || !file.ends_with(".liquid")) continue;
                const std::size_t begin = kPartialsFolder.size() + 1;
                names.push_back(file.substr(begin, file.size() - begin - 7));
            }
        }
        Diagnostic diagnostic =
            Diagnostic::error("J0505", "PARTIAL NOT FOUND", span,
                              "There is no partial " + tick(name) + in_file(text) + ".");
        diagnostic.after = "It would be the file " + tick(path_of(name)) + " of this project.";
        const std::vector<std::string> near = did_you_mean(name, names);
        if (!near.empty()) diagnostic.help.push_back("did you mean " + tick(near.front()) + "?");
        cx_.report(std::move(diagnostic));
    }

    /// MadeNames that a partial makes for those who include it.
    MadeNames made_in(const std::string& name, int depth) {
        const std::optional<std::string> bytes = text_of(name);
        if (!bytes || depth > kDepthMost) return {};
        return read_liquid(*bytes, {},
                           [&](const std::string& inner) { return made_in(inner, depth + 1); })
            .made;
    }

    /// False when the partial puts itself in, by whatever way; told once.
    bool follow(const std::string& name, Span span) {
        if (const auto state = state_.find(name); state != state_.end()) return state->second == 2;
        std::vector<std::string> way;
        const bool good = walk(name, way);
        if (good) return true;
        const auto first = std::find(way.begin(), way.end(), way.back());
        std::string chain;
        for (auto at = first; at != way.end(); ++at)
            chain += (chain.empty() ? "" : " → ") + *at;
        cx_.report(Diagnostic::error("J0505", "PARTIALS IN A CIRCLE", span,
                                     "A partial puts itself in: " + chain + ".")
                       .and_help("take one `render` or `include` of these out"));
        return false;
    }

    /// `way` ends with the name that was met twice.
    bool walk(const std::string& name, std::vector<std::string>& way) {
        way.push_back(name);
        int& state = state_[name];
        if (state == 1) return false;
        if (state == 2) return (way.pop_back(), true);
        state = 1;
        if (const std::optional<std::string> bytes = text_of(name)) {
            for (const PartialMention& inner : read_liquid(*bytes, {}, {}).partials) {
                if (!inner.name.empty() && !walk(inner.name, way)) return false;
            }
        }
        state_[name] = 2;
        way.pop_back();
        return true;
    }

    Context& cx_;
    std::vector<TemplateText>& texts_;
    ir::Template& into_;
    std::set<std::pair<Index, MadeNames>> seen_;
    std::set<std::string> refused_;
    std::map<std::string, int> state_;  // 1: on the way, 2: done
};

}  // namespace

Span span_of(const TemplateText& text, std::uint32_t begin, std::uint32_t end) {
    const Span whole = text.said->span;
    if (!text.literal || whole.size() != text.value.size() + 2) return whole;
    return {whole.file, whole.begin + 1 + begin, whole.begin + 1 + end};
}

void put_in_partials(Context& cx, std::vector<TemplateText>& texts, ir::Template& into) {
    PartialReader(cx, texts, into).run();
}

void check_liquid(Context& cx, const std::vector<TemplateText>& texts) {
    std::set<std::string> told;  // by file: a partial that two texts put in
    for (const TemplateText& text : texts) {
        if (!text.literal && told.contains(text.file)) continue;
        if (!find_open_mentions(text.value).empty()) continue;
        const auto parsed = render::Template::parse(text.value);
        const auto* problem = std::get_if<render::RenderError>(&parsed);
        if (problem == nullptr) continue;
        told.insert(text.file);
        const std::string line = std::to_string(problem->line);
        const std::string place =
            text.literal ? "Line " + line + " of this text" : text.file + ", line " + line;
        const std::string end = problem->message.ends_with('?') ? "" : ".";
        cx.report(Diagnostic::error("J0505", "NOT LIQUID", text.said->span,
                                    place + ": " + problem->message + end));
    }
}

}  // namespace journey::sema
