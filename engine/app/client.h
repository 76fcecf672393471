#pragma once
// How the tool talks to a running daemon.

#include "connectors/net/net.h"

namespace journey::app {

struct Answer {
    std::uint32_t status = 0;
    std::string body;
    std::string retry_after;
};

struct DaemonAddress;

class Client {
  public:
    /// `base` like "http://127.0.0.1:8080". Exactly one of the two keys is used by each call.
    Client(std::string base, std::string write_key, std::string admin_token);
    /// `retry` when nobody answers, with the address in the sentence.
    Result<Answer> get(const std::string& path) const;
    Result<Answer> post(const std::string& path, std::string body,
                        const std::string& type = "application/json") const;
    const std::string& base() const { return base_; }

  private:
    Result<Answer> call(connectors::HttpRequest request) const;
    std::string base_;
    std::string write_key_;
    std::string admin_token_;
    std::unique_ptr<connectors::net::Transport> transport_;
};

/// What a problem+json body says, as one sentence; or the status.
std::string problem_of(const Answer& answer);

/// What the daemon says; 404 too. `refused` in its own words when it does not want to, and with
/// where keys are found when there is none.
Result<Answer> asked(const Client& client, const DaemonAddress& daemon, const std::string& path);
/// The object that is in it.
Result<Record> record_of(const Answer& answer);

/// Of a daemon's answer: 0 and "" where there is no such number or text.
std::uint64_t number_in(const Record& record, std::string_view name);
std::string text_in(const Record& record, std::string_view name);

/// "" when the file cannot be read; keys stand alone on their line.
std::string first_line(const std::string& path);

/// The words of `text` as a part of a URL's path.
std::string url_part(std::string_view text);

}  // namespace journey::app
