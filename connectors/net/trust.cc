#include "connectors/net/trust.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace journey::connectors::net {

void ExtraTrust::Free::operator()(void* certificate) const {
    X509_free(static_cast<X509*>(certificate));
}

Result<ExtraTrust> ExtraTrust::load(const std::string& file) {
    const std::unique_ptr<BIO, int (*)(BIO*)> in(BIO_new_file(file.c_str(), "r"), BIO_free);
    if (!in) {
        return error(ErrorCode::invalid,
                     fmt::format("the CA file {} cannot be read; check `extra_ca_file`", file));
    }
    ExtraTrust trust;
    while (X509* certificate = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
        trust.certificates_.emplace_back(certificate);
    }
    if (trust.empty()) {
        return error(ErrorCode::invalid,
                     fmt::format("the CA file {} holds no PEM certificate", file));
    }
    return trust;
}

bool ExtraTrust::add_to(void* ssl_ctx) const {
    X509_STORE* store = SSL_CTX_get_cert_store(static_cast<SSL_CTX*>(ssl_ctx));
    if (store == nullptr) return false;
    for (const auto& certificate : certificates_) {
        if (X509_STORE_add_cert(store, static_cast<X509*>(certificate.get())) != 1) return false;
    }
    return true;
}

}  // namespace journey::connectors::net
