#include "dsl/sema/snippets.h"

#include <limits>

namespace journey::sema {

using ir::TypeKind;

namespace {

constexpr std::uint64_t kVeryMany = 1'000'000'000;

std::optional<Index> snippet_named(Context& cx, const std::string& name) {
    const Declared* declared = cx.peek(Kind::snippet, name);
    return declared == nullptr || declared->index == kNone ? std::nullopt
                                                           : std::optional(declared->index);
}

/// Sizes of snippets, each computed once.
class Measure {
  public:
    explicit Measure(Context& cx) : cx_(cx) {}

    Expanse of(const ast::Steps& steps) {
        Expanse all;
        for (const ast::Step& step : steps) {
            if (!std::holds_alternative<ast::Note>(step.what)) add(all, {1, 0}, 0);
            if (const auto* include = std::get_if<ast::Include>(&step.what)) {
                add(all, of_snippet(include->snippet.text), 0);
                continue;
            }
            for (const ast::Steps* block : blocks_of(step))
                add(all, of(*block), 1);
        }
        return all;
    }

  private:
    static void add(Expanse& all, const Expanse& one, int deeper) {
        all.steps = std::min(kVeryMany, all.steps + one.steps);
        all.depth = std::max(all.depth, one.depth + deeper);
    }

    Expanse of_snippet(const std::string& name) {
        const std::optional<Index> index = snippet_named(cx_, name);
        // Circles are broken, and what is broken is never expanded.
        if (!index || cx_.snippets[*index].broken) return {};
        const auto known = known_.find(*index);
        if (known != known_.end()) return known->second;
        const Expanse made = of(cx_.snippets[*index].decl->steps);
        known_[*index] = made;
        return made;
    }

    Context& cx_;
    std::map<Index, Expanse> known_;
};

void each_include(const ast::Steps& steps, const std::function<void(const ast::Include&)>& visit) {
    for (const ast::Step& step : steps) {
        if (const auto* include = std::get_if<ast::Include>(&step.what)) visit(*include);
        for (const ast::Steps* block : blocks_of(step))
            each_include(*block, visit);
    }
}

/// J0110: snippets that include each other in a circle. Told once, at the include that closes it.
class CircleFinder {
  public:
    explicit CircleFinder(Context& cx) : cx_(cx), state_(cx.snippets.size(), 0) {}

    void run() {
        for (Index i = 0; i < cx_.snippets.size(); ++i) {
            if (state_[i] == 0) walk(i);
        }
    }

  private:
    void walk(Index index) {
        state_[index] = 1;
        way_.push_back(index);
        each_include(cx_.snippets[index].decl->steps, [&](const ast::Include& include) {
            const std::optional<Index> next = snippet_named(cx_, include.snippet.text);
            if (!next) return;
            if (state_[*next] == 1) {
                report(*next, include);
            } else if (state_[*next] == 0) {
                walk(*next);
            }
            // Whoever includes something that has no end has none either.
            if (cx_.snippets[*next].broken) cx_.snippets[index].broken = true;
        });
        way_.pop_back();
        state_[index] = 2;
    }

    void report(Index closing, const ast::Include& include) {
        std::string circle;
        auto at = std::find(way_.begin(), way_.end(), closing);
        for (; at != way_.end(); ++at) {
            const ast::SnippetDecl& decl = *cx_.snippets[*at].decl;
            cx_.snippets[*at].broken = true;
            const Index next = at + 1 == way_.end() ? closing : *(at + 1);
            circle += "\n    " + decl.name.text + "  (" + cx_.place(decl.name.span) +
                      ")   includes   " + cx_.snippets[next].decl->name.text;
        }
        cx_.report(Diagnostic::error("J0110", "A COPY OF ITSELF", include.snippet.span,
                                     "These snippets include each other in a circle:")
                       .and_after(circle.substr(1) + "\n\nWritten out, they would never end.")
                       .and_help("to do steps more than once: `repeat at most 3 times { … }`"));
    }

    Context& cx_;
    std::vector<int> state_;
    std::vector<Index> way_;
};

// ---------------------------------------------------------------- declarations

void check_param(Context& cx, const ast::Param& param, Snippet& into) {
    SnippetParam made;
    made.name = param.name.text;
    made.span = param.name.span;
    const auto taken = std::find_if(into.params.begin(), into.params.end(),
                                    [&](const SnippetParam& one) { return one.name == made.name; });
    if (taken != into.params.end()) {
        cx.report(Diagnostic::error("J0105", "SAID TWICE", param.name.span,
                                    "Two parameters are called " + tick(made.name) + ".")
                      .and_other(taken->span, "first here"));
        return;
    }
    if (const auto* channel = std::get_if<ast::Name>(&param.type)) {
        made.kind = SnippetParam::Kind::message_template;
        const std::optional<Index> found = cx.find(Kind::channel, *channel);
        if (!found) into.broken = true;
        made.channel = found.value_or(kNone);
    } else {
        const auto& type = std::get<ast::Type>(param.type);
        const auto* named = std::get_if<ast::NamedType>(&type.what);
        if (named != nullptr && named->name.text == "segment") {
            made.kind = SnippetParam::Kind::segment;
        } else if (const std::optional<ir::Type> resolved = resolve_type(cx, type)) {
            made.type = *resolved;
        } else {
            into.broken = true;
        }
    }
    into.params.push_back(std::move(made));
}

/// A fixed value of the type, to read a snippet by itself. Lengths and numbers decide what can be
/// checked; other values stay open.
std::optional<Value> sample_of(const ir::Type& type) {
    if (type.kind == TypeKind::duration) return Value(CalendarDuration{0, 1, 0});
    if (type.kind == TypeKind::integer) return Value(std::int64_t{1});
    return std::nullopt;
}

/// Reads the steps once with parameters that stand for anybody's, and says what is wrong in any
/// case. What depends on the journey is left to its include.
void check_alone(Context& cx, Snippet& snippet) {
    JourneyScope known;
    known.name = snippet.decl->name.text;
    known.triggers_broken = true;
    Journey nobody;
    nobody.name = snippet.decl->name.text;
    for (SnippetParam& param : snippet.params) {
        if (param.kind != SnippetParam::Kind::value) {
            known.params[param.name] = {kNone, &param};
            continue;
        }
        Local local;
        local.type = param.type;
        local.span = param.span;
        local.param = &param;
        local.constant = sample_of(param.type);
        local.slot = static_cast<Index>(nobody.locals.size());
        nobody.locals.push_back(param.name);
        known.locals[param.name] = std::move(local);
    }
    collect_labels(cx, snippet.decl->steps, known);
    Scope scope;
    scope.journey = &known;
    check_steps(cx, scope, nobody, snippet.decl->steps);
}

void check_expanse(Context& cx, Snippet& snippet, Measure& measure) {
    const Expanse size = measure.of(snippet.decl->steps);
    if (size.steps <= kStepsMax && size.depth <= kBlocksMax) return;
    snippet.broken = true;
    cx.report(size.steps > kStepsMax
                  ? Diagnostic::error("J0902", "TOO MANY STEPS", snippet.decl->name.span,
                                      tick(snippet.decl->name.text) +
                                          " comes to more than 500 steps once everything it "
                                          "includes is written out.")
                        .and_help("a journey has at most 500 steps")
                  : Diagnostic::error("J0902", "NESTED TOO DEEPLY", snippet.decl->name.span,
                                      tick(snippet.decl->name.text) +
                                          " comes to more than 16 blocks inside each other once "
                                          "everything it includes is written out."));
}

}  // namespace

void check_snippets(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::SnippetDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.snippets.size());
            if (!cx.declare(Kind::snippet, decl->name.text, decl->name.span, index)) continue;
            Snippet snippet;
            snippet.decl = decl;
            cx.snippets.push_back(std::move(snippet));
        }
    }
    for (Snippet& snippet : cx.snippets) {
        for (const ast::Param& param : snippet.decl->params)
            check_param(cx, param, snippet);
    }
    CircleFinder(cx).run();
    Measure measure(cx);
    for (Snippet& snippet : cx.snippets) {
        if (!snippet.broken) check_expanse(cx, snippet, measure);
    }
    for (Snippet& snippet : cx.snippets) {
        if (snippet.broken) continue;
        const std::size_t before = cx.errors();
        check_alone(cx, snippet);
        if (cx.errors() != before) snippet.broken = true;
        for (const SnippetParam& param : snippet.params) {
            if (param.used || snippet.broken) continue;
            cx.report(Diagnostic::warning("J0502", "NOBODY READS THIS", param.span,
                                          tick(snippet.decl->name.text) +
                                              " never uses its parameter " + tick(param.name) + ".")
                          .and_help("leave it out, here and in every `include`"));
        }
    }
}

Expanse expanse_of(Context& cx, const ast::Steps& steps) {
    return Measure(cx).of(steps);
}

namespace {

// ---------------------------------------------------------------- include

class Including {
  public:
    Including(Context& cx, Scope& scope, Journey& journey, const ast::Step& step,
              const ast::Include& include, Snippet& snippet)
        : cx_(cx),
          scope_(scope),
          known_(*scope.journey),
          journey_(journey),
          step_(step),
          include_(include),
          snippet_(snippet) {}

    void run(Steps& into) {
        prefix_ = step_.label ? step_.label->text : numbered();
        if (!known_.prefix.empty()) prefix_ = known_.prefix + "." + prefix_;
        const std::size_t before = cx_.errors();
        if (!bind(into) || cx_.errors() != before) return;
        const std::size_t first = into.size();
        expand(into);
        // Its own label names where it begins.
        if (step_.label && first < into.size() && into[first].label.empty()) {
            into[first].label = prefix_;
        }
    }

  private:
    std::string numbered() {
        const std::string& name = include_.snippet.text;
        return name + "_" + std::to_string(++known_.includes[name]);
    }

    bool bind(Steps& into) {
        std::set<std::string> given;
        bool good = true;
        for (const ast::Pair& arg : include_.args) {
            SnippetParam* param = find_param(arg.key);
            if (param == nullptr) {
                good = false;
                check_expr(cx_, scope_, *arg.value);
                continue;
            }
            if (!given.insert(param->name).second) {
                cx_.report(Diagnostic::error("J0105", "GIVEN TWICE", arg.key.span,
                                             tick(param->name) + " is given twice.")
                               .and_help("keep one of them"));
                good = false;
                continue;
            }
            words_[param->name] = cx_.words(arg.value->span);
            good = bind_one(*param, *arg.value, into) && good;
        }
        std::vector<std::string> lacking;
        for (const SnippetParam& param : snippet_.params) {
            if (!given.contains(param.name)) lacking.push_back(tick(param.name));
        }
        if (lacking.empty()) return good;
        cx_.report(Diagnostic::error("J0501", "A PARAMETER IS MISSING", include_.snippet.span,
                                     tick(include_.snippet.text) + " needs " + listed(lacking) +
                                         ", and this include does not give " +
                                         (lacking.size() == 1 ? "it." : "them."))
                       .and_other(snippet_.decl->name.span, "declared here"));
        return false;
    }

    SnippetParam* find_param(const ast::Name& key) {
        std::vector<std::string> names;
        for (SnippetParam& param : snippet_.params) {
            if (param.name == key.text) return &param;
            names.push_back(param.name);
        }
        Diagnostic diagnostic = Diagnostic::error(
            "J0102", "UNKNOWN PARAMETER", key.span,
            tick(include_.snippet.text) + " has no parameter " + tick(key.text) + ".");
        cx_.report(with_near_names(std::move(diagnostic), key.text, key.span, names));
        return nullptr;
    }

    bool bind_one(SnippetParam& param, const ast::Expr& value, Steps& into) {
        if (param.kind == SnippetParam::Kind::value) return bind_value(param, value, into);
        const auto* name = std::get_if<ast::NameRef>(&value.what);
        const bool segment = param.kind == SnippetParam::Kind::segment;
        if (name == nullptr) {
            cx_.report(Diagnostic::error("J0201", "A NAME IS NEEDED", value.span,
                                         tick(param.name) + " is the name of a " +
                                             (segment ? "segment" : "template") + ", and " +
                                             tick(cx_.words(value.span)) + " is not a name."));
            return false;
        }
        if (segment) {
            const std::optional<Index> found = segment_named(cx_, scope_, name->name);
            if (!found) return false;
            names_[param.name] = {*found, &param};
            return true;
        }
        const std::optional<Index> found = template_named(cx_, scope_, name->name);
        if (!found) return false;
        if (*found != kNone && cx_.schema().templates[*found].channel != param.channel) {
            const std::string& is =
                cx_.schema().channels[cx_.schema().templates[*found].channel].name;
            const std::string& wanted = cx_.schema().channels[param.channel].name;
            cx_.report(Diagnostic::error("J0103", "ANOTHER CHANNEL'S TEMPLATE", value.span,
                                         tick(name->name.text) + " is " + std::string(article(is)) +
                                             " " + is + " template, and " + tick(param.name) +
                                             " takes " + std::string(article(wanted)) + " " +
                                             wanted + " template.")
                           .and_other(param.span, "asked for here"));
            return false;
        }
        names_[param.name] = {*found, &param};
        return true;
    }

    bool bind_value(SnippetParam& param, const ast::Expr& value, Steps& into) {
        NodePtr node = fit(cx_, check_expr(cx_, scope_, value), param.type, param.name);
        if (node->broken) return false;
        if (node->may_be_missing) {
            cx_.report(Diagnostic::error("J0208", "IT MAY BE MISSING", value.span,
                                         tick(cx_.words(value.span)) + " may be missing, and " +
                                             tick(include_.snippet.text) + " cannot do without " +
                                             tick(param.name) + ".")
                           .and_help("add `default …`"));
            return false;
        }
        Local local;
        local.type = param.type;
        local.span = value.span;
        local.param = &param;
        local.shape = node->shape;
        if (is_constant(*node)) {
            local.constant = node->constant;
        } else {
            // Asked once, here: the steps may run days later.
            local.slot = static_cast<Index>(journey_.locals.size());
            journey_.locals.push_back(prefix_ + "." + param.name);
            Step set;
            set.span = include_.call;
            set.keyword = step_.keyword;
            set.includes = cx_.includes;
            set.act = Let{local.slot, std::move(node)};
            into.push_back(std::move(set));
        }
        locals_[param.name] = std::move(local);
        return true;
    }

    /// What is known of the including journey's locals stays outside.
    static std::set<std::string> take_local_facts(Scope& scope) {
        std::set<std::string> taken;
        std::erase_if(scope.present, [&](const std::string& path) {
            if (!path.starts_with("local.")) return false;
            taken.insert(path);
            return true;
        });
        return taken;
    }

    void expand(Steps& into) {
        std::set<std::string> facts = take_local_facts(scope_);
        std::swap(known_.locals, locals_);
        std::swap(known_.params, names_);
        std::swap(known_.prefix, prefix_);
        std::map<std::string, Label> labels = std::move(known_.labels);
        known_.labels.clear();
        {
            const Muted said(cx_);
            collect_labels(cx_, snippet_.decl->steps, known_);
        }
        cx_.includes.push_back(include_.call);
        const auto around = cx_.inserted;
        cx_.inserted = std::make_shared<const Inserted>(Inserted{words_, around});
        Steps made = check_steps(cx_, scope_, journey_, snippet_.decl->steps);
        cx_.inserted = around;
        cx_.includes.pop_back();
        known_.labels = std::move(labels);
        std::swap(known_.prefix, prefix_);
        std::swap(known_.params, names_);
        std::swap(known_.locals, locals_);
        take_local_facts(scope_);
        scope_.present.merge(facts);
        for (Step& step : made)
            into.push_back(std::move(step));
    }

    Context& cx_;
    Scope& scope_;
    JourneyScope& known_;
    Journey& journey_;
    const ast::Step& step_;
    const ast::Include& include_;
    Snippet& snippet_;
    std::string prefix_;
    std::map<std::string, Local> locals_;
    std::map<std::string, NameParam> names_;
    std::map<std::string, std::string> words_;  // what is given, as it is written
};

}  // namespace

std::optional<Index> template_named(Context& cx, const Scope& scope, const ast::Name& name) {
    if (scope.journey != nullptr) {
        const auto param = scope.journey->params.find(name.text);
        if (param != scope.journey->params.end() &&
            param->second.param->kind == SnippetParam::Kind::message_template) {
            param->second.param->used = true;
            return param->second.index;
        }
    }
    return cx.find(Kind::message_template, name);
}

void include_snippet(Context& cx, Scope& scope, Journey& journey, const ast::Step& step,
                     const ast::Include& include, Steps& into) {
    const std::optional<Index> index = cx.find(Kind::snippet, include.snippet);
    if (!index || cx.snippets[*index].broken) {
        for (const ast::Pair& arg : include.args) {
            // A name with a kind is no value; what is one is checked all the same.
            if (!std::holds_alternative<ast::NameRef>(arg.value->what)) {
                check_expr(cx, scope, *arg.value);
            }
        }
        return;
    }
    Including(cx, scope, journey, step, include, cx.snippets[*index]).run(into);
}

}  // namespace journey::sema
