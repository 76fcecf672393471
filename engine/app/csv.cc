#include "engine/app/csv.h"

namespace journey::app {
namespace {
constexpr std::size_t kRowMost = 1u << 20;
}

int CsvReader::get() {
    const int c = in_->rdbuf()->sbumpc();
    if (c == std::char_traits<char>::eof()) return -1;
    ++offset_;
    if (c == '\n') ++line_;
    return c;
}

bool CsvReader::next(CsvRow& row) {
    row.fields.clear();
    row.problem.clear();
    row.offset = offset_;
    row.line = line_;
    int c = get();
    while (c == '\n' || c == '\r') {  // blank lines between rows
        row.offset = offset_;
        row.line = line_;
        c = get();
    }
    if (c < 0) return false;
    std::string field;
    std::size_t size = 0;
    bool quoted = false;
    for (;; c = get()) {
        if (++size > kRowMost && row.problem.empty())
            row.problem = "the row is longer than 1 MiB; is a quote never closed?";
        if (c < 0) {
            if (quoted) row.problem = "the file ends inside quotes";
            break;
        }
        const char letter = static_cast<char>(c);
        if (quoted) {
            if (letter != '"') {
                if (row.problem.empty()) field.push_back(letter);
                continue;
            }
            if (in_->rdbuf()->sgetc() == '"') {
                get();
                field.push_back('"');
            } else {
                quoted = false;
            }
            continue;
        }
        if (letter == '"' && field.empty()) {
            quoted = true;
        } else if (letter == ',') {
            row.fields.push_back(std::exchange(field, {}));
        } else if (letter == '\n') {
            break;
        } else if (letter == '\r' && in_->rdbuf()->sgetc() == '\n') {
            get();
            break;
        } else if (row.problem.empty()) {
            field.push_back(letter);
        }
    }
    row.fields.push_back(std::move(field));
    if (row.problem.empty()) {
        for (const std::string& text : row.fields) {
            if (!is_utf8(text)) row.problem = "the text is not UTF-8";
        }
    }
    return true;
}

std::string csv_text(const std::vector<std::string>& fields) {
    std::string out;
    for (const std::string& field : fields) {
        if (&field != &fields.front()) out.push_back(',');
        if (field.find_first_of(",\"\n\r") == std::string::npos) {
            out += field;
            continue;
        }
        out.push_back('"');
        for (const char c : field) {
            if (c == '"') out.push_back('"');
            out.push_back(c);
        }
        out.push_back('"');
    }
    return out;
}

}  // namespace journey::app
