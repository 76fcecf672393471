// Stored:
//   notices = n{ place:text n{ whose:u64 key:16 at:instant } }
//             n{ place:text at:instant kind:u8 at:instant url:text detail:text id:text }
//             n{ placed:u64 }
#include "engine/core/notices.h"

#include "engine/core/stored.h"

namespace journey::core {
namespace {

constexpr std::size_t kPlacesMost = 2048;
constexpr std::size_t kNamedMost = 3;  // of one place
constexpr std::size_t kKeptMost = 256;
constexpr std::size_t kPlacedMost = 512;
constexpr Micros kKeptFor = std::chrono::days(30);
/// A text's moment is the provider's, in whole seconds.
constexpr Micros kClocksDiffer = std::chrono::minutes(1);

/// A name of the provider's is of one message only; a number has got many.
bool is_number(const std::string& place) {
    return place.starts_with("text:");
}

std::uint64_t mark_of(const std::string& place, const model::Receipt& receipt) {
    return hash64(receipt.id, hash64(place, static_cast<std::uint64_t>(receipt.kind)));
}

}  // namespace

bool Notices::is_placed(const std::string& place, const model::Receipt& receipt) const {
    if (receipt.id.empty()) return false;
    return std::find(placed_.begin(), placed_.end(), mark_of(place, receipt)) != placed_.end();
}

void Notices::note_placed(const std::string& place, const model::Receipt& receipt) {
    if (receipt.id.empty()) return;
    if (placed_.size() >= kPlacedMost) placed_.pop_front();
    placed_.push_back(mark_of(place, receipt));
}

void Notices::forget_oldest() {
    const auto oldest = by_age_.begin();
    named_.erase(oldest->second);
    by_age_.erase(oldest);
}

void Notices::forget_before(Instant at) {
    while (!by_age_.empty() && by_age_.begin()->first < at)
        forget_oldest();
    while (!kept_.empty() && kept_.front().at < at)
        kept_.pop_front();
}

std::vector<model::Receipt> Notices::name(const std::string& place, const Named& message,
                                          Instant now) {
    forget_before(now - kKeptFor);
    std::vector<Named>& all = named_[place];
    if (!all.empty()) by_age_.erase({all.back().at, place});
    const auto before = [](const Named& a, const Named& b) {
        return a.at < b.at || (a.at == b.at && a.key < b.key);
    };
    const auto at = std::lower_bound(all.begin(), all.end(), message, before);
    const bool again = std::any_of(all.begin(), all.end(),
                                   [&](const Named& one) { return one.key == message.key; });
    if (!again) all.insert(at, message);
    if (all.size() > kNamedMost) all.erase(all.begin());
    by_age_.insert({all.back().at, place});
    if (named_.size() > kPlacesMost) forget_oldest();

    std::vector<model::Receipt> out;
    std::erase_if(kept_, [&](const Unmatched& one) {
        if (one.place != place) return false;
        if (is_number(place) && one.receipt.at < message.at) return false;
        note_placed(place, one.receipt);
        out.push_back(one.receipt);
        return true;
    });
    return out;
}

std::optional<Notices::Named> Notices::arrived(const std::string& place,
                                               const model::Receipt& receipt, Instant now) {
    forget_before(now - kKeptFor);
    if (is_placed(place, receipt)) return std::nullopt;
    if (const auto found = named_.find(place); found != named_.end()) {
        const std::vector<Named>& all = found->second;
        const auto by_then = std::find_if(all.rbegin(), all.rend(),
                                          [&](const Named& one) { return one.at <= receipt.at; });
        const Named& message = by_then == all.rend() ? all.front() : *by_then;
        if (!is_number(place) || message.at <= receipt.at + kClocksDiffer) {
            note_placed(place, receipt);
            return message;
        }
    }
    const bool known = std::any_of(kept_.begin(), kept_.end(), [&](const Unmatched& one) {
        return one.place == place && !receipt.id.empty() && one.receipt.id == receipt.id &&
               one.receipt.kind == receipt.kind;
    });
    if (known) return std::nullopt;
    if (kept_.size() >= kKeptMost) kept_.pop_front();
    kept_.push_back({place, receipt, now});
    return std::nullopt;
}

void Notices::forget(const std::string& place, model::PersonId whose) {
    const auto found = named_.find(place);
    if (found != named_.end()) {
        std::vector<Named>& all = found->second;
        by_age_.erase({all.back().at, place});
        std::erase_if(all, [&](const Named& one) { return one.whose == whose; });
        if (!all.empty()) {
            by_age_.insert({all.back().at, place});
            return;
        }
        named_.erase(found);
    }
    std::erase_if(kept_, [&](const Unmatched& one) { return one.place == place; });
}

void Notices::encode(ByteWriter& out) const {
    put_all(out, named_, [&](const auto& item) {
        out.text(item.first);
        put_all(out, item.second, [&](const Named& one) {
            out.u64(one.whose.number);
            for (const std::uint8_t byte : one.key.bytes)
                out.u8(byte);
            out.instant(one.at);
        });
    });
    put_all(out, kept_, [&](const Unmatched& one) {
        out.text(one.place);
        out.instant(one.at);
        out.u8(static_cast<std::uint8_t>(one.receipt.kind));
        out.instant(one.receipt.at);
        for (const std::string* text : {&one.receipt.url, &one.receipt.detail, &one.receipt.id})
            out.text(*text);
    });
    put_all(out, placed_, [&](std::uint64_t one) { out.u64(one); });
}

void Notices::decode(ByteReader& in) {
    get_all(in, [&] {
        const std::string place = in.text();
        std::vector<Named>& all = named_[place];
        get_all(in, [&] {
            Named& one = all.emplace_back();
            one.whose.number = in.u64();
            for (std::uint8_t& byte : one.key.bytes)
                byte = in.u8();
            one.at = in.instant();
        });
        if (all.empty()) return in.fail();
        by_age_.insert({all.back().at, place});
    });
    get_all(in, [&] {
        Unmatched& one = kept_.emplace_back();
        one.place = in.text();
        one.at = in.instant();
        one.receipt.kind = choice(in, model::ReceiptKind::failed);
        one.receipt.at = in.instant();
        for (std::string* text : {&one.receipt.url, &one.receipt.detail, &one.receipt.id})
            *text = in.text();
    });
    get_all(in, [&] { placed_.push_back(in.u64()); });
}

}  // namespace journey::core
