#include "dsl/ast/ast.h"

#include <algorithm>
#include <string>

namespace journey::ast {

std::string Path::dotted() const {
    std::string out;
    for (const Name& part : parts) {
        if (!out.empty()) out += '.';
        out += part.text;
    }
    return out;
}

std::string_view name_of(AggregateFn fn) {
    switch (fn) {
        case AggregateFn::did:
            return "did";
        case AggregateFn::count:
            return "count";
        case AggregateFn::sum:
            return "sum";
        case AggregateFn::avg:
            return "avg";
        case AggregateFn::min:
            return "min";
        case AggregateFn::max:
            return "max";
        case AggregateFn::first:
            return "first";
        case AggregateFn::last:
            return "last";
        case AggregateFn::distinct:
            return "distinct";
        case AggregateFn::list:
            return "list";
    }
    return "did";
}

std::optional<Path> as_path(const Expr& expr) {
    Path path;
    path.span = expr.span;
    const Expr* at = &expr;
    while (const auto* member = std::get_if<Member>(&at->what)) {
        path.parts.push_back(member->name);
        at = member->of.get();
    }
    const auto* root = std::get_if<NameRef>(&at->what);
    if (root == nullptr) return std::nullopt;
    path.parts.push_back(root->name);
    std::reverse(path.parts.begin(), path.parts.end());
    return path;
}

}  // namespace journey::ast
