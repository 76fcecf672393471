// `test` blocks: names resolved, values typed, time never backwards.

#include "dsl/sema/steps.h"
#include "dsl/sema/test_outcomes.h"
#include "dsl/sema/test_places.h"
#include "dsl/sema/unread.h"
#include "engine/calendar/calendar.h"

namespace journey::sema {

namespace {

std::string squeeze(std::string_view words) {
    std::string line;
    bool blank = false;
    for (const char c : words) {
        if (c == ' ' || c == '\t' || c == '\n') {
            blank = !line.empty();
            continue;
        }
        if (blank) line.push_back(' ');
        blank = false;
        line.push_back(c);
    }
    return line;
}

class TestChecker {
  public:
    /// `unread`: the files with mistakes before any test was looked at.
    TestChecker(Context& cx, const ast::TestDecl& decl, const std::set<source::FileId>& unread)
        : cx_(cx), decl_(decl), unread_(unread) {}

    void run(const std::string& only_journey) {
        test_.title = decl_.title.value;
        test_.span = decl_.title.span;
        test_.file = cx_.sources.at(decl_.title.span.file).name();
        test_.line = cx_.line(decl_.title.span);
        find_journey(only_journey);
        find_start();
        for (const ast::TestLine& line : decl_.lines)
            check_line(line);
        places_.settle();
        if (journey_ != nullptr && started_) cx_.model.tests.push_back(std::move(test_));
    }

  private:
    void find_journey(const std::string& only_journey) {
        std::optional<Index> found;
        if (decl_.of) {
            if (cx_.peek(Kind::journey, decl_.of->text) == nullptr && unread_journey()) return;
            found = cx_.find(Kind::journey, *decl_.of);
        } else if (!only_journey.empty()) {
            found = cx_.find(Kind::journey, only_journey, decl_.title.span);
        } else {
            cx_.report(Diagnostic::error("J0104", "A TEST OF WHAT?", decl_.title.span,
                                         "This test does not say which journey it is about.")
                           .and_help("write `test \"…\" of my_journey { … }`"));
        }
        if (!found) return;
        test_.journey = *found;
        journey_ = &cx_.model.journeys[*found];
        each_step(journey_->steps, [&](const Step& step) {
            if (step.label.empty()) return;
            labels_.insert(step.label);
            if (const auto* send = std::get_if<Send>(&step.act)) sends_[step.label] = send;
        });
    }

    /// Its first line could not be read, which was said there.
    bool unread_journey() const {
        const std::set<source::FileId> files = cx_.files_with_errors();
        return std::any_of(files.begin(), files.end(), [&](source::FileId file) {
            return unread_item(cx_, file, "journey", decl_.of->text);
        });
    }

    void find_start() {
        for (const ast::TestLine& line : decl_.lines) {
            const auto* start = std::get_if<ast::StartLine>(&line.what);
            if (start == nullptr) continue;
            if (start_span_) {
                cx_.report(Diagnostic::error("J0105", "SAID TWICE", line.span,
                                             "This test says `start` twice.")
                               .and_other(*start_span_, "first here"));
                continue;
            }
            start_span_ = line.span;
            const std::optional<Instant> at = instant_of_moment(cx_, start->at, "");
            if (!at) continue;
            test_.start = *at;
            test_.zone =
                start->at.zone && start->at.zone->named ? start->at.zone->named->value : "UTC";
            scope_.zone = test_.zone;
            last_ = *at;
            started_ = true;
        }
        if (!start_span_) {
            cx_.report(Diagnostic::error("J0211", "WHEN DOES IT BEGIN?", decl_.title.span,
                                         "This test does not say when it starts.")
                           .and_help("add a line like `start 2026-03-02 09:00 in \"" +
                                     cx_.schema().workspace.zone + "\"`"));
        }
    }

    const calendar::Zone& zone() const {
        const calendar::Zone* found = calendar::find_zone(test_.zone);
        return found == nullptr ? calendar::utc() : *found;
    }

    std::optional<TestMoment> moment(const ast::Moment& at) {
        TestMoment made;
        if (const auto* after = std::get_if<ast::AfterStart>(&at.what)) {
            made.offset = after->offset.value;
            made.absolute = calendar::add(test_.start, after->offset.value, zone());
            return made;
        }
        const std::optional<Instant> absolute =
            instant_of_moment(cx_, std::get<ast::LocalMoment>(at.what), test_.zone);
        if (!absolute) return std::nullopt;
        made.absolute = *absolute;
        return made;
    }

    /// Reports J0703 when time would go back.
    std::optional<TestMoment> next_moment(const ast::Moment& at) {
        if (!started_) return std::nullopt;
        const std::optional<TestMoment> made = moment(at);
        if (!made) return std::nullopt;
        if (made->absolute < last_) {
            Diagnostic diagnostic = Diagnostic::error(
                "J0703", "BACK IN TIME", at.span, "This line is earlier than the one before it.");
            if (last_span_) diagnostic.others.push_back({*last_span_, "this one", false});
            diagnostic.after = last_span_ ? tick(cx_.words(at.span)) + " comes before " +
                                                tick(cx_.words(*last_span_)) + "."
                                          : "The test starts later than that.";
            diagnostic.help.push_back("put the lines in the order in which things happen");
            cx_.report(std::move(diagnostic));
            return std::nullopt;
        }
        happens_ = at.span;
        return made;
    }

    /// Of a line that happens once. A series goes on beside the lines that follow it.
    std::optional<TestMoment> moment_of_line(const ast::Moment& at) {
        const std::optional<TestMoment> made = next_moment(at);
        if (!made) return std::nullopt;
        last_ = made->absolute;
        last_span_ = at.span;
        return made;
    }

    std::optional<Record> typed_record(const std::vector<ir::Field>& fields,
                                       const ast::MapLiteral* map, const std::string& owner,
                                       std::string_view kind = "property") {
        Record record;
        bool good = true;
        if (map == nullptr) return record;
        for (const ast::Pair& pair : map->pairs) {
            const std::optional<Index> field = find_field(cx_, fields, pair.key, owner, {}, kind);
            if (!field) {
                good = false;
                continue;
            }
            const std::optional<Value> value =
                constant_for(cx_, scope_, *pair.value, fields[*field].type, pair.key.text);
            if (!value) {
                good = false;
            } else if (find(record, pair.key.text) != nullptr) {
                cx_.report(Diagnostic::error("J0105", "GIVEN TWICE", pair.key.span,
                                             tick(pair.key.text) + " is given twice."));
                good = false;
            } else {
                put(record, pair.key.text, *value);
            }
        }
        return good ? std::optional(std::move(record)) : std::nullopt;
    }

    std::optional<EventHappens> typed_event(const ast::Path& path,
                                            const std::optional<ast::MapLiteral>& data) {
        const std::optional<Index> event = cx_.find(Kind::event, path.dotted(), path.span);
        if (!event) {
            return std::nullopt;
        }
        const ir::EventType& type = cx_.schema().events[*event];
        std::optional<Record> record =
            typed_record(type.fields, data ? &*data : nullptr, type.name);
        if (!record) return std::nullopt;
        doubt_event(type, *record, path);
        return EventHappens{*event, std::move(*record)};
    }

    /// J0705: outside a test such an event is bad data, and no journey ever sees it.
    void doubt_event(const ir::EventType& type, const Record& record, const ast::Path& path) {
        std::vector<std::string> lacking;
        for (const ir::Field& field : type.fields) {
            if (field.required && find(record, field.name) == nullptr) {
                lacking.push_back(tick(field.name));
            }
        }
        if (type.builtin || lacking.empty()) return;
        cx_.report(
            Diagnostic::warning(
                "J0705", "THE EVENT LACKS SOMETHING", path.span,
                "Every " + tick(type.name) + " has " + listed(lacking) + ", and this one does not.")
                .and_after("A real event without it counts as bad data and starts nothing, so "
                           "this test proves less than it seems to.")
                .and_help("add it between `{` and `}` behind the event"));
    }

    // ------------------------------------------------------------ given

    /// J0703: what is given is so from the start, wherever the line stands. Said once.
    void doubt_given(Span span) {
        if (!happens_ || given_doubted_) return;
        given_doubted_ = true;
        cx_.report(Diagnostic::warning("J0703", "TRUE FROM THE START", span,
                                       "What is `given` is so when the test begins, not only from "
                                       "this line on.")
                       .and_other(*happens_, "it does not wait for this", true)
                       .and_help("put it above the first `at`")
                       .and_help("what changes later happens: `at +1h set user.tier = …`, or an "
                                 "event"));
    }

    void check_given(const ast::GivenLine& given) {
        std::visit(
            Match{
                [&](const ast::GivenUser& user) {
                    if (auto record = typed_record(cx_.schema().profile, &user.data, "user")) {
                        for (NamedValue& one : *record)
                            put(test_.profile, one.name, one.value);
                    }
                },
                [&](const ast::GivenConsent& consent) {
                    for (const ast::Name& group : consent.groups) {
                        if (const auto index = cx_.find(Kind::consent, group)) {
                            test_.consents.push_back(*index);
                        }
                    }
                },
                [&](const ast::GivenTag& tag) {
                    for (const ast::Text& name : tag.tags)
                        test_.tags.push_back(name.value);
                },
                [&](const ast::GivenHistory& history) {
                    if (auto event = typed_event(history.event, history.data)) {
                        test_.history.push_back(
                            {event->event, std::move(event->data), history.before_start.value});
                    }
                },
                [&](const ast::GivenPick& pick) { places_.pick(pick.experiment, pick.arm); },
                [&](const ast::GivenHeldOut& held) { places_.hold_out(held.span); },
                [&](const ast::GivenPut& put_in) { places_.put(put_in.experiment, put_in.place); },
                [&](const ast::GivenFetch& fetch) { check_fetch(fetch); },
                [&](const ast::GivenWebhook& webhook) { check_webhook(webhook); }},
            given.what);
    }

    void check_webhook(const ast::GivenWebhook& given) {
        const std::optional<Index> index = cx_.find(Kind::webhook, given.webhook);
        if (!index) return;
        const ir::Webhook& hook = cx_.schema().webhooks[*index];
        GivenWebhook made;
        made.webhook = hook.name;
        for (const GivenWebhook& other : test_.webhooks) {
            if (other.webhook != hook.name) continue;
            cx_.report(
                Diagnostic::error("J0105", "SAID TWICE", given.webhook.span,
                                  "This test says twice what " + tick(hook.name) + " answers.")
                    .and_help("keep one of them"));
            return;
        }
        if (given.gives) {
            made.gives = typed_record(hook.gives, &*given.gives, hook.name);
            if (!made.gives) return;
            std::vector<std::string> lacking;
            for (const ir::Field& field : hook.gives) {
                if (field.required && find(*made.gives, field.name) == nullptr) {
                    lacking.push_back(tick(field.name));
                }
            }
            if (!lacking.empty()) {
                cx_.report(Diagnostic::error("J0501", "AN ANSWER IS MISSING", given.webhook.span,
                                             tick(hook.name) + " always gives " + listed(lacking) +
                                                 ", and here it does not.")
                               .and_help("give it, or say `fails`"));
                return;
            }
        }
        test_.webhooks.push_back(std::move(made));
    }

    void check_fetch(const ast::GivenFetch& given) {
        const std::optional<Index> index = cx_.find(Kind::fetch, given.fetch);
        if (!index) return;
        GivenFetch made;
        made.fetch = cx_.schema().fetches[*index].name;
        for (const GivenFetch& other : test_.fetches) {
            if (other.fetch != made.fetch) continue;
            cx_.report(
                Diagnostic::error("J0105", "SAID TWICE", given.fetch.span,
                                  "This test says twice what " + tick(made.fetch) + " brings.")
                    .and_help("keep one of them"));
            return;
        }
        if (given.gives) {
            made.gives = untyped_record(*given.gives);
            if (!made.gives) return;
        }
        test_.fetches.push_back(std::move(made));
    }

    /// Nobody promised what an answer looks like.
    std::optional<Record> untyped_record(const ast::MapLiteral& map) {
        Record record;
        for (const ast::Pair& pair : map.pairs) {
            std::optional<Value> value = untyped(*pair.value, pair.key.text);
            if (!value) return std::nullopt;
            if (find(record, pair.key.text) != nullptr) {
                cx_.report(Diagnostic::error("J0105", "GIVEN TWICE", pair.key.span,
                                             tick(pair.key.text) + " is given twice."));
                return std::nullopt;
            }
            put(record, pair.key.text, std::move(*value));
        }
        return record;
    }

    std::optional<Value> untyped(const ast::Expr& expr, const std::string& place) {
        if (const auto* map = std::get_if<ast::MapLiteral>(&expr.what)) {
            std::optional<Record> record = untyped_record(*map);
            return record ? std::optional(Value(std::move(*record))) : std::nullopt;
        }
        if (const auto* items = std::get_if<ast::ListLiteral>(&expr.what)) {
            List list;
            for (const ast::ExprPtr& item : items->items) {
                std::optional<Value> value = untyped(*item, place);
                if (!value) return std::nullopt;
                list.push_back(std::move(*value));
            }
            return Value(std::move(list));
        }
        const NodePtr node = check_expr(cx_, scope_, expr);
        if (node->broken) return std::nullopt;
        if (!is_constant(*node)) {
            cx_.report(Diagnostic::error("J0201", "A FIXED VALUE IS NEEDED", expr.span,
                                         tick(place) + " needs a fixed value here, and " +
                                             tick(cx_.words(expr.span)) +
                                             " depends on who it is."));
            return std::nullopt;
        }
        return node->constant;
    }

    // ------------------------------------------------------------ lines

    void check_line(const ast::TestLine& line) {
        std::visit(Match{[](const ast::StartLine&) {},
                         [&](const ast::GivenLine& given) {
                             doubt_given(line.span);
                             check_given(given);
                         },
                         [&](const ast::AtHappen& at) {
                             const std::optional<TestMoment> when = moment_of_line(at.at);
                             std::optional<TestAct> act = happen(at.happen);
                             if (when && act) add(line.span, *when, std::nullopt, std::move(*act));
                         },
                         [&](const ast::AtExpect& at) {
                             const std::optional<TestMoment> when = moment_of_line(at.at);
                             std::optional<TestAct> act = outcome(at.outcome);
                             if (when && act) add(line.span, *when, std::nullopt, std::move(*act));
                         },
                         [&](const ast::EveryLine& every) { check_every(line, every); }},
                   line.what);
    }

    void check_every(const ast::TestLine& line, const ast::EveryLine& every) {
        const std::optional<TestMoment> when = next_moment(every.until);
        std::optional<TestAct> act = happen(every.happen);
        if (!when || !act) return;
        if (!can_happen(cx_, every, test_.start, when->absolute, zone())) return;
        add(line.span, *when, every.every.value, std::move(*act));
    }

    void add(Span span, const TestMoment& at, std::optional<CalendarDuration> every, TestAct act) {
        TestLine line;
        line.span = span;
        line.line = cx_.line(span);
        line.text = squeeze(cx_.words(span));
        line.at = at;
        line.every = every;
        line.act = std::move(act);
        test_.lines.push_back(std::move(line));
    }

    std::optional<TestAct> happen(const ast::Happen& happens) {
        if (const auto* event = std::get_if<ast::HappenEvent>(&happens.what)) {
            if (event->of_label) return receipt(*event);
            if (event->event.dotted() == ir::kCalledEvent) return call(*event);
            std::optional<EventHappens> typed = typed_event(event->event, event->data);
            if (!typed) return std::nullopt;
            return TestAct(std::move(*typed));
        }
        const auto& set = std::get<ast::HappenSet>(happens.what);
        const auto& parts = set.target.parts;
        if (parts.size() != 2 || parts[0].text != "user") {
            cx_.report(
                Diagnostic::error("J0102", "SET WHAT?", set.target.span,
                                  "A test can set properties of the person, like `user.tier`."));
            return std::nullopt;
        }
        const std::optional<Index> field = find_field(cx_, cx_.schema().profile, parts[1], "user");
        if (!field) return std::nullopt;
        std::optional<Value> value = constant_for(
            cx_, scope_, *set.to, cx_.schema().profile[*field].type, set.target.dotted());
        if (!value) return std::nullopt;
        return TestAct(ProfileSet{*field, std::move(*value)});
    }

    /// `called { … }`: another journey runs the one under test and gives this.
    std::optional<TestAct> call(const ast::HappenEvent& happens) {
        if (journey_ == nullptr) return std::nullopt;
        if (!cx_.takes_calls.contains(test_.journey)) {
            cx_.report(Diagnostic::error(
                           "J0115", "IT CANNOT BE RUN", happens.event.span,
                           tick(journey_->name) + " does not say that other journeys may run it.")
                           .and_help("add a line `enter when called` to " + tick(journey_->name)));
            return std::nullopt;
        }
        CallHappens made;
        made.fields = called_fields(cx_, test_.journey);
        std::optional<Record> data =
            typed_record(made.fields, happens.data ? &*happens.data : nullptr, journey_->name);
        if (!data) return std::nullopt;
        if (!gives_all(cx_, test_.journey, made.fields, *data, happens.event.span))
            return std::nullopt;
        made.data = std::move(*data);
        return TestAct(std::move(made));
    }

    /// `clicked of mail`: what the provider says of that step's message.
    std::optional<TestAct> receipt(const ast::HappenEvent& happens) {
        const std::string name = happens.event.dotted();
        const std::optional<Index> event = cx_.find(Kind::event, name, happens.event.span);
        const std::optional<std::string> step = label(*happens.of_label);
        if (!event || !step) return std::nullopt;
        if (!cx_.schema().events[*event].builtin) {
            cx_.report(Diagnostic::error("J0311", "OF WHICH MESSAGE?", happens.of_label->span,
                                         "`of` names a message, and " + tick(name) +
                                             " does not come from a message.")
                           .and_help("write `" + name + " { … }`"));
            return std::nullopt;
        }
        const auto sent = sends_.find(*step);
        if (sent == sends_.end()) {
            cx_.report(
                Diagnostic::error("J0311", "THAT STEP SENDS NOTHING", happens.of_label->span,
                                  tick(*step) + " is not a send, so it cannot be " + name + "."));
            return std::nullopt;
        }
        if (sent->second->channel != kNone &&
            !can_report(cx_.schema().channels[sent->second->channel].kind, name)) {
            cx_.report(Diagnostic::error("J0311", "NOBODY WILL TELL US", happens.of_label->span,
                                         "A message by " +
                                             cx_.schema().channels[sent->second->channel].name +
                                             " cannot be " + name + "."));
            return std::nullopt;
        }
        // What people clicked or wrote; the rest of a receipt is the engine's to fill in.
        std::vector<ir::Field> fields;
        for (const ir::Field& field : cx_.schema().events[*event].fields) {
            if (field.name == "url" || field.name == "text") fields.push_back(field);
        }
        std::optional<Record> data =
            typed_record(fields, happens.data ? &*happens.data : nullptr, name);
        if (!data) return std::nullopt;
        return TestAct(ReceiptHappens{name, *step, std::move(*data)});
    }

    std::optional<TestAct> expect_called(const ast::ExpectCalled& called) {
        const std::optional<Index> index = cx_.find(Kind::webhook, called.webhook);
        if (!index) return std::nullopt;
        const ir::Webhook& hook = cx_.schema().webhooks[*index];
        ExpectCalled made;
        made.negated = called.negated;
        made.webhook = hook.name;
        if (!called.with) return TestAct(std::move(made));
        bool good = true;
        for (const ast::Pair& pair : called.with->pairs) {
            if (std::find(hook.sends.begin(), hook.sends.end(), pair.key.text) ==
                hook.sends.end()) {
                cx_.report(with_near_names(
                    Diagnostic::error(
                        "J0102", "NOT SENT THERE", pair.key.span,
                        tick(hook.name) + " may not be given " + tick(pair.key.text) + "."),
                    pair.key.text, pair.key.span, hook.sends));
                good = false;
                continue;
            }
            cx_.note("sent", hook.name, pair.key.text, pair.key.span);
            // What is sent has no declared type: anything fixed may be compared.
            const NodePtr value = check_expr(cx_, scope_, *pair.value);
            if (!value->broken && !is_constant(*value)) {
                cx_.report(Diagnostic::error(
                    "J0201", "A FIXED VALUE IS NEEDED", pair.value->span,
                    tick(pair.key.text) + " needs a fixed value here, and " +
                        tick(cx_.words(pair.value->span)) + " depends on who it is."));
            }
            good = good && is_constant(*value);
            if (good) put(made.with, pair.key.text, value->constant);
        }
        return good ? std::optional(TestAct(std::move(made))) : std::nullopt;
    }

    std::optional<std::string> label(const ast::Name& name) {
        if (journey_ == nullptr) return std::nullopt;
        if (labels_.contains(name.text)) {
            cx_.note("label", journey_->name, name.text, name.span);
            return name.text;
        }
        const std::vector<std::string> all(labels_.begin(), labels_.end());
        Diagnostic diagnostic = Diagnostic::error(
            "J0104", "UNKNOWN STEP", name.span,
            tick(journey_->name) + " has no step called " + tick(name.text) + ".");
        diagnostic = with_near_names(std::move(diagnostic), name.text, name.span, all);
        if (all.empty())
            diagnostic.after = "A step gets a name in front: `" + name.text + ": send …`";
        cx_.report(std::move(diagnostic));
        return std::nullopt;
    }

    std::optional<TestAct> expect_sent(const ast::ExpectSent& sent) {
        const std::optional<Index> channel = cx_.find(Kind::channel, sent.channel);
        const std::optional<Index> found = cx_.find(Kind::message_template, sent.template_name);
        if (!channel || !found) return std::nullopt;
        const ir::Template& text = cx_.schema().templates[*found];
        if (text.channel != *channel) {
            const std::string& right = cx_.schema().channels[text.channel].name;
            cx_.report(Diagnostic::error("J0103", "ANOTHER CHANNEL'S TEMPLATE", sent.channel.span,
                                         tick(text.name) + " is " + std::string(article(right)) +
                                             " " + right + " template, but you expect it by " +
                                             sent.channel.text + ".")
                           .and_fix(Applicability::certain, "write " + tick(right) + ".",
                                    {{sent.channel.span, right}}));
            return std::nullopt;
        }
        std::vector<ir::Field> fields;
        for (const ir::TemplateParam& param : text.params)
            fields.push_back(param.field);
        std::optional<Record> with =
            typed_record(fields, sent.with ? &*sent.with : nullptr, text.name, "variable");
        if (!with) return std::nullopt;
        return TestAct(ExpectSent{sent.negated, *channel, *found, std::move(*with)});
    }

    std::optional<TestAct> expect_goal(const ast::ExpectGoal& goal) {
        if (journey_ == nullptr) return std::nullopt;
        std::vector<std::string> names;
        for (const Goal& one : journey_->goals) {
            if (one.name == goal.goal.text) {
                cx_.note("goal", journey_->name, one.name, goal.goal.span);
                return TestAct(ExpectGoal{one.name});
            }
            names.push_back(one.name);
        }
        cx_.report(with_near_names(Diagnostic::error("J0104", "UNKNOWN GOAL", goal.goal.span,
                                                     tick(journey_->name) + " has no goal called " +
                                                         tick(goal.goal.text) + "."),
                                   goal.goal.text, goal.goal.span, names));
        return std::nullopt;
    }

    std::optional<TestAct> outcome(const ast::Outcome& expected) {
        return std::visit(
            Match{[](const ast::ExpectNothingSent&) -> std::optional<TestAct> {
                      return TestAct(ExpectNothingSent{});
                  },
                  [](const ast::ExpectNoMoreSends&) -> std::optional<TestAct> {
                      return TestAct(ExpectNoMoreSends{});
                  },
                  [](const ast::ExpectEntered& entered) -> std::optional<TestAct> {
                      return TestAct(ExpectEntered{entered.negated});
                  },
                  [&](const ast::ExpectExited& exited) -> std::optional<TestAct> {
                      ExpectExited made;
                      if (!exited.as) return TestAct(made);
                      // A `stop` that could not be read may say it.
                      if (journey_ != nullptr && !unread_.contains(journey_->name_span.file))
                          check_way_out(cx_, *journey_, *exited.as);
                      made.as = exited.as->text;
                      return TestAct(made);
                  },
                  [&](const ast::ExpectSent& sent) { return expect_sent(sent); },
                  [&](const ast::ExpectHeld& held) -> std::optional<TestAct> {
                      const std::optional<std::string> step = label(held.label);
                      const std::optional<TestMoment> until =
                          started_ ? moment(held.until) : std::nullopt;
                      if (!step || !until) return std::nullopt;
                      return TestAct(ExpectHeld{*step, *until});
                  },
                  [&](const ast::ExpectSkipped& skipped) -> std::optional<TestAct> {
                      const std::optional<std::string> step = label(skipped.label);
                      if (!step) return std::nullopt;
                      ExpectSkipped made{*step, std::nullopt};
                      if (!skipped.because) return TestAct(made);
                      const auto sent = sends_.find(*step);
                      check_reason(cx_, *skipped.because,
                                   sent == sends_.end() ? nullptr : sent->second);
                      made.because = skipped.because->value;
                      return TestAct(made);
                  },
                  [&](const ast::ExpectCalled& called) { return expect_called(called); },
                  [](const ast::ExpectTagged& tagged) -> std::optional<TestAct> {
                      return TestAct(ExpectTagged{tagged.negated, tagged.tag.value});
                  },
                  [&](const ast::ExpectGoal& goal) { return expect_goal(goal); },
                  [&](const ast::ExpectWaiting& waiting) -> std::optional<TestAct> {
                      const std::optional<std::string> step = label(waiting.label);
                      if (!step) return std::nullopt;
                      return TestAct(ExpectWaiting{*step});
                  }},
            expected.what);
    }

    Context& cx_;
    const ast::TestDecl& decl_;
    const std::set<source::FileId>& unread_;
    TestCase test_;
    TestPlaces places_{cx_, test_};
    Scope scope_;
    const Journey* journey_ = nullptr;
    std::set<std::string> labels_;
    std::map<std::string, const Send*> sends_;  // by label
    std::optional<Span> start_span_;
    bool started_ = false;
    bool given_doubted_ = false;
    Instant last_{};
    std::optional<Span> last_span_;
    std::optional<Span> happens_;  // when something last happens, a series among it
};

}  // namespace

void check_tests(Context& cx, const std::vector<ast::File>& files) {
    const std::set<source::FileId> unread = cx.files_with_errors();
    for (const ast::File& file : files) {
        // A test without `of` is about the file's only journey.
        std::string only;
        int journeys = 0;
        for (const ast::Item& item : file.items) {
            if (const auto* journey = std::get_if<ast::JourneyDecl>(&item.what)) {
                only = journey->name.text;
                ++journeys;
            }
        }
        if (journeys != 1) only.clear();
        for (const ast::Item& item : file.items) {
            if (const auto* test = std::get_if<ast::TestDecl>(&item.what)) {
                if (cx.stopped()) return;
                TestChecker(cx, *test, unread).run(only);
            }
        }
    }
}

}  // namespace journey::sema
