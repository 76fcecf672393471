#pragma once
// One conversation of the Language Server Protocol, without the streams: bodies in, bodies out.
//
//   new          --initialize--> initialized   everything else: not initialized yet
//   initialized  --shutdown----> shut down     everything else is answered
//   shut down    --exit--------> ended, 0      requests: invalid
//   any          --exit--------> ended, 1

#include "engine/app/lsp_answers.h"

#include <deque>
#include <map>

namespace journey::app {

class LspServer {
  public:
    /// Takes a message in. Questions wait for their turn, so that one can still be cancelled.
    void receive(const std::string& body);
    bool has_work() const { return !waiting_.empty(); }
    /// Does the next one that waits.
    void work();
    /// Nothing is waiting: tells what is wrong with the texts that were edited.
    void tell_edited();
    /// Is there something that nobody was told about the rest of a project?
    bool has_more_to_tell() const;
    /// Tells it, after checking whole projects.
    void tell_rest();
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
    void tell(LspWorkspace::Folder& folder);
    void tell_edited(LspWorkspace::Folder& folder, editor::FileId file);
    void tell_file(LspWorkspace::Folder& folder, editor::FileId file, boost::json::array list);

    Phase phase_ = Phase::fresh;
    LspTerms terms_;
    LspWorkspace workspace_;
    std::vector<std::string> roots_;
    std::deque<json::value> waiting_;
    std::vector<std::string> output_;
    std::map<std::string, std::string> told_;  // by address: the diagnostics as they were sent
    std::optional<int> exit_code_;
};

}  // namespace journey::app
