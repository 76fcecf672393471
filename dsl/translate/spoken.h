#pragma once
// Private to dsl/translate: what tools say themselves, and why they could not.

#include "dsl/translate/table.h"

namespace journey::translate {

std::span<const Sentence> chinese_refusals();
/// Of command lines: too general to stand among the others (usage()).
std::span<const Sentence> chinese_usage();

// Found by their English as a whole, `{}` included (Speech).
std::span<const Sentence> chinese_reports();
std::span<const Sentence> chinese_help();

}  // namespace journey::translate
