#pragma once
// Private to the room: what a signature covers (RFC 6376, 3.4).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace journey::connectors::dkim {

/// Relaxed: "name:value" and CRLF; the name in lower case, blanks and folds as one blank.
std::string relaxed_header(std::string_view name, std::string_view value);
/// Relaxed: no blanks at lines' ends, runs of them as one, no empty lines at the end.
std::string relaxed_body(std::string_view body);

struct SplitMail {
    std::vector<std::pair<std::string_view, std::string_view>> headers;  // values with their folds
    std::string_view body;
};
/// CRLF line ends.
SplitMail split_mail(std::string_view message);

}  // namespace journey::connectors::dkim
