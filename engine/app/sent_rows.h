#pragma once
// Every message of a simulation as a line of CSV.

#include "engine/sim/sim.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace journey::app {

struct SentRow {
    Instant at{};
    std::string text;  // without the line end
};

/// Watches one world.
class SentRows {
  public:
    static constexpr const char* kHeader = "at,journey,step,channel,template,entry,person\n";

    /// Who the people are: before what happened to their messages is seen.
    void provider_saw(const sim::SentMessage& sent);
    void see(const std::vector<core::Happening>& happenings);
    std::vector<SentRow> take() { return std::exchange(rows_, {}); }

  private:
    std::unordered_map<model::PersonId, std::string> people_;  // as the customer knows them
    std::vector<SentRow> rows_;
};

/// By time; at one moment in the order of the worlds.
std::string csv_of(std::vector<std::vector<SentRow>> worlds);

}  // namespace journey::app
