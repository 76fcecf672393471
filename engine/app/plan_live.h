#pragma once
// What is live: of a running daemon, or of a data directory, which is only ever read.

#include "dsl/translate/translate.h"
#include "engine/app/commands.h"
#include "engine/plan/plan.h"
#include "engine/sim/sim.h"
#include "engine/storage/sqlite/sqlite.h"

namespace journey::app {

struct Live {
    std::optional<ir::Program> program;  // none: nothing was ever published
    std::string hash;                    // of its bytes; "" without
    plan::Standing standing;
};
/// The program and the counts belong together.
Result<Live> live_of_daemon(const DaemonAddress& daemon);

/// A private copy of a data directory; gone with its scope.
class DataCopy {
  public:
    /// `not_found` when there is no data; works beside a running daemon.
    static Result<std::unique_ptr<DataCopy>> of(const std::string& data_directory);
    ~DataCopy();
    DataCopy(const DataCopy&) = delete;
    DataCopy& operator=(const DataCopy&) = delete;

    /// A world that goes on from the data at `start`, or at its newest command when that is later.
    Result<std::unique_ptr<sim::VirtualWorld>> world(
        Instant start, bool record_happenings, core::HappeningKinds kinds = core::kEveryHappening);

  private:
    DataCopy() = default;
    std::string directory_;
    std::uint16_t partitions_ = model::kDefaultPartitions;
    std::optional<storage::sqlite::Store> store_;
};

Live live_of(const sim::VirtualWorld& world);

/// Messages until the end of the day where the workspace is, as nothing else happens.
struct MessagesToday {
    Instant from{};
    Instant until{};
    std::string zone;                              // of the workspace
    std::map<std::string, std::uint64_t> without;  // by channel
    std::map<std::string, std::uint64_t> with;     // the programs published at once, in turn
};
Result<MessagesToday> messages_today(DataCopy& data, const std::vector<Bytes>& programs,
                                     Instant now);
std::string text_of(const MessagesToday& messages, const translate::Speech& say);
/// The channels whose extra messages are beyond the margin of what the plan said, one line each.
std::string more_than_planned(const MessagesToday& planned, const MessagesToday& now,
                              const translate::Speech& say);
Value json_of(const MessagesToday& messages);

}  // namespace journey::app
