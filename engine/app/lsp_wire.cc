#include "engine/app/lsp_wire.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace journey::app {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// The length that a head (without its empty line) tells; nullopt when it tells none.
std::optional<std::size_t> length_in(std::string_view head) {
    std::optional<std::size_t> length;
    while (!head.empty()) {
        const std::size_t end = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(std::min(end + 2, head.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        if (!same_ignoring_case(trimmed(line.substr(0, colon)), "Content-Length")) continue;
        const std::string_view digits = trimmed(line.substr(colon + 1));
        std::size_t value = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || length)
            return std::nullopt;
        length = value;
    }
    return length;
}

}  // namespace

Result<std::optional<std::string>> LspFrames::next() {
    const auto lose = [&](std::string why) -> Result<std::optional<std::string>> {
        lost_ = true;
        waiting_.clear();
        return error(ErrorCode::refused, std::move(why));
    };
    if (lost_) return lose("the stream was lost before");
    if (!length_) {
        const std::size_t end = waiting_.find("\r\n\r\n");
        if (end == std::string::npos) {
            if (waiting_.size() > kLspHeadBytesMax) return lose("the head of a message never ends");
            return std::optional<std::string>();
        }
        length_ = length_in(std::string_view(waiting_).substr(0, end));
        if (!length_) return lose("the head of a message has no good Content-Length");
        if (*length_ > kLspBodyBytesMax) {
            return lose(fmt::format("a message of {} bytes is too large; the limit is {}", *length_,
                                    kLspBodyBytesMax));
        }
        waiting_.erase(0, end + 4);
    }
    if (waiting_.size() < *length_) return std::optional<std::string>();
    std::string body = waiting_.substr(0, *length_);
    waiting_.erase(0, *length_);
    length_.reset();
    return std::optional(std::move(body));
}

std::string lsp_frame(std::string_view body) {
    return fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace journey::app
