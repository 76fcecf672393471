// Messages that are named by somebody else's words, and what is said of them (notices.h). Found, it
// goes on as a receipt of the person's, through the Log: who it is lives in another partition.
#include "engine/core/machine.h"

namespace journey::core {

void Machine::on(const model::Command& command, const model::MessageNamed& named) {
    const Notices::Named message{named.whose, named.key, named.at};
    for (model::Receipt& receipt : notices_.name(command.external_id, message, now_))
        pass_on(command.external_id, message, std::move(receipt));
}

void Machine::on(const model::Command& command, const model::NoticeArrived& notice) {
    model::Receipt receipt = notice.receipt;
    receipt.at = receipt.at == Instant{} ? now_ : std::min(receipt.at, now_);
    if (const auto message = notices_.arrived(command.external_id, receipt, now_))
        pass_on(command.external_id, *message, std::move(receipt));
}

void Machine::on(const model::Command& command, const model::PlaceForgotten& forgotten) {
    notices_.forget(command.external_id, forgotten.whose);
}

void Machine::pass_on(const std::string& place, const Notices::Named& message,
                      model::Receipt receipt) {
    AppendCommand append;
    append.from = place;
    append.cause = applied_;
    append.command.person = message.whose;
    append.command.partition = model::partition_of(message.whose, options_.partitions);
    append.command.at = now_;
    append.command.event_time = receipt.at;
    // It may be appended twice after a crash, and is one all the same.
    if (receipt.id.empty())
        receipt.id = "notice:" + std::to_string(id_.number) + ":" + std::to_string(applied_);
    append.command.message_id = "notice:" + receipt.id;
    append.command.body = model::ReceiptArrived{message.key, std::move(receipt)};
    appends_.push_back(append);
    effects_->appends.push_back(std::move(append));
}

}  // namespace journey::core
