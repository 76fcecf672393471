#pragma once
// How messages of the Language Server Protocol stand in a stream of bytes:
//   Content-Length: N CR LF  (other headers) CR LF  CR LF  N bytes of JSON

#include "engine/base/base.h"

#include <optional>
#include <string>
#include <string_view>

namespace journey::app {

inline constexpr std::size_t kLspHeadBytesMax = 4096;
inline constexpr std::size_t kLspBodyBytesMax = std::size_t{32} << 20;

/// Takes bytes as they come and gives bodies. After a failure (`refused`: no length, or more than
/// kLspBodyBytesMax) the stream cannot be followed any more, and every later answer is the same
/// failure.
class LspFrames {
  public:
    void feed(std::string_view bytes) { waiting_ += bytes; }
    /// The next body, nullopt when more bytes are needed.
    Result<std::optional<std::string>> next();

  private:
    std::string waiting_;
    std::optional<std::size_t> length_;  // of the body that comes
    bool lost_ = false;
};

/// The body with its head.
std::string lsp_frame(std::string_view body);

}  // namespace journey::app
