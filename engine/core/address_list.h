#pragma once
// The suppression list by address: one for all partitions, changed between their commands and only
// by commands of the Log, so that every partition meets it as it was at the position of its own.
// Part of core's door.

#include "engine/ir/ir.h"
#include "engine/model/model.h"

#include <deque>
#include <map>
#include <unordered_map>

namespace journey::core {

/// What was said last about an address.
struct ListedAddress {
    bool suppressed = false;
    std::string scope;
    std::string reason;
    std::string source;
    Instant since{};
};
/// "suppressed since 2026-03-02: hard bounce", for explain.
std::string sentence_of(const ListedAddress& listed);

/// The scope of a kind of channel: "email".
std::string_view scope_of(ir::ChannelKind kind);

/// The `source` of what somebody texted. Texts about one address count by their time, whatever the
/// order they come in, and of two at one moment the one that stops.
inline constexpr std::string_view kTexted = "text";
/// The reason of a text that asks to stop; only such a one is ended by a text.
inline constexpr std::string_view kAskedToStop = "asked to stop";
/// The scope of the provider's name of a text: a change that brings one which was heard before is a
/// repeat, and changes nothing.
inline constexpr std::string_view kHeardScope = "heard";

/// 32 bytes an address in a table that is at most three quarters full.
class AddressList {
  public:
    explicit AddressList(std::string pepper) : pepper_(std::move(pepper)) {}

    /// Of the address as somebody wrote it; one that is none of its kind has a key all the same.
    model::AddressKey key_of(std::string_view scope, ir::ChannelKind kind,
                             std::string_view address) const;
    /// Nothing when nobody ever said a word about it.
    std::optional<ListedAddress> find(const model::AddressKey& key) const;
    bool suppresses(const model::AddressKey& key) const;
    /// Why nothing may go there on this channel; nothing when it may. `known`: its key for the kind,
    /// where somebody has it.
    std::optional<ListedAddress> blocks(const ir::Channel& channel, std::string_view address,
                                        const model::AddressKey* known = nullptr) const;
    std::size_t size() const { return suppressed_; }
    struct Count {
        std::string scope;
        std::string reason;
        std::string source;
        std::uint64_t addresses = 0;
    };
    std::vector<Count> counts() const;  // by scope, reason, source
    /// Equal lists, equal hashes, in whatever order they became so.
    std::uint64_t hash() const;

    /// A durable command. Who stands there already stays as he is.
    void apply(const model::SuppressAddresses& change, Instant at, model::LogPosition position);
    /// A row of the store.
    void restore(const model::AddressRow& row);
    void set_pepper(std::string pepper) { pepper_ = std::move(pepper); }

    /// The oldest changes that are not in the store, at most `most`, none after `upto`: what a store
    /// holds may be older than any of its partitions, never newer.
    model::AddressCheckpoint take_changes(model::LogPosition upto, std::size_t most);
    /// Position of the oldest change that nobody has taken; 0: none.
    model::LogPosition oldest_change() const {
        return changes_.empty() ? 0 : changes_.front().position;
    }

  private:
    struct Note {
        std::string scope;
        std::string reason;
        std::string source;
        friend auto operator<=>(const Note&, const Note&) = default;
    };
    struct Slot {
        model::AddressKey key;
        std::int64_t since = 0;
        std::uint32_t note = 0;
        enum class State : std::uint8_t { empty, suppressed, released } state = State::empty;
    };
    const Slot* slot_of(const model::AddressKey& key) const;
    Slot& place_of(const model::AddressKey& key);
    void grow();
    std::uint32_t note_of(Note note);
    std::string source_of(const Slot& slot) const;
    bool is_texted_later(const Slot& known, const model::AddressRow& row) const;
    /// Whether there is anything to write down about an address of which nothing is known.
    static bool is_first_word(const model::AddressRow& row);
    /// False: nothing changes by it.
    bool change(const model::AddressRow& row);

    std::string pepper_;
    std::vector<Slot> slots_;  // a power of two; the keys are as good as random already
    std::size_t used_ = 0;
    std::size_t suppressed_ = 0;
    std::uint64_t channel_scopes_ = 0;  // ever listed for one channel only
    std::vector<Note> notes_;
    std::map<Note, std::uint32_t> note_numbers_;
    std::vector<std::uint64_t> note_counts_;
    /// Of whose message it came back: one a bounced address, where notes are a few for all.
    std::map<model::AddressKey, model::MessageKey> messages_;
    std::deque<model::AddressRow> changes_;
};

}  // namespace journey::core
