#pragma once
// The door of dsl/translate: diagnostics in another language. Checks write English sentences; one
// table per language knows each sentence by its pattern, as gettext knows its messages, and takes
// the inserted names out of it again. So a check says a thing once, and a sentence nobody
// translated yet is shown in English instead of not at all.

#include "dsl/source/source.h"

#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journey::translate {

enum class Language : unsigned char { english, chinese };

/// "zh", "zh-CN", "zh_CN.UTF-8" are Chinese, everything else English.
Language language_of(std::string_view locale);
/// What the environment's JOURNEY_LANG, LC_ALL, LC_MESSAGES or LANG (first that is set) asks for.
Language language_of_environment();

/// One string of a diagnostic, line by line; nullopt when some line is in no table. English comes
/// back as it is. About a microsecond a pattern that begins alike.
std::optional<std::string> sentence(std::string_view english, Language language);

/// What a tool says itself, in the reader's language: `say("{} of {} files changed", 1, 2)`. The
/// English words are the key, whole, with their `{}`; those nobody translated are said in English.
class Speech {
  public:
    explicit Speech(Language language = Language::english) : language_(language) {}
    template <typename... Parts>
    std::string operator()(std::string_view english, const Parts&... parts) const {
        const std::string_view pattern = words(english);
        return fmt::vformat(fmt::string_view(pattern.data(), pattern.size()),
                            fmt::make_format_args(parts...));
    }
    std::string_view words(std::string_view english) const;
    /// "1 file", "2 files".
    std::string counted(std::size_t number, std::string_view one, std::string_view many) const {
        return operator()(number == 1 ? one : many, number);
    }
    Language language() const { return language_; }

  private:
    Language language_;
};

/// What the library that reads command lines says about one; as it is when nobody translated it.
std::string usage(std::string_view english, Language language);

/// Is there a Chinese one? For tests.
bool is_spoken(std::string_view english);

/// The words of the form around the sentences.
source::RenderWords render_words(Language language);

/// The diagnostic with every string translated that can be. Places and edits stay.
source::Diagnostic diagnostic(source::Diagnostic english, Language language);
std::vector<source::Diagnostic> diagnostics(std::vector<source::Diagnostic> english,
                                            Language language);

}  // namespace journey::translate
