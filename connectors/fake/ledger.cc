// The ledger's grammar: one JSON object a line,
// {"at","channel","key","to","sha256","answer","accepted","repeated"}.

#include "connectors/fake/provider.h"

namespace journey::connectors::fake {

std::string ledger_line(const SinkMessage& message) {
    Record line;
    put(line, "at", format_instant(message.at));
    put(line, "channel", message.channel);
    put(line, "key", message.key);
    put(line, "to", message.to);
    put(line, "sha256", message.body_sha256);
    put(line, "answer", message.answer);
    put(line, "accepted", message.accepted);
    put(line, "repeated", message.repeated);
    return to_json(line) + "\n";
}

}  // namespace journey::connectors::fake
