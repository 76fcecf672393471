#include "engine/base/result.h"

#include <cstdio>
#include <cstdlib>

namespace journey {

std::string_view name_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::retry:
            return "retry";
        case ErrorCode::storage_failed:
            return "storage_failed";
        case ErrorCode::refused:
            return "refused";
        case ErrorCode::cancelled:
            return "cancelled";
    }
    return "unknown";
}

void ensure_failed(const char* condition, const char* file, int line, std::string_view message) {
    // stdio, not the logger: it must work when nothing else does.
    std::fprintf(stderr, "%s:%d: ENSURE(%s) failed: %.*s\n", file, line, condition,
                 static_cast<int>(message.size()), message.data());
    std::fflush(stderr);
    std::abort();
}

}  // namespace journey
