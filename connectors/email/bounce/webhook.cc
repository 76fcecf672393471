#include "connectors/email/bounce/bounce.h"

namespace journey::connectors::bounce {
namespace {

class Reader final : public InboundReader {
  public:
    explicit Reader(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {}
    std::string_view provider() const override { return "mail"; }

    Result<InboundAnswer> read(const InboundCall& call) const override {
        bool genuine = false;
        for (const std::string& secret : secrets_) {
            if (secret.empty()) continue;
            if (equal_constant_time("Bearer " + secret, call.header("authorization"))) {
                genuine = true;
            }
        }
        if (!genuine) {
            return error(ErrorCode::refused,
                         "a mail that came back is posted with `Authorization: Bearer` and the "
                         "secret of `bounces`");
        }
        TRY(auto report, read_notice(call.body, call.now));
        InboundAnswer answer;
        answer.reports.push_back(std::move(report));
        return answer;
    }

  private:
    std::vector<std::string> secrets_;
};

}  // namespace

std::shared_ptr<const InboundReader> make_bounce_reader(std::vector<std::string> secrets) {
    return std::make_shared<const Reader>(std::move(secrets));
}

}  // namespace journey::connectors::bounce
