#pragma once
// One partition that holds everybody, in this process, without log, disk and network: what the
// benchmarks of the core drive.

#include "dsl/dsl.h"
#include "engine/core/core.h"

#include <fmt/format.h>

namespace journey::app {

class BenchEngine {
  public:
    static Result<BenchEngine> start(std::vector<dsl::SourceFile> files,
                                     core::PartitionOptions options = {}) {
        BenchEngine engine;
        options.partitions = 1;
        engine.partition_ = std::make_unique<core::Partition>(model::PartitionId{0}, options,
                                                              core::empty_catalog());
        TRY(engine.publish(std::move(files)));
        return engine;
    }
    Result<void> publish(std::vector<dsl::SourceFile> files) {
        dsl::Compilation made = dsl::compile(std::move(files));
        if (!made.ok()) return error(ErrorCode::invalid, dsl::render_short(made));
        TRY(catalog_, core::publish(catalog_, ir::encode(*made.program), ++position_));
        effects_.clear();
        partition_->use_catalog(catalog_, position_, effects_, now_);
        return success();
    }

    model::Command track(std::uint64_t person, const std::string& event, Record properties) {
        model::Command command;
        command.external_id = fmt::format("user:p{}", person);
        command.person = model::person_id_of(command.external_id);
        command.at = now_;
        command.event_time = now_;
        command.message_id = fmt::format("b{}", ++made_);
        command.body = model::Track{event, std::move(properties)};
        now_ += step_;
        return command;
    }
    void step(Micros step) { step_ = step; }

    void apply(const model::Command& command) {
        effects_.clear();
        partition_->apply(command, ++position_, effects_);
    }
    /// Everything due until then, as the runtime asks for it.
    void tick(Instant until) {
        model::Command command;
        command.at = until;
        command.event_time = until;
        command.body = model::Tick{};
        now_ = until;
        apply(command);
    }
    /// Bytes of the people in it.
    std::size_t checkpoint() {
        std::size_t bytes = 0;
        for (const auto& row : partition_->take_checkpoint().profiles)
            bytes += model::whole_state(row).size();
        return bytes;
    }
    Instant now() const { return now_; }
    Instant next_due() const { return partition_->next_due(); }
    core::Counts counts() const { return partition_->counts(); }

  private:
    core::CatalogPtr catalog_ = core::empty_catalog();
    std::unique_ptr<core::Partition> partition_;
    core::Effects effects_;
    model::LogPosition position_ = 0;
    Instant now_{std::chrono::seconds(1'772'442'000)};
    Micros step_ = std::chrono::milliseconds(1);
    std::uint64_t made_ = 0;
};

}  // namespace journey::app
