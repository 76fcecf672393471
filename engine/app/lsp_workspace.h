#pragma once
// The texts a language server knows: files on disk, and what is open over them. A folder is a
// project, as for `journey check`: its journey files and what they use.

#include "dsl/editor/editor.h"
#include "engine/app/lsp_text.h"

#include <map>
#include <memory>
#include <set>

namespace journey::app {

class LspWorkspace {
  public:
    struct Document {
        std::string uri;   // as the editor writes it
        std::string path;  // the same, of a document that is no file
        std::int64_t version = 0;
        std::string bytes;
    };
    struct Folder {
        std::string path;
        editor::Project project;
        bool stale = true;                // its diagnostics were not told since something changed
        std::set<editor::FileId> edited;  // and these were edited, and not told about at all
        std::set<std::string> places;     // where its files stand: templates' files are near them
    };
    struct Where {
        Folder* folder = nullptr;
        editor::FileId file;
    };

    /// Reads a folder; nothing when it holds no journey files.
    void add_folder(const std::string& path);

    void open(Document document);
    void close(const std::string& uri);
    /// Null when it is not open. Call `changed` after changing its bytes.
    Document* document(const std::string& uri);
    void changed(const Document& document);
    /// A file appeared, changed or went away on disk.
    void disk_changed(const std::string& uri);

    /// What a folder calls the file of an address, even one that is gone; nullopt when it never
    /// had it.
    std::optional<editor::FileId> known_in(const Folder& folder, const std::string& uri) const;
    /// The open documents it has.
    std::vector<editor::FileId> open_in(const Folder& folder) const;
    std::optional<Where> where(const std::string& uri);
    /// The editor's own address of a file that is open, else one made from its path.
    std::string uri_of(const Folder& folder, editor::FileId file) const;
    const Document* document_of(const Folder& folder, editor::FileId file) const;
    /// Does this folder speak for the file, or is there another one that holds it itself?
    bool speaks_for(const Folder& folder, editor::FileId file) const;
    /// Is the file one of the folder itself, not one that it uses?
    bool owns(const Folder& folder, editor::FileId file) const;
    /// The address of a file that a text of this folder names; nullopt when there is none.
    std::optional<std::string> uri_beside(const Folder& folder, const std::string& name) const;

    std::vector<Folder*> folders() const;

  private:
    Folder& folder_of(const std::string& path);
    void put(Folder& folder, const std::string& path, const std::string& bytes);
    /// What stands on disk, into every folder that holds the file or should.
    void read_again(const std::string& path);

    std::map<std::string, Document> documents_;               // by path
    std::map<std::string, std::unique_ptr<Folder>> folders_;  // by path
};

}  // namespace journey::app
