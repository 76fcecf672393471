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

void PeopleMemory::add(const PeopleMemory& other) {
    bytes += other.bytes;
    held_bytes += other.held_bytes;
    unsaved_bytes += other.unsaved_bytes;
    open += other.open;
    stored += other.stored;
    fetched += other.fetched;
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
                            Instant at, const model::Resume& resume) {
    impl_->machine.use_catalog(std::move(catalog), position, effects, at, resume);
}
void Partition::addresses_changed(model::LogPosition position, Instant at) {
    impl_->machine.addresses_changed(position, at);
}
void Partition::hear(const model::Command& command, model::LogPosition position) {
    impl_->machine.hear(command, position);
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
std::optional<model::PartitionCheckpoint> Partition::take_checkpoint(std::size_t rows_most) {
    return impl_->machine.take_checkpoint(rows_most);
}
void Partition::checkpoint_saved(model::LogPosition applied) {
    impl_->machine.checkpoint_saved(applied);
}
Result<void> Partition::restore(const model::PartitionCheckpoint& stored) {
    return impl_->machine.restore(stored);
}
Result<void> Partition::restore_person(model::PersonId id, std::string_view state) {
    return impl_->machine.restore_person(id, state);
}
PeopleMemory Partition::people_memory() const {
    return impl_->machine.people_memory();
}
bool Partition::wants_checkpoint() const {
    return impl_->machine.wants_checkpoint();
}
Partition::Unfinished Partition::unfinished() const {
    return impl_->machine.unfinished();
}
const std::vector<AppendCommand>& Partition::appends() const {
    return impl_->machine.appends();
}
void Partition::confirm_append(std::string_view from, model::LogPosition cause) {
    impl_->machine.confirm_append(from, cause);
}
std::vector<TrialCounts> Partition::trials() const {
    return impl_->machine.trials();
}
std::vector<LessonCounts> Partition::lessons(Instant now) const {
    return impl_->machine.lessons(now);
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
std::vector<Unmatched> Partition::unmatched() const {
    const auto& all = impl_->machine.notices().unmatched();
    return {all.begin(), all.end()};
}
std::uint64_t Partition::state_hash() const {
    return impl_->machine.state_hash();
}

}  // namespace journey::core
