// `catalogue`: a table of the project, read whole when the project is checked.

#include "dsl/sema/expr.h"
#include "dsl/sema/once.h"
#include "engine/expr/expr.h"

namespace journey::sema {

namespace {

constexpr std::size_t kBytesMost = 2u << 20;
constexpr std::size_t kRowsMost = 20'000;
constexpr std::size_t kToldMost = 5;

/// RFC 4180: quoted cells hold commas, doubled quotes and line ends.
class Csv {
  public:
    explicit Csv(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    }
    /// False at the end, or when a quote never ends: broken() then.
    bool next(std::vector<std::string>& cells) {
        while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r'))
            line_ += text_[at_++] == '\n' ? 1 : 0;
        if (at_ >= text_.size()) return false;
        row_line_ = line_;
        cells.clear();
        for (bool more = true; more;) {
            if (!cell(cells.emplace_back())) return false;
            more = at_ < text_.size() && text_[at_] == ',';
            if (more) ++at_;
        }
        return true;
    }
    std::size_t line() const { return row_line_; }
    bool broken() const { return broken_; }

  private:
    bool cell(std::string& out) {
        const bool quoted = at_ < text_.size() && text_[at_] == '"';
        if (!quoted) {
            const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
            out = text_.substr(at_, end - at_);
            at_ = end;
            return true;
        }
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\n') ++line_;
            if (text_[at_] == '"') {
                const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
                if (!doubled) {
                    at_ = std::min(text_.find_first_of(",\r\n", at_), text_.size());
                    return true;
                }
                ++at_;
            }
            out += text_[at_];
        }
        broken_ = true;
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t row_line_ = 1;
    bool broken_ = false;
};

class CatalogueChecker {
  public:
    CatalogueChecker(Context& cx, const ast::CatalogueDecl& decl, ir::Catalogue& into)
        : cx_(cx), decl_(decl), into_(into), once_(cx, "The catalogue " + tick(decl.name.text)) {}

    /// False when there is a mistake.
    bool run() {
        const std::size_t before = cx_.errors();
        for (const ast::CatalogueLine& line : decl_.lines) {
            std::visit(Match{[&](const ast::CatalogueFile& file) {
                                 if (once_.first("file", line.span)) file_ = &file.path;
                             },
                             [&](const ast::CatalogueKey& key) {
                                 if (once_.first("key", line.span)) key_ = &key.column;
                             },
                             [&](const ast::Field& field) { add_column(field); }},
                       line.what);
        }
        if (file_ == nullptr)
            report("WHICH FILE?", decl_.name.span,
                   "The catalogue " + tick(decl_.name.text) + " does not say where its rows are.",
                   "add a line like `file \"data/products.csv\"`");
        if (key_ == nullptr)
            report("WHICH KEY?", decl_.name.span,
                   "The catalogue " + tick(decl_.name.text) +
                       " does not say by which column a row is found.",
                   "add a line like `key sku`");
        if (file_ == nullptr || key_ == nullptr || cx_.errors() != before) return false;
        choose_key();
        if (cx_.errors() == before && cx_.options.read_file) read_rows();
        return cx_.errors() == before;
    }

  private:
    void report(const char* title, Span span, std::string says, std::string help = {}) {
        Diagnostic diagnostic = Diagnostic::error("J0506", title, span, std::move(says));
        if (!help.empty()) diagnostic.help.push_back(std::move(help));
        cx_.report(std::move(diagnostic));
    }

    void add_column(const ast::Field& field) {
        if (!once_.first(field.name.text, field.name.span)) return;
        if (std::optional<ir::Field> resolved = resolve_field(cx_, field))
            into_.columns.push_back(std::move(*resolved));
    }

    void choose_key() {
        for (std::size_t i = 0; i < into_.columns.size(); ++i) {
            if (into_.columns[i].name != key_->text) continue;
            into_.key = static_cast<Index>(i);
            if (into_.columns[i].type.kind == ir::TypeKind::text) return;
            report("A KEY IS TEXT", key_->span,
                   "Rows are found by the text of " + tick(key_->text) +
                       ", so its column is a `string`.");
            return;
        }
        ir::Field column;
        column.name = key_->text;
        column.type.kind = ir::TypeKind::text;
        into_.columns.insert(into_.columns.begin(), std::move(column));
        into_.key = 0;
    }

    void read_rows() {
        const std::string& path = file_->value;
        std::optional<std::string> bytes;
        if (!path.starts_with('/') && path.find("..") == std::string::npos)
            bytes = cx_.options.read_file(path);
        if (!bytes) {
            cx_.report(Diagnostic::error("J0112", "FILE NOT FOUND", file_->span,
                                         "There is no file " + tick(path) + " in this project.")
                           .and_after("Paths start at the project's directory."));
            return;
        }
        if (!is_utf8(*bytes)) {
            cx_.report(
                Diagnostic::error("J0007", "NOT UTF-8", file_->span,
                                  "The file " + tick(path) + " is not UTF-8; save it as UTF-8."));
            return;
        }
        if (bytes->size() > kBytesMost)
            return report("A TABLE TOO LARGE", file_->span,
                          "The file " + tick(path) + " is larger than the 2 MB a catalogue may be.",
                          "it travels with every published version: keep the columns that "
                          "messages show");
        Csv csv(*bytes);
        std::vector<std::string> cells;
        if (!csv.next(cells)) return bad(csv.line(), "The table is empty.");
        const std::vector<std::size_t> places = places_of(cells);
        if (places.empty()) return;
        const std::size_t width = cells.size();
        std::map<std::string, std::size_t> lines;  // by key
        while (csv.next(cells)) {
            if (cells.size() != width) {
                bad(csv.line(), "This row has " + std::to_string(cells.size()) +
                                    " cells, and the first row names " + std::to_string(width) +
                                    " columns.");
            } else {
                add_row(csv.line(), cells, places, lines);
            }
            if (told_ >= kToldMost) return;
        }
        if (csv.broken()) bad(csv.line(), "A quote begins here and never ends.");
    }

    /// Where each column stands in the file; empty after a diagnostic.
    std::vector<std::size_t> places_of(const std::vector<std::string>& header) {
        std::vector<std::size_t> places;
        bool all = true;
        for (const ir::Field& column : into_.columns) {
            const auto at = std::find(header.begin(), header.end(), column.name);
            places.push_back(static_cast<std::size_t>(at - header.begin()));
            if (at != header.end()) continue;
            all = false;
            Diagnostic diagnostic =
                Diagnostic::error("J0506", "NOT IN THE TABLE", span_of(column.name),
                                  "The first row of " + tick(file_->value) + " names no column " +
                                      tick(column.name) + ".");
            diagnostic.after = "It has:  " + columns(header);
            const std::vector<std::string> near = did_you_mean(column.name, header);
            if (!near.empty()) diagnostic.help.push_back("did you mean " + tick(near[0]) + "?");
            cx_.report(std::move(diagnostic));
        }
        return all ? places : std::vector<std::size_t>{};
    }

    Span span_of(const std::string& column) const {
        for (const ast::CatalogueLine& line : decl_.lines) {
            const auto* field = std::get_if<ast::Field>(&line.what);
            if (field != nullptr && field->name.text == column) return field->name.span;
        }
        return key_->span;
    }

    void add_row(std::size_t line, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& places,
                 std::map<std::string, std::size_t>& lines) {
        for (std::size_t i = 0; i < into_.columns.size(); ++i) {
            const ir::Field& column = into_.columns[i];
            const std::string& cell = cells[places[i]];
            bool fits = true;
            Value value;
            if (i == into_.key) {
                if (cell.empty())
                    bad(line, "The key " + tick(column.name) + " of this row is empty.");
                const auto [at, fresh] = lines.try_emplace(cell, line);
                if (!fresh)
                    bad(line, "The key " + tick(cell) + " is that of line " +
                                  std::to_string(at->second) + " already.");
                value = Value(cell);
            } else if (cell.empty()) {
                if (column.fallback) value = *column.fallback;
                if (column.required) bad(line, "The column " + tick(column.name) + " is empty.");
            } else {
                value = read_cell(cell, column.type, fits);
                if (!fits)
                    bad(line, "The column " + tick(column.name) + " has " + tick(cell) +
                                  ", which is not " + describe(column.type, cx_.schema()) + ".");
            }
            into_.cells.push_back(std::move(value));
        }
        if (lines.size() > kRowsMost)
            bad(line, "A catalogue has at most 20,000 rows, and this is one more.");
    }

    static Value read_cell(const std::string& cell, const ir::Type& type, bool& fits) {
        if (type.kind == ir::TypeKind::text) return Value(cell);
        if (type.kind == ir::TypeKind::boolean) {
            fits = cell == "true" || cell == "false";
            return Value(cell == "true");
        }
        const bool number = type.kind == ir::TypeKind::integer || type.kind == ir::TypeKind::real;
        const auto parsed = number ? value_from_json(cell) : Result<Value>(Value(cell));
        fits = parsed.has_value();
        return fits ? expr::coerce(parsed.value(), type, fits) : Value();
    }

    void bad(std::size_t line, const std::string& says) {
        if (told_++ >= kToldMost) return;
        report("A ROW THAT CANNOT BE READ", file_->span,
               file_->value + ", line " + std::to_string(line) + ": " + says);
    }

    Context& cx_;
    const ast::CatalogueDecl& decl_;
    ir::Catalogue& into_;
    Once once_;
    const ast::Text* file_ = nullptr;
    const ast::Name* key_ = nullptr;
    std::size_t told_ = 0;
};

}  // namespace

void check_catalogues(Context& cx, const std::vector<ast::File>& files) {
    for (const ast::File& file : files) {
        for (const ast::Item& item : file.items) {
            const auto* decl = std::get_if<ast::CatalogueDecl>(&item.what);
            if (decl == nullptr) continue;
            const Index index = static_cast<Index>(cx.schema().catalogues.size());
            if (!cx.declare(Kind::catalogue, decl->name.text, decl->name.span, index)) continue;
            ir::Catalogue made;
            made.name = decl->name.text;
            cx.schema().catalogues.push_back(made);
            if (!CatalogueChecker(cx, *decl, made).run())
                cx.peek(Kind::catalogue, decl->name.text)->broken = true;
            cx.schema().catalogues[index] = std::move(made);
        }
    }
}

}  // namespace journey::sema
