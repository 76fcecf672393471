#pragma once
// A CSV file seen as events, by a mapping file. See examples/02-real-data for one.

#include "engine/app/csv.h"
#include "engine/calendar/calendar.h"
#include "engine/settings/settings.h"

#include <fstream>

namespace journey::app {

struct MappedEvent {
    std::string person;  // the customer's own id
    std::string event;
    std::string id;  // unique within the file: de-duplicates
    Instant time{};
    Record properties;
    Record traits;
    std::uint64_t rows = 0;
};

struct RejectedRow {
    std::uint64_t line = 0;
    std::string reason;
    std::vector<std::string> fields;
};

/// How columns become events.
class Mapping {
  public:
    static Result<Mapping> load(const std::string& path);

    struct Property {
        enum class Kind { column, text, sum_of_products, count_rows, list_of } kind = Kind::column;
        std::string name;
        std::vector<std::string> columns;
        std::string fixed;
        enum class As { text, integer, number, money } as = As::text;
        std::string currency;
    };
    struct Rule {
        std::string event;
        std::string column;  // `when`: this column …
        std::string prefix;  // … starts with this; both "" = always
        std::string id_prefix;
        std::vector<Property> properties;
    };
    std::string person;
    std::string time_column;
    std::string time_format;
    const calendar::Zone* zone = nullptr;
    std::string group_by;
    std::vector<Property> traits;
    std::vector<Rule> rules;
};

/// Streams. Neighbouring rows with the same value in the mapping's `group by` column make one
/// event.
class MappedCsv {
  public:
    using Reject = std::function<void(const RejectedRow&)>;
    /// `invalid` when a column of the mapping is not in the header.
    static Result<std::unique_ptr<MappedCsv>> open(std::istream& in, const Mapping& mapping,
                                                   Reject reject);

    std::optional<MappedEvent> next();
    /// Bytes that are wholly consumed: an import may start again there (with the header read from
    /// the start).
    std::uint64_t consumed() const { return consumed_; }
    std::uint64_t rows() const { return rows_; }
    std::uint64_t consumed_line() const { return consumed_line_; }
    /// Goes on from an earlier `consumed()`.
    void resume(std::uint64_t offset, std::uint64_t line);

  private:
    MappedCsv(std::istream& in, const Mapping& mapping, Reject reject)
        : in_(in), reader_(in), mapping_(mapping), reject_(std::move(reject)) {}
    struct Usable {
        CsvRow row;
        Instant time{};
    };
    std::optional<Usable> next_usable();
    std::string cell(const CsvRow& row, std::string_view column) const;
    Result<Instant> time_of(const CsvRow& row) const;
    Result<Value> value_of(const Mapping::Property& property,
                           const std::vector<Usable>& group) const;

    std::istream& in_;
    CsvReader reader_;
    const Mapping& mapping_;
    Reject reject_;
    std::unordered_map<std::string, std::size_t> columns_;
    std::optional<Usable> ahead_;
    std::uint64_t consumed_ = 0;
    std::uint64_t consumed_line_ = 1;
    std::uint64_t rows_ = 0;
};

}  // namespace journey::app
