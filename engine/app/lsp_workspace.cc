#include "engine/app/lsp_workspace.h"

#include "engine/app/project.h"

#include <filesystem>

namespace journey::app {
namespace {

namespace fs = std::filesystem;

std::string parent_of(const std::string& path) {
    return path.starts_with('/') ? fs::path(path).parent_path().string() : std::string();
}

/// What a file is called in messages: short, from the folder.
std::string name_in(const std::string& folder, const std::string& path) {
    if (folder.empty() || !path.starts_with('/')) return path;
    return fs::path(path).lexically_relative(folder).string();
}
std::string path_in(const std::string& folder, const std::string& name) {
    if (folder.empty() || name.starts_with('/')) return name;
    return (fs::path(folder) / name).lexically_normal().string();
}

std::string path_or_uri(const std::string& uri) {
    const auto path = path_of_uri(uri);
    return path ? fs::path(*path).lexically_normal().string() : uri;
}

bool is_yaml(const std::string& path) {
    return !path.ends_with(".journey");
}

}  // namespace

void LspWorkspace::add_folder(const std::string& path) {
    if (journey_files(path)) folder_of(path);
}

LspWorkspace::Folder& LspWorkspace::folder_of(const std::string& path) {
    auto& slot = folders_[path];
    if (slot != nullptr) return *slot;
    slot = std::make_unique<Folder>();
    slot->path = path;
    slot->places = {path};
    sema::Options options;
    options.read_file = [folder = slot.get()](std::string_view name) {
        for (const std::string& place : folder->places) {
            auto text = read_text_file((fs::path(place) / name).string());
            if (text) return std::optional(std::move(text).value());
        }
        return std::optional<std::string>();
    };
    options.list_files = [folder = slot.get()](std::string_view name) {
        std::vector<std::string> all;
        for (const std::string& place : folder->places)
            for (std::string& file : files_in(place, name))
                all.push_back(std::move(file));
        return all;
    };
    slot->project = editor::Project(std::move(options));
    if (path.empty()) return *slot;
    if (const auto files = journey_files(path)) {
        for (const std::string& file : files.value()) {
            const auto open = documents_.find(file);
            auto text = open != documents_.end() ? Result<std::string>(open->second.bytes)
                                                 : read_text_file(file);
            if (text) put(*slot, file, text.value());
        }
    }
    return *slot;
}

void LspWorkspace::put(Folder& folder, const std::string& path, const std::string& bytes) {
    folder.project.put(name_in(folder.path, path), bytes);
    folder.places.insert(parent_of(path));
    folder.stale = true;
    for (const std::string& used : used_files(bytes, is_yaml(path))) {
        const std::string target = (fs::path(parent_of(path)) / used).lexically_normal().string();
        if (folder.project.find(name_in(folder.path, target)) || !is_journey_file(target)) continue;
        const auto open = documents_.find(target);
        if (open != documents_.end()) {
            put(folder, target, open->second.bytes);
        } else if (auto text = read_text_file(target)) {
            put(folder, target, text.value());
        }
    }
}

void LspWorkspace::open(Document document) {
    document.path = path_or_uri(document.uri);
    Document& here = documents_[document.path];
    here = std::move(document);
    folder_of(parent_of(here.path));
    changed(here);
}

LspWorkspace::Document* LspWorkspace::document(const std::string& uri) {
    const auto at = documents_.find(path_or_uri(uri));
    return at == documents_.end() ? nullptr : &at->second;
}

void LspWorkspace::changed(const Document& document) {
    for (auto& [path, folder] : folders_) {
        const bool own = path == parent_of(document.path);
        const std::string name = name_in(path, document.path);
        if (!own && !folder->project.find(name)) continue;
        put(*folder, document.path, document.bytes);
        if (const auto file = folder->project.find(name)) folder->edited.insert(*file);
    }
}

void LspWorkspace::close(const std::string& uri) {
    const std::string path = path_or_uri(uri);
    if (documents_.erase(path) > 0) read_again(path);
}

void LspWorkspace::disk_changed(const std::string& uri) {
    const std::string path = path_or_uri(uri);
    if (documents_.contains(path)) return;  // the editor's text is what counts
    if (is_journey_file(path)) {
        read_again(path);
        return;
    }
    // A template's text, perhaps.
    for (auto& [folder_path, folder] : folders_) {
        folder->project.touch();
        folder->stale = true;
    }
}

void LspWorkspace::read_again(const std::string& path) {
    const auto text = path.starts_with('/')
                          ? read_text_file(path)
                          : Result<std::string>(error(ErrorCode::not_found, "no file"));
    for (auto& [folder_path, folder] : folders_) {
        const std::string name = name_in(folder_path, path);
        const bool own = folder_path == parent_of(path);
        if (!own && !folder->project.find(name)) continue;
        folder->stale = true;
        if (text) {
            put(*folder, path, text.value());
        } else {
            folder->project.remove(name);
        }
    }
}

std::optional<LspWorkspace::Where> LspWorkspace::where(const std::string& uri) {
    const std::string path = path_or_uri(uri);
    const auto own = folders_.find(parent_of(path));
    if (own != folders_.end()) {
        if (const auto id = own->second->project.find(name_in(own->first, path)))
            return Where{own->second.get(), *id};
    }
    for (auto& [folder_path, folder] : folders_) {
        if (const auto id = folder->project.find(name_in(folder_path, path)))
            return Where{folder.get(), *id};
    }
    return std::nullopt;
}

std::optional<editor::FileId> LspWorkspace::known_in(const Folder& folder,
                                                     const std::string& uri) const {
    return folder.project.sources().find(name_in(folder.path, path_or_uri(uri)));
}

std::vector<editor::FileId> LspWorkspace::open_in(const Folder& folder) const {
    std::vector<editor::FileId> all;
    for (const auto& [path, document] : documents_) {
        if (const auto file = folder.project.find(name_in(folder.path, path))) all.push_back(*file);
    }
    return all;
}

const LspWorkspace::Document* LspWorkspace::document_of(const Folder& folder,
                                                        editor::FileId file) const {
    const auto at = documents_.find(path_in(folder.path, folder.project.sources().at(file).name()));
    return at == documents_.end() ? nullptr : &at->second;
}

std::string LspWorkspace::uri_of(const Folder& folder, editor::FileId file) const {
    if (const Document* open = document_of(folder, file)) return open->uri;
    return uri_of_path(path_in(folder.path, folder.project.sources().at(file).name()));
}

bool LspWorkspace::owns(const Folder& folder, editor::FileId file) const {
    return parent_of(path_in(folder.path, folder.project.sources().at(file).name())) == folder.path;
}

bool LspWorkspace::speaks_for(const Folder& folder, editor::FileId file) const {
    if (owns(folder, file)) return true;
    const std::string& name = folder.project.sources().at(file).name();
    const std::string path = path_in(folder.path, name);
    if (folders_.contains(parent_of(path))) return false;
    for (const auto& [other_path, other] : folders_) {  // the first of those who use it
        if (other->project.find(name_in(other_path, path))) return other.get() == &folder;
    }
    return true;
}

std::optional<std::string> LspWorkspace::uri_beside(const Folder& folder,
                                                    const std::string& name) const {
    std::error_code problem;
    for (const editor::FileId id : folder.project.files()) {
        const std::string beside =
            parent_of(path_in(folder.path, folder.project.sources().at(id).name()));
        const std::string path = (fs::path(beside) / name).lexically_normal().string();
        if (fs::is_regular_file(path, problem)) return uri_of_path(path);
    }
    return std::nullopt;
}

std::vector<LspWorkspace::Folder*> LspWorkspace::folders() const {
    std::vector<Folder*> all;
    for (const auto& [path, folder] : folders_)
        all.push_back(folder.get());
    return all;
}

}  // namespace journey::app
