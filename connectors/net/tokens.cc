//   a request wants a token and there is      what happens
//   one that is good                          it is sent with it
//   one that is soon over                     the same, and a new one is fetched meanwhile
//   none                                      it waits for the fetch, which is shared
//   none, and a fetch failed just now         it fails like that one
// The answer says that the token does not count: the request is sent once more, with a newer token
// than the one it had. A token that was got a moment ago is not replaced: its refusal is the answer.
//
// One thread keeps the tokens; requests without one pass by it.

#include "connectors/net/net.h"

#include <atomic>
#include <fmt/format.h>
#include <pthread.h>
#include <thread>

namespace journey::connectors::net {
namespace {

using std::chrono::steady_clock;

constexpr Micros kFetchDeadline = std::chrono::seconds(15);
constexpr Micros kRenewBefore = std::chrono::minutes(5);
constexpr Micros kAfterFailure = std::chrono::seconds(5);
constexpr Micros kTrustedFor = std::chrono::minutes(1);
constexpr Micros kLongWait = std::chrono::hours(1);

/// A request on its way; kept, so that it can be sent once more.
struct Waiting {
    HttpRequest request;  // without its token
    TokenUse use;
    steady_clock::time_point until;
    Transport::Done done;
    std::string sent_with;  // the token it last went out with
    bool again = false;     // it was refused once
    Response refusal;
};
using WaitingPtr = std::shared_ptr<Waiting>;

struct Fetched {
    std::shared_ptr<const TokenSource> source;
    Response response;
};
using Arrival = std::variant<WaitingPtr, Fetched>;

struct Kept {
    Token token;  // text "" = none
    Instant got{};
    Instant renew{};
    Instant end{};
    bool fetching = false;
    std::optional<Error> failure;
    Instant failed{};
    std::vector<WaitingPtr> waiting;
};

Response failed(const Error& why) {
    Response response;
    response.failure = why.detail;
    response.credentials_problem = why.code != ErrorCode::retry;
    return response;
}

Response stopping() {
    Response response;
    response.failure = "the daemon is stopping";
    return response;
}

void put_into(HttpRequest& request, const TokenUse& use, const std::string& token) {
    if (use.query.empty()) {
        request.headers.emplace_back(use.header, use.prefix + token);
        return;
    }
    request.url += request.url.find('?') == std::string::npos ? '?' : '&';
    request.url += percent_encode(use.query);
    request.url += '=';
    request.url += percent_encode(token);
}

class TokenTransport final : public Transport {
  public:
    TokenTransport(std::unique_ptr<Transport> inner, const Clock& clock, Logger& log)
        : clock_(clock), log_(log), inner_(std::move(inner)), thread_([this] { run(); }) {}

    ~TokenTransport() override {
        arrived_->close();
        thread_.join();
        for (Arrival& arrival : arrived_->take_now()) {
            if (auto* waiting = std::get_if<WaitingPtr>(&arrival)) answer(**waiting, stopping());
        }
        for (auto& [source, kept] : kept_) {
            for (const WaitingPtr& waiting : kept.waiting)
                answer(*waiting, stopping());
        }
        inner_.reset();  // its last answers need what follows
    }

    void start(Request request, Micros deadline, Done done) override {
        auto* http = std::get_if<HttpRequest>(&request);
        if (http == nullptr || !http->token) {
            inner_->start(std::move(request), deadline, std::move(done));
            return;
        }
        auto waiting = std::make_shared<Waiting>();
        waiting->use = std::move(*http->token);
        http->token.reset();
        waiting->request = std::move(*http);
        waiting->until = steady_clock::now() + deadline;
        waiting->done = std::move(done);
        ++*held_;
        ENSURE(arrived_->put(std::move(waiting)), "the transport is used after its end");
    }

    std::size_t under_way() const override { return inner_->under_way() + *held_; }

  private:
    void run() {
        pthread_setname_np(pthread_self(), "tokens");
        while (!arrived_->closed()) {
            for (Arrival& arrival : arrived_->take_all(kLongWait)) {
                if (auto* waiting = std::get_if<WaitingPtr>(&arrival)) {
                    take(std::move(*waiting));
                } else {
                    settle(std::get<Fetched>(arrival));
                }
            }
        }
    }

    void take(WaitingPtr waiting) {
        const std::shared_ptr<const TokenSource> source = waiting->use.source;
        ENSURE(source, "a token comes from somewhere");
        Kept& kept = kept_[source];
        const Instant now = clock_.now();
        if (waiting->again && waiting->sent_with == kept.token.text) {
            if (now - kept.got < kTrustedFor) {
                answer(*waiting, std::move(waiting->refusal));
                return;
            }
            kept.token = {};
        }
        const bool good = !kept.token.text.empty() && now < kept.end;
        const bool failed_now = kept.failure && now - kept.failed < kAfterFailure;
        if (good) {
            send(std::move(waiting), kept.token.text);
        } else if (failed_now) {
            answer(*waiting, failed(*kept.failure));
            return;
        } else {
            kept.waiting.push_back(std::move(waiting));
        }
        if ((!good || now >= kept.renew) && !kept.fetching && !failed_now) fetch(source, kept, now);
    }

    void fetch(const std::shared_ptr<const TokenSource>& source, Kept& kept, Instant now) {
        auto asked = source->ask(now);
        if (!asked) {
            refuse(*source, kept, asked.error());
            return;
        }
        if (auto* made = std::get_if<Token>(&asked.value())) {
            accept(*source, kept, std::move(*made));
            return;
        }
        kept.fetching = true;
        inner_->start(std::get<HttpRequest>(std::move(asked).value()), kFetchDeadline,
                      [source, to = arrived_](Response response) {
                          // Nobody waits for it any more when the mailbox is closed.
                          static_cast<void>(to->put(Fetched{source, std::move(response)}));
                      });
    }

    void settle(const Fetched& fetched) {
        Kept& kept = kept_[fetched.source];
        kept.fetching = false;
        auto token = fetched.source->read(fetched.response);
        if (token) {
            accept(*fetched.source, kept, std::move(token).value());
        } else {
            refuse(*fetched.source, kept, token.error());
        }
    }

    void accept(const TokenSource& source, Kept& kept, Token token) {
        log_.info("token.got", {{"source", std::string(source.name())}});
        const Instant now = clock_.now();
        kept.got = now;
        kept.end = now + token.good_for;
        kept.renew = kept.end - std::min(kRenewBefore, token.good_for / 4);
        kept.token = std::move(token);
        kept.failure.reset();
        for (WaitingPtr& waiting : std::exchange(kept.waiting, {}))
            send(std::move(waiting), kept.token.text);
    }

    void refuse(const TokenSource& source, Kept& kept, const Error& why) {
        log_.warn("token.failed", {{"source", std::string(source.name())}, {"reason", why.detail}});
        kept.failure = why;
        kept.failed = clock_.now();
        for (const WaitingPtr& waiting : std::exchange(kept.waiting, {}))
            answer(*waiting, failed(why));
    }

    void send(WaitingPtr waiting, const std::string& token) {
        const auto left = std::chrono::duration_cast<Micros>(waiting->until - steady_clock::now());
        if (left <= Micros{0}) {
            answer(*waiting, failed({ErrorCode::retry,
                                     "the deadline passed before there was an access token"}));
            return;
        }
        HttpRequest request = waiting->request;
        put_into(request, waiting->use, token);
        waiting->sent_with = token;
        --*held_;
        inner_->start(
            std::move(request), left,
            [waiting = std::move(waiting), to = arrived_, held = held_](Response response) {
                if (waiting->again || !waiting->use.source->refuses(response)) {
                    waiting->done(std::move(response));
                    return;
                }
                waiting->again = true;
                waiting->refusal = std::move(response);
                ++*held;
                if (to->put(waiting)) return;
                --*held;
                waiting->done(std::move(waiting->refusal));
            });
    }

    void answer(const Waiting& waiting, Response response) {
        --*held_;
        waiting.done(std::move(response));
    }

    const Clock& clock_;
    Logger& log_;
    /// Shared with callbacks, which may come while this ends.
    std::shared_ptr<Mailbox<Arrival>> arrived_ = std::make_shared<Mailbox<Arrival>>();
    /// Requests that wait here for a token.
    std::shared_ptr<std::atomic<std::size_t>> held_ = std::make_shared<std::atomic<std::size_t>>(0);
    std::unique_ptr<Transport> inner_;
    // Only on the thread:
    std::map<std::shared_ptr<const TokenSource>, Kept> kept_;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Transport> with_tokens(std::unique_ptr<Transport> inner, const Clock& clock,
                                       Logger& log) {
    return std::make_unique<TokenTransport>(std::move(inner), clock, log);
}

}  // namespace journey::connectors::net
