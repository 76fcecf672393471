// J0107: two names that a reader takes for one.

#include "dsl/sema/context.h"

#include <algorithm>
#include <memory>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

namespace journey::sema {

namespace {

struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};

/// What of a name a reader sees: without case, width and composition, and with letters of other
/// alphabets replaced by the ones they look like. Names of plain letters are compared without case
/// only: `modem` and `modern` are two words.
class Looks {
  public:
    Looks() {
        UErrorCode status = U_ZERO_ERROR;
        checker_.reset(uspoof_open(&status));
        folding_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
        ENSURE(U_SUCCESS(status) && checker_ != nullptr && folding_ != nullptr, "ICU has no data");
    }

    std::string of(const std::string& name) const {
        UErrorCode status = U_ZERO_ERROR;
        const icu::UnicodeString folded =
            folding_->normalize(icu::UnicodeString::fromUTF8(name), status);
        icu::UnicodeString seen = folded;
        const bool plain = std::all_of(name.begin(), name.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        if (!plain) uspoof_getSkeletonUnicodeString(checker_.get(), 0, folded, seen, &status);
        std::string out;
        (U_SUCCESS(status) ? seen : folded).toUTF8String(out);
        return out;
    }

  private:
    std::unique_ptr<USpoofChecker, Close> checker_;
    const icu::Normalizer2* folding_ = nullptr;
};

class NameLint {
  public:
    explicit NameLint(Context& cx) : cx_(cx) {}

    /// `names` in order of their place.
    void among(std::vector<std::pair<std::string, Span>> names) {
        std::stable_sort(names.begin(), names.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
        std::map<std::string, const std::pair<std::string, Span>*> seen;
        for (const auto& name : names) {
            const auto [first, fresh] = seen.try_emplace(looks_.of(name.first), &name);
            if (!fresh && first->second->first != name.first) report(*first->second, name);
        }
    }

  private:
    void report(const std::pair<std::string, Span>& first,
                const std::pair<std::string, Span>& second) {
        cx_.report(Diagnostic::warning("J0107", "NAMES THAT LOOK ALIKE", second.second,
                                       tick(first.first) + " and " + tick(second.first) +
                                           " look the same but are two names.")
                       .and_other(first.second, "the other one")
                       .and_after("Sooner or later somebody writes one and means the other.")
                       .and_help("rename one of them, or use one for both"));
    }

    Context& cx_;
    Looks looks_;
};

}  // namespace

void lint_names(Context& cx, const std::vector<ast::File>& files) {
    NameLint lint(cx);
    for (const Kind kind : {Kind::event, Kind::message_template, Kind::segment, Kind::consent,
                            Kind::frequency, Kind::quiet, Kind::channel, Kind::journey}) {
        std::vector<std::pair<std::string, Span>> names;
        for (const auto& [name, declared] : cx.all(kind)) {
            if (!declared.builtin) names.emplace_back(name, declared.span);
        }
        lint.among(std::move(names));
    }
    const auto fields = [&](const std::vector<ast::FieldLine>& lines) {
        std::vector<std::pair<std::string, Span>> names;
        for (const ast::FieldLine& line : lines) {
            if (const auto* field = std::get_if<ast::Field>(&line.what))
                names.emplace_back(field->name.text, field->name.span);
        }
        lint.among(std::move(names));
    };
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            if (const auto* event = std::get_if<ast::EventDecl>(&item.what)) fields(event->lines);
            if (const auto* user = std::get_if<ast::ProfileDecl>(&item.what)) fields(user->lines);
        }
    }
}

}  // namespace journey::sema
