#pragma once
// The door of engine/render: Liquid templates, parsed once, rendered within a budget, escaped by
// channel.

#include "engine/base/base.h"

namespace journey::render {

enum class Escape : std::uint8_t { none, html };

struct RenderError {
    std::uint32_t line = 0;
    std::string message;  // "the filter `uper` does not exist; did you mean `upcase`?"
};

struct Budget {
    std::uint32_t steps = 100'000;
    std::size_t bytes = 1 << 20;
};

/// A parsed template: immutable, shared between threads.
class Template {
  public:
    static std::variant<Template, RenderError> parse(std::string_view source);
    /// Names the text mentions at top level ("first_name", "user.tier" as "user").
    std::vector<std::string> variables() const;
    /// Unknown variables render as nothing.
    std::variant<std::string, RenderError> render(const Record& data, Escape escape,
                                                  const Budget& budget = {}) const;

    Template(Template&&) noexcept;
    Template& operator=(Template&&) noexcept;
    ~Template();

  private:
    struct Tree;
    explicit Template(std::unique_ptr<const Tree> tree);
    std::unique_ptr<const Tree> tree_;
};

}  // namespace journey::render
