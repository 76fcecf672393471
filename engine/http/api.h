#pragma once
// Requests to commands and back: every route, without a socket. One thread's, but for the callbacks
// that the engine makes on its own.

#include "connectors/inbound/inbound.h"
#include "engine/http/http.h"
#include "engine/http/ingest.h"
#include "engine/http/numbers.h"
#include "engine/http/problem.h"
#include "engine/http/route.h"

namespace journey::http {

Reply no_such_journey(const core::CatalogPtr& catalog, const std::string& name);
/// What became of the message that the token names.
model::Command receipt_command(const connectors::inbound::Token& token, model::Receipt receipt);

class Api {
  public:
    Api(const HttpOptions& options, runtime::Engine& engine, Logger& logger);

    /// Judged by the headers alone, before a byte of the body is read.
    struct Admission {
        const Route* route = nullptr;
        std::string parameter;
        std::size_t body_most = 0;
        std::optional<std::size_t> write_key;  // which; nothing when the body must name it
        std::string approver;                  // the name
    };
    std::variant<Admission, Reply> admit(const Request& head);
    void handle(const Admission& admission, Request request, Respond respond);

    /// From now on /readyz says no.
    void drain() { draining_ = true; }
    HttpNumbers& numbers() { return numbers_; }

  private:
    // api.cc
    std::optional<std::size_t> write_key_of(std::string_view key) const;
    std::optional<Reply> check_write_key(const Request& head, Admission& admission) const;
    std::optional<Reply> check_admin(const Request& head) const;
    // approval_routes.cc
    std::optional<Reply> check_approver(const Request& head, Admission& admission) const;
    void approvals(Respond respond);
    void approve(const Admission& admission, Respond respond);
    bool is_admin(const Request& head) const;
    Schema& schema();
    Reply ready(const Request& request) const;
    void submit(model::Command command, Reply reply, Respond respond);

    // ingest_routes.cc
    void take_events(const Admission& admission, std::optional<Call> call, Request request,
                     Respond respond);
    std::optional<Reply> over_rate(std::size_t write_key, std::size_t events);
    void consent(const Request& request, Respond respond);
    void suppress(const Request& request, Respond respond);
    void tags(const Request& request, Respond respond);

    // preference_routes.cc
    void recipient(const Admission& admission, const Request& request, Respond respond);

    // suppression_routes.cc
    void add_suppressions(const Request& request, Respond respond);
    void remove_suppression(const Request& request, Respond respond);
    void find_suppression(const Request& request, Respond respond);
    void count_suppressions(Respond respond);

    // admin_routes.cc
    Reply show_program();
    Reply show_program_bytes();
    void apply_program(Request request, Respond respond);
    void journeys(Respond respond);
    void pause_journey(const std::string& parameter, Respond respond);
    void resume_journey(const std::string& parameter, const Request& request, Respond respond);
    void stop_sending(Respond respond);
    void start_sending(const Request& request, Respond respond);
    void submit_for_all(model::CommandBody body, Record answer, Respond respond);
    void timeline(const std::string& parameter, Respond respond);
    void why(const std::string& parameter, std::string_view query, Respond respond);
    void erase_person(const std::string& parameter, Respond respond);
    void unknown_messages(Respond respond);
    void message_content(const std::string& parameter, Respond respond);
    void unmatched_receipts(Respond respond);
    void metrics(Respond respond);

    // report_routes.cc
    void report(const Admission& admission, const Request& request, Respond respond);
    void submit_all(std::vector<model::Command> commands, runtime::AckWhen when, Reply reply,
                    const Respond& respond);

    // recipient_routes.cc
    void pixel(const std::string& token, const Request& request, Respond respond);
    void click(const std::string& token, const Request& request, Respond respond);
    void note(model::Command command);

    struct Bucket {
        double tokens = 0;
        Instant filled{};
    };

    const HttpOptions& options_;
    runtime::Engine& engine_;
    Logger& logger_;
    HttpNumbers numbers_;
    SegmentReader reader_;
    SegmentBody body_;  // kept for its memory
    core::CatalogPtr catalog_;
    std::unique_ptr<Schema> schema_;
    std::vector<Bucket> buckets_;  // one a write key
    bool draining_ = false;
};

}  // namespace journey::http
