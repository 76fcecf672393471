#include "tests/tidy/source.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace journey::tidy {
namespace {

namespace fs = std::filesystem;

// ---- tables -----------------------------------------------------------------------------------

// STYLE, section 2, coarsely: CMake says exactly who touches whom, this what CMake may never say.
struct Ceiling {
    std::string_view rooms;                     // prefix of the rooms it is about
    std::span<const std::string_view> allowed;  // prefixes of what they may touch
    std::string_view why;
};

// What templates include is parsed by what will render it, so that no mistake waits until then.
constexpr std::array<std::string_view, 7> kUnderTheLanguage = {
    "engine/base", "engine/model",  "engine/ir", "engine/calendar",
    "engine/expr", "engine/render", "dsl"};
constexpr std::array<std::string_view, 3> kUnderConnectors = {"engine/base", "engine/model",
                                                              "connectors/"};
// A provider's file is YAML with the product's own Liquid in it; a second language for it would be
// one too many.
constexpr std::array<std::string_view, 5> kUnderDeclared = {
    "engine/base", "engine/model", "engine/render", "engine/settings", "connectors/"};
constexpr std::array<std::string_view, 9> kPure = {
    "engine/base",   "engine/model", "engine/ir",       "engine/calendar", "engine/expr",
    "engine/render", "engine/rules", "engine/segments", "engine/core"};
constexpr std::array<std::string_view, 10> kUnderRuntime = {
    "engine/base",   "engine/model", "engine/ir",       "engine/calendar", "engine/expr",
    "engine/render", "engine/rules", "engine/segments", "engine/core",     "engine/storage"};

// The first that fits counts.
constexpr std::array<Ceiling, 14> kCeilings = {{
    {"engine/base", {}, "base is below all"},
    {"engine/model", kPure, "deciding touches nothing of the world"},
    {"engine/ir", kPure, "the IR loads without the compiler"},
    {"engine/calendar", kPure, "deciding touches nothing of the world"},
    {"engine/expr", kPure, "deciding touches nothing of the world"},
    {"engine/render", kPure, "deciding touches nothing of the world"},
    {"engine/rules", kPure, "deciding touches nothing of the world"},
    {"engine/segments", kPure, "deciding touches nothing of the world"},
    {"engine/core", kPure, "deciding touches nothing of the world"},
    {"engine/storage", kUnderRuntime, "storage keeps and does not decide"},
    {"dsl", kUnderTheLanguage,
     "the compiler knows the engine by its nouns, its IR, its values and its Liquid only"},
    {"connectors/declared", kUnderDeclared, "a provider's file says what to send and to read"},
    {"connectors/", kUnderConnectors, "a connector is told what to send"},
    {"engine/insight", kPure, "statistics are functions over facts"},
}};

// Where a library's header may be included. A place that ends in a dot is a file's stem.
struct Foreign {
    std::string_view header;  // prefix of what stands between the angles
    bool hidden;  // reaches nobody through a door: it costs every includer, or is full of macros
    std::vector<std::string_view> places;
};

const std::vector<Foreign>& foreign_headers() {
    static const std::vector<Foreign> kTable = {
        {"curl/", true, {"connectors/net/"}},
        {"sqlite3.h", true, {"engine/storage/sqlite/", "engine/storage/disk/", "tests/"}},
        {"tao/pegtl", false, {"dsl/syntax/", "tests/dsl/syntax/"}},
        {"yaml-cpp/", true, {"dsl/yaml/", "engine/settings/"}},
        {"boost/asio",
         false,
         {"engine/runtime/", "engine/http/", "engine/app/", "engine/sim/", "connectors/net/",
          "tests/"}},
        {"boost/beast", false, {"engine/http/", "engine/app/", "tests/"}},
        {"boost/json", true, {"engine/", "dsl/", "connectors/", "tests/"}},
        {"boost/outcome", false, {"engine/base/result."}},
        {"simdjson", true, {"engine/", "tests/"}},
        {"spdlog/", true, {"engine/base/log.", "engine/app/"}},
        {"openssl/", true, {"engine/", "connectors/", "tests/"}},
        {"CLI/", true, {"engine/app/", "tests/fuzz/"}},
        {"date/", true, {"engine/calendar/", "tests/engine/calendar/"}},
        {"catch2/", false, {"tests/"}},
    };
    return kTable;
}

// ---- rules ------------------------------------------------------------------------------------

bool starts_with_any(std::string_view text, std::span<const std::string_view> prefixes) {
    for (const std::string_view prefix : prefixes) {
        if (text.starts_with(prefix)) return true;
    }
    return false;
}

std::string_view folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view last_part(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string door_of(std::string_view room) {
    return std::string(room) + "/" + std::string(last_part(room)) + ".h";
}

// The innermost room around a path; empty when there is none.
std::string room_of(std::string_view path, const RoomMap& rooms) {
    for (std::string_view folder = folder_of(path); !folder.empty(); folder = folder_of(folder)) {
        if (rooms.contains(std::string(folder))) return std::string(folder);
    }
    return {};
}

bool is_ours(std::string_view target) {
    return target.starts_with("engine/") || target.starts_with("dsl/") ||
           target.starts_with("connectors/");
}

struct Include {
    std::string target;
    bool angled = false;
    std::size_t line = 0;
};

std::vector<Include> includes_of(const SourceFile& file) {
    std::vector<Include> includes;
    std::size_t line = 0;
    for (std::size_t at = 0; at < file.text.size();) {
        ++line;
        const std::size_t end = std::min(file.text.find('\n', at), file.text.size());
        const std::string_view text = std::string_view(file.text).substr(at, end - at);
        const bool in_code = file.code[at] == '#';
        at = end + 1;
        if (!in_code || !text.starts_with("#include")) continue;
        const std::size_t open = text.find_first_of("\"<");
        if (open == std::string_view::npos) continue;
        const std::size_t close = std::min(text.find_first_of("\">", open + 1), text.size());
        includes.push_back(
            {std::string(text.substr(open + 1, close - open - 1)), text[open] == '<', line});
    }
    return includes;
}

bool builds_and_joins(std::string_view path) {
    return path.starts_with("engine/app/") || path.starts_with("tests/") ||
           path.starts_with("examples/");
}

// What engine/storage hides from all others: its sqlite/ and memory/, doors within the room.
bool is_inner_door_for(const SourceFile& file, std::string_view included) {
    const std::string_view folder = folder_of(included);
    return folder.starts_with("engine/storage/") && included == door_of(folder) &&
           (builds_and_joins(file.path) || file.path.starts_with("engine/sim/"));
}

// Doors beside the door: what the HTTP API needs of the engine without the threads behind it, trees as
// text, and what tests of the whole binary start it with.
bool is_second_door(std::string_view included) {
    return included == "engine/runtime/engine.h" || included == "dsl/ast/same.h" ||
           included == "dsl/ast/margin.h" || included == "engine/app/child.h" ||
           included == "engine/app/project.h";
}

std::optional<std::string> fault_of_ours(const SourceFile& file, const RoomMap& rooms,
                                         const std::string& included) {
    const std::string own = room_of(file.path, rooms);
    const std::string other = room_of(included, rooms);
    if (other.empty()) {
        // The wiring's own headers, and folders without a library of their own.
        if (folder_of(included) == folder_of(file.path)) return std::nullopt;
        if (builds_and_joins(file.path) && included == door_of(folder_of(included))) return {};
        if (builds_and_joins(file.path) && included.starts_with("engine/app/")) return {};
        return "\"" + included + "\" is in no room; declare its folder with add_room";
    }
    if (own == other) return std::nullopt;
    const bool mirrors = file.path.starts_with("tests/" + other + "/");
    if (mirrors || is_inner_door_for(file, included)) return std::nullopt;
    if (included != door_of(other) && !is_second_door(included)) {
        return "\"" + included + "\" is behind a door; include \"" + door_of(other) +
               "\", or move what you need into it";
    }
    if (builds_and_joins(file.path) || other == "engine/base") return std::nullopt;
    if (own.empty()) return "the file is in no room; declare its folder with add_room";
    if (!rooms.at(own).contains(other)) {
        return own + " may not include " + other + "; if STYLE's section 2 allows it, add it to " +
               "TOUCHES of its add_room";
    }
    return std::nullopt;
}

std::optional<std::string> fault_of_foreign(const SourceFile& file, std::string_view header,
                                            const std::set<std::string>& exposed) {
    for (const Foreign& foreign : foreign_headers()) {
        if (!header.starts_with(foreign.header)) continue;
        if (!starts_with_any(file.path, foreign.places)) {
            std::string places;
            for (const std::string_view place : foreign.places) {
                places += (places.empty() ? "" : ", ") + std::string(place);
            }
            return "<" + std::string(header) + "> belongs only in " + places +
                   "; ask that room through its door";
        }
        if (foreign.hidden && exposed.contains(file.path)) {
            return "<" + std::string(header) + "> reaches other rooms through a door; keep it in " +
                   ".cc files and headers that no door includes";
        }
    }
    return std::nullopt;
}

}  // namespace

void check_includes(const SourceFile& file, const RoomMap& rooms,
                    const std::set<std::string>& exposed, Findings& findings) {
    for (const Include& include : includes_of(file)) {
        const std::string& target = include.target;
        std::optional<std::string> fault;
        if (is_ours(target)) {
            fault = fault_of_ours(file, rooms, target);
        } else if (include.angled) {
            fault = fault_of_foreign(file, target, exposed);
        } else if (target.starts_with("tests/") ? !file.path.starts_with("tests/")
                                                : target.find('/') == std::string::npos) {
            fault = "\"" + target + "\" is not a path from the root, or a test's file";
        }
        if (fault) findings.push_back({file.path, include.line, *fault});
    }
}

std::set<std::string> exposed_headers(const std::vector<SourceFile>& files, const RoomMap& rooms) {
    std::map<std::string, const SourceFile*> by_path;
    for (const SourceFile& file : files)
        by_path[file.path] = &file;
    std::vector<std::string> open;
    for (const auto& [room, touches] : rooms)
        open.push_back(door_of(room));
    std::set<std::string> exposed;
    while (!open.empty()) {
        const std::string path = std::move(open.back());
        open.pop_back();
        if (!exposed.insert(path).second || !by_path.contains(path)) continue;
        for (const Include& include : includes_of(*by_path.at(path))) {
            if (is_ours(include.target)) open.push_back(include.target);
        }
    }
    return exposed;
}

void check_touches(const RoomMap& rooms, Findings& findings) {
    for (const auto& [room, touches] : rooms) {
        for (const std::string& touched : touches) {
            const std::string place = room + "/CMakeLists.txt";
            if (!rooms.contains(touched)) {
                findings.push_back({place, 1, "TOUCHES names " + touched + ", which is no room"});
            }
            for (const Ceiling& ceiling : kCeilings) {
                if (!room.starts_with(ceiling.rooms)) continue;
                if (!starts_with_any(touched, ceiling.allowed)) {
                    findings.push_back(
                        {place, 1,
                         room + " may not touch " + touched + ": " + std::string(ceiling.why)});
                }
                break;
            }
        }
    }
}

void check_doors(const fs::path& root, const RoomMap& rooms, Findings& findings) {
    for (const auto& [room, touches] : rooms) {
        if (!fs::exists(root / room / "README.md")) {
            findings.push_back({room, 1,
                                "the room has no README.md; say in a few lines what belongs here, "
                                "what does not, and where to start reading"});
        }
        const bool wiring = room == "engine/app";
        if (!wiring && !fs::exists(root / door_of(room))) {
            findings.push_back({room, 1, "the room has no door, " + door_of(room)});
        }
    }
}

}  // namespace journey::tidy
