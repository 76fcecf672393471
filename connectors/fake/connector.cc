#include "connectors/fake/provider.h"

#include <fmt/format.h>

namespace journey::connectors::fake {
namespace {

class FakeConnector final : public Connector {
  public:
    explicit FakeConnector(const FakeConfig& config) : config_(config) {
        traits_.name = "fake";
        traits_.channel = config.channel;
        traits_.idempotency = config.idempotency;
        if (config.idempotency == model::IdempotencyClass::keyed) {
            traits_.key_window = std::chrono::hours(24);
        }
        traits_.checked_on = "2026-11-21";
        traits_.parallel = config.parallel;
    }
    const Traits& traits() const override { return traits_; }

    Result<Request> request(const Message& message) const override {
        Record body;
        put(body, "key", model::format_key(message.key));
        put(body, "class",
            config_.idempotency == model::IdempotencyClass::keyed ? "keyed" : "other");
        put(body, "to", message.to);
        put(body, "from", message.from.empty() ? message.sender : message.from);
        put(body, "subject", message.subject.empty() ? message.title : message.subject);
        put(body, "text",
            !message.text.empty()   ? message.text
            : !message.html.empty() ? message.html
                                    : message.payload);
        HttpRequest request;
        request.url = fmt::format("{}/fake/{}", config_.base_url, config_.channel);
        request.headers = {{"Content-Type", "application/json"}};
        request.body = to_json(body);
        return Request(std::move(request));
    }

    model::Observation observe(const Response& response) const override {
        model::Observation seen = observe_http(response, config_.idempotency);
        if (seen.kind != model::ObservationKind::accepted || response.status == 409) return seen;
        const auto parsed = value_from_json(response.body);
        const Record* answer = parsed ? parsed.value().as<Record>() : nullptr;
        const Value* id = answer == nullptr ? nullptr : find(*answer, "id");
        if (id == nullptr || id->as<std::string>() == nullptr) {
            return observe_malformed(response, config_.idempotency);
        }
        seen.provider_id = *id->as<std::string>();
        return seen;
    }

  private:
    FakeConfig config_;
    Traits traits_;
};

Response broken(std::string failure, bool bytes_left) {
    Response response;
    response.bytes_left = bytes_left;
    response.failure = std::move(failure);
    return response;
}

Response smtp_response(std::uint32_t code, std::string reply) {
    Response response;
    response.answered = true;
    response.status = code;
    response.body = std::move(reply);
    response.bytes_left = true;
    return response;
}

Response over_smtp(Behaviour behaviour) {
    switch (behaviour) {
        case Behaviour::too_many:
        case Behaviour::server_error:
            return smtp_response(451, "451 4.3.0 try again later");
        case Behaviour::reject:
            return smtp_response(550, "550 5.1.1 no such user");
        case Behaviour::unauthorized: {
            Response response = broken("the mail server refused us (535)", false);
            response.credentials_problem = true;
            return response;
        }
        case Behaviour::accept_then_close:
        case Behaviour::hang:
            return broken("the connection ended after the message", true);
        case Behaviour::close_before:
            return broken("the connection ended before the message", false);
        case Behaviour::ok:
        case Behaviour::slow:
        case Behaviour::trickle:
        case Behaviour::huge:
        case Behaviour::garbage:
            break;
    }
    return smtp_response(250, "250 2.0.0 Ok: queued as FAKE");
}

Response response_of(HttpAnswer answer) {
    Response response;
    response.answered = true;
    response.status = static_cast<std::uint32_t>(answer.status);
    response.body = std::move(answer.body);
    response.bytes_left = true;
    if (answer.retry_after_s > 0)
        response.headers.emplace_back("retry-after", std::to_string(answer.retry_after_s));
    return response;
}

Response over_http(const Understood& call, Behaviour behaviour) {
    if (behaviour == Behaviour::accept_then_close || behaviour == Behaviour::close_before) {
        return broken("Empty reply from server (curl 52)", true);
    }
    if (behaviour == Behaviour::hang) return broken("the deadline passed (curl 28)", true);
    Response response = response_of(answer_of(call, behaviour));
    if (behaviour == Behaviour::huge) response.body = std::string(64 * 1024, 'x');
    return response;
}

Headers lower_headers(const HttpRequest& request) {
    Headers out;
    for (const auto& [name, value] : request.headers) {
        std::string low = name;
        for (char& c : low)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        out.emplace_back(std::move(low), value);
    }
    return out;
}

std::string_view path_of(std::string_view url) {
    const std::size_t host = url.find("://");
    const std::size_t slash = url.find('/', host == std::string_view::npos ? 0 : host + 3);
    return slash == std::string_view::npos ? "/" : url.substr(slash);
}

}  // namespace

struct FakeProvider::State {
    Mind mind;
    Google google;
};

FakeProvider::FakeProvider(const Script& script) : state_(new State{Mind(script), {}}) {}
FakeProvider::~FakeProvider() = default;

void FakeProvider::expect(std::vector<Behaviour> behaviours) {
    state_->mind.expect(std::move(behaviours));
}

SinkCounts FakeProvider::counts(std::string_view channel) const {
    return state_->mind.counts(channel);
}

Response FakeProvider::answer(const Request& request, Instant now) {
    const auto* http = std::get_if<HttpRequest>(&request);
    if (http != nullptr && Google::is_asked(path_of(http->url), http->body))
        return response_of(state_->google.exchange(http->body, now));
    const Behaviour behaviour = state_->mind.next();
    const auto* smtp = std::get_if<SmtpRequest>(&request);
    Understood call = http != nullptr
                          ? understand_http(path_of(http->url), lower_headers(*http), http->body)
                          : understand_mail(smtp->mail_from, smtp->rcpt_to, smtp->message);
    call.message.at = now;
    if (http != nullptr) state_->google.look_at(call, lower_headers(*http));
    state_->mind.judge(call, behaviour);
    Response response = http != nullptr ? over_http(call, behaviour) : over_smtp(behaviour);
    messages_.push_back(std::move(call.message));
    return response;
}

void FakeTransport::start(Request request, Micros, Done done) {
    waiting_.push_back({std::move(request), std::move(done)});
}

std::size_t FakeTransport::pump() {
    std::vector<Waiting> now = std::exchange(waiting_, {});
    for (Waiting& one : now)
        one.done(provider_.answer(one.request, clock_.now()));
    return now.size();
}

std::unique_ptr<Connector> make_fake_connector(const FakeConfig& config) {
    return std::make_unique<FakeConnector>(config);
}

}  // namespace journey::connectors::fake
