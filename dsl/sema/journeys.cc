// The head of a journey: who enters, how often, what ends it, which policies bind it.

#include "dsl/sema/snippets.h"
#include "dsl/sema/triggers.h"
#include "dsl/sema/unread.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

using ir::TypeKind;

namespace {

class JourneyChecker {
  public:
    JourneyChecker(Context& cx, const ast::JourneyDecl& decl, Index self, Journey& into)
        : cx_(cx), decl_(decl), into_(into) {
        scope_.journey = &known_;
        known_.self = self;
    }

    void run() {
        into_.name_span = decl_.name.span;
        known_.name = decl_.name.text;
        if (decl_.title) into_.title = decl_.title->value;
        if (decl_.message_class) {
            into_.message_class = decl_.message_class->value == ast::MessageClass::marketing
                                      ? ir::MessageClass::marketing
                                      : ir::MessageClass::transactional;
        }
        collect_labels(cx_, decl_.steps, known_);
        bool enters = false;
        for (const ast::Head& head : decl_.heads) {
            if (const auto* enter = std::get_if<ast::Enter>(&head.what)) {
                enters = true;
                if (auto trigger = check_enter(cx_, scope_, *enter, head.span)) {
                    into_.triggers.push_back(std::move(*trigger));
                }
            }
            if (const auto* unread = std::get_if<ast::Unread>(&head.what)) {
                if (unread->keyword == "enter") known_.triggers_broken = true;
            }
        }
        for (const ast::Head& head : decl_.heads)
            check_head(head);
        check_zone_of_schedules();
        if (!enters && !known_.triggers_broken && !unread(cx_, decl_.name.span, "enter") &&
            !unread(cx_, decl_.name.span, "trigger"))
            report_no_way_in();
        Scope steps = scope_;
        if (into_.admit != nullptr) steps.present.merge(present_if(*into_.admit, true));
        if (!fits()) return;
        into_.steps = check_steps(cx_, steps, into_, decl_.steps);
        check_nothing();
        check_migrations(cx_, decl_, into_);
    }

  private:
    bool once(const std::string& clause, Span span) {
        const auto [at, fresh] = seen_.try_emplace(clause, span);
        if (fresh) return true;
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", span,
                                     "This journey says " + tick(clause) + " twice.")
                       .and_other(at->second, "first here")
                       .and_help("keep one of them"));
        return false;
    }

    void report_no_way_in() {
        cx_.report(Diagnostic::error(
                       "J0113", "NO WAY IN", decl_.name.span,
                       "Nobody can enter " + tick(into_.name) + ": it does not say when it starts.")
                       .and_help("add a line like `enter when signed_up`"));
    }

    void check_head(const ast::Head& head) {
        std::visit(
            Match{[&](const ast::Version& version) { check_version(version, head.span); },
                  [&](const ast::About& about) {
                      if (once("about", head.span)) into_.about = about.text.value;
                  },
                  [&](const ast::Owner& owner) {
                      if (once("owner", head.span)) into_.owner = owner.text.value;
                  },
                  [](const ast::Enter&) {},
                  [&](const ast::OnlyIf& only) {
                      if (once("only if", head.span)) {
                          into_.admit = check_condition(cx_, scope_, *only.condition);
                      }
                  },
                  [&](const ast::Reenter& reenter) { check_reenter(reenter, head.span); },
                  [&](const ast::WhileRunning& running) {
                      if (!once("while running", head.span)) return;
                      into_.overlap = overlap_of(running.overlap);
                      into_.overlap_said = true;
                  },
                  [&](const ast::Goal& goal) { check_goal(goal, head.span); },
                  [&](const ast::Exit& exit) { check_exit(exit, head.keyword); },
                  [&](const ast::UseFrequency& use) {
                      if (once("frequency", head.span)) {
                          into_.frequency = cx_.find(Kind::frequency, use.policy).value_or(kNone);
                          into_.frequency_span = head.span;
                          into_.frequency_broken = into_.frequency == kNone;
                      }
                  },
                  [&](const ast::UseQuiet& use) {
                      if (once("quiet", head.span)) {
                          into_.quiet = cx_.find(Kind::quiet, use.policy).value_or(kNone);
                          into_.quiet_span = head.span;
                          into_.quiet_broken = into_.quiet == kNone;
                      }
                  },
                  [&](const ast::ExpiresAfter& expires) { check_lifetime(expires, head.span); },
                  [&](const ast::Priority& priority) {
                      if (!once("priority", head.span)) return;
                      if (priority.value.value < -1000 || priority.value.value > 1000) {
                          cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", priority.value.span,
                                                       "A priority is between -1000 and 1000."));
                          return;
                      }
                      into_.priority = static_cast<std::int32_t>(priority.value.value);
                  },
                  [&](const ast::JourneyRate& rate) {
                      if (!once("rate", head.span)) return;
                      const auto unit = unit_of_rate(cx_, rate.rate);
                      if (!unit) return;
                      into_.rate_count = static_cast<std::uint32_t>(rate.rate.count.value);
                      into_.rate_seconds = *unit;
                  },
                  [&](const ast::Key& key) { check_key(key, head.span); },
                  [&](const ast::TimeZoneIs& zone) { check_zone(zone, head.span); },
                  [](const ast::FromVersion&) {}, [](const ast::Unread&) {}},
            head.what);
    }

    void check_version(const ast::Version& version, Span span) {
        if (!once("version", span)) return;
        if (version.number.value < 1 || version.number.value > 1'000'000'000) {
            cx_.report(Diagnostic::error("J0213", "OUT OF RANGE", version.number.span,
                                         "Versions count from 1 to 1,000,000,000."));
            return;
        }
        into_.version = static_cast<std::uint32_t>(version.number.value);
    }

    static ir::Overlap overlap_of(ast::Overlap overlap) {
        switch (overlap) {
            case ast::Overlap::ignore:
                return ir::Overlap::ignore;
            case ast::Overlap::restart:
                return ir::Overlap::restart;
            case ast::Overlap::queue:
                return ir::Overlap::queue;
            case ast::Overlap::parallel:
                return ir::Overlap::parallel;
        }
        return ir::Overlap::ignore;
    }

    /// `trigger.order_id` or `user.x` after `per`.
    NodePtr check_per(const ast::Path& path) {
        ast::Expr expr;
        expr.span = path.span;
        expr.what = ast::NameRef{path.parts.front()};
        for (std::size_t i = 1; i < path.parts.size(); ++i) {
            ast::Expr member;
            member.span = source::join(path.parts.front().span, path.parts[i].span);
            member.what = ast::Member{std::make_unique<ast::Expr>(std::move(expr)), path.parts[i]};
            expr = std::move(member);
        }
        NodePtr node = check_expr(cx_, scope_, expr);
        return plain_key(std::move(node), "`per`");
    }

    /// Keys are compared for equality, so they are plain values.
    NodePtr plain_key(NodePtr node, const std::string& who) {
        if (node->broken) return nullptr;
        const TypeKind kind = node->type.kind;
        if (kind == TypeKind::list || kind == TypeKind::map || kind == TypeKind::event) {
            cx_.report(Diagnostic::error("J0201", "TYPES DO NOT MATCH", node->span,
                                         who + " needs a plain value, and " +
                                             tick(cx_.words(node->span)) + " is " +
                                             describe(node->type, cx_.schema()) + "."));
            return nullptr;
        }
        if (node->may_be_missing) {
            cx_.report(
                Diagnostic::error("J0208", "IT MAY BE MISSING", node->span,
                                  tick(cx_.words(node->span)) + " may be missing, and " + who +
                                      " cannot do without it.")
                    // Only `key` takes more than the name of a value.
                    .and_help(who == "`key`"
                                  ? "make the property `required` in its event, or add `default …`"
                                  : "make the property `required` in its event"));
            return nullptr;
        }
        return node;
    }

    void check_reenter(const ast::Reenter& reenter, Span span) {
        if (!once("reenter", span)) return;
        into_.reentry_span = span;
        switch (reenter.kind) {
            case ast::ReenterKind::never:
                into_.reentry = ir::Reentry::never;
                break;
            case ast::ReenterKind::always:
                into_.reentry = ir::Reentry::always;
                break;
            case ast::ReenterKind::after:
                into_.reentry = ir::Reentry::after;
                if (reenter.after) into_.reentry_after = reenter.after->value;
                break;
            case ast::ReenterKind::once:
                into_.reentry = ir::Reentry::once_per;
                break;
        }
        if (reenter.per) into_.reentry_per = check_per(*reenter.per);
    }

    void check_key(const ast::Key& key, Span span) {
        if (!once("key", span)) return;
        into_.key = plain_key(check_expr(cx_, scope_, *key.expr), "`key`");
    }

    void check_goal(const ast::Goal& goal, Span span) {
        cx_.note("goal", into_.name, goal.name.text, goal.name.span, true);
        const auto [at, fresh] = goals_.try_emplace(goal.name.text, goal.name.span);
        if (!fresh) {
            cx_.report(Diagnostic::error("J0105", "DECLARED TWICE", goal.name.span,
                                         "Two goals are called " + tick(goal.name.text) + ".")
                           .and_other(at->second, "first here"));
        }
        Goal made;
        made.name = goal.name.text;
        made.span = span;
        made.pattern = check_pattern(cx_, scope_, goal.event);
        if (goal.within) made.within = goal.within->value;
        made.exits = goal.then_exit;
        into_.goals.push_back(std::move(made));
    }

    /// `exit if subscribed`, where that is something that happens.
    bool is_event(const ast::Expr& condition, Span keyword) {
        const auto* ref = std::get_if<ast::NameRef>(&condition.what);
        if (ref == nullptr || known_.locals.contains(ref->name.text)) return false;
        Declared* event = cx_.peek(Kind::event, ref->name.text);
        if (event == nullptr) return false;
        event->used = true;
        const std::string meant = "exit when " + ref->name.text;
        Diagnostic diagnostic =
            Diagnostic::error("J0108", "AN EVENT, NOT A CONDITION", condition.span,
                              tick(ref->name.text) + " is an event: write " + tick(meant) + ".");
        const std::string between = cx_.words({keyword.file, keyword.begin, condition.span.begin});
        const std::size_t at = between.rfind("if");
        if (at != std::string::npos) {
            const auto begin = static_cast<std::uint32_t>(keyword.begin + at);
            diagnostic.fixes.push_back({Applicability::certain,
                                        "write " + tick(meant) + ".",
                                        {{{keyword.file, begin, begin + 2}, "when"}}});
        }
        cx_.report(std::move(diagnostic));
        return true;
    }

    void check_exit(const ast::Exit& exit, Span keyword) {
        Exit made;
        std::visit(Match{[&](const ast::EventSel& event) {
                             made.pattern = check_pattern(cx_, scope_, event);
                         },
                         [&](const ast::SegmentChange& change) {
                             made.segment = cx_.find(Kind::segment, change.segment).value_or(kNone);
                             made.joining = change.joining;
                         },
                         [&](const ast::ExprPtr& condition) {
                             if (is_event(*condition, keyword)) return;
                             made.condition = check_condition(cx_, scope_, *condition);
                         }},
                   exit.on);
        into_.exits.push_back(std::move(made));
    }

    void check_lifetime(const ast::ExpiresAfter& expires, Span span) {
        if (!once("expires after", span)) return;
        into_.lifetime = expires.lifetime.value;
        into_.lifetime_span = expires.lifetime.span;
        const calendar::Bounds bounds = calendar::bounds_of(expires.lifetime.value);
        if (bounds.most <= 0) {
            cx_.report(Diagnostic::error("J0213", "OVER AT ONCE", expires.lifetime.span,
                                         "This journey would be over before its first step."));
        } else if (bounds.least > kLifetimeDaysMax * 86400) {
            cx_.report(Diagnostic::error("J0213", "TOO LONG A LIFE", expires.lifetime.span,
                                         "A journey lasts at most 400 days.")
                           .and_help("start another journey from an event a year later"));
        }
    }

    void check_zone(const ast::TimeZoneIs& zone, Span span) {
        if (!once("time zone", span)) return;
        NodePtr node = check_zone_value(cx_, scope_, *zone.expr);
        if (node->broken) return;
        if (const auto* name = std::get_if<std::string>(&node->constant.held);
            is_constant(*node) && name) {
            into_.zone = *name;
            return;
        }
        if (node->op == ir::Op::user_field && node->path == "user.time_zone")
            return;  // as it is anyway
        into_.zone_from = std::move(node);
        zone_span_ = span;
    }

    /// People enter by a schedule where they live, before anybody asks for another place.
    void check_zone_of_schedules() {
        if (!zone_span_) return;
        for (const ast::Head& head : decl_.heads) {
            const auto* enter = std::get_if<ast::Enter>(&head.what);
            const auto* schedule =
                enter == nullptr ? nullptr : std::get_if<ast::Schedule>(&enter->trigger);
            if (schedule == nullptr || !is_local(*schedule)) continue;
            cx_.report(Diagnostic::error("J0211", "WHOSE CLOCK?", schedule->span,
                                         "`local` would be two places here: where each person "
                                         "lives, and the journey's time zone.")
                           .and_other(*zone_span_, "the journey's own zone is said here")
                           .and_after("A schedule is planned before anybody is inside, so it "
                                      "cannot ask for the journey's zone.")
                           .and_help("name the zone of the schedule: `in \"" +
                                     cx_.schema().workspace.zone +
                                     "\"`, or give each wait its zone and the journey none"));
        }
    }

    static bool is_local(const ast::Schedule& schedule) {
        const auto local = [](const ast::Zone& zone) { return !zone.named && !zone.from; };
        return std::visit(
            Match{[&](const ast::Every& every) { return local(every.zone); },
                  [&](const ast::Yearly& yearly) { return local(yearly.zone); },
                  [&](const ast::Once& once) { return once.at.zone && local(*once.at.zone); }},
            schedule.what);
    }

    /// Counted before anything is expanded: what includes a thousand things a thousand times is
    /// refused, not written out.
    bool fits() {
        const Expanse size = expanse_of(cx_, decl_.steps);
        if (size.steps > kStepsMax) {
            cx_.report(Diagnostic::error("J0902", "TOO MANY STEPS", decl_.name.span,
                                         tick(into_.name) + " has " + std::to_string(size.steps) +
                                             " steps, and a journey has at most 500.")
                           .and_help("split it in two and let the first `run` the second"));
            return false;
        }
        if (size.depth <= kBlocksMax) return true;
        cx_.report(Diagnostic::error("J0902", "NESTED TOO DEEPLY", decl_.name.span,
                                     tick(into_.name) +
                                         " has more than 16 blocks inside each other once "
                                         "everything it includes is written out."));
        return false;
    }

    void check_nothing() {
        if (into_.steps.empty() && decl_.do_keyword && decl_.steps.empty() && !cx_.has_errors()) {
            cx_.report(
                Diagnostic::warning("J0302", "NOTHING HAPPENS", *decl_.do_keyword,
                                    tick(into_.name) + " has no steps, so nobody notices it."));
        }
    }

    Context& cx_;
    const ast::JourneyDecl& decl_;
    Journey& into_;
    JourneyScope known_;
    Scope scope_;
    std::map<std::string, Span> seen_;
    std::map<std::string, Span> goals_;
    std::optional<Span> zone_span_;  // of a zone out of a property
};

bool takes_calls(const ast::JourneyDecl& decl) {
    for (const ast::Head& head : decl.heads) {
        const auto* enter = std::get_if<ast::Enter>(&head.what);
        const auto* event =
            enter == nullptr ? nullptr : std::get_if<ast::EventTrigger>(&enter->trigger);
        if (event != nullptr && event->event.event.dotted() == ir::kCalledEvent) return true;
    }
    return false;
}

using Declarations = std::vector<std::pair<const ast::JourneyDecl*, Index>>;

/// The journeys in an order in which who runs another comes before it: what `trigger` is there is
/// what `run` gives. Those that run each other in a circle come as one group.
class CallOrder {
  public:
    CallOrder(Context& cx, const Declarations& declared)
        : cx_(cx), declared_(declared), marks_(declared.size()) {}

    std::vector<std::vector<Index>> run() {
        for (Index i = 0; i < marks_.size(); ++i) {
            if (marks_[i].order == 0) visit(i);
        }
        // Tarjan finds whoever is run first.
        std::reverse(groups_.begin(), groups_.end());
        for (std::vector<Index>& group : groups_)
            std::sort(group.begin(), group.end());
        return std::move(groups_);
    }

  private:
    struct Mark {
        std::size_t order = 0;  // 0: not met yet
        std::size_t low = 0;
        bool open = false;
        std::vector<Index> runs;
        std::size_t next = 0;
    };

    void runs_of(const ast::Steps& steps, std::set<Index>& snippets, std::vector<Index>& into) {
        for (const ast::Step& step : steps) {
            if (const auto* run = std::get_if<ast::Run>(&step.what)) {
                const Declared* target = cx_.peek(Kind::journey, run->journey.text);
                if (target != nullptr) into.push_back(target->index);
            }
            if (const auto* include = std::get_if<ast::Include>(&step.what)) {
                const Declared* snippet = cx_.peek(Kind::snippet, include->snippet.text);
                if (snippet != nullptr && snippets.insert(snippet->index).second) {
                    runs_of(cx_.snippets[snippet->index].decl->steps, snippets, into);
                }
            }
            for (const ast::Steps* block : blocks_of(step))
                runs_of(*block, snippets, into);
        }
    }

    void meet(Index index) {
        Mark& mark = marks_[index];
        mark.order = mark.low = ++met_;
        mark.open = true;
        stack_.push_back(index);
        std::set<Index> snippets;
        runs_of(declared_[index].first->steps, snippets, mark.runs);
    }

    void visit(Index start) {
        std::vector<Index> way{start};
        meet(start);
        while (!way.empty()) {
            const Index at = way.back();
            Mark& mark = marks_[at];
            if (mark.next < mark.runs.size()) {
                const Index to = mark.runs[mark.next++];
                if (marks_[to].order == 0) {
                    meet(to);
                    way.push_back(to);
                } else if (marks_[to].open) {
                    mark.low = std::min(mark.low, marks_[to].order);
                }
                continue;
            }
            way.pop_back();
            if (!way.empty()) marks_[way.back()].low = std::min(marks_[way.back()].low, mark.low);
            if (mark.low == mark.order) close(at);
        }
    }

    void close(Index root) {
        std::vector<Index> group;
        Index one = kNone;
        do {
            one = stack_.back();
            stack_.pop_back();
            marks_[one].open = false;
            group.push_back(one);
        } while (one != root);
        groups_.push_back(std::move(group));
    }

    Context& cx_;
    const Declarations& declared_;
    std::vector<Mark> marks_;
    std::size_t met_ = 0;
    std::vector<Index> stack_;
    std::vector<std::vector<Index>> groups_;
};

}  // namespace

/// A journey that nobody runs so far learns from its tests what it will be given: `called { … }`.
class TestCalls {
  public:
    TestCalls(Context& cx, const std::vector<ast::File>& files) : cx_(cx) {
        for (const ast::File& file : files) {
            const std::string only = only_journey(file);
            for (const ast::Item& item : file.items) {
                const auto* test = std::get_if<ast::TestDecl>(&item.what);
                if (test == nullptr) continue;
                for (const ast::TestLine& line : test->lines)
                    note(test->of ? test->of->text : only, line);
            }
        }
    }

    void teach(Index journey) {
        auto& known = cx_.called[journey];
        const auto found = given_.find(cx_.model.journeys[journey].name);
        if (!known.empty() || found == given_.end()) return;
        const Muted learning(cx_);
        for (const ast::Pair* pair : found->second) {
            const NodePtr value = check_expr(cx_, Scope(), *pair->value);
            if (value->broken || !is_constant(*value)) continue;
            known.try_emplace(pair->key.text, CalledField{value->type, false, pair->value->span});
        }
    }

  private:
    static std::string only_journey(const ast::File& file) {
        std::string only;
        int journeys = 0;
        for (const ast::Item& item : file.items) {
            if (const auto* journey = std::get_if<ast::JourneyDecl>(&item.what)) {
                only = journey->name.text;
                ++journeys;
            }
        }
        return journeys == 1 ? only : std::string();
    }

    void note(const std::string& journey, const ast::TestLine& line) {
        const auto* at = std::get_if<ast::AtHappen>(&line.what);
        const auto* event =
            at == nullptr ? nullptr : std::get_if<ast::HappenEvent>(&at->happen.what);
        if (event == nullptr || !event->data || event->event.dotted() != ir::kCalledEvent) return;
        for (const ast::Pair& pair : event->data->pairs)
            given_[journey].push_back(&pair);
    }

    Context& cx_;
    std::map<std::string, std::vector<const ast::Pair*>> given_;
};

void check_journeys(Context& cx, const std::vector<ast::File>& files) {
    Declarations declared;
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::JourneyDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.model.journeys.size());
            if (!cx.declare(Kind::journey, decl->name.text, decl->name.span, index)) continue;
            Journey journey;
            journey.name = decl->name.text;
            cx.model.journeys.push_back(std::move(journey));
            declared.push_back({decl, index});
        }
    }
    for (const auto& [decl, index] : declared) {
        if (takes_calls(*decl)) cx.takes_calls.insert(index);
    }
    check_snippets(cx, files);
    TestCalls tests(cx, files);
    for (const std::vector<Index>& group : CallOrder(cx, declared).run()) {
        if (cx.stopped()) return;
        // Journeys that run each other learn from each other what they are given, a round at a
        // time, before anybody is told anything.
        const std::size_t known = group.size() == 1 && !cx.takes_calls.contains(group.front());
        const std::size_t rounds = known != 0 ? 0 : std::min<std::size_t>(group.size(), 8);
        for (std::size_t round = 0; round < rounds; ++round) {
            const Muted learning(cx);
            for (const Index index : group) {
                Journey nobody;
                nobody.name = cx.model.journeys[index].name;
                JourneyChecker(cx, *declared[index].first, index, nobody).run();
            }
        }
        for (const Index index : group) {
            if (cx.takes_calls.contains(index)) tests.teach(index);
        }
        for (const Index index : group)
            JourneyChecker(cx, *declared[index].first, index, cx.model.journeys[index]).run();
    }
    check_circles(cx);
}

}  // namespace journey::sema
