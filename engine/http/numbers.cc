#include "engine/http/numbers.h"

#include <cmath>
#include <fmt/format.h>

namespace journey::http {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out;
}

class Page {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        fmt::format_to(std::back_inserter(text_), "# HELP journey_{} {}\n# TYPE journey_{} {}\n",
                       name, help, name, type);
    }
    void sample(std::uint64_t value) {
        fmt::format_to(std::back_inserter(text_), "journey_{} {}\n", name_, value);
    }
    void sample(std::string_view label, std::string_view with, std::uint64_t value) {
        fmt::format_to(std::back_inserter(text_), "journey_{}{{{}=\"{}\"}} {}\n", name_, label,
                       escaped(with), value);
    }
    void sample(std::string_view label, std::string_view with, std::string_view label2,
                std::string_view with2, std::uint64_t value) {
        fmt::format_to(std::back_inserter(text_), "journey_{}{{{}=\"{}\",{}=\"{}\"}} {}\n", name_,
                       label, escaped(with), label2, escaped(with2), value);
    }
    void one(std::string_view name, std::string_view type, std::string_view help,
             std::uint64_t value) {
        family(name, type, help);
        sample(value);
    }
    /// `buckets[i]` holds what is at most first * 2^i seconds and more than the one before. The sum
    /// is taken at the buckets' upper ends.
    void histogram(std::string_view name, std::string_view help,
                   const std::vector<std::uint64_t>& buckets, double first_seconds) {
        family(name, "histogram", help);
        std::uint64_t count = 0;
        double sum = 0;
        for (std::size_t i = 0; i < buckets.size(); ++i) {
            const double most = first_seconds * std::exp2(static_cast<double>(i));
            count += buckets[i];
            sum += most * static_cast<double>(buckets[i]);
            fmt::format_to(std::back_inserter(text_), "journey_{}_bucket{{le=\"{}\"}} {}\n", name,
                           most, count);
        }
        fmt::format_to(
            std::back_inserter(text_),
            "journey_{0}_bucket{{le=\"+Inf\"}} {1}\njourney_{0}_sum {2}\njourney_{0}_count {1}\n",
            name, count, sum);
    }
    std::string take() { return std::move(text_); }

  private:
    std::string_view name_;
    std::string text_;
};

void http_families(Page& page, const HttpNumbers& http) {
    page.family("http_replies_total", "counter", "Replies by HTTP status.");
    for (const auto& [status, count] : http.replies)
        page.sample("status", fmt::format_int(status).c_str(), count);
    page.family("events_refused_total", "counter", "Events refused, by reason.");
    for (const auto& [code, count] : http.refused_events)
        page.sample("code", code, count);
    page.one("events_accepted_total", "counter", "Events taken in.", http.accepted_events);
    page.one("event_warnings_total", "counter", "Warnings given to senders.", http.warnings);
    page.one("http_connections", "gauge", "Connections open now.", http.connections);
    page.one("http_connections_refused_total", "counter", "Connections over the limit.",
             http.connections_refused);
    page.one("http_timeouts_total", "counter", "Connections too slow to be served.", http.timeouts);
    page.one("http_broken_requests_total", "counter", "Requests that were not HTTP.",
             http.broken_requests);
}

void engine_families(Page& page, const runtime::Numbers& engine) {
    page.one("log_commands_total", "counter", "Commands appended to the Log.",
             engine.commands_appended);
    page.one("log_batches_total", "counter", "Synced batches of the Log.", engine.batches_synced);
    page.one("log_written_bytes_total", "counter", "Bytes appended to the Log.", engine.log_bytes);
    page.one("log_queue_commands", "gauge", "Commands waiting for the Log.", engine.queue_commands);
    page.one("log_queue_bytes", "gauge", "Bytes waiting for the Log.", engine.queue_bytes);
    page.one("overloaded_total", "counter", "Submissions refused because too much was waiting.",
             engine.overloaded);
    page.one("attempts_started_total", "counter", "Provider calls begun.", engine.attempts_started);
    page.one("attempts_under_way", "gauge", "Provider calls begun and not ended.",
             engine.attempts_under_way);
    page.one("applied_position", "gauge", "Log position up to which commands are applied.",
             engine.applied);
    page.one("checkpointed_position", "gauge", "Log position up to which the State is saved.",
             engine.checkpointed);
    page.one("people_memory_bytes", "gauge", "Memory that people take.", engine.people_bytes);
    page.one("people_unsaved_bytes", "gauge", "Of it, for people whom no checkpoint has yet.",
             engine.people_unsaved_bytes);
    page.one("people_stored", "gauge", "People who are on disk only, found by their id.",
             engine.people_stored);
    page.one("people_fetched_total", "counter", "Times somebody was read back from disk.",
             engine.people_fetched);
    page.family("observations_total", "counter", "What providers did, by channel.");
    for (const auto& [name, count] : engine.observations) {
        const std::size_t slash = std::min(name.find('/'), name.size());
        const std::string_view view(name);
        page.sample("channel", view.substr(0, slash), "observation",
                    view.substr(std::min(slash + 1, name.size())), count);
    }
    page.histogram("log_sync_seconds", "How long a sync of the Log took.",
                   engine.sync_micros_histogram, 16e-6);
    page.histogram("timer_lateness_seconds", "How late due timers fired.",
                   engine.lateness_millis_histogram, 1e-3);
}

void core_families(Page& page, const core::Counts& counts) {
    page.one("people", "gauge", "People known.", counts.people);
    page.one("events_applied_total", "counter", "Events applied.", counts.events);
    page.one("events_duplicate_total", "counter", "Events met before, by message id.",
             counts.duplicates);
    page.one("events_unknown_total", "counter", "Events no program declares.",
             counts.unknown_events);
    page.one("event_properties_bad_total", "counter", "Properties of the wrong type.",
             counts.bad_properties);
    page.one("events_emitted_total", "counter", "Events that journeys made.", counts.emitted);
    page.one("journeys_ran_total", "counter", "Journeys that journeys started.", counts.ran);
    page.one("acts_dropped_total", "counter",
             "Events and journeys that journeys made one too many of in a chain.", counts.dropped);
    page.one("people_erased_total", "counter", "People erased.", counts.erased);
    page.one("receipts_of_erased_total", "counter",
             "Providers' notices about messages to people who were erased: dropped.",
             counts.late_receipts);
    page.family("messages_sent_total", "counter", "Messages accepted by a provider.");
    for (const auto& [channel, count] : counts.sent_by_channel)
        page.sample("channel", channel, count);

    using Counter = std::uint64_t core::JourneyCounts::*;
    struct Row {
        std::string_view name;
        std::string_view help;
        Counter counter;
    };
    static constexpr Row kRows[] = {
        {"entered_total", "Entries begun.", &core::JourneyCounts::entered},
        {"ended_total", "Entries ended.", &core::JourneyCounts::ended},
        {"goals_total", "Goals reached.", &core::JourneyCounts::goals},
        {"sent_total", "Messages accepted, by journey.", &core::JourneyCounts::sent},
        {"skipped_total", "Messages skipped by a rule.", &core::JourneyCounts::skipped},
        {"unknown_total", "Messages whose fate is unknown.", &core::JourneyCounts::unknown},
    };
    for (const Row& row : kRows) {
        page.family(row.name, "counter", row.help);
        for (const core::JourneyCounts& journey : counts.journeys)
            page.sample("journey", journey.journey, journey.*row.counter);
    }
    page.family("held_out_entered_total", "counter", "Entries begun by people in the holdout.");
    for (const core::JourneyCounts& journey : counts.journeys)
        page.sample("journey", journey.journey, journey.held_out.entered);
    page.family("held_out_goals_total", "counter", "Goals reached by people in the holdout.");
    for (const core::JourneyCounts& journey : counts.journeys)
        page.sample("journey", journey.journey, journey.held_out.goals);
    page.family("people_waiting", "gauge", "People at a step now.");
    for (const core::JourneyCounts& journey : counts.journeys) {
        for (const auto& [step, count] : journey.waiting)
            page.sample("journey", journey.journey, "step", step, count);
    }
}

}  // namespace

std::string metrics_text(const HttpNumbers& http, const runtime::Numbers& engine,
                         const core::Counts& counts) {
    Page page;
    http_families(page, http);
    engine_families(page, engine);
    core_families(page, counts);
    return page.take();
}

}  // namespace journey::http
