#include "engine/runtime/composer.h"

#include "engine/calendar/calendar.h"
#include "engine/runtime/links.h"

namespace journey::runtime {

namespace {

/// What becomes a header line must be one line; a name with a line break in it is somebody's
/// typing, not a reason to fail.
std::string one_line(std::string text) {
    for (char& letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x20 || code == 0x7f) letter = ' ';
    }
    return text;
}

using Part = std::optional<render::Template>;

Result<Part> parse_part(std::string_view source, const std::string& where) {
    if (source.empty()) return Part{};
    auto parsed = render::Template::parse(source);
    if (auto* failed = std::get_if<render::RenderError>(&parsed)) {
        return error(ErrorCode::invalid, "template_failed: " + where + ", line " +
                                             std::to_string(failed->line) + ": " + failed->message);
    }
    return Part{std::move(std::get<render::Template>(parsed))};
}

/// What is the same for all parts of a message.
struct Ink {
    render::Renderer& renderer;
    const Record& data;
    render::RenderOptions options;
};

/// Where the person lives, as the journey's waits know it; else the workspace's zone.
std::string_view zone_of(const ir::Program& program, const Record& data) {
    const Value* user = find(data, "user");
    const Record* fields = user == nullptr ? nullptr : user->as<Record>();
    const ir::Index field = ir::zone_field_of(program);
    if (fields != nullptr && field != ir::kNone) {
        const Value* value = find(*fields, program.profile[field].name);
        const auto* name = value == nullptr ? nullptr : value->as<std::string>();
        if (name != nullptr && calendar::find_zone(*name) != nullptr) return *name;
    }
    return program.workspace.zone;
}

Result<std::string> render_part(const Part& part, const Ink& ink, render::Escape escape,
                                const std::string& where) {
    if (!part) return std::string();
    render::RenderOptions options = ink.options;
    options.escape = escape;
    auto rendered = ink.renderer.render(*part, ink.data, options);
    if (auto* failed = std::get_if<render::RenderError>(&rendered)) {
        const std::string partial = failed->partial.empty() ? "" : ", partial " + failed->partial;
        return error(ErrorCode::invalid, "template_failed: " + where + partial + ", line " +
                                             std::to_string(failed->line) + ": " + failed->message);
    }
    return std::string(std::get<std::string_view>(rendered));
}

/// `{{ first_name }}` means the person's unless the step gave an argument of that name.
void add_profile_fields(Record& data, const ir::Program& program,
                        const ir::Template& message_template) {
    const Value* user = find(data, "user");
    const Record* fields = user == nullptr ? nullptr : user->as<Record>();
    if (fields == nullptr) return;
    Record more;
    for (const ir::Index field : message_template.profile_fields) {
        const std::string& name = program.profile[field].name;
        const Value* value = find(*fields, name);
        if (value != nullptr && find(data, name) == nullptr) more.push_back({name, *value});
    }
    data.insert(data.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

/// What made the person enter was the wish for a consent that wants to be confirmed; "" when not.
std::string consent_to_confirm(const ir::Program& program, const Record& data) {
    const Value* trigger = find(data, "trigger");
    const Record* fields = trigger == nullptr ? nullptr : trigger->as<Record>();
    const Value* value = fields == nullptr ? nullptr : find(*fields, "consent");
    const auto* name = value == nullptr ? nullptr : value->as<std::string>();
    const ir::Index index = name == nullptr ? ir::kNone : ir::find_named(program.consents, *name);
    const bool asked =
        index != ir::kNone && program.consents[index].basis == ir::Basis::double_opt_in;
    return asked ? *name : std::string();
}

bool reads_chinese(const Record& data) {
    const Value* user = find(data, "user");
    const Record* fields = user == nullptr ? nullptr : user->as<Record>();
    for (const char* name : {"language", "locale", "lang"}) {
        const Value* value = fields == nullptr ? nullptr : find(*fields, name);
        const auto* text = value == nullptr ? nullptr : value->as<std::string>();
        if (text != nullptr) return text->starts_with("zh") || *text == "中文";
    }
    return false;
}

void add_visible_unsubscribe(connectors::Message& message, bool chinese) {
    const std::string word = chinese ? "退订" : "Unsubscribe";
    if (!message.text.empty())
        message.text +=
            "\n\n--\n" + word + (chinese ? "：" : ": ") + message.unsubscribe_url + "\n";
    if (message.html.empty()) return;
    const std::string link = "<p style=\"font-size:12px\"><a href=\"" +
                             escape_markup(message.unsubscribe_url) + "\">" + word + "</a></p>";
    const std::size_t end = message.html.rfind("</body");
    message.html.insert(end == std::string::npos ? message.html.size() : end, link);
}

}  // namespace

struct Composer::Parts {
    Part subject;
    Part title;
    Part body;
    Part html;
};
struct Composer::Address {
    Part url;
};

Composer::Composer(LinkOptions links) : links_(std::move(links)) {}
Composer::~Composer() = default;

namespace {

std::string name_in(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

Result<void> can_carry_files(const ir::Program& program, const std::vector<Route>& routes) {
    for (const ir::Template& one : program.templates) {
        if (one.attachments.empty() || one.channel == ir::kNone) continue;
        const std::string& channel = program.channels[one.channel].name;
        const auto route = std::find_if(routes.begin(), routes.end(), [&](const Route& candidate) {
            return candidate.channel == channel;
        });
        // Without a connector nothing is sent at all, and its messages say so.
        if (route == routes.end() || route->connector == nullptr) continue;
        const connectors::Traits& traits = route->connector->traits();
        if (traits.carries_files) continue;
        return error(ErrorCode::refused,
                     "the template " + one.name + " sends the file " +
                         program.files[one.attachments.front().file].path +
                         " along, and the connector of the channel " + channel + ", " +
                         traits.name +
                         ", carries no files; take the line out of the template, or "
                         "choose another connector");
    }
    return success();
}

render::Catalogues::Rows rows_of(const ir::Catalogue& table) {
    render::Catalogues::Rows rows;
    const std::size_t width = table.columns.size();
    rows.reserve(table.cells.size() / width);
    for (std::size_t row = 0; row < table.cells.size(); row += width) {
        Record made;
        for (std::size_t i = 0; i < width; ++i)
            made.push_back({table.columns[i].name, table.cells[row + i]});
        rows.emplace(*table.cells[row + table.key].as<std::string>(), std::move(made));
    }
    return rows;
}

Composer::ParsedProgram& Composer::parsed_of(const core::StartAttempt& attempt) {
    ParsedProgram& parsed = parsed_[attempt.program.get()];
    if (parsed.program == nullptr) {
        parsed.program = attempt.program;
        parsed.templates.resize(attempt.program->templates.size());
        parsed.addresses.resize(attempt.program->fetches.size());
        for (const ir::Partial& partial : attempt.program->partials)
            parsed.partials.add(partial.name, partial.text);
        parsed.files.resize(attempt.program->files.size());
    }
    return parsed;
}

Result<const Composer::Parts*> Composer::parts_of(ParsedProgram& parsed,
                                                  ir::Index message_template) {
    std::unique_ptr<Parts>& parts = parsed.templates[message_template];
    if (parts == nullptr) {
        const ir::Template& source = parsed.program->templates[message_template];
        const std::string name = "template " + source.name;
        auto made = std::make_unique<Parts>();
        TRY(made->subject, parse_part(source.subject, name + ", subject"));
        TRY(made->title, parse_part(source.title, name + ", title"));
        TRY(made->body, parse_part(source.body, name + ", text"));
        TRY(made->html, parse_part(source.html, name + ", html"));
        for (const ir::Index at : source.catalogues) {
            const ir::Catalogue& table = parsed.program->catalogues[at];
            if (parsed.catalogues.find(table.name) == nullptr)
                parsed.catalogues.add(table.name, rows_of(table));
        }
        parts = std::move(made);
    }
    return parts.get();
}

/// Of a fetch. What a person may have typed is encoded, so it stays within its place.
Result<std::string> Composer::address_of(const core::StartAttempt& attempt, Instant now) {
    ParsedProgram& parsed = parsed_of(attempt);
    const ir::Fetch& fetch = attempt.program->fetches[attempt.fetch];
    const std::string where = "fetch " + fetch.name + ", address";
    std::unique_ptr<Address>& address = parsed.addresses[attempt.fetch];
    if (address == nullptr) {
        auto made = std::make_unique<Address>();
        TRY(made->url, parse_part(fetch.url, where));
        address = std::move(made);
    }
    Ink ink{renderer_, attempt.data, {}};
    ink.options.now = now;
    ink.options.zone = zone_of(*attempt.program, attempt.data);
    TRY(std::string url, render_part(address->url, ink, render::Escape::none, where));
    return one_line(std::move(url));
}

Result<connectors::Message> Composer::compose(const core::StartAttempt& attempt, Instant now) {
    connectors::Message message;
    message.key = attempt.key;
    message.channel = attempt.channel;
    message.to = attempt.address;
    message.also_to = attempt.more_addresses;
    message.external_id = attempt.external_id;
    message.journey = attempt.journey;
    message.step = attempt.step;
    message.at = now;

    const ir::Program& program = *attempt.program;
    if (attempt.webhook != ir::kNone) {
        message.url = program.webhooks[attempt.webhook].url;
        message.payload = to_json(Value(attempt.data));
        return message;
    }
    if (attempt.fetch != ir::kNone) {
        TRY(message.url, address_of(attempt, now));
        return message;
    }
    const ir::Index declared = ir::find_named(program.channels, attempt.channel);
    if (declared != ir::kNone) {
        message.from = one_line(program.channels[declared].from);
        message.sender = one_line(program.channels[declared].sender);
    }
    const LinkMaker links(links_, attempt);
    message.reference = links.reference();
    message.callback_url = links.callback(message.reference);
    const bool marketing = attempt.message_class == ir::MessageClass::marketing;
    if (marketing) message.unsubscribe_url = links.unsubscribe();

    if (attempt.message_template ==
        ir::kNone) {  // a webhook without a template tells what it knows
        message.payload = to_json(Value(attempt.data));
        return message;
    }
    const ir::Template& source = program.templates[attempt.message_template];
    const std::string name = "template " + source.name;
    message.message_template = source.name;
    ParsedProgram& parsed = parsed_of(attempt);
    TRY(const Parts* parts, parts_of(parsed, attempt.message_template));

    Record data = attempt.data;
    add_profile_fields(data, program, source);
    put(data, "unsubscribe_url", message.unsubscribe_url);
    put(data, "preferences_url", links.preferences());
    if (const std::string consent = consent_to_confirm(program, data); !consent.empty())
        put(data, "confirm_url", links.confirm(consent));
    put(data, "message_id", model::format_key(attempt.key));

    // Of the first attempt: a later one says the same.
    const Instant at = attempt.first_claim == Instant{} ? now : attempt.first_claim;
    if (find(data, "now") == nullptr) put(data, "now", at);

    Ink ink{renderer_, data, {}};
    ink.options.partials = &parsed.partials;
    ink.options.catalogues = &parsed.catalogues;
    ink.options.now = at;
    ink.options.zone = zone_of(program, data);
    TRY(std::string subject,
        render_part(parts->subject, ink, render::Escape::none, name + ", subject"));
    TRY(std::string title, render_part(parts->title, ink, render::Escape::none, name + ", title"));
    message.subject = one_line(std::move(subject));
    message.title = one_line(std::move(title));
    TRY(std::string body, render_part(parts->body, ink, render::Escape::none, name + ", text"));
    if (declared != ir::kNone && program.channels[declared].kind == ir::ChannelKind::webhook) {
        if (!value_from_json(body)) {
            return error(
                ErrorCode::invalid,
                "template_failed: " + name + " did not render to JSON; use `| json` for values");
        }
        message.payload = std::move(body);
        return message;
    }
    message.text = std::move(body);
    TRY(message.html, render_part(parts->html, ink, render::Escape::html, name + ", html"));
    for (const ir::Attachment& one : source.attachments) {
        auto& kept = parsed.files[one.file];
        const ir::File& file = program.files[one.file];
        if (kept == nullptr) kept = std::make_shared<const std::string>(file.bytes);
        message.attachments.push_back({name_in(file.path), file.media_type, kept, one.content_id});
    }
    if (source.unsubscribe_automatic && !message.unsubscribe_url.empty())
        add_visible_unsubscribe(message, reads_chinese(data));
    if (!message.html.empty())
        message.html = links.track(std::move(message.html), message.unsubscribe_url);
    return message;
}

Bytes canonical_bytes(const connectors::Message& message) {
    Record fields;
    const auto add = [&](const char* name, const std::string& text) {
        if (!text.empty()) fields.push_back({name, text});
    };
    fields.push_back({"key", model::format_key(message.key)});
    add("channel", message.channel);
    add("to", message.to);
    add("from", message.from);
    add("sender", message.sender);
    add("subject", message.subject);
    add("title", message.title);
    add("text", message.text);
    add("html", message.html);
    add("payload", message.payload);
    add("template", message.message_template);
    add("unsubscribe_url", message.unsubscribe_url);
    if (!message.also_to.empty()) {
        List devices;
        for (const std::string& one : message.also_to)
            devices.emplace_back(one);
        fields.push_back({"also_to", Value(std::move(devices))});
    }
    if (!message.attachments.empty()) {
        List files;
        for (const connectors::Attachment& one : message.attachments)
            files.push_back(Value(Record{{"name", one.name},
                                         {"type", one.type},
                                         {"shown_as", one.content_id},
                                         {"sha256", to_hex(view_of(sha256(*one.content)))}}));
        fields.push_back({"attachments", Value(std::move(files))});
    }
    return to_json(Value(std::move(fields)));
}

}  // namespace journey::runtime
