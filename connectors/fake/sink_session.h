#pragma once
// One connection of the sink: bytes in, what is to be done out. No sockets here.

#include "connectors/fake/provider.h"

#include <chrono>

namespace journey::connectors::fake {

/// What a session wants done with its connection, in order.
struct Doing {
    std::string write;
    bool close = false;        // after everything was written
    Micros after{0};           // wait this long before writing
    bool trickle = false;      // one byte of `write` a second
    std::uint64_t filler = 0;  // then so many bytes of "x"
    bool silence = false;      // never answer, never read on
};

/// Behind it: the provider's mind, the ledger, the lock.
class Desk {
  public:
    virtual ~Desk() = default;
    virtual Behaviour next_behaviour() = 0;
    /// Judges, and writes the ledger's line before anything the session writes leaves.
    virtual void record(Understood& call, Behaviour behaviour) = 0;
    virtual Micros slow_by() const = 0;
    virtual Google& google() = 0;
    virtual Instant now() const = 0;
};

class Session {
  public:
    virtual ~Session() = default;
    /// Said before the client says anything.
    virtual std::string greeting() { return {}; }
    /// Takes whole units off the front of `in`; stops after a doing that must end first.
    virtual std::vector<Doing> take(std::string& in, Desk& desk) = 0;
};

std::unique_ptr<Session> make_http_session();
std::unique_ptr<Session> make_smtp_session();

}  // namespace journey::connectors::fake
