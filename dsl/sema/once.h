#pragma once
// Lines of a block that may come once.

#include "dsl/sema/context.h"

namespace journey::sema {

/// Says so when a line that may come once comes again.
class Once {
  public:
    Once(Context& cx, std::string owner) : cx_(cx), owner_(std::move(owner)) {}
    bool first(const std::string& line, Span span) {
        const auto [at, fresh] = seen_.try_emplace(line, span);
        if (fresh) return true;
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", span,
                                     owner_ + " says " + tick(line) + " twice.")
                       .and_other(at->second, "first here")
                       .and_help("keep one of them"));
        return false;
    }
    bool has(const std::string& line) const { return seen_.contains(line); }

  private:
    Context& cx_;
    std::string owner_;
    std::map<std::string, Span> seen_;
};

}  // namespace journey::sema
