#include "engine/sim/provider.h"

#include "engine/sim/connector.h"

namespace journey::sim {

namespace {

connectors::Response answer(std::uint32_t status) {
    connectors::Response response;
    response.answered = true;
    response.bytes_left = true;
    response.status = status;
    return response;
}

connectors::Response no_answer(bool bytes_left, const char* failure) {
    connectors::Response response;
    response.bytes_left = bytes_left;
    response.failure = failure;
    return response;
}

}  // namespace

const Call& Providers::call(const runtime::OutgoingAttempt& attempt, Instant at,
                            std::uint64_t sequence) {
    Call call;
    call.sequence = sequence;
    call.at = at;
    call.key = attempt.key;
    call.person = attempt.person;
    call.external_id = attempt.message.external_id;
    call.address = attempt.message.to;
    call.channel = attempt.channel;
    call.message_template = attempt.message.message_template;
    call.journey = attempt.message.journey;
    call.text = attempt.message.text;
    call.fetch = attempt.fetch;
    // Steps are called like their messages.
    if (!call.fetch.empty()) call.message_template = attempt.message.step;
    call.body_hash = attempt.body_hash;
    call.attempt = attempt.attempt;
    call.takes = std::chrono::milliseconds(
        1 +
        static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(weather_.slow_most_ms))));
    if (rng_.chance(weather_.busy)) {
        call.response = answer(429);
        if (rng_.chance(0.5)) call.response.headers.emplace_back("retry-after", "7");
    } else if (rng_.chance(weather_.broken)) {
        call.taken = rng_.chance(0.5);
        call.ambiguous = true;
        call.response = answer(rng_.chance(0.5) ? 500 : 503);
    } else if (rng_.chance(weather_.hangs_up)) {
        call.taken = true;
        call.ambiguous = true;
        call.takes = std::chrono::seconds(30);
        call.response = no_answer(true, "the connection ended without an answer");
    } else if (rng_.chance(weather_.unreachable)) {
        call.response = no_answer(false, "no connection");
    } else if (rng_.chance(weather_.refuses)) {
        call.response = answer(400);
    } else if (rng_.chance(weather_.credentials)) {
        call.response = answer(401);
    } else {
        call.taken = true;
        call.response = answer(202);
        call.name = "P" + std::to_string(sequence);
        call.response.headers.emplace_back(kNameHeader, call.name);
        // What a webhook answers is not always what it promised.
        if (attempt.is_call)
            call.response.body = rng_.chance(0.8) ? R"({"code":"TEN"})" : R"({"code":null})";
    }
    if (!call.fetch.empty()) answer_fetch(call, attempt.deadline);
    ledger_.push_back(std::move(call));
    return ledger_.back();
}

/// It asks, and changes nothing anywhere. No two answers are the same.
void Providers::answer_fetch(Call& call, Micros deadline) {
    const bool good = call.taken && call.response.status == 202;
    call.taken = call.ambiguous = false;
    if (call.takes > deadline) {
        call.takes = deadline;
        call.response = no_answer(true, "no answer in time");
        return;
    }
    if (!good) return;
    const std::string said = std::to_string(call.sequence);
    const std::uint64_t what = rng_.below(20);
    if (what == 0) {
        call.response.body = "<html>" + said;
    } else if (what == 1) {
        call.response.body = R"({"temperature":)" + said;
    } else if (what == 2) {
        call.response.body = said + std::string(64u << 10, ' ');
    } else {
        call.response.body = R"({"temperature":)" + said + "}";
        call.said = said;
    }
}

}  // namespace journey::sim
