// `fetch`: what templates show of somebody's HTTP interface.

#include "dsl/sema/expr.h"
#include "dsl/sema/once.h"
#include "dsl/sema/variables.h"
#include "engine/render/render.h"

namespace journey::sema {

namespace {

constexpr std::int64_t kTimeoutSecondsMax = 10;
constexpr std::int64_t kCacheSecondsMax = 24 * 3600;

/// What a person typed stays within its place of the address: every value is encoded, once.
std::string with_encoded_values(std::string_view url) {
    std::string out;
    for (std::size_t at = 0; at < url.size();) {
        const std::size_t begin = std::min(url.find("{{", at), url.size());
        out += url.substr(at, begin - at);
        if (begin == url.size()) break;
        const std::size_t end = std::min(url.find("}}", begin), url.size());
        std::string_view inside = url.substr(begin, end - begin);
        const bool trims = inside.ends_with('-');
        if (trims) inside.remove_suffix(1);
        const std::size_t filter = inside.rfind('|');
        const bool encoded = filter != std::string_view::npos &&
                             inside.find("url_encode", filter) != std::string_view::npos;
        out += inside;
        if (!encoded) out += inside.ends_with(' ') ? "| url_encode " : " | url_encode ";
        if (trims) out += '-';
        out += url.substr(end, 2);
        at = std::min(end + 2, url.size());
    }
    return out;
}

class FetchChecker {
  public:
    FetchChecker(Context& cx, const ast::FetchDecl& decl, ir::Fetch& into)
        : cx_(cx), decl_(decl), into_(into), once_(cx, "The fetch " + tick(decl.name.text)) {}

    void run() {
        for (const ast::FetchLine& line : decl_.lines) {
            std::visit(Match{[&](const ast::FetchGet& get) {
                                 if (once_.first("get", line.span)) check_url(get.url);
                             },
                             [&](const ast::FetchCache& cache) {
                                 if (once_.first("cache", line.span))
                                     into_.cache_seconds =
                                         time_of(cache.time, kCacheSecondsMax,
                                                 "An answer serves others for at most 24 hours.");
                             },
                             [&](const ast::FetchTimeout& timeout) {
                                 if (once_.first("timeout", line.span))
                                     into_.timeout_seconds =
                                         time_of(timeout.timeout, kTimeoutSecondsMax,
                                                 "A message waits at most 10 seconds for a fetch.");
                             },
                             [&](const ast::FetchFails& fails) {
                                 if (once_.first("when it fails", line.span))
                                     into_.if_fails = fails.blank ? ir::Fetch::IfFails::blank
                                                                  : ir::Fetch::IfFails::skip;
                             }},
                       line.what);
        }
        if (once_.has("get")) return;
        report("FETCHED FROM WHERE?", decl_.name.span,
               "The fetch " + tick(into_.name) + " does not say which address it asks.",
               "add a line like `get \"https://api.example.com/" + into_.name + "\"`");
    }

  private:
    void report(const char* title, Span span, std::string says, std::string help = {}) {
        Diagnostic diagnostic = Diagnostic::error("J0508", title, span, std::move(says));
        if (!help.empty()) diagnostic.help.push_back(std::move(help));
        cx_.report(std::move(diagnostic));
    }

    std::int64_t time_of(const ast::Duration& time, std::int64_t most, std::string too_long) {
        const CalendarDuration& value = time.value;
        if (value.months == 0 && value.days == 0 && value.seconds > 0 && value.seconds <= most)
            return value.seconds;
        const bool forward = value.months > 0 || value.days > 0 || value.seconds > 0;
        report("OUT OF RANGE", time.span,
               forward ? std::move(too_long) : "No time at all is too short here.");
        return 1;
    }

    void check_url(const ast::Text& url) {
        const std::string& text = url.value;
        const std::size_t scheme = text.starts_with("https://")  ? 8
                                   : text.starts_with("http://") ? 7
                                                                 : 0;
        // The host is the author's: nobody's data says who is asked.
        const std::size_t host_end = std::min(text.find_first_of("/?", scheme), text.size());
        const std::string_view host =
            scheme == 0 ? std::string_view()
                        : std::string_view(text).substr(scheme, host_end - scheme);
        if (host.empty() || host.find_first_of(" \t\n\"<>{}@\\#") != std::string_view::npos) {
            report("NOT AN ADDRESS", url.span, "I cannot fetch anything from " + tick(text) + ".",
                   "an address begins in full, like \"https://api.example.com/weather\"; what is "
                   "different for each person comes behind the host");
            return;
        }
        if (text.find("{%") != std::string::npos || has_gap(text)) {
            report("NOT AN ADDRESS", url.span,
                   "An address has no blanks, and of Liquid only what stands in `{{ }}`.");
            return;
        }
        if (!check_values(url)) return;
        into_.url = with_encoded_values(text);
        const auto parsed = render::Template::parse(into_.url);
        if (const auto* failed = std::get_if<render::RenderError>(&parsed)) {
            const std::string end = failed->message.ends_with('?') ? "" : ".";
            report("NOT LIQUID", url.span, "Line 1 of this text: " + failed->message + end);
        }
    }

    /// A blank outside of `{{ }}`.
    static bool has_gap(std::string_view text) {
        bool inside = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text.substr(i, 2) == "{{") inside = true;
            if (text.substr(i, 2) == "}}") inside = false;
            if (!inside && std::string_view(" \t\n\"<>").find(text[i]) != std::string_view::npos)
                return true;
        }
        return false;
    }

    /// Only what is known of the person and of what made her enter: a fetch belongs to no template.
    bool check_values(const ast::Text& url) {
        for (const Mention& mention : find_mentions(url.value)) {
            if (mention.name == "trigger" && !mention.property.empty()) continue;
            if (mention.name == "user" && !mention.property.empty()) {
                if (ir::find_named(cx_.schema().profile, mention.property) != kNone) continue;
                std::vector<std::string> names;
                for (const ir::Field& known : cx_.schema().profile)
                    names.push_back(known.name);
                Diagnostic diagnostic =
                    Diagnostic::error("J0102", "UNKNOWN PROPERTY", url.span,
                                      "`user` has no property " + tick(mention.property) + ".");
                diagnostic.after = "It has:  " + columns(names);
                const std::vector<std::string> near = did_you_mean(mention.property, names);
                if (!near.empty())
                    diagnostic.help.push_back("did you mean `user." + near[0] + "`?");
                cx_.report(std::move(diagnostic));
                return false;
            }
            report("NOT IN AN ADDRESS", url.span,
                   "An address can say what is in `user` or `trigger`, and " + tick(mention.name) +
                       " is neither.",
                   "write it like `{{ user.city }}`");
            return false;
        }
        return true;
    }

    Context& cx_;
    const ast::FetchDecl& decl_;
    ir::Fetch& into_;
    Once once_;
};

}  // namespace

void check_fetches(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::FetchDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.schema().fetches.size());
            if (!cx.declare(Kind::fetch, decl->name.text, decl->name.span, index)) continue;
            ir::Fetch row;
            row.name = decl->name.text;
            const std::size_t before = cx.errors();
            FetchChecker(cx, *decl, row).run();
            cx.schema().fetches.push_back(std::move(row));
            if (cx.errors() != before) cx.peek(Kind::fetch, decl->name.text)->broken = true;
        }
    }
}

}  // namespace journey::sema
