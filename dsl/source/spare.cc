#include "dsl/source/spare.h"

#include <map>
#include <tuple>

namespace journey::source {

std::uint32_t line_of(const Source& source, std::uint32_t offset) {
    std::uint32_t low = 1;
    std::uint32_t high = source.line_count();
    while (low < high) {
        const std::uint32_t middle = low + (high - low + 1) / 2;
        if (source.line_begin(middle) <= offset) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

std::vector<const Diagnostic*> worth_showing(const SourceSet& sources,
                                             const std::vector<Diagnostic>& diagnostics) {
    constexpr std::size_t kOfOneLineMax = 20;
    std::map<std::tuple<FileId, std::uint32_t, Severity>, std::size_t> shown;
    std::vector<const Diagnostic*> all;
    for (const Diagnostic& one : diagnostics) {
        const std::uint32_t line = line_of(sources.at(one.span.file), one.span.begin);
        if (++shown[{one.span.file, line, one.severity}] <= kOfOneLineMax) all.push_back(&one);
    }
    return all;
}

}  // namespace journey::source
