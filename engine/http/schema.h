#pragma once
// What the live program declares, in the shape ingest needs: names as senders write them to names
// as authors declared them, and the sentences of warnings. One thread's.

#include "engine/ir/ir.h"

namespace journey::http {

/// Transparent, so that a view can be looked up in a map of strings.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
};

class Schema {
  public:
    explicit Schema(std::shared_ptr<const ir::Program> program);

    struct EventName {
        const ir::EventType* type = nullptr;  // null: not declared
        std::string name;                     // as declared, else in snake case
        std::string warning;                  // not declared: the sentence for the sender
    };
    /// "Order Completed" finds `order_completed`. Cost: one probe for a name seen before.
    const EventName& event(std::string_view as_sent);

    /// The field meant by `name`, which is rewritten to the declared spelling ("firstName" becomes
    /// `first_name`); null when there is none.
    static const ir::Field* field(const std::vector<ir::Field>& fields, std::string& name);
    const ir::Field* profile_field(std::string& name) const;
    bool declares_profile(std::string_view name) const;
    const ir::EventType* declared(std::string_view event) const;
    const ir::Program* program() const { return program_.get(); }

  private:
    EventName look_up(std::string_view as_sent) const;
    std::shared_ptr<const ir::Program> program_;
    std::vector<std::string> event_names_;
    std::unordered_map<std::string, EventName, TextHash, std::equal_to<>> seen_;
    EventName unseen_;  // answers when `seen_` is full: names are the sender's choice
};

/// Nothing when `value` can be taken as `type`; else what stands there, "text".
std::optional<std::string_view> mismatch(const ir::Type& type, const Value& value);
/// "a whole number"; "one of `small`, `large`".
std::string words_for(const ir::Type& type);
/// " Did you mean `signed_up`?" or "".
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace journey::http
