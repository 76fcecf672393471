// Deliveries: a grant becomes requests, what came back becomes an Outcome.
#include "engine/runtime/node_impl.h"

namespace journey::runtime {

namespace {

using model::ObservationKind;

/// Only what happened between us and the provider; its plain "no" to a message is the message's
/// fault.
Sign sign_of(const model::Observation& observation, const connectors::Response& response) {
    switch (observation.kind) {
        case ObservationKind::unknown:
            return Sign::troubled;
        case ObservationKind::retry:
            return !response.answered || response.status >= 500 ? Sign::troubled : Sign::no_opinion;
        case ObservationKind::accepted:
        case ObservationKind::rejected:
            return Sign::fine;
        case ObservationKind::pause:
        case ObservationKind::not_started:
        case ObservationKind::lost:
        case ObservationKind::pretended:
        case ObservationKind::withheld:
            return Sign::no_opinion;
    }
    return Sign::no_opinion;
}

/// What core cannot read is a failure; kept, it would fail for everybody who asks meanwhile.
bool can_be_shown(const model::Observation& observation) {
    return observation.kind == ObservationKind::accepted &&
           observation.answer.size() < core::kAnswerMost &&
           value_from_json(observation.answer).has_value();
}

}  // namespace

/// Devices that may not be reached are left out rather than the whole message.
void Node::Impl::leave_out_devices(core::StartAttempt& granted) const {
    if (!options.only_to || granted.more_addresses.empty()) return;
    std::vector<std::string> all = std::move(granted.more_addresses);
    all.insert(all.begin(), granted.address);
    std::erase_if(
        all, [&](const std::string& device) { return !options.only_to->allows_device(device); });
    granted.more_addresses.clear();
    if (all.empty()) return;
    granted.address = all.front();
    granted.more_addresses.assign(all.begin() + 1, all.end());
}

Result<OutgoingAttempt> Node::Impl::compose(const core::StartAttempt& granted, Instant now) {
    OutgoingAttempt attempt;
    TRY(attempt.message, composer.compose(granted, now));
    const Route& route = *dispatcher.route_of(granted.channel);
    attempt.connector = route.connector;
    attempt.key = granted.key;
    attempt.person = granted.person;
    attempt.attempt = granted.attempt;
    attempt.channel = granted.channel;
    attempt.begun = now;
    attempt.deadline = attempt.connector->traits().deadline;
    if (granted.webhook != ir::kNone) {
        attempt.is_call = true;
        attempt.deadline =
            std::chrono::seconds(granted.program->webhooks[granted.webhook].timeout_seconds);
    }
    if (granted.fetch != ir::kNone) {
        const ir::Fetch& fetch = granted.program->fetches[granted.fetch];
        attempt.fetch = fetch.name;
        attempt.fetched_from = attempt.message.url;
        attempt.cache_for = std::chrono::seconds(fetch.cache_seconds);
        attempt.deadline = std::chrono::seconds(fetch.timeout_seconds);
    }
    if (route.hears_texts) {
        auto number = model::canonical_address("sms", attempt.message.to);
        if (number) attempt.number = std::move(number).value();
    }
    return attempt;
}

Result<std::vector<OutgoingAttempt>> Node::Impl::requests_of(OutgoingAttempt attempt) {
    const connectors::Connector& connector = *attempt.connector;
    std::vector<OutgoingAttempt> out;
    std::optional<Error> refused;
    const auto add = [&](OutgoingAttempt one) {
        auto request = connector.request(one.message);
        if (!request) {
            refused = std::move(request).error();
            return;
        }
        one.request = std::move(request).value();
        if (connector.traits().channel == "push") {
            one.devices = one.message.also_to;
            one.devices.insert(one.devices.begin(), one.message.to);
        }
        out.push_back(std::move(one));
    };
    if (attempt.message.also_to.empty() || connector.traits().takes_many) {
        add(std::move(attempt));
    } else {
        for (connectors::Message& message : one_a_device(attempt.message, connector.traits())) {
            OutgoingAttempt one = attempt;
            one.message = std::move(message);
            add(std::move(one));
        }
    }
    if (out.empty()) return *refused;
    for (OutgoingAttempt& one : out)
        one.parts = out.size();
    return out;
}

std::optional<model::Observation> Node::Impl::kept_back(const OutgoingAttempt& attempt) const {
    model::Observation seen;
    if (options.dry_run) {
        seen.kind = ObservationKind::pretended;
        if (attempt.is_call) seen.reason = "a dry run calls nobody";
        return seen;
    }
    const std::string& kind = attempt.connector->traits().channel;
    if (!options.only_to || options.only_to->allows(kind, attempt.message, attempt.request))
        return std::nullopt;
    seen.kind = ObservationKind::withheld;
    if (attempt.is_call || !attempt.fetch.empty())
        seen.reason = "its host is not on this installation's allow-list";
    return seen;
}

/// Its requests, rendered and allowed to leave; none: its Outcome is known already.
Result<std::vector<OutgoingAttempt>> Node::Impl::prepare(core::StartAttempt& granted, Instant now) {
    leave_out_devices(granted);
    TRY(OutgoingAttempt attempt, compose(granted, now));
    Bytes body;
    if (options.hash_bodies && attempt.fetch.empty()) {
        body = canonical_bytes(attempt.message);
        attempt.body_hash = sha256(body);
    }
    const Sha256 hash = attempt.body_hash;
    TRY(std::vector<OutgoingAttempt> all, requests_of(std::move(attempt)));
    if (!body.empty() && options.keep_rendered && !all.front().is_call)
        rendered.push_back({granted.key, std::move(body), to_hex(view_of(hash)), granted.person});
    if (auto seen = kept_back(all.front())) {
        count(granted.channel, seen->kind);
        emit(granted.person, now,
             model::Outcome{granted.key, granted.attempt, std::move(*seen), hash});
        all.clear();
    }
    return all;
}

std::vector<OutgoingAttempt> Node::Impl::take_attempts(Instant now) {
    now_ = now;
    std::vector<OutgoingAttempt> out;
    while (std::optional<core::StartAttempt> granted = dispatcher.start(now)) {
        Result<std::vector<OutgoingAttempt>> all = prepare(*granted, now);
        if (!all) settle(*granted, ObservationKind::rejected, all.error().detail);
        if (!all || all.value().empty()) {
            // Nothing was said about the connector, so nothing is released.
            static_cast<void>(
                dispatcher.ended(granted->channel, Sign::no_opinion, std::nullopt, now));
            continue;
        }
        if (serve_from_cache(all.value().front(), now)) continue;
        for (OutgoingAttempt& one : all.value()) {
            ++numbers.attempts_started;
            ++handed_out;
            out.push_back(std::move(one));
        }
    }
    return out;
}

bool Node::Impl::serve_from_cache(const OutgoingAttempt& attempt, Instant now) {
    if (attempt.fetch.empty()) return false;
    const std::string* known = fetched.find(attempt.fetch, attempt.fetched_from, now);
    if (known == nullptr) return false;
    model::Observation seen;
    seen.kind = ObservationKind::accepted;
    seen.answer = *known;
    emit(attempt.person, now,
         model::Fetched{attempt.key, attempt.attempt, attempt.fetch, std::move(seen), Micros{0},
                        true});
    static_cast<void>(dispatcher.ended(attempt.channel, Sign::no_opinion, std::nullopt, now));
    return true;
}

/// Only where something will come back by that name.
void Node::Impl::name_message(const OutgoingAttempt& attempt, const model::Observation& observation,
                              Instant now) {
    const Route* route = dispatcher.route_of(attempt.channel);
    if (route == nullptr || !(route->named_by_provider || !attempt.number.empty())) return;
    if (observation.kind != ObservationKind::accepted &&
        observation.kind != ObservationKind::unknown)
        return;
    const auto name = [&](std::string place) {
        model::Command command;
        command.person = model::person_id_of(place);
        command.partition = model::partition_of(command.person, options.partitions);
        command.external_id = std::move(place);
        command.at = now;
        command.event_time = now;
        command.body = model::MessageNamed{attempt.person, attempt.key, attempt.begun};
        commands_out.push_back(std::move(command));
    };
    if (route->named_by_provider && !observation.provider_id.empty())
        name(model::name_of_place("id", attempt.channel, observation.provider_id));
    if (!attempt.number.empty()) name(model::name_of_place("text", "sms", attempt.number));
}

void Node::Impl::observe(const OutgoingAttempt& attempt, const connectors::Response& response,
                         Instant now) {
    now_ = now;
    model::Observation observation = attempt.connector->observe(response);
    name_devices(attempt, observation);
    // Who waits for a fetch is told soon, also while it is down: no breaker holds others back.
    const Sign sign = attempt.fetch.empty() ? sign_of(observation, response) : Sign::no_opinion;
    ended(attempt, std::move(observation), sign, now);
}

void Node::Impl::ended(const OutgoingAttempt& attempt, model::Observation seen, Sign sign,
                       Instant now) {
    count(attempt.channel, seen.kind);
    --handed_out;
    auto whole = devices.ended(attempt, std::move(seen));
    if (!whole) return;
    model::Observation& observation = *whole;
    const bool begun = observation.kind != ObservationKind::not_started;
    const bool is_fetch = !attempt.fetch.empty();
    const auto wait = !is_fetch && observation.kind == ObservationKind::pause
                          ? std::optional(observation.retry_after)
                          : std::nullopt;
    if (is_fetch) {
        if (attempt.cache_for > Micros{0} && can_be_shown(observation))
            fetched.put(attempt.fetch, attempt.fetched_from, observation.answer,
                        now + attempt.cache_for);
        emit(attempt.person, now,
             model::Fetched{attempt.key, attempt.attempt, attempt.fetch, std::move(observation),
                            now - attempt.begun, false});
    } else if (attempt.is_call) {
        emit(attempt.person, now,
             model::Answered{attempt.key, attempt.attempt, std::move(observation)});
    } else {
        name_message(attempt, observation, now);
        if (!observation.gone.empty()) {
            model::AddressesGone gone{attempt.key, {}};
            for (const std::string& address : observation.gone)
                gone.addresses.push_back(hash64(address));
            emit(attempt.person, now, std::move(gone));
        }
        emit(attempt.person, now,
             model::Outcome{attempt.key, attempt.attempt, std::move(observation),
                            begun ? attempt.body_hash : Sha256{}});
    }
    for (const core::StartAttempt& waiting : dispatcher.ended(attempt.channel, sign, wait, now)) {
        settle(waiting, ObservationKind::not_started, "the connector stopped taking messages");
    }
}

}  // namespace journey::runtime
