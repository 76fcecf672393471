#include "tests/tidy/source.h"

#include "tests/kit/files.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace journey::tidy {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Blanks what is no code. Not a lexer of C++, but of what can hide code-like words in it.
class Blanker {
  public:
    explicit Blanker(std::string_view text) : text_(text), code_(text) {}

    std::string run() {
        while (at_ < text_.size())
            step();
        return std::move(code_);
    }

  private:
    void step() {
        const bool after_word = at_ > 0 && is_word(text_[at_ - 1]);
        if (starts("//")) {
            blank_to(text_.find('\n', at_));
        } else if (starts("/*")) {
            blank_to(after(text_.find("*/", at_ + 2), 2));
        } else if (starts("R\"") && !after_word) {
            raw_string();
        } else if (text_[at_] == '"') {
            quoted('"');
        } else if (text_[at_] == '\'' && !after_word) {  // not 1'000
            quoted('\'');
        } else {
            ++at_;
        }
    }
    void raw_string() {
        const std::size_t open = text_.find('(', at_);
        if (open == std::string_view::npos) return blank_to(open);
        const std::string close = ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
        blank_to(after(text_.find(close, open), close.size()));
    }
    void quoted(char quote) {
        std::size_t end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
            end += text_[end] == '\\' ? 2 : 1;
        }
        blank_to(end + 1);
    }
    bool starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }
    static std::size_t after(std::size_t found, std::size_t size) {
        return found == std::string_view::npos ? found : found + size;
    }
    void blank_to(std::size_t end) {
        end = std::min(end, text_.size());
        for (; at_ < end; ++at_) {
            if (text_[at_] != '\n') code_[at_] = ' ';
        }
    }

    std::string_view text_;
    std::string code_;
    std::size_t at_ = 0;
};

}  // namespace

SourceFile source_file(std::string path, std::string text) {
    std::string code = Blanker(text).run();
    return {std::move(path), std::move(text), std::move(code)};
}

std::vector<SourceFile> read_tree(const fs::path& root) {
    static constexpr std::array<std::string_view, 5> kFolders = {"engine", "dsl", "connectors",
                                                                 "tests", "examples"};
    std::vector<SourceFile> files;
    for (const std::string_view folder : kFolders) {
        if (!fs::exists(root / folder)) continue;
        fs::recursive_directory_iterator walk(root / folder);
        for (auto it = fs::begin(walk); it != fs::end(walk); ++it) {
            const std::string name = it->path().filename().string();
            if (it->is_directory() && (name == "node_modules" || name.starts_with("."))) {
                it.disable_recursion_pending();
            } else if (it->is_regular_file() && (name.ends_with(".cc") || name.ends_with(".h"))) {
                files.push_back(source_file(it->path().lexically_relative(root).generic_string(),
                                            testing::read_file(it->path())));
            }
        }
    }
    std::sort(files.begin(), files.end(),
              [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    return files;
}

RoomMap parse_room_map(std::string_view text) {
    RoomMap rooms;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#")) continue;
        std::istringstream words(line);
        std::string room;
        std::string bar;
        if (!(words >> room >> bar) || bar != "|") continue;
        std::set<std::string>& touches = rooms[room];
        for (std::string touched; words >> touched && touched != "|";)
            touches.insert(touched);
    }
    return rooms;
}

std::size_t line_of(std::string_view text, std::size_t at) {
    return static_cast<std::size_t>(
               std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
           1;
}

bool is_header(std::string_view path) {
    return path.ends_with(".h");
}

}  // namespace journey::tidy
