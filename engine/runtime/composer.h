#pragma once
// From a granted Attempt to the message a connector sends: templates rendered, links made. A pure
// function of the Attempt and the options; the cache of parsed templates changes nothing but the
// time it takes. Private to the room.

#include "engine/runtime/runtime.h"

namespace journey::runtime {

class Composer {
  public:
    explicit Composer(LinkOptions links);
    ~Composer();
    /// `invalid`: the message cannot be made; the sentence names the template and the place. Fail
    /// closed: it is rejected.
    Result<connectors::Message> compose(const core::StartAttempt& attempt, Instant now);

  private:
    struct Parts;  // one template, parsed
    struct Address;
    struct ParsedProgram {
        std::shared_ptr<const ir::Program> program;  // keeps the address taken
        std::vector<std::unique_ptr<Parts>> templates;
        std::vector<std::unique_ptr<Address>> addresses;  // of fetches
        render::Partials partials;
        render::Catalogues catalogues;  // those that a template asked for
        std::vector<std::shared_ptr<const std::string>> files;
    };
    ParsedProgram& parsed_of(const core::StartAttempt& attempt);
    Result<std::string> address_of(const core::StartAttempt& attempt, Instant now);
    static Result<const Parts*> parts_of(ParsedProgram& parsed, ir::Index message_template);
    LinkOptions links_;
    render::Renderer renderer_;
    std::map<const ir::Program*, ParsedProgram> parsed_;  // looked up, never walked
};

/// What was sent, as JSON text; its SHA-256 is the body hash. Equal messages give equal bytes.
Bytes canonical_bytes(const connectors::Message& message);

}  // namespace journey::runtime
