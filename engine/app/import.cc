// journey import: a CSV file becomes events of a running daemon. Resumable (a small state file
// beside the CSV), idempotent (message ids are made from the rows), rows that cannot be used go to
// a reject file with the reason.

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
#include "engine/app/commands.h"
#include "engine/app/mapped_csv.h"
#include "engine/app/progress.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <thread>

namespace journey::app {
namespace {

namespace fs = std::filesystem;

struct Place {
    std::uint64_t offset = 0;
    std::uint64_t line = 1;
    std::uint64_t events = 0;
    std::uint64_t rejected = 0;
    std::uint64_t reject_bytes = 0;  // of the reject file that belong to rows before `offset`
};

std::optional<Place> load_place(const std::string& path, const std::string& fingerprint) {
    std::ifstream in(path);
    std::string stored;
    Place place;
    if (in >> stored >> place.offset >> place.line >> place.events >> place.rejected >>
            place.reject_bytes &&
        stored == fingerprint)
        return place;
    return std::nullopt;
}

Result<void> save_place(const std::string& path, const std::string& fingerprint,
                        const Place& place) {
    {
        std::ofstream out(path + ".new", std::ios::trunc);
        out << fingerprint << ' ' << place.offset << ' ' << place.line << ' ' << place.events << ' '
            << place.rejected << ' ' << place.reject_bytes << '\n';
        if (!out.flush())
            return error(
                ErrorCode::storage_failed,
                fmt::format("I cannot write {}; the import can go on from the last saved place",
                            path));
    }
    std::error_code problem;
    fs::rename(path + ".new", path, problem);
    if (problem)
        return error(ErrorCode::storage_failed,
                     fmt::format("I cannot write {}: {}", path, problem.message()));
    return success();
}

Value item_of(const MappedEvent& event, std::string_view type, const std::string& id) {
    Record item{{"type", Value(type)},
                {"userId", Value(event.person)},
                {"messageId", Value(id)},
                {"timestamp", Value(format_instant(event.time))}};
    if (type == "track") {
        put(item, "event", Value(event.event));
        put(item, "properties", Value(event.properties));
    } else {
        put(item, "traits", Value(event.traits));
    }
    return Value(std::move(item));
}

/// Sends until the daemon takes it; waits as long as a 429 or 503 asks.
Result<Record> send_batch(const Client& client, const List& items) {
    const std::string body = to_json(Value(Record{{"batch", Value(items)}}));
    for (int attempt = 0;; ++attempt) {
        auto answer = client.post("/v1/batch", body);
        if (answer && answer.value().status == 200) {
            TRY(Value parsed, value_from_json(answer.value().body));
            if (const Record* record = parsed.as<Record>()) return *record;
            return Record{};
        }
        const bool again = !answer || answer.value().status == 429 || answer.value().status >= 500;
        if (!again) return error(ErrorCode::invalid, problem_of(answer.value()));
        if (attempt >= 8)
            return answer ? error(ErrorCode::retry, problem_of(answer.value())) : answer.error();
        std::this_thread::sleep_for(std::chrono::milliseconds(200) * (1 << std::min(attempt, 5)));
    }
}

}  // namespace

int import_command(const ImportOptions& options) {
    const translate::Speech say(translate::language_of_environment());
    auto mapping = Mapping::load(options.mapping);
    if (!mapping) return fail(mapping.error());
    std::ifstream file;
    std::uint64_t bytes = 0;
    const bool from_pipe = options.csv == "-";
    if (!from_pipe) {
        file.open(options.csv, std::ios::binary);
        if (!file)
            return fail(error(ErrorCode::not_found, fmt::format("I cannot read {}", options.csv)));
        std::error_code ignored;
        bytes = fs::file_size(options.csv, ignored);
    }
    const std::string state_file =
        (from_pipe ? std::string("import") : options.csv) + ".import-state";
    const std::string reject_file =
        options.rejects.empty() ? (from_pipe ? std::string("import") : options.csv) + ".rejects.csv"
                                : options.rejects;
    const std::string fingerprint =
        to_hex(view_of(sha256(options.csv + "\n" + options.mapping + "\n" + std::to_string(bytes))))
            .substr(0, 16);

    Place place;
    std::ofstream rejects;
    bool rejects_written = true;
    const auto reject = [&](const RejectedRow& row) {
        if (!rejects.is_open()) rejects.open(reject_file, std::ios::app);
        rejects << csv_text({std::to_string(row.line), row.reason}) << ',' << csv_text(row.fields)
                << '\n';
        rejects_written = rejects_written && rejects.good();
        ++place.rejected;
    };
    auto opened = MappedCsv::open(from_pipe ? static_cast<std::istream&>(std::cin) : file,
                                  mapping.value(), reject);
    if (!opened) return fail(opened.error());
    MappedCsv& csv = *opened.value();

    if (!from_pipe && !options.from_start) {
        if (const auto stored = load_place(state_file, fingerprint)) {
            place = *stored;
            csv.resume(place.offset, place.line);
            // What was rejected after the saved place will be met again.
            std::error_code ignored;
            if (place.reject_bytes > 0) fs::resize_file(reject_file, place.reject_bytes, ignored);
            fmt::print(stderr, "{}",
                       say("going on at line {} ({} events were taken before)\n", place.line,
                           place.events));
        }
    }
    if (place.offset == 0) {
        std::error_code ignored;
        fs::remove(reject_file, ignored);
    }
    const Client client(options.to, options.write_key, "");
    Progress progress(say("importing"), bytes);
    std::uint64_t warnings = 0;
    std::uint64_t refused = 0;
    std::string first_complaint;
    std::unordered_map<std::string, std::string> traits_sent;
    for (bool more = true; more;) {
        List items;
        while (items.size() < 500) {
            auto event = csv.next();
            if (!event) {
                more = false;
                break;
            }
            if (!event->traits.empty()) {
                const std::string traits = to_json(Value(event->traits));
                if (std::string& last = traits_sent[event->person]; last != traits) {
                    last = traits;
                    items.push_back(item_of(*event, "identify", "traits:" + event->id));
                }
            }
            items.push_back(item_of(*event, "track", event->id));
            ++place.events;
        }
        if (!items.empty()) {
            auto answer = send_batch(client, items);
            if (!answer) return fail(answer.error());
            for (const char* kind : {"rejected", "warnings"}) {
                const Value* list = find(answer.value(), kind);
                if (list == nullptr || list->as<List>() == nullptr) continue;
                (std::string_view(kind) == "rejected" ? refused : warnings) +=
                    list->as<List>()->size();
                if (first_complaint.empty() && !list->as<List>()->empty())
                    first_complaint = to_json(list->as<List>()->front());
            }
        }
        place.offset = csv.consumed();
        place.line = csv.consumed_line();
        if (rejects.is_open()) {
            rejects.flush();
            std::error_code ignored;
            place.reject_bytes = fs::file_size(reject_file, ignored);
        }
        if (!rejects_written)
            return fail(error(ErrorCode::storage_failed,
                              fmt::format("I cannot write {}; nothing after line {} was taken",
                                          reject_file, place.line)));
        if (!from_pipe) {
            auto saved = save_place(state_file, fingerprint, place);
            if (!saved) return fail(saved.error());
        }
        progress.at(place.offset, say("{} events", place.events));
    }
    progress.finish(say("{} events taken", place.events));
    if (place.rejected > 0)
        fmt::print(
            stderr, "{}",
            say("{} rows could not be used; each stands in {} with its line and the reason\n",
                place.rejected, reject_file));
    if (refused > 0)
        fmt::print(stderr, "{}",
                   say("the daemon refused {} events; the first: {}\n", refused, first_complaint));
    if (refused == 0 && warnings > 0)
        fmt::print(stderr, "{}",
                   say("the daemon had {} remarks; the first: {}\n", warnings, first_complaint));
    if (place.events > 0)
        fmt::print(
            stderr, "{}",
            say("rows taken before change nothing; events older than ten minutes are history: "
                "conditions see them, but they start no journey\n"));
    std::error_code ignored;
    if (!from_pipe) fs::remove(state_file, ignored);
    return refused > 0 ? 1 : 0;
}

}  // namespace journey::app
