#pragma once
// The door of dsl/translate: diagnostics in another language. Checks write English sentences; one
// table per language knows each sentence by its pattern, as gettext knows its messages, and takes
// the inserted names out of it again. So a check says a thing once, and a sentence nobody
// translated yet is shown in English instead of not at all.

#include "dsl/source/source.h"

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

/// The words of the form around the sentences.
source::RenderWords render_words(Language language);

/// The diagnostic with every string translated that can be. Places and edits stay.
source::Diagnostic diagnostic(source::Diagnostic english, Language language);
std::vector<source::Diagnostic> diagnostics(std::vector<source::Diagnostic> english,
                                            Language language);

}  // namespace journey::translate
