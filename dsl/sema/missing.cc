// What may be missing (LANGUAGE 2.11): what a condition proves, and negations that would guess.

#include "dsl/sema/expr.h"

namespace journey::sema {

using ir::Op;

namespace {

void collect_paths(const Node& node, std::set<std::string>& into) {
    if (!node.path.empty()) into.insert(node.path);
    // Arithmetic, parts and functions of something missing are missing, so a true comparison
    // proves what they are made of; `default` proves nothing.
    switch (node.op) {
        case Op::add:
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::negate:
        case Op::size:
        case Op::lower:
        case Op::upper:
        case Op::trim:
        case Op::time_since:
            for (const NodePtr& operand : node.operands)
                collect_paths(*operand, into);
            break;
        default:
            break;
    }
}

}  // namespace

bool refuse_doubts(Context& cx, const Node& node, Span whole) {
    if (node.doubts.empty()) return false;
    const Node::Doubt& doubt = node.doubts.front();
    const std::string what = cx.words(doubt.span);
    const std::string all = cx.words(whole);
    Diagnostic diagnostic =
        Diagnostic::error("J0207", "WHAT ABOUT PEOPLE WITHOUT IT?", doubt.span,
                          tick(what) + " may be missing, and this asks for \"not\".");
    const std::size_t dot = what.rfind('.');
    const std::string noun = dot == std::string::npos ? what : what.substr(dot + 1);
    if (doubt.path.empty()) {
        diagnostic.after =
            "What should happen when it is missing? I will not guess, because either "
            "answer surprises somebody.";
        diagnostic.help.push_back("say what stands in for it: `" + what + " default …`");
    } else {
        diagnostic.after = doubt.path.starts_with("user.")
                               ? "Should people with no " + noun +
                                     " get this? I will not guess, "
                                     "because either answer surprises somebody."
                               : "Should events with no " + noun +
                                     " count? I will not guess, because "
                                     "either answer surprises somebody.";
        const std::string include = all + " or " + what + " is missing";
        const std::string leave_out = what + " is present and " + all;
        diagnostic.fixes.push_back(
            {Applicability::sketch, "to include them:  " + include, {{whole, include}}});
        diagnostic.fixes.push_back(
            {Applicability::sketch, "to leave them out: " + leave_out, {{whole, leave_out}}});
    }
    cx.report(std::move(diagnostic));
    return true;
}

std::set<std::string> present_if(const Node& node, bool when) {
    std::set<std::string> known;
    switch (node.op) {
        case Op::is_present:
            if (when) collect_paths(*node.operands[0], known);
            break;
        case Op::is_missing:
        case Op::is_blank:
            if (!when) collect_paths(*node.operands[0], known);
            break;
        case Op::logical_not:
            return present_if(*node.operands[0], !when);
        case Op::logical_and:
        case Op::logical_or: {
            const bool each = (node.op == Op::logical_and) == when;
            bool first = true;
            for (const NodePtr& operand : node.operands) {
                std::set<std::string> part = present_if(*operand, when);
                if (each) {
                    known.merge(part);
                } else if (first) {
                    known = std::move(part);
                } else {
                    std::erase_if(known,
                                  [&](const std::string& path) { return !part.contains(path); });
                }
                first = false;
            }
            break;
        }
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
        case Op::in:
        case Op::contains:
        case Op::starts_with:
        case Op::ends_with:
        case Op::between:
            if (when) {
                for (const NodePtr& operand : node.operands)
                    collect_paths(*operand, known);
            }
            break;
        default:
            if (when && !node.path.empty()) known.insert(node.path);
            break;
    }
    return known;
}

}  // namespace journey::sema
