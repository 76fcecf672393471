#pragma once
// The pages that recipients see: text and markup, no state. Without JavaScript, readable by screen
// readers, in Chinese or English. Private to the room.

#include "engine/http/exchange.h"
#include "engine/http/http.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journey::http {

enum class Language : unsigned char { en, zh };

/// By what the person's profile says, else by Accept-Language, else `fallback`.
Language language_of(std::string_view profile, std::string_view accept_language,
                     std::string_view fallback);

/// What one page needs to know beside its own matter.
struct PageLook {
    const PageOptions& options;
    std::string brand;
    Language language = Language::en;
};

struct TopicLine {
    std::string name;
    std::string title;
    std::string about;
    bool on = false;
    bool pending = false;  // waits for the person to confirm
};
struct ChannelLine {
    std::string name;
    std::string title;
    bool on = false;
    bool stopped = false;  // a bounce, a complaint or an operator stopped it: no switch
};

/// What was switched off just now, as the undo form repeats it.
struct Undo {
    std::vector<std::string> topics;
    std::vector<std::string> channels;
    bool address = false;  // the address was put on the suppression list
    std::string seal;      // lets a page that only withdraws take back just this; "" elsewhere
    bool empty() const { return topics.empty() && channels.empty() && !address; }
};

struct PreferencesPage {
    std::vector<TopicLine> topics;
    std::vector<ChannelLine> channels;
    enum class Said : unsigned char { nothing, saved, stopped, undone } said = Said::nothing;
    Undo undo;
    std::string action;  // where the forms go
};

/// `preferences`: address of that page, "" without.
Reply unsubscribe_page(const PageLook& look, std::string_view preferences);
/// `titles`: the topics that are off now; none: everything of this kind.
Reply unsubscribed_page(const PageLook& look, const std::vector<std::string>& titles,
                        const Undo& undo, std::string_view preferences);
Reply preferences_page(const PageLook& look, const PreferencesPage& page);
Reply confirm_page(const PageLook& look, std::string_view title, std::string_view about);
Reply confirmed_page(const PageLook& look, std::string_view title, std::string_view preferences);
/// The request to confirm is too old, or was withdrawn.
Reply expired_page(const PageLook& look);
Reply dead_link_page(const PageLook& look);
/// Nothing was changed; with the headers of `cause`.
Reply failed_page(const PageLook& look, const Reply& cause);

/// What a person agrees to on the page of a topic, word by word: for the proof.
std::string agreement_text(const PageLook& look, std::string_view title, std::string_view about);

}  // namespace journey::http
