#include "dsl/syntax/build.h"

namespace journey::syntax {

ast::TestDecl Builder::test(std::uint32_t at) {
    Children parts = children(at);
    ast::TestDecl made;
    made.title = text(parts.take());
    if (const auto of = parts.take(Kind::name)) made.of = name(*of);
    if (const auto block = parts.take(Kind::block)) {
        for (Children lines = children(*block); !lines.done();)
            made.lines.push_back(test_line(lines.take()));
    }
    return made;
}

ast::TestLine Builder::test_line(std::uint32_t at) {
    Children parts = children(at);
    switch (kind(at)) {
        case Kind::start: {
            const std::uint32_t digits = parts.take();
            ast::LocalMoment when = moment(digits, parts);
            if (!when.zone && !when.offset_minutes) when.zone = need_zone(parts, when.span);
            return {span(at), ast::StartLine{std::move(when)}};
        }
        case Kind::at_line: {
            ast::Moment when = test_moment(parts.take());
            const std::uint32_t what = parts.take();
            if (kind(what) == Kind::outcome)
                return {span(at), ast::AtExpect{std::move(when), outcome(what)}};
            return {span(at), ast::AtHappen{std::move(when), happen(what)}};
        }
        case Kind::every_line: {
            ast::EveryLine made;
            made.every = duration(parts.take());
            made.until = test_moment(parts.take());
            made.happen = happen(parts.take());
            return {span(at), std::move(made)};
        }
        default:
            return {span(at), given(parts.take())};
    }
}

ast::Moment Builder::test_moment(std::uint32_t at) {
    Children parts = children(at);
    if (const auto offset = parts.take(Kind::duration))
        return {ast::AfterStart{duration(*offset)}, span(at)};
    const std::uint32_t digits = parts.take();
    return {moment(digits, parts), span(at)};
}

ast::Happen Builder::happen(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("set")) {
        ast::HappenSet set{path(parts.take()), nullptr};
        set.to = expr(parts.take());
        return {std::move(set), span(at)};
    }
    ast::HappenEvent event{path(parts.take()), std::nullopt, std::nullopt};
    if (const auto of = parts.take(Kind::of_label)) {
        Children inner = children(*of);
        event.of_label = name(inner.take());
    }
    event.data = maybe_map(parts);
    return {std::move(event), span(at)};
}

ast::GivenLine Builder::given(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("user")) {
        if (parts.word("holdout")) return {ast::GivenHeldOut{span(at)}};
        return {ast::GivenUser{map(parts.take())}};
    }
    if (parts.word("consent")) return {ast::GivenConsent{names(parts)}};
    if (parts.word("tag")) return {ast::GivenTag{texts(parts)}};
    if (parts.word("history")) {
        ast::GivenHistory made;
        made.event = path(parts.take());
        made.data = maybe_map(parts);
        made.before_start = duration(parts.take());
        return {std::move(made)};
    }
    if (parts.word("webhook")) {
        ast::GivenWebhook hook{name(parts.take()), std::nullopt};
        if (parts.word("gives")) hook.gives = map(parts.take());
        return {std::move(hook)};
    }
    if (parts.word("fetch")) {
        ast::GivenFetch fetch{name(parts.take()), std::nullopt};
        if (parts.word("gives")) fetch.gives = map(parts.take());
        return {std::move(fetch)};
    }
    parts.skip();  // experiment or split
    ast::Name of = name(parts.take());
    if (parts.word("picks")) return {ast::GivenPick{std::move(of), name(parts.take())}};
    parts.word("puts");
    return {ast::GivenPut{std::move(of), name(parts.take())}};
}

ast::Outcome Builder::outcome(std::uint32_t at) {
    Children parts = children(at);
    ast::Outcome made{ast::ExpectNothingSent{}, span(at)};
    const bool negated = parts.word("not");
    if (parts.word("nothing")) return made;
    if (parts.word("no")) {
        made.what = ast::ExpectNoMoreSends{};
    } else if (parts.word("entered")) {
        made.what = ast::ExpectEntered{negated};
    } else if (parts.word("exited")) {
        ast::ExpectExited exited;
        if (const auto as = parts.take(Kind::name)) exited.as = name(*as);
        made.what = std::move(exited);
    } else if (parts.word("sent")) {
        ast::ExpectSent sent;
        sent.negated = negated;
        sent.channel = name(parts.take());
        sent.template_name = name(parts.take());
        sent.with = maybe_map(parts);
        made.what = std::move(sent);
    } else if (parts.word("called")) {
        ast::ExpectCalled called;
        called.negated = negated;
        called.webhook = name(parts.take());
        called.with = maybe_map(parts);
        made.what = std::move(called);
    } else if (parts.word("tagged")) {
        made.what = ast::ExpectTagged{negated, text(parts.take())};
    } else if (parts.word("held")) {
        ast::ExpectHeld held;
        held.label = name(parts.take());
        held.until = test_moment(parts.take());
        made.what = std::move(held);
    } else if (parts.word("skipped")) {
        ast::ExpectSkipped skipped;
        skipped.label = name(parts.take());
        if (const auto because = parts.take(Kind::string)) skipped.because = text(*because);
        made.what = std::move(skipped);
    } else if (parts.word("goal")) {
        made.what = ast::ExpectGoal{name(parts.take())};
    } else {
        parts.word("waiting");
        made.what = ast::ExpectWaiting{name(parts.take())};
    }
    return made;
}

}  // namespace journey::syntax
