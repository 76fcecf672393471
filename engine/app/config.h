#pragma once
// The daemon's configuration: one YAML file, or nothing but defaults.

#include "engine/http/http.h"
#include "engine/runtime/runtime.h"
#include "engine/settings/settings.h"
#include "engine/storage/journal/journal.h"

namespace journey::app {

/// For people, in memory: 40 % of what there is. The rest is for what is coming in, SQLite, programs
/// and the system's own cache of the disk.
std::uint64_t default_people_memory();

struct Config {
    std::string data_directory = "journey-data";
    std::uint16_t partitions = model::kDefaultPartitions;
    std::uint64_t people_memory = default_people_memory();
    http::HttpOptions http;
    connectors::net::TransportOptions network;
    std::vector<runtime::Route> routes;
    std::map<std::string, std::shared_ptr<const connectors::Connector>, std::less<>> calls;
    std::map<std::string, std::shared_ptr<const connectors::Connector>, std::less<>> fetches;
    /// Maildirs into which mail servers put what comes back.
    std::vector<std::string> bounce_mailboxes;
    /// Nobody else is sent anything; from the file alone.
    std::optional<runtime::AllowList> only_to;
    /// What leaves is told there first. Absent: nowhere.
    std::optional<storage::journal::JournalOptions> send_journal;
    bool dry_run = false;  // of the command line
    bool track_opens = true;
    bool track_clicks = true;
};

/// Unknown keys, wrong kinds and secrets in plain text are refused with file and line.
Result<Config> load_config(const std::string& path);

/// Keys the daemon made for itself at its first start, in DATA/keys (0600): write key, admin token,
/// an approver's token, link secret.
struct Keys {
    std::string write_key;
    std::string admin_token;
    std::string approve_token;
    std::string link_secret;
    bool fresh = false;  // made just now
};
Result<Keys> load_or_make_keys(const std::string& data_directory);

/// "8080", ":8080", "127.0.0.1:8080" or "[::1]:8080".
Result<void> set_listen(std::string_view text, http::HttpOptions& options);

}  // namespace journey::app
