// Time zones out of data: a property that says where something is. Who has none, or one that nobody
// knows, goes by where the person lives (told in the timeline, not here).

#include "dsl/sema/expr.h"

namespace journey::sema {

namespace {

/// `trigger.zone` as the expression it is.
ast::Expr expr_of(const ast::Path& path, std::size_t parts) {
    const Span last = path.parts[parts - 1].span;
    ast::Expr made;
    made.span = {last.file, path.parts.front().span.begin, last.end};
    if (parts == 1) {
        made.what = ast::NameRef{path.parts.front()};
    } else {
        made.what = ast::Member{std::make_unique<ast::Expr>(expr_of(path, parts - 1)),
                                path.parts[parts - 1]};
    }
    return made;
}

}  // namespace

NodePtr check_zone_value(Context& cx, const Scope& scope, const ast::Expr& expr) {
    return fit(cx, check_expr(cx, scope, expr), simple(ir::TypeKind::zone), "time zone");
}

StepZone check_step_zone(Context& cx, const Scope& scope, const ast::Zone& zone) {
    StepZone made;
    if (!zone.from) {
        made.name = zone_name(cx, zone);
        return made;
    }
    NodePtr from = check_zone_value(cx, scope, expr_of(*zone.from, zone.from->parts.size()));
    if (from->broken) return made;
    if (const auto* name = std::get_if<std::string>(&from->constant.held);
        is_constant(*from) && name != nullptr) {
        made.name = *name;
    } else {
        made.from = std::move(from);
    }
    return made;
}

}  // namespace journey::sema
