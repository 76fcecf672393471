// One person and one journey: what a daemon found, in sentences. Its answer names expressions,
// triggers and states by their numbers in the program that is live there.
#include "engine/calendar/calendar.h"
#include "engine/explain/phrases.h"

#include <algorithm>

namespace journey::explain {
namespace {

const Record* record_in(const Value& value) {
    return value.as<Record>();
}

template <typename T>
const T* held_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    return value == nullptr ? nullptr : value->as<T>();
}

std::string text_in(const Record& record, std::string_view name) {
    const auto* text = held_in<std::string>(record, name);
    return text == nullptr ? std::string() : *text;
}

bool yes_in(const Record& record, std::string_view name) {
    const auto* yes = held_in<bool>(record, name);
    return yes != nullptr && *yes;
}

/// kNone when it is not there or is no number below `most`.
ir::Index index_in(const Record& record, std::string_view name, std::size_t most) {
    const auto* number = held_in<std::int64_t>(record, name);
    const bool fits = number != nullptr && *number >= 0 && static_cast<std::size_t>(*number) < most;
    return fits ? static_cast<ir::Index>(*number) : ir::kNone;
}

template <typename Each>
void each_in(const Record& record, std::string_view name, Each each) {
    const List* list = held_in<List>(record, name);
    if (list == nullptr) return;
    for (const Value& one : *list) {
        if (const Record* held = record_in(one)) each(*held);
    }
}

struct Named {
    std::string_view name;
    Phrase phrase;
};

std::optional<Phrase> find_phrase(std::span<const Named> table, std::string_view name) {
    for (const Named& one : table) {
        if (one.name == name) return one.phrase;
    }
    return std::nullopt;
}

constexpr Named kReasons[] = {
    {"entry_over", Phrase::reason_entry_over},
    {"no_address", Phrase::reason_no_address},
    {"no_consent", Phrase::reason_no_consent},
    {"suppressed", Phrase::reason_suppressed},
    {"frequency", Phrase::reason_frequency},
    {"quiet_hours", Phrase::reason_quiet_hours},
    {"no_zone", Phrase::reason_no_zone},
    {"not_valid_anymore", Phrase::reason_not_valid_anymore},
    {"paused", Phrase::reason_paused},
    {"kill_switch", Phrase::reason_kill_switch},
    {"provider_rate", Phrase::reason_provider_rate},
    {"connector_paused", Phrase::reason_connector_paused},
    {"template_failed", Phrase::reason_template_failed},
    {"missing_variable", Phrase::reason_missing_variable},
    {"retries_exhausted", Phrase::reason_retries_exhausted},
    {"provider_rejected", Phrase::reason_provider_rejected},
    {"no_connector", Phrase::reason_no_connector},
    {"moved_on", Phrase::reason_moved_on},
    {"late", Phrase::reason_late},
    {"dry_run", Phrase::reason_dry_run},
    {"not_allowed", Phrase::reason_not_allowed},
    {"best_hour", Phrase::reason_best_hour},
    {"held_out", Phrase::reason_held_out},
    {"gave_way", Phrase::reason_gave_way},
    {"journey_rate", Phrase::reason_journey_rate},
    {"blast_limit", Phrase::reason_blast_limit},
    {"canary", Phrase::reason_canary},
    {"fetch_failed", Phrase::reason_fetch_failed},
    {"in_journal", Phrase::reason_in_journal},
};

constexpr Named kStatuses[] = {
    {"planned", Phrase::message_planned},   {"claimed", Phrase::message_claimed},
    {"accepted", Phrase::message_accepted}, {"rejected", Phrase::message_rejected},
    {"skipped", Phrase::message_skipped},   {"expired", Phrase::message_expired},
    {"unknown", Phrase::message_unknown},
};

constexpr Named kReceipts[] = {
    {"delivered", Phrase::receipt_delivered},       {"opened", Phrase::receipt_opened},
    {"clicked", Phrase::receipt_clicked},           {"bounced", Phrase::receipt_bounced},
    {"complained", Phrase::receipt_complained},     {"replied", Phrase::receipt_replied},
    {"unsubscribed", Phrase::receipt_unsubscribed}, {"failed", Phrase::receipt_failed},
};

Phrase bounce_phrase(bool hard, std::string_view words) {
    if (hard) return Phrase::receipt_bounced_hard;
    return words.starts_with("policy") ? Phrase::receipt_bounced_policy
                                       : Phrase::receipt_bounced_soft;
}

/// Of "hard: no such user" the provider's part.
std::string without_class(std::string_view words) {
    for (const std::string_view kind : {"hard", "soft", "policy"}) {
        if (words == kind) return "";
        if (words.starts_with(kind) && words.substr(kind.size()).starts_with(": "))
            return std::string(words.substr(kind.size() + 2));
    }
    return std::string(words);
}

/// How entries end by themselves.
constexpr Named kEnds[] = {
    {"finished", Phrase::ended_finished}, {"stopped", Phrase::ended_stopped},
    {"expired", Phrase::ended_expired},   {"holdout", Phrase::ended_holdout},
    {"left", Phrase::ended_left},         {"no moment to wait for", Phrase::ended_no_moment},
    {"late", Phrase::ended_late},         {"restarted", Phrase::ended_restarted},
    {"moved on", Phrase::ended_moved},    {"too many steps", Phrase::ended_steps},
};

/// Verdicts whose sentence needs nothing filled in.
constexpr Named kVerdicts[] = {
    {"entered", Phrase::why_entered},     {"would_enter", Phrase::why_would_enter},
    {"filtered", Phrase::why_filtered},   {"did_not_stay", Phrase::why_did_not_stay},
    {"condition", Phrase::why_condition}, {"running", Phrase::why_running},
    {"outside", Phrase::why_outside},     {"only_called", Phrase::why_only_called},
};

class Teller {
  public:
    Teller(const ir::Program& program, const ir::Journey& journey, Language language)
        : program_(program),
          journey_(journey),
          speaker_(program, journey, language),
          language_(language) {
        zone_ = calendar::find_zone(program.workspace.zone);
        if (zone_ == nullptr) zone_ = &calendar::utc();
    }

    Reading read(const Record& why, const List& timeline) {
        Reading out;
        out.journey = journey_.name;
        out.title = journey_.title;
        section_ = &out.sections.emplace_back();
        section_->title = speaker_.say(Phrase::why_now, std::string(calendar::name_of(*zone_)));
        tell_state(why);
        tell_passes(why, out);
        if (text_in(why, "moved_to").empty()) {
            section_ = &out.sections.emplace_back();
            section_->title = speaker_.say(Phrase::why_occasions);
            tell_occasions(why);
            section_ = &out.sections.emplace_back();
            section_->title = speaker_.say(Phrase::why_messages);
            tell_messages(timeline);
        }
        return out;
    }

  private:
    void line(std::string text, std::uint32_t depth = 0) {
        section_->lines.push_back({depth, 0, spaced(text, language_), ir::kNone});
    }

    std::string moment(const Record& record, std::string_view name) const {
        const std::string text = text_in(record, name);
        const auto at = parse_instant(text);
        if (!at) return text;
        const calendar::Local local = calendar::to_local(at.value(), *zone_);
        return format_date(local.date) + " " + format_time_of_day(local.time);
    }

    void tell_state(const Record& why) {
        if (const std::string moved = text_in(why, "moved_to"); !moved.empty())
            return line(speaker_.say(Phrase::why_moved, moved));
        if (yes_in(why, "paused")) line(speaker_.say(Phrase::why_paused));
        if (find(why, "sending") != nullptr && !yes_in(why, "sending"))
            line(speaker_.say(Phrase::why_stopped));
        bool inside = false;
        each_in(why, "passes", [&](const Record& pass) {
            if (find(pass, "ended_at") != nullptr) return;
            inside = true;
            const auto* version = held_in<std::int64_t>(pass, "version");
            line(speaker_.say(Phrase::why_inside, moment(pass, "entered_at"),
                              std::to_string(version == nullptr ? 0 : *version),
                              text_in(pass, "step")));
            const ir::Index state = index_in(pass, "state", journey_.states.size());
            if (yes_in(pass, "queued")) return line(speaker_.say(Phrase::why_queued), 1);
            if (state != ir::kNone)
                line(speaker_.say(Phrase::why_step, speaker_.step(journey_.states[state])), 1);
            if (find(pass, "due") != nullptr)
                line(speaker_.say(Phrase::why_until, moment(pass, "due")), 1);
            if (yes_in(pass, "parked")) line(speaker_.say(Phrase::why_parked), 1);
        });
        if (!inside) line(speaker_.say(Phrase::why_not_inside));
    }

    void tell_passes(const Record& why, Reading& out) {
        Section earlier;
        section_ = &earlier;
        each_in(why, "passes", [&](const Record& pass) {
            if (find(pass, "ended_at") == nullptr) return;
            const auto* version = held_in<std::int64_t>(pass, "version");
            line(speaker_.say(Phrase::why_pass, moment(pass, "entered_at"),
                              moment(pass, "ended_at"),
                              std::to_string(version == nullptr ? 0 : *version),
                              text_in(pass, "step"), ended_as(text_in(pass, "reason"))));
        });
        if (earlier.lines.empty()) return;
        earlier.title = speaker_.say(Phrase::why_passes);
        out.sections.push_back(std::move(earlier));
    }

    /// The author's own word stays as it is.
    std::string ended_as(const std::string& reason) const {
        constexpr std::string_view kGoal = "goal ";
        if (reason.starts_with(kGoal))
            return speaker_.say(Phrase::ended_goal, reason.substr(kGoal.size()));
        const auto ours = find_phrase(kEnds, reason);
        return ours ? speaker_.say(*ours) : speaker_.say(Phrase::ended_as, speaker_.quoted(reason));
    }

    void tell_occasions(const Record& why) {
        std::vector<bool> met(journey_.triggers.size());
        each_in(why, "occasions", [&](const Record& one) {
            const ir::Index at = index_in(one, "trigger", journey_.triggers.size());
            if (at == ir::kNone) return;
            met[at] = true;
            tell_occasion(one, journey_.triggers[at]);
        });
        for (std::size_t i = 0; i < met.size(); ++i) {
            if (!met[i])
                line(speaker_.say(Phrase::why_no_occasion, speaker_.trigger(journey_.triggers[i])));
        }
    }

    void tell_occasion(const Record& one, const ir::Trigger& trigger) {
        const ir::Index event = ir::event_of(program_, trigger);
        const bool is_event = event != ir::kNone && !std::holds_alternative<ir::OnCall>(trigger);
        line(is_event
                 ? speaker_.say(Phrase::why_event, moment(one, "at"), program_.events[event].name)
                 : speaker_.say(Phrase::why_as_of_now, speaker_.trigger(trigger)));
        line(verdict(one, trigger), 1);
        each_in(one, "checked", [&](const Record& checked) { tell_check(checked); });
    }

    std::string verdict(const Record& one, const ir::Trigger& trigger) const {
        const std::string name = text_in(one, "verdict");
        if (const auto plain = find_phrase(kVerdicts, name)) return speaker_.say(*plain);
        const auto value_of = [&](std::string_view field) {
            const Value* value = find(one, field);
            return value == nullptr ? std::string("?") : speaker_.constant(*value);
        };
        const std::string until = moment(one, "until");
        if (name == "below")
            return speaker_.say(Phrase::why_below, value_of("reached"), value_of("threshold"));
        if (name == "reached_before") {
            return speaker_.say(Phrase::why_reached_before, value_of("reached"),
                                value_of("threshold"));
        }
        if (name == "staying") return speaker_.say(Phrase::why_staying, until);
        if (name == "entered_before") {
            return until.empty() ? speaker_.say(Phrase::why_entered_before)
                                 : speaker_.say(Phrase::why_entered_until, until);
        }
        if (name == "inside") {
            const auto* segment = std::get_if<ir::OnSegment>(&trigger);
            return speaker_.say(segment != nullptr && !segment->joining
                                    ? Phrase::why_inside_leaving
                                    : Phrase::why_inside_joining);
        }
        if (name == "planned") return speaker_.say(Phrase::why_planned, until);
        if (name == "never_planned") {
            const auto* schedule = std::get_if<ir::OnSchedule>(&trigger);
            const bool no_date = schedule != nullptr && schedule->date_field != ir::kNone &&
                                 find(one, "reached") == nullptr;
            return no_date ? speaker_.say(Phrase::why_no_date,
                                          program_.profile[schedule->date_field].name)
                           : speaker_.say(Phrase::why_never_planned);
        }
        return name;
    }

    void tell_check(const Record& checked) {
        const ir::Index at = index_in(checked, "expr", program_.exprs.size());
        if (at == ir::kNone) return;
        const ir::Index event = index_in(checked, "event", program_.events.size());
        const Speaker about = speaker_.looking_at(event);
        std::string saw;
        each_in(checked, "saw", [&](const Record& one) {
            const ir::Index what = index_in(one, "expr", program_.exprs.size());
            const Value* value = find(one, "value");
            // Who is consented or tagged is said by the condition itself.
            if (what == ir::kNone || value == nullptr || value->as<bool>() != nullptr) return;
            const std::string part =
                about.say(Phrase::why_saw, about.value(what), about.constant(*value));
            saw = saw.empty() ? part : about.say(Phrase::select_next, saw, part);
        });
        const bool holds = yes_in(checked, "holds");
        const std::string words = about.condition(at);
        const auto* depth = held_in<std::int64_t>(checked, "depth");
        const auto deeper = static_cast<std::uint32_t>(
            depth == nullptr ? 0 : std::clamp<std::int64_t>(*depth, 0, 16));
        line(saw.empty() ? about.say(holds ? Phrase::why_yes : Phrase::why_no, words)
                         : about.say(holds ? Phrase::why_yes_saw : Phrase::why_no_saw, words, saw),
             2 + deeper);
    }

    std::string channel(const std::string& name) const {
        const ir::Index at = ir::find_named(program_.channels, name);
        return at == ir::kNone ? name : speaker_.channel(at);
    }

    void tell_messages(const List& timeline) {
        for (const Value& item : timeline) {
            const Record* one = record_in(item);
            const Record* fields = one == nullptr ? nullptr : held_in<Record>(*one, "fields");
            if (fields == nullptr || text_in(*fields, "journey") != journey_.name) continue;
            const std::string kind = text_in(*one, "kind");
            const std::string what = text_in(*fields, "template");
            const std::string by = channel(text_in(*fields, "channel"));
            if (kind == "receipt") {
                auto receipt = find_phrase(kReceipts, text_in(*fields, "receipt"));
                const std::string words = text_in(*fields, "words");
                if (receipt == Phrase::receipt_bounced && find(*fields, "hard") != nullptr)
                    receipt = bounce_phrase(yes_in(*fields, "hard"), words);
                if (receipt) {
                    std::string said = speaker_.say(*receipt);
                    if (const std::string reason = without_class(words); !reason.empty())
                        said = speaker_.say(Phrase::receipt_with_words, said, reason);
                    line(speaker_.say(Phrase::message_receipt, moment(*one, "at"), by, what, said),
                         1);
                }
            }
            auto status = find_phrase(kStatuses, text_in(*fields, "status"));
            if (text_in(*fields, "reason") == "dry_run") status = Phrase::message_pretended;
            if (kind != "message" || !status) continue;
            const auto reason = find_phrase(kReasons, text_in(*fields, "reason"));
            std::string text =
                speaker_.say(*status, moment(*one, "at"), by, what, text_in(*fields, "step"),
                             reason ? speaker_.say(*reason) : std::string());
            while (text.ends_with(' '))
                text.pop_back();
            line(std::move(text));
        }
        if (section_->lines.empty()) line(speaker_.say(Phrase::why_no_messages));
    }

    const ir::Program& program_;
    const ir::Journey& journey_;
    Speaker speaker_;
    Language language_;
    const calendar::Zone* zone_ = nullptr;
    Section* section_ = nullptr;
};

}  // namespace

Reading read_why(const ir::Program& program, const ir::Journey& journey, const Record& why,
                 const List& timeline, Language language) {
    return spaced(Teller(program, journey, language).read(why, timeline), language);
}

}  // namespace journey::explain
