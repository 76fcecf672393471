#include "dsl/syntax/build.h"

namespace journey::syntax {

ast::Type Builder::type(std::uint32_t at) {
    Children parts = children(at);
    ast::Type made;
    made.span = span(at);
    if (parts.word("list")) {
        made.what = ast::ListType{std::make_unique<ast::Type>(type(parts.take()))};
    } else if (parts.word("map")) {
        made.what = ast::MapType{std::make_unique<ast::Type>(type(parts.take()))};
    } else if (parts.word("one")) {
        made.what = ast::OneOfType{texts(parts)};
    } else if (parts.word("money")) {
        ast::MoneyType money;
        if (const auto code = parts.take(Kind::currency)) money.currency = currency(*code);
        made.what = money;
    } else {
        made.what = ast::NamedType{name(parts.take())};
    }
    return made;
}

ast::Field Builder::field(ast::Name called, Children& rest) {
    ast::Field made;
    made.span = called.span;
    made.name = std::move(called);
    made.type = type(rest.take());
    made.span = source::join(made.span, made.type.span);
    while (const auto at = rest.take(Kind::mark)) {
        Children parts = children(*at);
        ast::Mark mark;
        mark.span = span(*at);
        if (parts.word("default")) {
            mark.what = ast::DefaultMark{expr(parts.take())};
        } else if (parts.word("required")) {
            mark.what = ast::RequiredMark{};
        } else if (parts.word("pii")) {
            mark.what = ast::PiiMark{};
        } else if (parts.word("about")) {
            mark.what = ast::AboutMark{text(parts.take())};
        }
        made.span = source::join(made.span, mark.span);
        made.marks.push_back(std::move(mark));
    }
    return made;
}

ast::LimitRow Builder::limit_row(std::uint32_t at) {
    Children parts = children(at);
    ast::LimitRow made;
    made.span = span(at);
    made.count = integer(parts.take());
    made.channel = name(parts.take());
    if (const auto rolling = parts.take(Kind::duration)) {
        made.rolling = duration(*rolling);
    } else {
        ast::Name unit = name(parts.take());
        if (unit.text.ends_with('s')) unit.text.pop_back();
        made.unit = std::move(unit);
    }
    return made;
}

ast::WhenFull Builder::when_full(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("skip")) return {};
    const bool gives_way = parts.word("give");
    if (!gives_way) parts.word("hold");
    return {duration(parts.take()), gives_way};
}

ast::QuietNoZone Builder::no_zone(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("hold")) return {ast::QuietAction::hold, std::nullopt};
    if (parts.word("skip")) return {ast::QuietAction::skip, std::nullopt};
    parts.word("use");
    return {std::nullopt, text(parts.take())};
}

ast::ConsentBasis Builder::basis(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("double")) return ast::ConsentBasis::double_opt_in;
    return parts.word("in") ? ast::ConsentBasis::opt_in : ast::ConsentBasis::opt_out;
}

ast::ChannelRate Builder::rate(std::uint32_t at) {
    Children parts = children(at);
    ast::ChannelRate made;
    made.count = integer(parts.take());
    made.unit = name(parts.take());
    if (made.unit.text.ends_with('s')) made.unit.text.pop_back();
    return made;
}

ast::Canary Builder::canary(std::uint32_t at) {
    Children parts = children(at);
    ast::Canary made;
    made.count = integer(parts.take());
    made.wait = duration(parts.take());
    made.stop = percent(parts.take());
    return made;
}

ast::Dwell Builder::dwell(std::uint32_t at) {
    Children parts = children(at);
    ast::Dwell made;
    made.ping = path(parts.take());
    made.on = name(parts.take());
    made.every = duration(parts.take());
    if (const auto ends = parts.take(Kind::path)) made.ends_with = path(*ends);
    return made;
}

ast::BandRow Builder::band_row(std::uint32_t at) {
    Children parts = children(at);
    ast::BandRow made;
    made.span = span(at);
    made.score = integer(parts.take());
    if (!parts.word("otherwise")) made.below = expr(parts.take());
    return made;
}

ast::Param Builder::param(ast::Name called, Children& rest) {
    const std::uint32_t what = rest.take();
    ast::Param made;
    made.span = source::join(called.span, span(what));
    made.name = std::move(called);
    if (kind(what) == Kind::template_of) {
        Children inner = children(what);
        made.type = name(inner.take());
    } else {
        made.type = type(what);
    }
    return made;
}

// ---- lines of blocks

ast::WorkspaceLine Builder::workspace_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("time")) return {span(at), ast::WorkspaceZone{text(parts.take())}};
    if (parts.word("currency")) return {span(at), ast::WorkspaceCurrency{currency(parts.take())}};
    if (parts.word("locale")) return {span(at), ast::WorkspaceLocale{text(parts.take())}};
    if (parts.word("holdout")) return {span(at), ast::WorkspaceHoldout{percent(parts.take())}};
    if (parts.word("blast")) return {span(at), ast::BlastLimit{rate(parts.take())}};
    if (parts.word("canary")) return {span(at), canary(parts.take())};
    parts.word("week");
    return {span(at), ast::WeekStarts{weekday(parts.take())}};
}

ast::FieldLine Builder::field_line(std::uint32_t at) {
    Children parts = children(at);
    const std::uint32_t only = parts.take();
    if (kind(only) == Kind::dwell) return {span(at), dwell(only)};
    Children inner = children(only);
    ast::Name called = name(inner.take());
    return {span(at), field(std::move(called), inner)};
}

ast::ChannelLine Builder::channel_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("address")) return {span(at), ast::ChannelAddress{path(parts.take())}};
    if (parts.word("from")) return {span(at), ast::ChannelFrom{text(parts.take())}};
    if (parts.word("sender")) return {span(at), ast::ChannelSender{text(parts.take())}};
    if (parts.word("rate")) return {span(at), rate(parts.take())};
    if (parts.word("cost")) return {span(at), ast::ChannelCost{expr(parts.take())}};
    parts.word("max");
    return {span(at), ast::ChannelMaxLength{integer(parts.take())}};
}

ast::ConsentLine Builder::consent_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("channels")) return {span(at), ast::ConsentChannels{names(parts)}};
    if (parts.word("basis")) return {span(at), ast::ConsentBasisLine{basis(parts.take())}};
    parts.word("about");
    return {span(at), ast::ConsentAbout{text(parts.take())}};
}

ast::FrequencyLine Builder::frequency_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("at")) return {span(at), limit_row(parts.take())};
    if (parts.word("counts")) return {span(at), ast::FrequencyCounts{class_name(parts.take())}};
    parts.word("when");
    return {span(at), when_full(parts.take())};
}

ast::QuietLine Builder::quiet_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("from")) {
        ast::QuietHours hours;
        hours.from = clock_time(parts.take());
        hours.to = clock_time(parts.take());
        hours.zone = need_zone(parts, hours.to.span);
        return {span(at), std::move(hours)};
    }
    if (parts.word("on")) return {span(at), ast::QuietOn{names(parts)}};
    if (parts.word("then")) {
        return {span(at), ast::QuietThen{parts.word("hold") ? ast::QuietAction::hold
                                                            : ast::QuietAction::skip}};
    }
    if (parts.word("spread")) return {span(at), ast::QuietSpread{duration(parts.take())}};
    parts.word("if");
    return {span(at), no_zone(parts.take())};
}

ast::TemplateLine Builder::template_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("consent")) return {span(at), ast::TemplateConsent{name(parts.take())}};
    using ast::TemplatePart;
    for (const auto& [word, part] : {std::pair{"subject", TemplatePart::subject},
                                     {"title", TemplatePart::title},
                                     {"body", TemplatePart::body},
                                     {"file", TemplatePart::file}}) {
        if (parts.word(word)) return {span(at), ast::TemplateText{part, text(parts.take())}};
    }
    if (parts.word("needs")) {
        Children inner = children(parts.take());
        ast::Name called = name(inner.take());
        return {span(at), ast::TemplateNeeds{field(std::move(called), inner)}};
    }
    if (parts.word("attach")) return {span(at), ast::TemplateAttach{text(parts.take()), {}}};
    if (parts.word("inline")) {
        ast::TemplateAttach image{text(parts.take()), {}};
        image.as = name(parts.take());
        return {span(at), std::move(image)};
    }
    parts.word("unsubscribe");
    return {span(at), ast::TemplateUnsubscribe{parts.word("body")}};
}

ast::CatalogueLine Builder::catalogue_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("file")) return {span(at), ast::CatalogueFile{text(parts.take())}};
    if (parts.word("key")) return {span(at), ast::CatalogueKey{name(parts.take())}};
    Children inner = children(parts.take());
    ast::Name called = name(inner.take());
    return {span(at), field(std::move(called), inner)};
}

ast::FetchLine Builder::fetch_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("get")) return {span(at), ast::FetchGet{text(parts.take())}};
    if (parts.word("cache")) return {span(at), ast::FetchCache{duration(parts.take())}};
    if (parts.word("timeout")) return {span(at), ast::FetchTimeout{duration(parts.take())}};
    parts.word("when");
    return {span(at), ast::FetchFails{parts.word("blank")}};
}

ast::WebhookLine Builder::webhook_line(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("post")) return {span(at), ast::HookPost{text(parts.take())}};
    if (parts.word("sends")) return {span(at), ast::HookSends{names(parts)}};
    if (parts.word("gives")) {
        Children inner = children(parts.take());
        ast::Name called = name(inner.take());
        return {span(at), ast::HookGives{field(std::move(called), inner)}};
    }
    if (parts.word("timeout")) return {span(at), ast::HookTimeout{duration(parts.take())}};
    parts.word("retry");
    return {span(at), ast::HookRetry{integer(parts.take())}};
}

// ---- items

ast::SnippetDecl Builder::snippet(std::uint32_t at) {
    Children parts = children(at);
    ast::SnippetDecl made{name(parts.take()), {}, {}};
    while (const auto each = parts.take(Kind::param)) {
        Children inner = children(*each);
        ast::Name called = name(inner.take());
        made.params.push_back(param(std::move(called), inner));
    }
    made.steps = steps(parts.take());
    return made;
}

std::optional<ast::Item> Builder::item(std::uint32_t at) {
    Children parts = children(at);
    ast::Item made{span(at), keyword(at), ast::Language{}};
    const auto lines = [&](auto& into, auto read) {
        const auto block = parts.take(Kind::block);
        if (!block) return;
        for (Children all = children(*block); !all.done();)
            into.push_back((this->*read)(all.take()));
    };
    const auto title = [&](std::optional<ast::Text>& into) {
        if (const auto found = parts.take(Kind::string)) into = text(*found);
    };
    switch (kind(at)) {
        case Kind::language:
            made.what = ast::Language{integer(parts.take())};
            break;
        case Kind::use: {
            ast::Use use{text(parts.take()), std::nullopt};
            if (const auto as = parts.take(Kind::name)) use.as = name(*as);
            made.what = std::move(use);
            break;
        }
        case Kind::workspace: {
            ast::Workspace what{name(parts.take()), {}};
            lines(what.lines, &Builder::workspace_line);
            made.what = std::move(what);
            break;
        }
        case Kind::profile: {
            ast::ProfileDecl what{name(parts.take()), {}};
            if (what.name.text != "user") {
                m_.diagnostics.push_back(
                    source::Diagnostic::error("J0001", "I GOT STUCK HERE", what.name.span,
                                              "There is one profile, and it is called `user`.")
                        .and_fix(source::Applicability::certain, "write `user`.",
                                 {{what.name.span, "user"}}));
            }
            lines(what.lines, &Builder::field_line);
            made.what = std::move(what);
            break;
        }
        case Kind::event: {
            ast::EventDecl what{path(parts.take()), {}};
            lines(what.lines, &Builder::field_line);
            made.what = std::move(what);
            break;
        }
        case Kind::channel: {
            ast::ChannelDecl what{name(parts.take()), {}};
            lines(what.lines, &Builder::channel_line);
            made.what = std::move(what);
            break;
        }
        case Kind::consent: {
            ast::ConsentDecl what{name(parts.take()), std::nullopt, {}};
            title(what.title);
            lines(what.lines, &Builder::consent_line);
            made.what = std::move(what);
            break;
        }
        case Kind::frequency: {
            ast::FrequencyDecl what{name(parts.take()), {}};
            lines(what.lines, &Builder::frequency_line);
            made.what = std::move(what);
            break;
        }
        case Kind::quiet: {
            ast::QuietDecl what{name(parts.take()), {}};
            lines(what.lines, &Builder::quiet_line);
            made.what = std::move(what);
            break;
        }
        case Kind::template_decl: {
            ast::TemplateDecl what;
            what.name = name(parts.take());
            what.channel = name(parts.take());
            what.message_class = class_name(parts.take());
            lines(what.lines, &Builder::template_line);
            made.what = std::move(what);
            break;
        }
        case Kind::webhook: {
            ast::WebhookDecl what{name(parts.take()), {}};
            lines(what.lines, &Builder::webhook_line);
            made.what = std::move(what);
            break;
        }
        case Kind::fetch: {
            ast::FetchDecl what{name(parts.take()), {}};
            lines(what.lines, &Builder::fetch_line);
            made.what = std::move(what);
            break;
        }
        case Kind::catalogue: {
            ast::CatalogueDecl what{name(parts.take()), {}};
            lines(what.lines, &Builder::catalogue_line);
            made.what = std::move(what);
            break;
        }
        case Kind::band: {
            ast::BandDecl what{name(parts.take()), nullptr, {}};
            what.of = expr(parts.take());
            lines(what.rows, &Builder::band_row);
            made.what = std::move(what);
            break;
        }
        case Kind::snippet:
            made.what = snippet(at);
            break;
        case Kind::segment: {
            ast::SegmentDecl what{name(parts.take()), std::nullopt, nullptr};
            title(what.title);
            what.is = expr(parts.take());
            made.what = std::move(what);
            break;
        }
        case Kind::journey:
            made.what = journey(at);
            break;
        case Kind::test:
            made.what = test(at);
            break;
        default:
            return std::nullopt;
    }
    return made;
}

}  // namespace journey::syntax
