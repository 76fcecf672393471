// Templates: what they are allowed to say, to whom, and what they need to be told.

#include "dsl/sema/expr.h"
#include "dsl/sema/sms.h"
#include "dsl/sema/template_partials.h"

namespace journey::sema {

namespace {

const std::set<std::string>& reserved_variables() {
    static const std::set<std::string> names = {
        "user", "trigger",   "unsubscribe_url", "preferences_url", "confirm_url", "view_url",
        "now",  "workspace", "entry",           "link_token",      "fetch"};
    return names;
}

using Text = TemplateText;

class TemplateChecker {
  public:
    TemplateChecker(Context& cx, const ast::TemplateDecl& decl, ir::Template& into)
        : cx_(cx), decl_(decl), into_(into) {}

    void run() {
        const std::optional<Index> channel = cx_.find(Kind::channel, decl_.channel);
        into_.channel = channel.value_or(kNone);
        into_.message_class = decl_.message_class.value == ast::MessageClass::marketing
                                  ? ir::MessageClass::marketing
                                  : ir::MessageClass::transactional;
        for (const ast::TemplateLine& line : decl_.lines)
            read_line(line);
        put_in_partials(cx_, texts_, into_);
        check_variables();
        check_liquid(cx_, texts_);
        attach_files(cx_, attached_, texts_, into_);
        if (channel) {
            check_consent(cx_.schema().channels[*channel]);
            check_way_out(cx_.schema().channels[*channel]);
            check_length(cx_.schema().channels[*channel]);
        }
        check_links();
    }

  private:
    bool once(const std::string& line, Span span) {
        const auto [at, fresh] = seen_.try_emplace(line, span);
        if (fresh) return true;
        cx_.report(Diagnostic::error(
                       "J0105", "SAID TWICE", span,
                       "The template " + tick(into_.name) + " says " + tick(line) + " twice.")
                       .and_other(at->second, "first here")
                       .and_help("keep one of them"));
        return false;
    }

    void read_line(const ast::TemplateLine& line) {
        std::visit(Match{[&](const ast::TemplateConsent& consent) {
                             if (!once("consent", line.span)) return;
                             has_consent_ = true;
                             consent_ = &consent.consent;
                             into_.consent =
                                 cx_.find(Kind::consent, consent.consent).value_or(kNone);
                         },
                         [&](const ast::TemplateText& text) { read_text(text, line.span); },
                         [&](const ast::TemplateNeeds& needs) { read_needs(needs); },
                         [&](const ast::TemplateAttach& file) { attached_.push_back(&file); },
                         [&](const ast::TemplateUnsubscribe& way) {
                             if (!once("unsubscribe", line.span)) return;
                             into_.unsubscribe_automatic = !way.in_body;
                             in_body_ = way.in_body;
                         }},
                   line.what);
    }

    void read_text(const ast::TemplateText& text, Span span) {
        switch (text.part) {
            case ast::TemplatePart::subject:
                if (once("subject", span)) into_.subject = text.text.value;
                break;
            case ast::TemplatePart::title:
                if (once("title", span)) into_.title = text.text.value;
                break;
            case ast::TemplatePart::body:
                if (once("body", span)) into_.body = text.text.value;
                break;
            case ast::TemplatePart::file:
                if (once("file", span)) read_file(text.text);
                return;
        }
        texts_.push_back({&text.text, text.text.value, true, {}});
    }

    void read_file(const ast::Text& path) {
        if (!cx_.options.read_file) {
            file_unread_ = true;
            return;
        }
        const std::string& name = path.value;
        if (name.starts_with("/") || name.find("..") != std::string::npos) {
            cx_.report(Diagnostic::error("J0112", "FILE OUTSIDE THE PROJECT", path.span,
                                         "A template's file lies inside the project, so " +
                                             tick(name) + " is not looked at."));
            file_unread_ = true;
            return;
        }
        std::optional<std::string> bytes = cx_.options.read_file(name);
        if (!bytes) {
            cx_.report(Diagnostic::error("J0112", "FILE NOT FOUND", path.span,
                                         "There is no file " + tick(name) + " in this project.")
                           .and_after("Paths start at the project's directory."));
            file_unread_ = true;
            return;
        }
        if (!is_utf8(*bytes)) {
            cx_.report(
                Diagnostic::error("J0007", "NOT UTF-8", path.span,
                                  "The file " + tick(name) + " is not UTF-8; save it as UTF-8."));
            file_unread_ = true;
            return;
        }
        into_.html = std::move(*bytes);
        texts_.push_back({&path, into_.html, false, name});
    }

    void read_needs(const ast::TemplateNeeds& needs) {
        if (!once("needs " + needs.field.name.text, needs.field.name.span)) return;
        cx_.note("variable", into_.name, needs.field.name.text, needs.field.name.span, true);
        if (std::optional<ir::Field> field = resolve_field(cx_, needs.field)) {
            into_.params.push_back({std::move(*field)});
            param_spans_.push_back(needs.field.name.span);
        } else {
            broken_params_.insert(needs.field.name.text);
        }
    }

    static Span span_of(const Text& text, const Mention& mention) {
        return sema::span_of(text, mention.begin, mention.end);
    }

    /// True when the text cannot be read because a `{{` never ends; said once for each
    /// of the first ten.
    bool check_open(const Text& text) {
        const std::vector<OpenMention> all = find_open_mentions(text.value);
        const std::string where = text.literal ? "" : " in " + text.file;
        const Span whole = text.said->span;
        const bool exact = text.literal && whole.size() == text.value.size() + 2;
        std::size_t reported = 0;
        for (const OpenMention& one : all) {
            if (++reported > 10) break;
            const bool half = one.brace != 0;
            const std::uint32_t end = half ? one.brace + 1 : one.begin + 2;
            const Span span =
                exact ? Span{whole.file, whole.begin + 1 + one.begin, whole.begin + 1 + end}
                      : whole;
            Diagnostic diagnostic = Diagnostic::error(
                "J0501", "TWO BRACES", span,
                half ? "This `{{`" + where + " is closed with one `}`."
                     : "This `{{`" + where + " is never closed: write `}}` after the name.");
            if (half && exact) {
                diagnostic.fixes.push_back({Applicability::certain,
                                            "write `}}`.",
                                            {{{span.file, span.end, span.end}, "}"}}});
            }
            cx_.report(std::move(diagnostic));
        }
        return !all.empty();
    }

    void check_variables() {
        std::set<std::string> mentioned;
        std::set<std::string> told;
        std::set<Index> profile;
        bool open = false;
        for (const Text& text : texts_) {
            if (check_open(text)) {
                open = true;
                continue;
            }
            for (const Mention& mention : text.mentions) {
                mentioned.insert(mention.name);
                note_mention(text, mention);
                check_mention(text, mention, told, profile);
            }
        }
        into_.profile_fields.assign(profile.begin(), profile.end());
        if (file_unread_ || open) return;
        for (std::size_t i = 0; i < into_.params.size(); ++i) {
            const std::string& name = into_.params[i].field.name;
            if (mentioned.contains(name)) continue;
            Diagnostic diagnostic = Diagnostic::warning(
                "J0502", "NOBODY READS THIS", param_spans_[i],
                tick(into_.name) + " needs " + tick(name) + " but never mentions it.");
            const std::vector<std::string> all(mentioned.begin(), mentioned.end());
            const std::vector<std::string> near = did_you_mean(name, all);
            if (!near.empty()) diagnostic.after = "It does mention:   " + columns(near);
            diagnostic.help.push_back("remove the line, or mention it where it belongs");
            cx_.report(std::move(diagnostic));
        }
    }

    void note_mention(const Text& text, const Mention& mention) {
        const auto in_params = [&](const ir::TemplateParam& one) {
            return one.field.name == mention.name;
        };
        const bool variable = std::any_of(into_.params.begin(), into_.params.end(), in_params);
        const std::string& name =
            variable || mention.name != "user" ? mention.name : mention.property;
        if (!variable && ir::find_named(cx_.schema().profile, name) == kNone) return;
        const std::string_view kind = variable ? "variable" : "property";
        const std::string owner = variable ? into_.name : "user";
        Span span = span_of(text, mention);
        if (span == text.said->span) {
            cx_.note_elsewhere(kind, owner, name, span);
            return;
        }
        const auto length = static_cast<std::uint32_t>(name.size());
        if (!variable && mention.name == "user") {
            span.begin = span.end - length;
        } else {
            span.end = span.begin + length;
        }
        cx_.note(kind, owner, name, span);
    }

    void check_mention(const Text& text, const Mention& mention, std::set<std::string>& told,
                       std::set<Index>& profile) {
        for (const ir::TemplateParam& param : into_.params) {
            if (param.field.name == mention.name) return;
        }
        if (broken_params_.contains(mention.name)) return;
        if (mention.name == "user") {
            if (mention.property.empty() || mention.property == "tags") return;
            const Index field = ir::find_named(cx_.schema().profile, mention.property);
            if (field != kNone) {
                profile.insert(field);
            } else if (told.insert("user." + mention.property).second) {
                const std::string where = text.literal ? "" : " in " + text.file;
                std::vector<std::string> names;
                for (const ir::Field& known : cx_.schema().profile)
                    names.push_back(known.name);
                Diagnostic diagnostic = Diagnostic::error(
                    "J0102", "UNKNOWN PROPERTY", span_of(text, mention),
                    "`user` has no property " + tick(mention.property) + where + ".");
                diagnostic.after = "It has:  " + columns(names);
                const std::vector<std::string> near = did_you_mean(mention.property, names);
                if (!near.empty())
                    diagnostic.help.push_back("did you mean `user." + near[0] + "`?");
                cx_.report(std::move(diagnostic));
            }
            return;
        }
        if (mention.name == "fetch") return check_fetched(text, mention, told);
        if (reserved_variables().contains(mention.name)) return;
        const Index field = ir::find_named(cx_.schema().profile, mention.name);
        if (field != kNone) {
            profile.insert(field);
            return;
        }
        if (Declared* table = cx_.peek(Kind::catalogue, mention.name)) {
            table->used = true;
            if (!table->broken) check_lookup(text, mention, table->index);
            return;
        }
        if (!told.insert(mention.name).second) return;
        const std::string where = text.literal ? "" : " (in " + text.file + ")";
        Diagnostic diagnostic =
            Diagnostic::error("J0501", "A VARIABLE NOBODY GIVES", span_of(text, mention),
                              tick(into_.name) + " mentions " + tick(mention.name) + where +
                                  ", and nothing says where it comes from.");
        std::vector<std::string> names;
        for (const ir::TemplateParam& param : into_.params)
            names.push_back(param.field.name);
        for (const ir::Field& known : cx_.schema().profile)
            names.push_back(known.name);
        const std::vector<std::string> near = did_you_mean(mention.name, names);
        if (!near.empty()) diagnostic.after = "These names are close:   " + columns(near);
        diagnostic.help.push_back("if sends give it, add a line `needs " + mention.name +
                                  " string required`");
        cx_.report(std::move(diagnostic));
    }

    void check_fetched(const Text& text, const Mention& mention, std::set<std::string>& told) {
        Declared* fetch = cx_.peek(Kind::fetch, mention.property);
        if (fetch != nullptr) {
            fetch->used = true;
            note_fetch(text, mention);
            const bool known = std::find(into_.fetches.begin(), into_.fetches.end(),
                                         fetch->index) != into_.fetches.end();
            if (!known) into_.fetches.push_back(fetch->index);
            return;
        }
        if (!told.insert("fetch." + mention.property).second) return;
        const std::string where = text.literal ? "" : " in " + text.file;
        Diagnostic diagnostic = Diagnostic::error(
            "J0508", "NOTHING FETCHES THIS", span_of(text, mention),
            mention.property.empty()
                ? "Behind `fetch` stands which one" + where + ", like `fetch.weather`."
                : "No fetch is called " + tick(mention.property) + where + ".");
        const std::vector<std::string> names = cx_.names_of(Kind::fetch);
        diagnostic.after =
            names.empty() ? "None is declared in this project." : "There are:  " + columns(names);
        const std::vector<std::string> near = did_you_mean(mention.property, names);
        if (!near.empty()) {
            diagnostic.help.push_back("did you mean `fetch." + near[0] + "`?");
        } else if (names.empty()) {
            diagnostic.help.push_back("declare it: `fetch weather { get \"https://…\" }`");
        }
        cx_.report(std::move(diagnostic));
    }

    void note_fetch(const Text& text, const Mention& mention) {
        Span span = span_of(text, mention);
        if (span == text.said->span) return cx_.note_elsewhere("fetch", "", mention.property, span);
        span.begin = span.end - static_cast<std::uint32_t>(mention.property.size());
        cx_.note("fetch", "", mention.property, span);
    }

    void check_lookup(const Text& text, const Mention& mention, Index table) {
        if (std::find(into_.catalogues.begin(), into_.catalogues.end(), table) ==
            into_.catalogues.end())
            into_.catalogues.push_back(table);
        const ir::Catalogue& rows = cx_.schema().catalogues[table];
        if (mention.column.empty() || ir::find_named(rows.columns, mention.column) != kNone) return;
        const std::string where = text.literal ? "" : " in " + text.file;
        std::vector<std::string> names;
        for (const ir::Field& column : rows.columns)
            names.push_back(column.name);
        Diagnostic diagnostic =
            Diagnostic::error("J0506", "NO SUCH COLUMN", span_of(text, mention),
                              "The catalogue " + tick(rows.name) + " has no column " +
                                  tick(mention.column) + where + ".");
        diagnostic.after = "It has:  " + columns(names);
        const std::vector<std::string> near = did_you_mean(mention.column, names);
        if (!near.empty()) diagnostic.help.push_back("did you mean " + tick(near[0]) + "?");
        cx_.report(std::move(diagnostic));
    }

    void check_consent(const ir::Channel& channel) {
        if (into_.message_class != ir::MessageClass::marketing) return;
        if (channel.kind == ir::ChannelKind::webhook) return;
        const auto& consents = cx_.schema().consents;
        const Index self = ir::find_named(cx_.schema().channels, channel.name);
        auto allows = [&](const ir::Consent& consent) {
            return std::find(consent.channels.begin(), consent.channels.end(), self) !=
                   consent.channels.end();
        };
        std::vector<std::string> groups;
        for (const ir::Consent& consent : consents) {
            if (allows(consent)) groups.push_back(consent.name);
        }
        const bool sms = channel.kind == ir::ChannelKind::sms;
        const std::string kind = sms                                     ? "text message"
                                 : channel.kind == ir::ChannelKind::push ? "push message"
                                                                         : "email";
        const std::string choice = "Groups that allow " + channel.name + ":  " +
                                   (groups.empty() ? "none yet" : columns(groups));
        if (!has_consent_) {
            cx_.report(
                Diagnostic::error("J0401",
                                  sms                                     ? "SMS WITHOUT CONSENT"
                                  : channel.kind == ir::ChannelKind::push ? "PUSH WITHOUT CONSENT"
                                                                          : "EMAIL WITHOUT CONSENT",
                                  decl_.name.span,
                                  tick(into_.name) + " is a marketing " + kind +
                                      ", but it names no consent group.")
                    .and_after("Marketing needs permission that you can prove, given by this "
                               "person for this purpose.")
                    .and_help("add a line like `consent " +
                              (groups.empty() ? "offers" : groups.front()) + "`. " + choice));
            return;
        }
        if (into_.consent == kNone || allows(consents[into_.consent])) return;
        cx_.report(Diagnostic::error("J0401", "CONSENT FOR ANOTHER CHANNEL", consent_->span,
                                     "The consent group " + tick(consents[into_.consent].name) +
                                         " does not cover " + channel.name + ".")
                       .and_after("People who agreed to it agreed to other channels only.")
                       .and_help(choice));
    }

    bool texts_contain(std::initializer_list<std::string_view> words) const {
        for (const Text& text : texts_) {
            for (const std::string_view word : words) {
                if (text.value.find(word) != std::string::npos) return true;
            }
        }
        return false;
    }

    void check_way_out(const ir::Channel& channel) {
        if (into_.message_class != ir::MessageClass::marketing) return;
        if (channel.kind == ir::ChannelKind::email) {
            if (into_.unsubscribe_automatic || in_body_ || file_unread_) return;
            if (texts_contain({"unsubscribe_url", "preferences_url"})) return;
            Diagnostic diagnostic =
                Diagnostic::error("J0402", "NO WAY OUT", decl_.name.span,
                                  tick(into_.name) + " is marketing email without an unsubscribe.");
            diagnostic.after = "Gmail and Yahoo reject bulk mail without one-click unsubscribe.";
            diagnostic.fixes.push_back(
                {Applicability::certain,
                 "add `unsubscribe automatic`, which sets both headers and a "
                 "visible link.",
                 last_line_edit("unsubscribe automatic")});
            cx_.report(std::move(diagnostic));
            return;
        }
        if (channel.kind != ir::ChannelKind::sms) return;
        if (texts_contain({"STOP", "Stop", "退订", "退訂", "回T", "unsubscribe_url"})) return;
        cx_.report(Diagnostic::error("J0402", "NO WAY OUT", decl_.name.span,
                                     tick(into_.name) +
                                         " is a marketing text that does not say how to "
                                         "stop them.")
                       .and_help("end the body with `Reply STOP to opt out.`"));
    }

    /// After the last line of the block, at its indentation (DSL files).
    std::vector<Edit> last_line_edit(const std::string& line) const {
        if (decl_.lines.empty()) return {};
        const Span last = decl_.lines.back().span;
        const source::Source& text = cx_.sources.at(last.file);
        if (text.name().ends_with(".yaml")) return {};
        const std::uint32_t column = text.place_of(last.begin).column;
        return {{{last.file, last.end, last.end}, "\n" + std::string(column - 1, ' ') + line}};
    }

    void check_length(const ir::Channel& channel) {
        if (channel.kind != ir::ChannelKind::sms || into_.body.empty()) return;
        std::string fixed;  // without what is filled in later
        std::size_t at = 0;
        while (at < into_.body.size()) {
            const std::string_view rest = std::string_view(into_.body).substr(at);
            if (rest.starts_with("{{") || rest.starts_with("{%")) {
                const std::size_t end = rest.find(rest[1] == '{' ? "}}" : "%}");
                at = end == std::string_view::npos ? into_.body.size() : at + end + 2;
                continue;
            }
            fixed.push_back(into_.body[at++]);
        }
        const SmsSize size = measure_sms(fixed);
        const bool limited = channel.max_length != 0 && size.letters > channel.max_length;
        if (!limited && size.parts < 2) return;
        for (const Text& text : texts_) {
            if (text.said->value != into_.body) continue;
            cx_.report(too_long(text.said->span, channel, size));
            return;
        }
    }

    Diagnostic too_long(Span span, const ir::Channel& channel, const SmsSize& size) const {
        const std::string letters = std::to_string(size.letters);
        if (size.parts < 2) {
            return Diagnostic::warning("J0503", "TOO LONG", span,
                                       "This has " + letters + " characters, and the channel " +
                                           tick(channel.name) + " takes " +
                                           std::to_string(channel.max_length) + ".")
                .and_after("What is filled in later, like a name, comes on top.")
                .and_help("shorten it, or raise `max length` in the channel");
        }
        Diagnostic diagnostic =
            Diagnostic::warning("J0503", "TOO LONG FOR ONE", span,
                                letters + " characters will be sent, and paid for, as " +
                                    std::to_string(size.parts) + " texts.");
        if (size.odd.empty()) {
            return std::move(diagnostic)
                .and_after("One text holds 160 characters; a longer one is cut into pieces of 153.")
                .and_help("shorten it; what is filled in later, like a name, comes on top");
        }
        diagnostic.after =
            "With " + tick(size.odd.front()) +
            " in it one text holds 70 characters, as in Chinese; a longer one is cut into pieces "
            "of 67.";
        const bool few = size.odd.size() < 4 && size.letters <= 160;
        std::vector<std::string> odd;
        for (const std::string& letter : size.odd)
            odd.push_back(tick(letter));
        return std::move(diagnostic)
            .and_help(few ? "without " + listed(odd) + " one text holds 160 characters"
                          : "shorten it; what is filled in later, like a name, comes on top");
    }

    /// Personal data inside a link: J0404.
    void check_links() {
        for (const Text& text : texts_) {
            for (const Mention& mention : text.mentions) {
                // What a send gives under this name is followed in lint_personal.cc.
                if (is_param(mention.name)) continue;
                const std::string& name = mention.name == "user" ? mention.property : mention.name;
                const Index field = ir::find_named(cx_.schema().profile, name);
                if (field == kNone || !cx_.schema().profile[field].personal) continue;
                if (!inside_link(text.value, mention.begin)) continue;
                const std::string where = text.literal ? "" : " in " + text.file;
                cx_.report(
                    Diagnostic::error("J0404", "PERSONAL DATA IN A LINK", span_of(text, mention),
                                      "This link" + where + " carries the person's " + name + ".")
                        .and_after("Links are logged by servers, proxies and analytics, and "
                                   "are forwarded to friends.")
                        .and_help("use `{{ link_token }}`, which means the person only to us."));
                break;
            }
        }
    }

    bool is_param(const std::string& name) const {
        return std::any_of(into_.params.begin(), into_.params.end(),
                           [&](const ir::TemplateParam& one) { return one.field.name == name; });
    }

    Context& cx_;
    const ast::TemplateDecl& decl_;
    ir::Template& into_;
    std::map<std::string, Span> seen_;
    std::vector<Text> texts_;
    std::vector<const ast::TemplateAttach*> attached_;
    std::vector<Span> param_spans_;
    std::set<std::string> broken_params_;
    const ast::Name* consent_ = nullptr;
    bool has_consent_ = false;
    bool in_body_ = false;
    bool file_unread_ = false;
};

}  // namespace

void check_templates(Context& cx, const std::vector<ast::File>& files) {
    std::vector<std::pair<const ast::TemplateDecl*, Index>> declared;
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::TemplateDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.schema().templates.size());
            if (!cx.declare(Kind::message_template, decl->name.text, decl->name.span, index))
                continue;
            ir::Template row;
            row.name = decl->name.text;
            cx.schema().templates.push_back(std::move(row));
            declared.push_back({decl, index});
        }
    }
    for (const auto& [decl, index] : declared) {
        if (cx.stopped()) return;
        TemplateChecker(cx, *decl, cx.schema().templates[index]).run();
        if (cx.schema().templates[index].channel == kNone) {
            cx.peek(Kind::message_template, decl->name.text)->broken = true;
        }
    }
}

}  // namespace journey::sema
