#include "engine/sim/connector.h"
#include "engine/sim/sim.h"

namespace journey::sim {

namespace {

constexpr std::uint32_t kParallel = 1000;

runtime::NodeOptions node_options(const WorldOptions& options) {
    runtime::NodeOptions node;
    node.partitions = options.partitions;
    node.links = options.links;
    node.rate_shares = options.rate_shares;
    node.record_happenings = options.record_happenings;
    node.happenings = options.happenings;
    node.keep_rendered = false;
    node.hash_bodies = false;
    node.calls[""] = PlainConnector::for_calls(kParallel);
    node.fetches[""] = PlainConnector::for_fetches(kParallel);
    node.forced_winners = options.winners;
    for (const std::string& channel : options.channels) {
        node.routes.push_back(
            {channel,
             std::make_shared<PlainConnector>(channel, model::IdempotencyClass::keyed, kParallel),
             0});
    }
    return node;
}

connectors::Response accepted(const SentMessage&) {
    connectors::Response response;
    response.answered = true;
    response.status = 202;
    response.bytes_left = true;
    return response;
}

}  // namespace

class VirtualWorld::Impl {
  public:
    explicit Impl(const WorldOptions& given)
        : options(given), node(node_options(given)), now(given.start) {}

    void submit(model::Command command) {
        command.at = now;
        if (command.event_time == Instant{}) command.event_time = now;
        if (command.person.number == 0) command.person = model::person_id_of(command.external_id);
        command.partition = model::partition_of(command.person, options.partitions);
        apply({&command, 1});
        settle();
    }

    void to_every_partition(model::CommandBody body) {
        model::Command command;
        command.partition = model::kEveryPartition;
        command.at = now;
        command.event_time = now;
        command.body = std::move(body);
        apply({&command, 1});
        settle();
    }

    void advance_to(Instant at) {
        while (node.next_turn() <= at) {
            now = std::max(now, node.next_turn());
            settle();
        }
        now = std::max(now, at);
    }

    Result<void> recover(storage::StateStore& state, storage::Log& log) {
        TRY(node.recover(state, log, now));
        now = std::max(now, node.newest());
        std::vector<model::Command> commands = node.take_commands();
        if (!commands.empty()) apply(commands);
        settle();
        return success();
    }

    const WorldOptions options;
    runtime::Node node;
    Instant now;
    Provider provider = accepted;
    std::vector<SentMessage> sent;

  private:
    void apply(std::span<const model::Command> commands) {
        node.apply(commands, node.applied() + 1);
    }

    /// Until nothing more happens at this instant.
    void settle() {
        for (;;) {
            node.turn(now);
            std::vector<runtime::OutgoingAttempt> attempts = node.take_attempts(now);
            for (runtime::OutgoingAttempt& attempt : attempts) {
                SentMessage message{now, std::move(attempt.message), attempt.attempt};
                node.observe(attempt, provider(message), now);
                if (options.record_sent) sent.push_back(std::move(message));
            }
            std::vector<model::Command> commands = node.take_commands();
            if (!commands.empty()) apply(commands);
            if (commands.empty() && attempts.empty()) return;
        }
    }
};

VirtualWorld::VirtualWorld(WorldOptions options) : impl_(std::make_unique<Impl>(options)) {}
VirtualWorld::~VirtualWorld() = default;

Result<std::unique_ptr<VirtualWorld>> VirtualWorld::recovered(WorldOptions options,
                                                              storage::StateStore& state,
                                                              storage::Log& log) {
    auto world = std::make_unique<VirtualWorld>(std::move(options));
    TRY(world->impl_->recover(state, log));
    return world;
}

Result<void> VirtualWorld::publish(const Bytes& program) {
    TRY(ir::decode(program));
    impl_->to_every_partition(model::Publish{program});
    return success();
}

void VirtualWorld::submit(model::Command command) {
    if (model::is_for_every_partition(command.body))
        return impl_->to_every_partition(std::move(command.body));
    impl_->submit(std::move(command));
}

void VirtualWorld::advance_to(Instant at) {
    impl_->advance_to(at);
}
Instant VirtualWorld::now() const {
    return impl_->now;
}
Instant VirtualWorld::next_due() const {
    return impl_->node.next_turn();
}
void VirtualWorld::set_provider(Provider provider) {
    impl_->provider = provider ? std::move(provider) : accepted;
}
std::vector<core::Happening> VirtualWorld::take_happenings() {
    return impl_->node.take_happenings();
}
std::vector<SentMessage> VirtualWorld::take_sent() {
    return std::exchange(impl_->sent, {});
}
const runtime::Node& VirtualWorld::node() const {
    return impl_->node;
}

}  // namespace journey::sim
