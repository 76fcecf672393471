#include "engine/app/client.h"

#include "engine/app/commands.h"

#include <fmt/format.h>
#include <fstream>
#include <future>

namespace journey::app {

Client::Client(std::string base, std::string write_key, std::string admin_token)
    : base_(std::move(base)),
      write_key_(std::move(write_key)),
      admin_token_(std::move(admin_token)) {
    while (base_.ends_with('/'))
        base_.pop_back();
    connectors::net::TransportOptions options;
    options.allow_http = true;
    options.allow_private = true;
    options.response_most = 64u << 20;
    transport_ = connectors::net::make_transport(options, Logger::silent());
}

Result<Answer> Client::get(const std::string& path) const {
    connectors::HttpRequest request;
    request.method = "GET";
    request.url = base_ + path;
    return call(std::move(request));
}

Result<Answer> Client::post(const std::string& path, std::string body,
                            const std::string& type) const {
    connectors::HttpRequest request;
    request.url = base_ + path;
    request.headers.emplace_back("Content-Type", type);
    request.body = std::move(body);
    return call(std::move(request));
}

Result<Answer> Client::call(connectors::HttpRequest request) const {
    if (request.url.find("/v1/") != std::string::npos) {
        request.basic_user = write_key_;
    } else if (!admin_token_.empty()) {
        request.headers.emplace_back("Authorization", "Bearer " + admin_token_);
    }
    std::promise<connectors::Response> promise;
    auto future = promise.get_future();
    transport_->start(
        std::move(request), std::chrono::seconds(30),
        [&promise](connectors::Response response) { promise.set_value(std::move(response)); });
    connectors::Response response = future.get();
    if (!response.answered) {
        return error(ErrorCode::retry, fmt::format("no daemon answers at {} ({}); is `journey "
                                                   "serve` running, and is the address right?",
                                                   base_, response.failure));
    }
    Answer answer{response.status, std::move(response.body), ""};
    for (const auto& [name, value] : response.headers) {
        if (name == "retry-after") answer.retry_after = value;
    }
    return answer;
}

Result<Answer> asked(const Client& client, const DaemonAddress& daemon, const std::string& path) {
    TRY(Answer answer, client.get(path));
    if (answer.status == 401 && daemon.admin_token.empty()) {
        return error(ErrorCode::refused,
                     fmt::format("there is no admin token in {}/keys: give --data DIRECTORY, "
                                 "--token TOKEN or JOURNEY_ADMIN_TOKEN",
                                 daemon.data_directory));
    }
    if (answer.status != 200 && answer.status != 404)
        return error(ErrorCode::refused, problem_of(answer));
    return answer;
}

Result<Record> record_of(const Answer& answer) {
    auto parsed = value_from_json(answer.body);
    const Record* record = parsed ? parsed.value().as<Record>() : nullptr;
    if (record == nullptr) {
        return error(ErrorCode::invalid,
                     "what answers there is no journey daemon, or one of another version: its "
                     "answer is no JSON object");
    }
    return *record;
}

std::string problem_of(const Answer& answer) {
    auto parsed = value_from_json(answer.body);
    if (parsed) {
        if (const Record* record = parsed.value().as<Record>()) {
            if (const Value* detail = find(*record, "detail");
                detail != nullptr && detail->as<std::string>() != nullptr)
                return *detail->as<std::string>();
        }
    }
    return fmt::format("the daemon answered {}", answer.status);
}

std::string first_line(const std::string& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

std::uint64_t number_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    if (value == nullptr) return 0;
    const std::int64_t* number = value->as<std::int64_t>();
    return number == nullptr ? 0 : static_cast<std::uint64_t>(*number);
}

std::string text_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    return value == nullptr || value->as<std::string>() == nullptr ? "" : *value->as<std::string>();
}

std::string url_part(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (plain)
            out.push_back(c);
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace journey::app
