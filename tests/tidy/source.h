#pragma once
// The tree as tidy's rules see it.

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace journey::tidy {

struct SourceFile {
    std::string path;  // from the root: "engine/core/core.h"
    std::string text;
    std::string code;  // the text with comments, strings and characters blanked; same length
};

/// Room to the rooms whose doors it may include.
using RoomMap = std::map<std::string, std::set<std::string>>;

struct Finding {
    std::string path;
    std::size_t line = 0;  // from 1
    std::string says;
};
using Findings = std::vector<Finding>;

SourceFile source_file(std::string path, std::string text);
/// Every C++ file of ours below `root`, by path.
std::vector<SourceFile> read_tree(const std::filesystem::path& root);
/// Reads what add_room wrote: "room | room room" a line, # for comments.
RoomMap parse_room_map(std::string_view text);
std::size_t line_of(std::string_view text, std::size_t at);
bool is_header(std::string_view path);

/// includes.cc: rooms, doors and foreign headers.
/// `exposed` are the headers that other rooms read, knowingly or not.
void check_includes(const SourceFile& file, const RoomMap& rooms,
                    const std::set<std::string>& exposed, Findings& findings);
/// Every door and what doors include, and so on.
std::set<std::string> exposed_headers(const std::vector<SourceFile>& files, const RoomMap& rooms);
void check_touches(const RoomMap& rooms, Findings& findings);
void check_doors(const std::filesystem::path& root, const RoomMap& rooms, Findings& findings);

/// words.cc: what may not be written, and where it may.
void check_words(const SourceFile& file, Findings& findings);
void check_awaits(const SourceFile& file, Findings& findings);
void check_shape(const SourceFile& file, Findings& findings);
/// Every place named by crash_here stands in `test`, which visits them.
void check_crash_points(const SourceFile& file, std::string_view test, Findings& findings);

}  // namespace journey::tidy
