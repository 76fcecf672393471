#pragma once
// What a fuzz target gives its driver besides LLVMFuzzerTestOneInput.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The name and the types are LLVM's, so that the same files work with its libFuzzer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace journey::fuzz {

/// Good inputs to start from, always the same ones in the same order.
std::vector<std::string> seeds();
/// Words that lead deeper than random bytes would.
std::vector<std::string> dictionary();

/// Files below `folder` of the repository whose names end in one of `endings`, by path.
std::vector<std::string> files_in(std::string_view folder, const std::vector<std::string>& endings);
/// Keywords and signs of the journey language.
std::vector<std::string> language_words();

/// Ends the process, which is what a fuzzer looks for.
void require(bool condition, std::string_view what);

}  // namespace journey::fuzz
