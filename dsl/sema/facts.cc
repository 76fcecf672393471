#include "dsl/sema/facts.h"

#include <algorithm>

namespace journey::sema {

using ir::Op;
using ir::TypeKind;
using Says = Atom::Says;

namespace {

constexpr std::size_t kWaysMax = 16;

std::optional<double> number_of(const Node& node) {
    if (node.op != Op::constant) return std::nullopt;
    if (const auto* whole = std::get_if<std::int64_t>(&node.constant.held)) {
        return static_cast<double>(*whole);
    }
    if (const auto* real = std::get_if<double>(&node.constant.held)) return *real;
    if (const auto* money = std::get_if<Money>(&node.constant.held)) {
        return static_cast<double>(money->minor);
    }
    return std::nullopt;
}

const std::string* text_of(const Node& node) {
    return node.op == Op::constant ? std::get_if<std::string>(&node.constant.held) : nullptr;
}

/// A property by its path, anything else by its words without the blanks.
std::string key_of(const Context& cx, const Node& node) {
    if (!node.path.empty()) return node.path;
    std::string words = cx.words(node.span);
    words.erase(std::remove_if(words.begin(), words.end(),
                               [](char c) { return c == ' ' || c == '\t' || c == '\n'; }),
                words.end());
    return words;
}

Atom about(const Context& cx, const Node& subject, Says says, Span span) {
    Atom made;
    made.says = says;
    made.about = key_of(cx, subject);
    made.span = span;
    made.may_be_missing = subject.may_be_missing;
    if (subject.type.kind == TypeKind::choice) made.choices = subject.type.choices;
    return made;
}

Op mirrored(Op op) {
    switch (op) {
        case Op::less:
            return Op::greater;
        case Op::less_equal:
            return Op::greater_equal;
        case Op::greater:
            return Op::less;
        case Op::greater_equal:
            return Op::less_equal;
        default:
            return op;
    }
}

std::optional<Atom> comparison(const Context& cx, const Node& node) {
    const Node* subject = node.operands[0].get();
    const Node* constant = node.operands[1].get();
    Op op = node.op;
    if (subject->op == Op::constant) {
        std::swap(subject, constant);
        op = mirrored(op);
    }
    if (subject->op == Op::constant || constant->op != Op::constant) return std::nullopt;
    const bool equality = op == Op::equal || op == Op::not_equal;
    if (const auto* truth = std::get_if<bool>(&constant->constant.held); truth && equality) {
        return about(cx, *subject, *truth == (op == Op::equal) ? Says::yes : Says::no, node.span);
    }
    if (const std::string* text = text_of(*constant); text != nullptr && equality) {
        Atom atom = about(cx, *subject, op == Op::equal ? Says::among : Says::not_among, node.span);
        atom.texts.insert(*text);
        return atom;
    }
    const std::optional<double> number = number_of(*constant);
    if (!number || op == Op::not_equal) return std::nullopt;
    Atom atom = about(cx, *subject, Says::range, node.span);
    if (op == Op::greater || op == Op::greater_equal || op == Op::equal) {
        atom.range.least = *number;
        atom.range.least_open = op == Op::greater;
    }
    if (op == Op::less || op == Op::less_equal || op == Op::equal) {
        atom.range.most = *number;
        atom.range.most_open = op == Op::less;
    }
    return atom;
}

std::optional<Atom> membership(const Context& cx, const Node& node) {
    const auto* list = node.operands[1]->op == Op::constant
                           ? std::get_if<List>(&node.operands[1]->constant.held)
                           : nullptr;
    if (list == nullptr) return std::nullopt;
    Atom atom = about(cx, *node.operands[0], Says::among, node.span);
    for (const Value& value : *list) {
        const auto* text = std::get_if<std::string>(&value.held);
        if (text == nullptr) return std::nullopt;
        atom.texts.insert(*text);
    }
    return atom;
}

std::optional<Atom> range_between(const Context& cx, const Node& node) {
    const std::optional<double> least = number_of(*node.operands[1]);
    const std::optional<double> most = number_of(*node.operands[2]);
    if (!least || !most) return std::nullopt;
    Atom atom = about(cx, *node.operands[0], Says::range, node.span);
    atom.range = {*least, *most, false, false};
    return atom;
}

}  // namespace

bool Interval::empty() const {
    return least > most || (least == most && (least_open || most_open));
}

void Interval::narrow(const Interval& other) {
    if (other.least > least || (other.least == least && other.least_open)) {
        least = other.least;
        least_open = other.least_open;
    }
    if (other.most < most || (other.most == most && other.most_open)) {
        most = other.most;
        most_open = other.most_open;
    }
}

bool Interval::inside(const Interval& other) const {
    const bool low =
        least > other.least || (least == other.least && (least_open || !other.least_open));
    const bool high = most < other.most || (most == other.most && (most_open || !other.most_open));
    return low && high;
}

bool Atom::needs_it() const {
    return says == Says::present || says == Says::among || says == Says::range || says == Says::yes;
}

std::optional<Atom> Atom::opposite() const {
    Atom other = *this;
    switch (says) {
        case Says::missing:
            other.says = Says::present;
            return other;
        case Says::present:
            other.says = Says::missing;
            return other;
        case Says::among:
            other.says = Says::not_among;
            return other;
        case Says::yes:
            other.says = Says::no;
            return other;
        case Says::not_among:
        case Says::no:
            if (may_be_missing) return std::nullopt;
            other.says = says == Says::no ? Says::yes : Says::among;
            return other;
        case Says::range:
            break;
    }
    // Not below five is five or more, or no number at all: `needs_it` then no longer holds, so the
    // statement is kept apart from a plain range by what may be missing.
    if (may_be_missing) return std::nullopt;
    constexpr double kEnd = std::numeric_limits<double>::infinity();
    const bool from_start = range.least == -kEnd;
    const bool to_end = range.most == kEnd;
    if (from_start == to_end) return std::nullopt;
    other.range = from_start ? Interval{range.most, kEnd, !range.most_open, false}
                             : Interval{-kEnd, range.least, false, !range.least_open};
    return other;
}

std::optional<Atom> atom_of(const Context& cx, const Node& node) {
    if (node.broken) return std::nullopt;
    switch (node.op) {
        case Op::is_missing:
            return about(cx, *node.operands[0], Says::missing, node.span);
        case Op::is_present:
            return about(cx, *node.operands[0], Says::present, node.span);
        case Op::equal:
        case Op::not_equal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal:
            return comparison(cx, node);
        case Op::in:
            return membership(cx, node);
        case Op::between:
            return range_between(cx, node);
        case Op::logical_not: {
            std::optional<Atom> atom = atom_of(cx, *node.operands[0]);
            if (atom) atom = atom->opposite();
            if (atom) atom->span = node.span;
            return atom;
        }
        case Op::user_field:
        case Op::trigger_field:
        case Op::row_field:
        case Op::local:
        case Op::member:
        case Op::tagged:
        case Op::consented:
        case Op::reachable:
        case Op::aggregate:
            if (node.type.kind != TypeKind::boolean) return std::nullopt;
            return about(cx, node, Says::yes, node.span);
        default:
            return std::nullopt;
    }
}

std::optional<std::vector<std::vector<Atom>>> ways_of(const Context& cx, const Node& node) {
    std::vector<std::vector<Atom>> ways;
    if (node.op == Op::logical_or) {
        for (const NodePtr& part : node.operands) {
            const auto inner = ways_of(cx, *part);
            if (!inner || ways.size() + inner->size() > kWaysMax) return std::nullopt;
            ways.insert(ways.end(), inner->begin(), inner->end());
        }
        return ways;
    }
    if (node.op == Op::logical_and) {
        ways.emplace_back();
        for (const NodePtr& part : node.operands) {
            const auto inner = ways_of(cx, *part);
            if (!inner || ways.size() * inner->size() > kWaysMax) return std::nullopt;
            std::vector<std::vector<Atom>> longer;
            for (const std::vector<Atom>& way : ways) {
                for (const std::vector<Atom>& more : *inner) {
                    longer.push_back(way);
                    longer.back().insert(longer.back().end(), more.begin(), more.end());
                }
            }
            ways = std::move(longer);
        }
        return ways;
    }
    const std::optional<Atom> atom = atom_of(cx, node);
    if (!atom) return std::nullopt;
    ways.push_back({*atom});
    return ways;
}

bool Facts::possible(const Known& known) {
    if (known.missing && known.present) return false;
    if (known.range.empty()) return false;
    return !known.only || !known.only->empty() || !known.present;
}

std::optional<Span> Facts::learn(const Atom& atom) {
    const auto [at, fresh] = known_.try_emplace(atom.about);
    Known& known = at->second;
    if (fresh) {
        known.last = atom.span;
        known.present = !atom.may_be_missing;
        if (!atom.choices.empty()) known.only.emplace(atom.choices.begin(), atom.choices.end());
    }
    const Span before = known.last;
    known.last = atom.span;
    known.present = known.present || atom.needs_it();
    bool fits = true;
    switch (atom.says) {
        case Says::missing:
            known.missing = true;
            break;
        case Says::present:
            break;
        case Says::yes:
        case Says::no:
            fits = !known.yes || *known.yes == (atom.says == Says::yes);
            known.yes = atom.says == Says::yes;
            break;
        case Says::among: {
            std::set<std::string> left;
            for (const std::string& text : atom.texts) {
                if ((!known.only || known.only->contains(text)) && !known.never.contains(text))
                    left.insert(text);
            }
            known.only = std::move(left);
            break;
        }
        case Says::not_among:
            for (const std::string& text : atom.texts) {
                known.never.insert(text);
                if (known.only) known.only->erase(text);
            }
            break;
        case Says::range:
            known.range.narrow(atom.range);
            break;
    }
    if (fits && possible(known)) return std::nullopt;
    return before;
}

bool Facts::implies(const Atom& atom) const {
    const auto at = known_.find(atom.about);
    if (at == known_.end()) return false;
    const Known& known = at->second;
    switch (atom.says) {
        case Says::missing:
            return known.missing;
        case Says::present:
            return known.present;
        case Says::yes:
            return known.yes == true;
        case Says::no:
            return known.yes == false;
        case Says::among:
            return known.present && known.only &&
                   std::includes(atom.texts.begin(), atom.texts.end(), known.only->begin(),
                                 known.only->end());
        case Says::not_among:
            return std::all_of(atom.texts.begin(), atom.texts.end(), [&](const std::string& text) {
                return known.never.contains(text) ||
                       (known.present && known.only && !known.only->contains(text));
            });
        case Says::range:
            return known.present && known.range.inside(atom.range);
    }
    return false;
}

}  // namespace journey::sema
