#include "engine/app/sent_rows.h"

#include "engine/app/csv.h"

#include <algorithm>

namespace journey::app {

void SentRows::provider_saw(const sim::SentMessage& sent) {
    const std::string& id = sent.message.external_id;
    people_.try_emplace(model::person_id_of(id), model::customer_id_of(id));
}

void SentRows::see(const std::vector<core::Happening>& happenings) {
    for (const core::Happening& one : happenings) {
        if (one.kind != core::Happening::Kind::accepted) continue;
        const auto person = people_.find(one.person);
        rows_.push_back(
            {one.at, csv_text({format_instant(one.at), one.journey, one.step, one.channel,
                               one.message_template, std::to_string(one.entry.number),
                               person == people_.end() ? "" : person->second})});
    }
}

std::string csv_of(std::vector<std::vector<SentRow>> worlds) {
    std::vector<SentRow> all;
    for (std::vector<SentRow>& world : worlds) {
        all.insert(all.end(), std::make_move_iterator(world.begin()),
                   std::make_move_iterator(world.end()));
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const SentRow& a, const SentRow& b) { return a.at < b.at; });
    std::string out = SentRows::kHeader;
    for (const SentRow& row : all)
        out += row.text + '\n';
    return out;
}

}  // namespace journey::app
