// journey suppress import|add|remove|find|list: the suppression list by address of a running
// daemon. An import may be begun again at any time: what stands there already is only counted.

#include "dsl/translate/translate.h"
#include "engine/app/client.h"
#include "engine/app/commands.h"
#include "engine/app/csv.h"
#include "engine/app/progress.h"
#include "engine/settings/settings.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <thread>

namespace journey::app {
namespace {

namespace fs = std::filesystem;
using settings::Setting;

constexpr std::size_t kBatch = 1000;
constexpr int kTriesMost = 8;

/// Which column says what. The names of the columns that people use are known without a mapping.
struct Columns {
    std::string address = "address";
    std::string channel = "channel";
    std::string reason = "reason";
    std::string date = "date";
    bool mapped = false;
};

/// The mapping file is YAML: `address: E-Mail`, and so for channel, reason and date.
Result<Columns> columns_of(const std::string& path) {
    Columns out;
    if (path.empty()) return out;
    TRY(const Setting root, Setting::load(path));
    out.mapped = true;
    out.address = root["address"].text();
    for (const auto& [name, column] :
         {std::pair{"channel", &out.channel}, std::pair{"reason", &out.reason},
          std::pair{"date", &out.date}}) {
        const Setting given = root[name];
        if (given.present()) *column = given.text();
    }
    TRY(root.finish());
    return out;
}

std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
}

/// Where the columns stand in the header; npos: nowhere.
struct Places {
    std::size_t address = std::string::npos;
    std::size_t channel = std::string::npos;
    std::size_t reason = std::string::npos;
    std::size_t date = std::string::npos;
};

Result<Places> places_in(const std::vector<std::string>& header, const Columns& columns) {
    Places out;
    const auto find = [&](const std::string& name) {
        for (std::size_t i = 0; i < header.size(); ++i) {
            if (lower(header[i]) == lower(name)) return i;
        }
        return std::string::npos;
    };
    out.address = find(columns.address);
    for (const char* name : {"email", "e-mail", "phone", "mobile", "地址", "邮箱", "手机号"}) {
        if (out.address == std::string::npos && !columns.mapped) out.address = find(name);
    }
    if (out.address == std::string::npos)
        return error(ErrorCode::invalid,
                     fmt::format("the file has no column `{}`; its columns are: {}",
                                 columns.address, fmt::join(header, ", ")));
    out.channel = find(columns.channel);
    out.reason = find(columns.reason);
    out.date = find(columns.date);
    return out;
}

std::string cell(const CsvRow& row, std::size_t place) {
    return place < row.fields.size() ? row.fields[place] : "";
}

struct Counts {
    std::uint64_t rows = 0;
    std::uint64_t taken = 0;
    std::uint64_t already = 0;
    std::uint64_t refused = 0;
};

/// Sends until the daemon takes it.
Result<Record> send(const Client& client, const std::string& path, const std::string& body) {
    for (int attempt = 0;; ++attempt) {
        const auto answer = client.post(path, body);
        if (answer && answer.value().status == 200) return record_of(answer.value());
        const bool again = !answer || answer.value().status == 429 || answer.value().status >= 500;
        if (!again) return error(ErrorCode::invalid, problem_of(answer.value()));
        if (attempt >= kTriesMost)
            return answer ? error(ErrorCode::retry, problem_of(answer.value())) : answer.error();
        std::this_thread::sleep_for(std::chrono::milliseconds(200) * (1 << std::min(attempt, 5)));
    }
}

class Import {
  public:
    Import(const SuppressOptions& options, const Client& client, Places places,
           std::string reject_file)
        : options_(options),
          client_(client),
          places_(places),
          reject_file_(std::move(reject_file)) {}

    Result<void> add(CsvRow row) {
        ++counts.rows;
        if (!row.problem.empty()) {
            refuse(row, row.problem);
            return success();
        }
        const auto given = [&](std::size_t place, const std::string& otherwise) {
            std::string text = cell(row, place);
            return text.empty() ? otherwise : text;
        };
        Record item{{"address", Value(cell(row, places_.address))},
                    {"channel", Value(lower(given(places_.channel, options_.channel)))},
                    {"reason", Value(given(places_.reason, options_.reason))}};
        const std::string date = cell(row, places_.date);
        if (!date.empty()) item.push_back({"at", Value(date)});
        items_.push_back(Value(std::move(item)));
        rows_.push_back(std::move(row));
        return items_.size() >= kBatch ? flush() : success();
    }

    Result<void> flush() {
        if (items_.empty()) return success();
        const Record body{{"source", Value(source())},
                          {"suppressions", Value(std::exchange(items_, {}))}};
        TRY(const Record answer, send(client_, "/v1/suppressions", to_json(Value(body))));
        counts.taken += number_in(answer, "taken");
        counts.already += number_in(answer, "already");
        const Value* refused = find(answer, "refused");
        if (refused != nullptr && refused->as<List>() != nullptr) {
            for (const Value& one : *refused->as<List>()) {
                const Record* record = one.as<Record>();
                const std::uint64_t index =
                    record == nullptr ? rows_.size() : number_in(*record, "index");
                if (index < rows_.size()) refuse(rows_[index], text_in(*record, "reason"));
            }
        }
        rows_.clear();
        if (rejects_.is_open() && !rejects_.flush())
            return error(ErrorCode::storage_failed, fmt::format("I cannot write {}", reject_file_));
        return success();
    }

    Counts counts;

  private:
    std::string source() const {
        return "import " + fs::path(options_.subject).filename().string();
    }

    void refuse(const CsvRow& row, const std::string& reason) {
        ++counts.refused;
        if (!rejects_.is_open()) rejects_.open(reject_file_, std::ios::trunc);
        rejects_ << csv_text({std::to_string(row.line), reason}) << ',' << csv_text(row.fields)
                 << '\n';
    }

    const SuppressOptions& options_;
    const Client& client_;
    Places places_;
    std::string reject_file_;
    std::ofstream rejects_;
    List items_;
    std::vector<CsvRow> rows_;
};

int import_list(const SuppressOptions& options, const translate::Speech& say) {
    const auto columns = columns_of(options.mapping);
    if (!columns) return fail(columns.error());
    std::ifstream file(options.subject, std::ios::binary);
    if (!file)
        return fail(error(ErrorCode::not_found, fmt::format("I cannot read {}", options.subject)));
    std::error_code ignored;
    const std::uint64_t bytes = fs::file_size(options.subject, ignored);
    CsvReader reader(file);
    CsvRow row;
    if (!reader.next(row) || !row.problem.empty())
        return fail(error(ErrorCode::invalid, "the file has no header line with the columns"));
    // Excel writes one.
    if (!row.fields.empty() && row.fields[0].starts_with("\xef\xbb\xbf")) row.fields[0].erase(0, 3);
    const auto places = places_in(row.fields, columns.value());
    if (!places) return fail(places.error());

    const Client client(options.daemon.to, options.daemon.write_key, "");
    const std::string reject_file =
        options.rejects.empty() ? options.subject + ".rejects.csv" : options.rejects;
    fs::remove(reject_file, ignored);
    Import import(options, client, places.value(), reject_file);
    Progress progress(say("importing"), bytes);
    while (reader.next(row)) {
        const bool blank = row.problem.empty() && row.fields.size() == 1 && row.fields[0].empty();
        if (blank) continue;
        const auto added = import.add(std::move(row));
        if (!added) return fail(added.error());
        progress.at(reader.offset(), say("{} addresses", import.counts.rows));
        row = {};
    }
    if (const auto sent = import.flush(); !sent) return fail(sent.error());
    const Counts& counts = import.counts;
    progress.finish(say("{} addresses", counts.rows));
    fmt::print("{}", say("{} rows: {} addresses taken, {} were on the list already, {} refused\n",
                         counts.rows, counts.taken, counts.already, counts.refused));
    if (counts.refused > 0)
        fmt::print(stderr, "{}",
                   say("{} rows could not be used; each stands in {} with its line and the "
                       "reason\n",
                       counts.refused, reject_file));
    return counts.refused > 0 ? 1 : 0;
}

std::string body_about(const SuppressOptions& options) {
    Record body{{"address", Value(options.subject)}, {"channel", Value(options.channel)}};
    if (!options.reason.empty()) body.push_back({"reason", Value(options.reason)});
    body.push_back({"source", Value("journey suppress")});
    return to_json(Value(std::move(body)));
}

int add(const SuppressOptions& options, const translate::Speech& say) {
    const Client client(options.daemon.to, options.daemon.write_key, "");
    Record item{{"address", Value(options.subject)}, {"channel", Value(options.channel)}};
    if (!options.reason.empty()) item.push_back({"reason", Value(options.reason)});
    const Record body{{"source", Value("journey suppress")},
                      {"suppressions", Value(List{Value(std::move(item))})}};
    const auto answer = send(client, "/v1/suppressions", to_json(Value(body)));
    if (!answer) return fail(answer.error());
    const Value* refused = find(answer.value(), "refused");
    if (refused != nullptr && refused->as<List>() != nullptr && !refused->as<List>()->empty())
        return fail(error(ErrorCode::invalid,
                          text_in(*refused->as<List>()->front().as<Record>(), "reason")));
    fmt::print("{}", number_in(answer.value(), "taken") > 0
                         ? say("{} is suppressed; nothing goes there any more\n", options.subject)
                         : say("{} was on the list already\n", options.subject));
    return 0;
}

int remove(const SuppressOptions& options, const translate::Speech& say) {
    if (options.reason.empty())
        return fail(
            error(ErrorCode::invalid, "say why with --reason: it is kept, and somebody may ask"));
    const Client client(options.daemon.to, "", options.daemon.admin_token);
    const auto answer = send(client, "/admin/suppressions/remove", body_about(options));
    if (!answer) return fail(answer.error());
    const Value* removed = find(answer.value(), "removed");
    const bool was_there =
        removed != nullptr && removed->as<bool>() != nullptr && *removed->as<bool>();
    fmt::print("{}", was_there ? say("{} is written to again\n", options.subject)
                               : say("{} is not on the list\n", options.subject));
    return was_there ? 0 : 1;
}

int list(const SuppressOptions& options, const translate::Speech& say) {
    const Client client(options.daemon.to, "", options.daemon.admin_token);
    if (!options.subject.empty()) {
        const auto answer = send(client, "/admin/suppressions/find", body_about(options));
        if (!answer) return fail(answer.error());
        const Record& found = answer.value();
        if (options.json) {
            fmt::print("{}\n", to_json(Value(found)));
            return 0;
        }
        const Value* held = find(found, "suppressed");
        const bool suppressed = held != nullptr && held->as<bool>() != nullptr && *held->as<bool>();
        const std::string since = text_in(found, "since").substr(0, 10);
        if (suppressed) {
            fmt::print("{}", say("{} is suppressed since {}: {} ({})\n", text_in(found, "address"),
                                 since, text_in(found, "reason"), text_in(found, "source")));
        } else if (since.empty()) {
            fmt::print("{}", say("{} is not on the list\n", text_in(found, "address")));
        } else {
            fmt::print("{}",
                       say("{} was taken off the list on {}: {} ({})\n", text_in(found, "address"),
                           since, text_in(found, "reason"), text_in(found, "source")));
        }
        return 0;
    }
    const auto answered = asked(client, options.daemon, "/admin/suppressions");
    if (!answered) return fail(answered.error());
    const auto answer = record_of(answered.value());
    if (!answer) return fail(answer.error());
    if (options.json) {
        fmt::print("{}\n", to_json(Value(answer.value())));
        return 0;
    }
    fmt::print("{}", say("{} addresses are suppressed\n", number_in(answer.value(), "addresses")));
    const Value* by = find(answer.value(), "by");
    if (by == nullptr || by->as<List>() == nullptr) return 0;
    for (const Value& item : *by->as<List>()) {
        const Record* one = item.as<Record>();
        if (one == nullptr) continue;
        fmt::print("  {:<12}{:>10}  {} ({})\n", text_in(*one, "scope"),
                   number_in(*one, "addresses"), text_in(*one, "reason"), text_in(*one, "source"));
    }
    return 0;
}

}  // namespace

int suppress_command(const SuppressOptions& given) {
    SuppressOptions options = given;
    find_keys(options.daemon);
    const translate::Speech say(translate::language_of_environment());
    if (options.what == "import") return import_list(options, say);
    if (options.what == "add") return add(options, say);
    if (options.what == "remove") return remove(options, say);
    return list(options, say);
}

}  // namespace journey::app
