#pragma once
// The door of engine/render: Liquid templates, parsed once, rendered within a budget, escaped by
// channel.

#include "engine/base/base.h"

#include <map>
#include <unordered_map>

namespace journey::render {

enum class Escape : std::uint8_t { none, html };

/// How much of bad markup is forgiven. `lax`, `strict` and `strict2` are Shopify's own; `checked` is
/// strict2 that also refuses unknown filters and wrong numbers of arguments when parsing.
enum class Mode : std::uint8_t { lax, strict, strict2, checked };

enum class ErrorKind : std::uint8_t {
    syntax,
    argument,
    zero_division,
    float_domain,
    file_system,
    stack_depth,
    disabled,
    undefined_variable,
    undefined_filter,
    budget
};
/// "zero_division".
std::string_view name_of(ErrorKind kind);

struct RenderError {
    std::uint32_t line = 0;
    std::string message;  // "the filter `uper` does not exist; did you mean `upcase`?"
    ErrorKind kind = ErrorKind::syntax;
    std::string partial;  // the partial the line is in; empty for the template itself
};

struct Budget {
    std::uint32_t steps = 100'000;
    std::size_t bytes = 1 << 20;
};

class Partials;
struct Program;
struct Scratch;

/// A parsed template: immutable, shared between threads.
class Template {
  public:
    static std::variant<Template, RenderError> parse(std::string_view source,
                                                     Mode mode = Mode::checked);
    /// Names the text mentions at top level ("first_name", "user.tier" as "user").
    const std::vector<std::string>& variables() const;
    /// Unknown variables render as nothing. For many renders a Renderer is cheaper.
    std::variant<std::string, RenderError> render(const Record& data, Escape escape,
                                                  const Budget& budget = {}) const;

    Template(Template&&) noexcept;
    Template& operator=(Template&&) noexcept;
    ~Template();

  private:
    friend class Renderer;
    friend class Partials;
    explicit Template(std::unique_ptr<const Program> program);
    std::unique_ptr<const Program> program_;
};

/// What `render` and `include` may name. One that does not parse is an error only when it is used.
class Partials {
  public:
    void add(std::string_view name, std::string_view source, Mode mode = Mode::checked);
    const std::variant<Template, RenderError>* find(std::string_view name) const;
    static const Program& program(const Template& of);

  private:
    std::map<std::string, std::variant<Template, RenderError>, std::less<>> all_;
};

/// Tables that a template looks things up in by name and key: `{{ products[item.sku].title }}`.
/// Immutable once it is filled, shared between threads.
class Catalogues {
  public:
    using Rows = std::unordered_map<std::string, Record>;
    void add(std::string_view name, Rows rows) {
        all_.insert_or_assign(std::string(name), std::move(rows));
    }
    const Rows* find(std::string_view name) const {
        const auto found = all_.find(name);
        return found == all_.end() ? nullptr : &found->second;
    }

  private:
    std::map<std::string, Rows, std::less<>> all_;  // rows are looked up, never walked
};

struct RenderOptions {
    Escape escape = Escape::none;
    Budget budget;
    const Partials* partials = nullptr;
    const Catalogues* catalogues = nullptr;
    /// What `'now' | date` means when the data holds no instant `now`; a template asks no clock.
    std::optional<Instant> now;
    /// Where moments are shown by `date` when it names no zone: an IANA name; empty: UTC.
    std::string_view zone;
    bool strict_variables = false;  // a name nobody gave is an error
    bool strict_filters = false;    // so is a filter nobody knows
};

/// Renders template after template into the same memory. Of one thread.
class Renderer {
  public:
    Renderer();
    ~Renderer();
    Renderer(Renderer&&) noexcept;
    Renderer& operator=(Renderer&&) noexcept;
    /// The text lives until the next render.
    std::variant<std::string_view, RenderError> render(const Template& source, const Record& data,
                                                       const RenderOptions& options);

  private:
    std::unique_ptr<Scratch> scratch_;
};

/// What a text message costs: GSM-7 septets when every character is in that alphabet, else UCS-2
/// units; segments with the six octets of concatenation taken off once there are two.
struct SmsSize {
    bool gsm7 = true;
    std::size_t units = 0;     // septets or UTF-16 units
    std::size_t segments = 0;  // 0 for an empty text
    std::size_t left = 0;      // units still free in the last segment
};
SmsSize sms_size(std::string_view text);

}  // namespace journey::render
