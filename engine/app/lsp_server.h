#pragma once
// One conversation of the Language Server Protocol, without the streams: bodies in, bodies out.
//
//   new          --initialize--> initialized   everything else: not initialized yet
//   initialized  --shutdown----> shut down     everything else is answered
//   shut down    --exit--------> ended, 0      requests: invalid
//   any          --exit--------> ended, 1

#include "engine/app/lsp_answers.h"

#include <deque>
#include <functional>
#include <map>

namespace journey::app {

/// So long nobody has typed before whole projects are checked.
inline constexpr int kLspQuietMs = 600;

class LspServer {
  public:
    /// Takes a message in. Questions wait for their turn, so that one can still be cancelled.
    void receive(const std::string& body);
    bool has_work() const { return !waiting_.empty(); }
    /// Does the next one that waits.
    void work();
    /// Nothing is waiting: tells what is wrong with the texts that were edited, and of their
    /// projects what is known already; that ends early as below.
    void tell_edited(const std::function<bool()>& stopped);
    /// Is there something that nobody was told about the rest of a project?
    bool has_more_to_tell() const;
    /// Tells it, after checking whole projects. Ends early, with more to tell, once `stopped` says
    /// so; nothing is told of a check that did not come to its end.
    void tell_rest(const std::function<bool()>& stopped);
    /// Bodies to send, in order.
    std::vector<std::string> take_output();
    /// Set when the conversation is over.
    std::optional<int> exit_code() const { return exit_code_; }
    /// Says that the stream cannot be followed.
    void lost(const std::string& why);

  private:
    enum class Phase : unsigned char { fresh, initialized, shut_down };

    void send(const json::object& message);
    void take(json::value message);
    void cancel(const json::value& params);
    void request(const json::value& id, const std::string& method, const json::value& params);
    void notice(const std::string& method, const json::value& params);
    json::value initialize(const json::value& params);
    void initialized();
    void opened(const json::value& params);
    void changed(const json::value& params);
    void tell(LspWorkspace::Folder& folder, const std::function<bool()>& stopped);
    void tell_edited(LspWorkspace::Folder& folder, editor::FileId file);
    void tell_file(LspWorkspace::Folder& folder, editor::FileId file, boost::json::array list);

    Phase phase_ = Phase::fresh;
    LspTerms terms_;
    LspWorkspace workspace_;
    std::vector<std::string> roots_;
    std::deque<json::value> waiting_;
    std::vector<std::string> output_;
    struct Told {
        std::string words;     // the diagnostics as they were sent
        bool nothing = false;  // of a file that is not open, and has no mistakes
    };
    std::map<std::string, Told> told_;  // by address
    std::optional<int> exit_code_;
};

}  // namespace journey::app
