#pragma once
// RFC 4180, read as a stream: quoted fields with commas, doubled quotes and line ends inside; LF or
// CRLF.

#include "engine/base/base.h"

#include <istream>

namespace journey::app {

struct CsvRow {
    std::uint64_t line = 0;    // where the row starts, from 1
    std::uint64_t offset = 0;  // bytes from the start of the stream
    std::vector<std::string> fields;
    std::string problem;  // "" or why the row cannot be read
};

class CsvReader {
  public:
    /// `offset` and `line` say where `in` stands when a resumed import starts in the middle.
    explicit CsvReader(std::istream& in, std::uint64_t offset = 0, std::uint64_t line = 1)
        : in_(&in), offset_(offset), line_(line) {}
    /// False at the end. A row over 1 MiB, or a quote that never ends, is a problem, not a crash.
    bool next(CsvRow& row);
    std::uint64_t offset() const { return offset_; }
    std::uint64_t line() const { return line_; }

  private:
    int get();
    std::istream* in_;
    std::uint64_t offset_ = 0;
    std::uint64_t line_ = 1;
};

/// The row as CSV again, without the line end.
std::string csv_text(const std::vector<std::string>& fields);

}  // namespace journey::app
