// What exists, in YAML: the same words as keys.

#include "dsl/yaml/build.h"

namespace journey::yaml {

template <typename Visit>
void Builder::each(const Pair& pair, const std::string& what, Visit visit) {
    if (!want_map(pair.value, "`" + pair.key.text + "`")) return;
    for (const Pair& one : pair.value.pairs) {
        const std::optional<ast::Name> name = key_name(one.key);
        if (!name) continue;
        // What has no lines is read as such; the check says what is missing, as in the other surface.
        if (one.value.kind != Kind::nothing && !want_map(one.value, what + " `" + name->text + "`"))
            continue;
        visit(one, *name);
    }
}

void Builder::workspace(const Pair& pair) {
    if (!want_map(pair.value, "`workspace`")) return;
    check_keys(pair.value, Where::workspace);
    ast::Workspace made;
    made.name = {"workspace", pair.key.span};
    for (const Pair& line : pair.value.pairs) {
        const std::string& key = line.key.text;
        const Span span = source::join(line.key.span, line.value.span);
        if (key == "name") {
            if (auto name_of = name(line.value, "the workspace's name")) made.name = *name_of;
        } else if (key == "time zone") {
            if (auto zone = text(line.value, "`time zone`")) {
                made.lines.push_back({span, ast::WorkspaceZone{*zone}});
            }
        } else if (key == "currency") {
            if (auto currency = read(line.value, "`currency`", &syntax::parse_currency)) {
                made.lines.push_back({span, ast::WorkspaceCurrency{*currency}});
            }
        } else if (key == "locale") {
            if (auto locale = text(line.value, "`locale`")) {
                made.lines.push_back({span, ast::WorkspaceLocale{*locale}});
            }
        } else if (key == "week starts") {
            if (auto day = read(line.value, "`week starts`", &syntax::parse_weekday)) {
                made.lines.push_back({span, ast::WeekStarts{*day}});
            }
        } else if (key == "holdout") {
            if (auto share = read(line.value, "`holdout`", &syntax::parse_percent)) {
                made.lines.push_back({span, ast::WorkspaceHoldout{*share}});
            }
        } else if (key == "blast limit") {
            if (auto rate = read(line.value, "`blast limit`", &syntax::parse_rate)) {
                made.lines.push_back({span, ast::BlastLimit{std::move(*rate)}});
            }
        } else if (key == "canary") {
            if (auto canary = read(line.value, "`canary`", &syntax::parse_canary)) {
                made.lines.push_back({span, *canary});
            }
        }
    }
    add_item(pair, std::move(made));
}

std::vector<ast::FieldLine> Builder::fields(const Node& map, const std::string& owner) {
    std::vector<ast::FieldLine> lines;
    if (map.kind == Kind::nothing) return lines;
    if (!want_map(map, owner)) return lines;
    for (const Pair& pair : map.pairs) {
        const Span span = source::join(pair.key.span, pair.value.span);
        // An event's `dwell: by …` is a construct, unless it is plainly a property of that name.
        if (pair.key.text == "dwell" && pair.value.text.starts_with("by ")) {
            if (auto dwell = read(pair.value, "`dwell`", &syntax::parse_dwell))
                lines.push_back({span, std::move(*dwell)});
            continue;
        }
        std::optional<ast::Name> field_name = key_name(pair.key);
        if (!field_name || !want_scalar(pair.value, "the type of `" + pair.key.text + "`"))
            continue;
        auto field = syntax::parse_field_type(std::move(*field_name), piece(pair.value), out_);
        if (field) lines.push_back({span, std::move(*field)});
    }
    return lines;
}

void Builder::profile(const Pair& pair) {
    ast::ProfileDecl made;
    made.name = {"user", pair.key.span};
    made.lines = fields(pair.value, "`profile`");
    add_item(pair, std::move(made));
}

void Builder::events(const Pair& pair) {
    if (!want_map(pair.value, "`events`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Path> path = syntax::parse_path(piece(one.key), out_);
        if (!path) continue;
        ast::EventDecl made;
        made.name = std::move(*path);
        made.lines = fields(one.value, "the event `" + one.key.text + "`");
        add_item(one, std::move(made));
    }
}

void Builder::channels(const Pair& pair) {
    if (!want_map(pair.value, "`channels`")) return;
    for (const Pair& one : pair.value.pairs)
        channel(one);
}

void Builder::channel(const Pair& one) {
    std::optional<ast::Name> channel_name = key_name(one.key);
    if (!channel_name) return;
    ast::ChannelDecl made;
    made.name = *channel_name;
    if (one.value.kind != Kind::nothing &&
        want_map(one.value, "the channel `" + made.name.text + "`")) {
        check_keys(one.value, Where::channel);
        for (const Pair& line : one.value.pairs) {
            const std::string& key = line.key.text;
            const Span span = source::join(line.key.span, line.value.span);
            if (key == "address") {
                if (auto path = read(line.value, "`address`", &syntax::parse_path)) {
                    made.lines.push_back({span, ast::ChannelAddress{std::move(*path)}});
                }
            } else if (key == "from") {
                if (auto from = text(line.value, "`from`")) {
                    made.lines.push_back({span, ast::ChannelFrom{std::move(*from)}});
                }
            } else if (key == "sender") {
                if (auto sender = text(line.value, "`sender`")) {
                    made.lines.push_back({span, ast::ChannelSender{std::move(*sender)}});
                }
            } else if (key == "rate") {
                if (auto rate = read(line.value, "`rate`", &syntax::parse_rate)) {
                    made.lines.push_back({span, std::move(*rate)});
                }
            } else if (key == "cost") {
                if (!want_scalar(line.value, "`cost`")) continue;
                if (auto amount = syntax::parse_sum(piece(line.value), out_, "a sum of money")) {
                    made.lines.push_back({span, ast::ChannelCost{std::move(amount)}});
                }
            } else if (key == "max length") {
                if (auto length = read(line.value, "`max length`", &syntax::parse_integer)) {
                    made.lines.push_back({span, ast::ChannelMaxLength{*length}});
                }
            }
        }
    }
    add_item(one, std::move(made));
}

void Builder::consents(const Pair& pair) {
    each(pair, "the consent group", [&](const Pair& one, const ast::Name& group) {
        check_keys(one.value, Where::consent);
        ast::ConsentDecl made;
        made.name = group;
        for (const Pair& line : one.value.pairs) {
            const std::string& key = line.key.text;
            const Span span = source::join(line.key.span, line.value.span);
            if (key == "title") {
                made.title = text(line.value, "`title`");
            } else if (key == "channels") {
                made.lines.push_back({span, ast::ConsentChannels{names(line.value, "a channel")}});
            } else if (key == "basis") {
                if (auto basis = read(line.value, "`basis`", &syntax::parse_basis)) {
                    made.lines.push_back({span, ast::ConsentBasisLine{*basis}});
                }
            } else if (key == "about") {
                if (auto about = text(line.value, "`about`")) {
                    made.lines.push_back({span, ast::ConsentAbout{std::move(*about)}});
                }
            }
        }
        add_item(one, std::move(made));
    });
}

void Builder::frequencies(const Pair& pair) {
    each(pair, "the frequency policy", [&](const Pair& one, const ast::Name& policy) {
        check_keys(one.value, Where::frequency);
        ast::FrequencyDecl made;
        made.name = policy;
        for (const Pair& line : one.value.pairs) {
            const std::string& key = line.key.text;
            const Span span = source::join(line.key.span, line.value.span);
            if (key == "at most") {
                for (const Node* item : items_of(line.value)) {
                    if (auto row = read(*item, "a limit", &syntax::parse_limit_row)) {
                        made.lines.push_back({item->span, std::move(*row)});
                    }
                }
            } else if (key == "counts") {
                if (auto counts = read(line.value, "`counts`", &syntax::parse_class)) {
                    made.lines.push_back({span, ast::FrequencyCounts{*counts}});
                }
            } else if (key == "when full") {
                if (auto full = read(line.value, "`when full`", &syntax::parse_when_full)) {
                    made.lines.push_back({span, std::move(*full)});
                }
            }
        }
        add_item(one, std::move(made));
    });
}

void Builder::quiets(const Pair& pair) {
    each(pair, "the quiet policy", [&](const Pair& one, const ast::Name& policy) {
        check_keys(one.value, Where::quiet);
        ast::QuietDecl made;
        made.name = policy;
        const Node* from = need(one.value, "from", "A quiet policy");
        const Node* to = need(one.value, "to", "A quiet policy");
        if (from != nullptr && to != nullptr) {
            const auto begin = read(*from, "`from`", &syntax::parse_time);
            const auto end = read(*to, "`to`", &syntax::parse_time);
            ast::Zone zone;
            zone.span = to->span;
            bool good = begin && end;
            if (const Node* where = get(one.value, "zone")) {
                const auto read_zone = read(*where, "`zone`", &syntax::parse_zone);
                good = good && read_zone;
                if (read_zone) zone = *read_zone;
            }
            if (good) made.lines.push_back({from->span, ast::QuietHours{*begin, *end, zone}});
        }
        for (const Pair& line : one.value.pairs) {
            const std::string& key = line.key.text;
            const Span span = source::join(line.key.span, line.value.span);
            if (key == "on") {
                made.lines.push_back({span, ast::QuietOn{names(line.value, "a channel")}});
            } else if (key == "then") {
                const auto word = name(line.value, "`hold` or `skip`");
                if (!word) continue;
                if (word->text != "hold" && word->text != "skip") {
                    report(Diagnostic::error("J0804", "HOLD OR SKIP?", word->span,
                                             "`then` is `hold` or `skip`."));
                    continue;
                }
                const auto action =
                    word->text == "hold" ? ast::QuietAction::hold : ast::QuietAction::skip;
                made.lines.push_back({span, ast::QuietThen{action}});
            } else if (key == "if no zone") {
                if (auto rule = read(line.value, "`if no zone`", &syntax::parse_no_zone)) {
                    made.lines.push_back({span, std::move(*rule)});
                }
            } else if (key == "spread over") {
                if (auto over = duration(line.value, "`spread over`")) {
                    made.lines.push_back({span, ast::QuietSpread{std::move(*over)}});
                }
            }
        }
        add_item(one, std::move(made));
    });
}

void Builder::templates(const Pair& pair) {
    if (!want_map(pair.value, "`templates`")) return;
    for (const Pair& one : pair.value.pairs)
        message_template(one);
}

void Builder::message_template(const Pair& one) {
    std::optional<ast::Name> template_name = key_name(one.key);
    if (!template_name || !want_map(one.value, "the template `" + one.key.text + "`")) return;
    check_keys(one.value, Where::message_template);
    ast::TemplateDecl made;
    made.name = *template_name;
    const Node* channel_of = need(one.value, "channel", "A template");
    const Node* class_of = need(one.value, "class", "A template");
    if (channel_of == nullptr || class_of == nullptr) return;
    auto channel_name = name(*channel_of, "a channel");
    auto message_class = read(*class_of, "`class`", &syntax::parse_class);
    if (!channel_name || !message_class) return;
    made.channel = *channel_name;
    made.message_class = *message_class;
    const std::map<std::string, ast::TemplatePart> parts = {{"subject", ast::TemplatePart::subject},
                                                            {"title", ast::TemplatePart::title},
                                                            {"body", ast::TemplatePart::body},
                                                            {"file", ast::TemplatePart::file}};
    for (const Pair& line : one.value.pairs) {
        const std::string& key = line.key.text;
        const Span span = source::join(line.key.span, line.value.span);
        if (const auto part = parts.find(key); part != parts.end()) {
            if (auto words = text(line.value, "`" + key + "`")) {
                made.lines.push_back({span, ast::TemplateText{part->second, std::move(*words)}});
            }
        } else if (key == "consent") {
            if (auto group = name(line.value, "a consent group")) {
                made.lines.push_back({span, ast::TemplateConsent{std::move(*group)}});
            }
        } else if (key == "needs") {
            for (ast::FieldLine& field : fields(line.value, "`needs`")) {
                if (auto* what = std::get_if<ast::Field>(&field.what)) {
                    made.lines.push_back({field.span, ast::TemplateNeeds{std::move(*what)}});
                }
            }
        } else if (key == "attach") {
            for (const Node* item : items_of(line.value)) {
                if (auto path = text(*item, "`attach`"))
                    made.lines.push_back({item->span, ast::TemplateAttach{std::move(*path), {}}});
            }
        } else if (key == "inline") {
            if (!want_map(line.value, "`inline`")) continue;
            for (const Pair& image : line.value.pairs) {
                auto called = key_name(image.key);
                auto path = text(image.value, "`inline`");
                if (!called || !path) continue;
                made.lines.push_back({source::join(image.key.span, image.value.span),
                                      ast::TemplateAttach{std::move(*path), std::move(called)}});
            }
        } else if (key == "unsubscribe") {
            if (!want_scalar(line.value, "`unsubscribe`")) continue;
            if (line.value.text != "automatic" && line.value.text != "in body") {
                report(Diagnostic::error("J0804", "AUTOMATIC OR IN BODY?", line.value.span,
                                         "`unsubscribe` is `automatic` or `in body`."));
                continue;
            }
            made.lines.push_back({span, ast::TemplateUnsubscribe{line.value.text == "in body"}});
        }
    }
    add_item(one, std::move(made));
}

void Builder::segments(const Pair& pair) {
    if (!want_map(pair.value, "`segments`")) return;
    for (const Pair& one : pair.value.pairs) {
        std::optional<ast::Name> segment_name = key_name(one.key);
        if (!segment_name) continue;
        ast::SegmentDecl made;
        made.name = *segment_name;
        const Node* is = &one.value;
        if (one.value.kind == Kind::map) {
            check_keys(one.value, Where::segment);
            if (const Node* title = get(one.value, "title")) made.title = text(*title, "`title`");
            is = need(one.value, "is", "A segment");
        }
        if (is != nullptr) made.is = condition(*is);
        if (made.is != nullptr) add_item(one, std::move(made));
    }
}

}  // namespace journey::yaml
