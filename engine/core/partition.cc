#include "engine/core/machine.h"

namespace journey::core {

class Partition::Impl {
  public:
    Impl(model::PartitionId id, const PartitionOptions& options, CatalogPtr catalog)
        : machine(id, options, std::move(catalog)) {}
    Machine machine;
};

void Effects::clear() {
    ready.clear();
    attempts.clear();
    cancels.clear();
    appends.clear();
    happenings.clear();
}

Partition::Partition(model::PartitionId id, const PartitionOptions& options, CatalogPtr catalog)
    : impl_(std::make_unique<Impl>(id, options, std::move(catalog))) {}
Partition::Partition(Partition&&) noexcept = default;
Partition& Partition::operator=(Partition&&) noexcept = default;
Partition::~Partition() = default;

void Partition::apply(const model::Command& command, model::LogPosition position,
                      Effects& effects) {
    impl_->machine.apply(command, position, effects);
}
void Partition::use_catalog(CatalogPtr catalog, model::LogPosition position, Effects& effects,
                            Instant at) {
    impl_->machine.use_catalog(std::move(catalog), position, effects, at);
}
Instant Partition::next_due() const {
    return impl_->machine.next_due();
}
model::LogPosition Partition::applied() const {
    return impl_->machine.applied();
}
void Partition::set_applied(model::LogPosition position) {
    impl_->machine.set_applied(position);
}
model::PartitionCheckpoint Partition::take_checkpoint() {
    return impl_->machine.take_checkpoint();
}
Result<void> Partition::restore(const model::PartitionCheckpoint& stored) {
    return impl_->machine.restore(stored);
}
Partition::Unfinished Partition::unfinished() const {
    return impl_->machine.unfinished();
}
void Partition::confirm_append(std::string_view from, model::LogPosition cause) {
    impl_->machine.confirm_append(from, cause);
}
std::vector<TrialCounts> Partition::trials() const {
    return impl_->machine.trials();
}
Instant Partition::next_decision() const {
    return impl_->machine.next_decision();
}
Counts Partition::counts() const {
    return impl_->machine.counts();
}
Why Partition::why(model::PersonId person, std::string_view journey, Instant now) const {
    return impl_->machine.why(person, journey, now);
}
std::vector<TimelineItem> Partition::timeline(model::PersonId person) const {
    return impl_->machine.timeline(person);
}
std::string Partition::profile_json(model::PersonId person) const {
    return impl_->machine.profile_json(person);
}
std::vector<model::MessageRow> Partition::unknown_messages() const {
    return impl_->machine.unknown_messages();
}
std::uint64_t Partition::state_hash() const {
    return impl_->machine.state_hash();
}

}  // namespace journey::core
