#pragma once
// Certificates trusted beside the system's.

#include "engine/base/base.h"

namespace journey::connectors::net {

class ExtraTrust {
  public:
    /// `invalid` when the file cannot be read or holds no certificate. PEM.
    static Result<ExtraTrust> load(const std::string& file);
    ExtraTrust() = default;
    ExtraTrust(ExtraTrust&&) noexcept = default;
    ExtraTrust& operator=(ExtraTrust&&) noexcept = default;
    bool empty() const { return certificates_.empty(); }
    /// `ssl_ctx` is OpenSSL's SSL_CTX*, as libcurl's callback hands it over.
    bool add_to(void* ssl_ctx) const;

  private:
    struct Free {
        void operator()(void* certificate) const;
    };
    std::vector<std::unique_ptr<void, Free>> certificates_;  // X509
};

}  // namespace journey::connectors::net
