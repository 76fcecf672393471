#pragma once
// The room's own: from Settings to the structs of file.h. Every mistake is kept by the Setting.

#include "connectors/declared/file.h"
#include "engine/settings/settings.h"

namespace journey::connectors::declared {

using settings::Setting;

/// What patterns of a place may name.
enum class Place : std::uint8_t { request, settings, token, answer, receipts };

class Reader {
  public:
    explicit Reader(std::vector<Need> needs) : needs_(std::move(needs)) {}
    Pattern pattern(const Setting& at, Place place) const;
    /// The same, and something must be written there.
    Pattern needed(const Setting& at, Place place) const;
    Tree tree(const Setting& at, Place place) const;
    Fields fields(const Setting& at, Place place) const;
    Call call(const Setting& at, Place place) const;
    Auth auth(const Setting& at) const;
    std::optional<TokenSpec> token(const Setting& at) const;
    Answer answer(const Setting& at) const;
    Receipts receipts(const Setting& at) const;
    Condition condition(const Setting& at) const;
    Where where(const Setting& at, Place place) const;
    Path path(const Setting& at, std::string_view text, Place place) const;

  private:
    Target target(const Setting& at, Place place) const;
    void check_settings(const Setting& at, std::string_view source) const;
    std::vector<Need> needs_;
};

/// "access key id" is `settings.access_key_id`.
std::string underscored(std::string_view name);
/// "30s", "10m", "24h", "1d"; 0 when nothing is said.
Micros duration_of(const Setting& at);
/// One of `words`, the first when nothing is said.
std::string word_of(const Setting& at, std::span<const std::string_view> words);

}  // namespace journey::connectors::declared
