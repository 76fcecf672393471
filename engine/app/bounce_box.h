#pragma once
// A Maildir that mail servers put undeliverable mail and complaints into.

#include "engine/runtime/runtime.h"

#include <thread>

namespace journey::app {

class BounceBox {
  public:
    struct Needs {
        runtime::Engine& engine;
        Clock& clock;
        Logger& logger;
        std::string link_secret;
    };
    /// `not_found` when it is no Maildir we may write to: a directory with `new` in it.
    static Result<std::unique_ptr<BounceBox>> open(const std::string& directory, Needs needs);
    /// Ends its thread; what was not read stays in `new`.
    ~BounceBox();

  private:
    BounceBox(std::string directory, Needs needs, int changes);
    void run();
    /// Reads what lies in `new`, as far as the engine takes it. A mail is moved to `cur` when what
    /// it says is durable; one that says nothing we understand is flagged there for a person.
    void take_in();

    std::string directory_;
    Needs needs_;
    int changes_;  // inotify
    int stop_;     // eventfd
    std::thread thread_;
};

}  // namespace journey::app
