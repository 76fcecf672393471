#pragma once
// A progress bar on stderr when that is a terminal; a line now and then when it is not.

#include <chrono>
#include <string>

namespace journey::app {

class Progress {
  public:
    /// `total` 0: unknown.
    Progress(std::string what, std::uint64_t total);
    ~Progress();
    void at(std::uint64_t done, const std::string& note = "");
    void finish(const std::string& note);

  private:
    void draw(std::uint64_t done, const std::string& note);
    std::string what_;
    std::uint64_t total_;
    bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_{};
};

bool is_terminal(int descriptor);

}  // namespace journey::app
