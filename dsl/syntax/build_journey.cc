#include "dsl/syntax/build.h"

#include <algorithm>
#include <fmt/format.h>

namespace journey::syntax {

using source::Diagnostic;

ast::Until Builder::until(std::uint32_t at) {
    Children parts = children(at);
    ast::Until made;
    made.span = span(at);
    if (const auto day = parts.take(Kind::weekday)) {
        ast::UntilWeekday what;
        what.day = weekday(*day);
        what.time = clock_time(parts.take());
        what.zone = need_zone(parts, what.time.span);
        made.what = std::move(what);
    } else if (const auto time = parts.take(Kind::clock_time)) {
        ast::UntilClock what;
        what.time = clock_time(*time);
        what.zone = need_zone(parts, what.time.span);
        made.what = std::move(what);
    } else {
        ast::UntilMoment what;
        what.moment = expr(parts.take());
        if (const auto tail = parts.take(Kind::until_at)) {
            Children inner = children(*tail);
            ast::UntilClock clock;
            clock.time = clock_time(inner.take());
            clock.zone = need_zone(inner, clock.time.span);
            what.at = std::move(clock);
        }
        made.what = std::move(what);
    }
    return made;
}

ast::Reenter Builder::reenter(std::uint32_t at) {
    using ast::ReenterKind;
    Children parts = children(at);
    ast::Reenter made;
    made.span = span(at);
    made.kind = parts.word("never")    ? ReenterKind::never
                : parts.word("always") ? ReenterKind::always
                : parts.word("once")   ? ReenterKind::once
                                       : ReenterKind::after;
    parts.word("after");
    if (const auto after = parts.take(Kind::duration)) made.after = duration(*after);
    if (const auto per = parts.take(Kind::path)) made.per = path(*per);
    return made;
}

ast::SendOption Builder::send_option(std::uint32_t at) {
    Children parts = children(at);
    ast::SendOption made{span(at), ast::Without{}};
    parts.word("valid");
    if (parts.word("for")) {
        made.what = ast::ValidFor{duration(parts.take())};
    } else if (parts.word("until")) {
        ast::ValidUntil until;
        until.time = clock_time(parts.take());
        until.zone = need_zone(parts, until.time.span);
        made.what = std::move(until);
    } else if (parts.word("retry")) {
        made.what = ast::RetryFor{duration(parts.take())};
    } else if (parts.word("to")) {
        made.what = ast::SendTo{expr(parts.take())};
    } else if (parts.word("at")) {
        made.what = ast::AtBestHour{duration(parts.take())};
    } else {
        parts.word("without");
        made.what = ast::Without{parts.word("quiet") ? ast::Waived::quiet : ast::Waived::frequency};
    }
    return made;
}

ast::Exit Builder::exit(Children& rest) {
    if (rest.word("if")) return {expr(rest.take())};
    rest.word("when");
    if (const auto change = rest.take(Kind::segment_change)) return {segment_change(*change)};
    return {event_sel(rest.take())};
}

ast::Overlap Builder::overlap(std::string_view word) const {
    return word == "ignore"    ? ast::Overlap::ignore
           : word == "restart" ? ast::Overlap::restart
           : word == "queue"   ? ast::Overlap::queue
                               : ast::Overlap::parallel;
}

ast::Head Builder::head(std::uint32_t at) {
    Children parts = children(at);
    ast::Head made{span(at), keyword(at), ast::Version{}};
    if (parts.word("version")) {
        made.what = ast::Version{integer(parts.take())};
    } else if (parts.word("about")) {
        made.what = ast::About{text(parts.take())};
    } else if (parts.word("owner")) {
        made.what = ast::Owner{text(parts.take())};
    } else if (parts.word("enter")) {
        made.what = enter(parts);
    } else if (parts.word("only")) {
        made.what = ast::OnlyIf{expr(parts.take())};
    } else if (parts.word("reenter")) {
        made.what = reenter(parts.take());
    } else if (parts.word("while")) {
        const std::uint32_t word = parts.take();
        made.what = ast::WhileRunning{overlap(slice(word)), span(word)};
    } else if (parts.word("goal")) {
        ast::Goal goal;
        goal.name = name(parts.take());
        goal.event = event_sel(parts.take());
        if (const auto within = parts.take(Kind::within)) {
            Children inner = children(*within);
            goal.within = duration(inner.take());
        }
        goal.then_exit = parts.take(Kind::then_exit).has_value();
        made.what = std::move(goal);
    } else if (parts.word("exit")) {
        made.what = exit(parts);
    } else if (parts.word("frequency")) {
        made.what = ast::UseFrequency{name(parts.take())};
    } else if (parts.word("quiet")) {
        made.what = ast::UseQuiet{name(parts.take())};
    } else if (parts.word("expires")) {
        made.what = ast::ExpiresAfter{duration(parts.take())};
    } else if (parts.word("priority")) {
        made.what = ast::Priority{integer(parts.take())};
    } else if (parts.word("rate")) {
        made.what = ast::JourneyRate{rate(parts.take())};
    } else if (parts.word("key")) {
        made.what = ast::Key{expr(parts.take())};
    } else if (parts.word("time")) {
        made.what = ast::TimeZoneIs{expr(parts.take())};
    } else if (parts.word("from")) {
        made.what = from_version(parts);
    }
    return made;
}

ast::JourneyDecl Builder::journey(std::uint32_t at) {
    Children parts = children(at);
    ast::JourneyDecl made;
    made.name = name(parts.take());
    if (const auto title = parts.take(Kind::string)) made.title = text(*title);
    if (const auto found = parts.take(Kind::class_name)) made.message_class = class_name(*found);
    const auto block = parts.take(Kind::block);
    if (!block) return made;
    bool said_order = false;
    for (Children lines = children(*block); !lines.done();) {
        const std::uint32_t line = lines.take();
        if (kind(line) == Kind::head) {
            ast::Head clause = head(line);
            if (made.do_keyword && !said_order) {
                said_order = true;
                m_.diagnostics.push_back(
                    Diagnostic::error(
                        "J0001", "THE STEPS COME LAST", clause.keyword,
                        fmt::format("`{}` stands after the steps.",
                                    m_.slice(m_.marks[line]).substr(0, clause.keyword.size())))
                        .and_other(*made.do_keyword, "the steps begin here")
                        .and_help("move it above `do`."));
            }
            made.heads.push_back(std::move(clause));
            continue;
        }
        Children inner = children(line);
        if (made.do_keyword) {
            m_.diagnostics.push_back(Diagnostic::error("J0105", "DECLARED TWICE", keyword(line),
                                                       "A journey has one `do { … }`.")
                                         .and_other(*made.do_keyword, "first here"));
            continue;
        }
        made.do_keyword = keyword(line);
        made.steps = steps(inner.take());
    }
    const source::Span all = span(at);
    const bool explained =
        std::any_of(m_.diagnostics.begin(), m_.diagnostics.end(), [&](const Diagnostic& one) {
            return one.span.file == all.file && one.span.begin >= all.begin &&
                   one.span.begin <= all.end;
        });
    if (!made.do_keyword && !explained) {
        m_.diagnostics.push_back(
            Diagnostic::error("J0001", "NO STEPS", made.name.span,
                              fmt::format("The journey `{}` does nothing.", made.name.text))
                .and_help("give it steps: `do { … }` as its last part."));
    }
    return made;
}

ast::Steps Builder::steps(std::uint32_t block) {
    ast::Steps all;
    for (Children lines = children(block); !lines.done();)
        all.push_back(step(lines.take()));
    return all;
}

ast::Step Builder::step(std::uint32_t at) {
    Children parts = children(at);
    ast::Step made{std::nullopt, span(at), {}, ast::Stop{}};
    if (const auto label = parts.take(Kind::label)) made.label = name(*label);
    const std::uint32_t action = parts.take();
    made.keyword = keyword(action);
    Children inner = children(action);
    switch (kind(action)) {
        case Kind::send:
            made.what = send(action);
            break;
        case Kind::send_one:
            made.what = send_one(action);
            break;
        case Kind::wait:
            made.what = wait(action);
            break;
        case Kind::if_step:
            made.what = if_step(action);
            break;
        case Kind::choose:
            made.what = choose(action);
            break;
        case Kind::split: {
            ast::Split split{name(inner.take()), {}};
            split.lines = arm_lines(inner.take());
            made.what = std::move(split);
            break;
        }
        case Kind::experiment: {
            ast::Experiment experiment{name(inner.take()), {}};
            experiment.lines = arm_lines(inner.take());
            made.what = std::move(experiment);
            break;
        }
        case Kind::let: {
            ast::Let let{name(inner.take()), nullptr};
            let.is = expr(inner.take());
            made.what = std::move(let);
            break;
        }
        case Kind::set: {
            ast::Set set{path(inner.take()), nullptr};
            set.to = expr(inner.take());
            made.what = std::move(set);
            break;
        }
        case Kind::tag: {
            ast::Tag tag;
            tag.add = inner.word("add");
            inner.word("remove");
            tag.tags = texts(inner);
            made.what = std::move(tag);
            break;
        }
        case Kind::stop: {
            ast::Stop stop;
            if (const auto as = inner.take(Kind::name)) stop.as = name(*as);
            made.what = std::move(stop);
            break;
        }
        case Kind::note:
            made.what = ast::Note{text(inner.take())};
            break;
        case Kind::call_step:
            made.what = call(action);
            break;
        case Kind::emit: {
            ast::Emit emit{path(inner.take()), std::nullopt};
            emit.with = maybe_map(inner);
            made.what = std::move(emit);
            break;
        }
        case Kind::run: {
            ast::Run run{name(inner.take()), std::nullopt};
            run.with = maybe_map(inner);
            made.what = std::move(run);
            break;
        }
        case Kind::include:
            made.what = include(inner.take());
            break;
        case Kind::repeat:
            made.what = repeat(action);
            break;
        default:
            ENSURE(false, "a step of a kind that the grammar does not have");
            break;
    }
    return made;
}

ast::StepKind Builder::send(std::uint32_t at) {
    Children parts = children(at);
    ast::Send made;
    made.channel = name(parts.take());
    made.template_name = name(parts.take());
    made.with = maybe_map(parts);
    while (const auto option = parts.take(Kind::send_option))
        made.options.push_back(send_option(*option));
    return made;
}

ast::StepKind Builder::send_one(std::uint32_t at) {
    Children parts = children(at);
    ast::SendOneOf made;
    made.head = keyword(at);
    if (parts.word("best")) {
        ast::Return best;
        best.comes = event_sel(parts.take());
        best.within = duration(parts.take());
        best.worth = expr(parts.take());
        made.head = source::join(made.head, best.worth->span);
        if (const auto share = parts.take(Kind::percent)) {
            best.explore = percent(*share);
            made.head = source::join(made.head, best.explore->span);
        }
        made.best = std::move(best);
    } else {
        parts.word("first");
    }
    made.sends = steps(parts.take());
    return made;
}

ast::StepKind Builder::wait(std::uint32_t at) {
    Children parts = children(at);
    if (parts.word("until")) return ast::WaitUntil{until(parts.take())};
    if (parts.word("at")) {
        ast::WaitAtMost made;
        made.at_most = duration(parts.take());
        for (Children arms = children(parts.take()); !arms.done();)
            made.arms.push_back(wait_arm(arms.take()));
        return made;
    }
    Children delay = children(parts.take());
    return ast::Delay{expr(delay.take())};
}

ast::WaitArm Builder::wait_arm(std::uint32_t at) {
    Children parts = children(at);
    ast::WaitArm made{span(at), keyword(at), ast::TimeoutArm{}};
    if (kind(at) == Kind::on_arm) {
        ast::OnArm on{event_sel(parts.take()), {}};
        on.steps = steps(parts.take());
        made.what = std::move(on);
    } else if (kind(at) == Kind::when_arm) {
        ast::WhenArm when{expr(parts.take()), {}};
        when.steps = steps(parts.take());
        made.what = std::move(when);
    } else if (const auto block = parts.take(Kind::block)) {
        made.what = ast::TimeoutArm{steps(*block)};
    }
    return made;
}

ast::StepKind Builder::if_step(std::uint32_t at) {
    Children parts = children(at);
    ast::If made;
    ast::Branch first;
    first.condition = expr(parts.take());
    first.steps = steps(parts.take());
    first.span = keyword(at);
    made.branches.push_back(std::move(first));
    while (const auto next = parts.take(Kind::else_if)) {
        Children inner = children(*next);
        ast::Branch branch;
        branch.condition = expr(inner.take());
        branch.steps = steps(inner.take());
        branch.span = span(*next);
        made.branches.push_back(std::move(branch));
    }
    if (const auto last = parts.take(Kind::else_step)) {
        made.otherwise = otherwise(*last);
    }
    return made;
}

ast::Otherwise Builder::otherwise(std::uint32_t at) {
    Children inner = children(at);
    return {steps(inner.take()), keyword(at)};
}

ast::StepKind Builder::call(std::uint32_t at) {
    Children parts = children(at);
    ast::CallWebhook made;
    made.webhook = name(parts.take());
    made.with = maybe_map(parts);
    if (const auto as = parts.take(Kind::name)) made.as = name(*as);
    if (const auto last = parts.take(Kind::else_step)) made.otherwise = otherwise(*last);
    return made;
}

ast::StepKind Builder::repeat(std::uint32_t at) {
    Children parts = children(at);
    ast::Repeat made;
    made.at_most = expr(parts.take());
    if (const auto until = parts.take(Kind::repeat_until)) {
        Children inner = children(*until);
        made.until = expr(inner.take());
    }
    made.steps = steps(parts.take());
    return made;
}

ast::Include Builder::include(std::uint32_t at) {
    Children parts = children(at);
    ast::Include made{name(parts.take()), {}, span(at)};
    while (const auto pair = parts.take(Kind::pair)) {
        Children inner = children(*pair);
        ast::Name called = name(inner.take());
        made.args.push_back({std::move(called), expr(inner.take())});
    }
    return made;
}

ast::StepKind Builder::choose(std::uint32_t at) {
    Children parts = children(at);
    ast::Choose made;
    for (Children lines = children(parts.take()); !lines.done();) {
        const std::uint32_t line = lines.take();
        Children inner = children(line);
        if (inner.word("when")) {
            ast::Branch branch;
            branch.condition = expr(inner.take());
            branch.steps = steps(inner.take());
            branch.span = keyword(line);
            made.choices.push_back({span(line), std::move(branch)});
        } else {
            inner.word("otherwise");
            made.choices.push_back(
                {span(line), ast::Otherwise{steps(inner.take()), keyword(line)}});
        }
    }
    return made;
}

void Builder::said_twice(source::Span again, std::string_view rule) {
    // A thousand of them are one mistake.
    if (!m_.diagnostics.empty() && m_.diagnostics.back().code == "J0105" &&
        m_.diagnostics.back().before == rule)
        return;
    m_.diagnostics.push_back(Diagnostic::error("J0105", "SAID TWICE", again, std::string(rule))
                                 .and_help("remove one of them."));
}

ast::Winner Builder::winner(std::uint32_t at) {
    Children parts = children(at);
    ast::Winner made;
    made.metric = name(parts.take());
    made.per = name(parts.take());
    made.after = duration(parts.take());
    while (!parts.done()) {
        const std::uint32_t option = parts.take();
        Children inner = children(option);
        if (kind(option) == Kind::needs) {
            if (made.needs) said_twice(span(option), "A winner has one `needs`.");
            made.needs = integer(inner.take());
        } else if (kind(option) == Kind::confidence) {
            if (made.confidence) said_twice(span(option), "A winner has one `confidence`.");
            made.confidence = percent(inner.take());
        } else {
            if (made.otherwise) said_twice(span(option), "A winner has one `otherwise`.");
            made.otherwise = name(inner.take());
        }
    }
    return made;
}

std::vector<ast::ArmLine> Builder::arm_lines(std::uint32_t block) {
    std::vector<ast::ArmLine> all;
    for (Children lines = children(block); !lines.done();) {
        const std::uint32_t line = lines.take();
        Children parts = children(line);
        if (kind(line) == Kind::winner) {
            all.push_back({span(line), winner(line)});
        } else if (kind(line) == Kind::sample) {
            all.push_back({span(line), ast::Sample{percent(parts.take())}});
        } else if (kind(line) == Kind::holdout) {
            all.push_back({span(line), ast::Holdout{percent(parts.take())}});
        } else {
            // A split says "90% reach", an experiment "arm reach 90%".
            ast::Arm arm;
            for (int i = 0; i < 2; ++i) {
                const std::uint32_t part = parts.take();
                if (kind(part) == Kind::percent) {
                    arm.share = percent(part);
                } else {
                    arm.name = name(part);
                }
            }
            arm.steps = steps(parts.take());
            all.push_back({span(line), std::move(arm)});
        }
    }
    return all;
}

}  // namespace journey::syntax
