#pragma once
// What the benchmarks of the whole product share: a daemon with a project of its own in a directory
// that vanishes, and the least its log would cost.

#include "dsl/dsl.h"
#include "engine/app/bench_figures.h"
#include "engine/app/child.h"
#include "engine/app/daemon.h"
#include "engine/app/load.h"

namespace journey::app {

/// Removes its directory, however the benchmark ends.
class BenchDirectory {
  public:
    BenchDirectory() : path_(make_temporary_directory("bench")) {}
    ~BenchDirectory();
    BenchDirectory(const BenchDirectory&) = delete;
    BenchDirectory& operator=(const BenchDirectory&) = delete;
    const std::string& path() const { return path_; }
    std::string data() const { return path_ + "/data"; }

  private:
    std::string path_;
};

/// A daemon under test: in a process of its own, or in this one with a transport without sockets.
class BenchDaemon {
  public:
    /// `config`: of journey serve, "" = defaults. Writes the project into the directory.
    static Result<BenchDaemon> in_child(const std::string& program, const std::string& directory,
                                        const std::string& project, const std::string& config);
    static Result<BenchDaemon> in_child(const std::string& program, const std::string& directory,
                                        const std::vector<dsl::SourceFile>& project,
                                        const std::string& config);
    /// The same over data that is there already.
    static Result<BenchDaemon> again(const std::string& program, const std::string& directory);
    static Result<BenchDaemon> in_process(const std::string& directory, const std::string& project,
                                          Config config,
                                          std::unique_ptr<connectors::net::Transport> transport);
    LoadOptions load() const;  // with its port and key
    /// Of the daemon alone when it is a child; of the process else.
    double cpu_seconds() const;
    std::uint64_t resident_bytes() const;
    /// A number of /metrics; 0 when it is not there.
    double metric(const std::string& name) const;
    /// How many commands the Log holds that no checkpoint has.
    std::uint64_t unsaved() const;
    void stop();
    void kill_now() { child_->kill_now(); }
    bool is_child() const { return child_ != nullptr; }
    const ChildDaemon& child() const { return *child_; }

  private:
    std::unique_ptr<ChildDaemon> child_;
    std::unique_ptr<Daemon> inside_;
};

/// Commands/s that the Log alone takes, encoded beforehand, one append and sync per 500 of them.
Result<double> bare_log_rate(const std::string& directory,
                             const std::vector<model::Command>& commands);

}  // namespace journey::app
