#pragma once
// Result<T>: the road of everything the world can do to us (disk, lock, network). See STYLE,
// section 5. Only this header knows that it is Boost.Outcome.

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace journey {

/// Says what the caller can do about it.
enum class ErrorCode : unsigned char {
    invalid,         // the input is wrong; the same input will be refused again
    not_found,       // there is no such thing
    conflict,        // somebody else got there first, or the state forbids it
    retry,           // the same call may succeed later
    storage_failed,  // the disk failed; nothing after this can be trusted to be durable
    refused,         // a rule or a limit forbids it
    cancelled,       // we are shutting down or the deadline passed
};

std::string_view name_of(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string detail;  // one sentence for a person, naming the place and the mend
};

template <typename T = void>
using Result = boost::outcome_v2::basic_result<T, Error, boost::outcome_v2::policy::terminate>;

inline Error error(ErrorCode code, std::string detail) {
    return Error{code, std::move(detail)};
}
inline auto success() {
    return boost::outcome_v2::success();
}

/// Ends the process with the place and `message`: we were wrong, and going on would make it worse.
[[noreturn]] void ensure_failed(const char* condition, const char* file, int line,
                                std::string_view message);

}  // namespace journey

#define TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)

/// On in release. For our own mistakes only; unreachable from any input.
#define ENSURE(condition, message)                                               \
    do {                                                                         \
        if (!(condition)) [[unlikely]]                                           \
            ::journey::ensure_failed(#condition, __FILE__, __LINE__, (message)); \
    } while (false)
