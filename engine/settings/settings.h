#pragma once
// The door of engine/settings: strict reading of the small YAML files operators write. Unknown keys
// are errors with a suggestion, every complaint names file and line, secrets come by reference.

#include "engine/base/base.h"

#include <memory>

namespace journey::settings {

/// One mapping, list or scalar of the file. Reading never throws: the first mistake is kept and
/// reported by finish().
class Setting {
  public:
    static Result<Setting> load(const std::string& path);
    static Result<Setting> parse(const std::string& text, const std::string& name);

    bool present() const;
    bool is_map() const;
    bool is_list() const;
    /// A text in quotes, or a block: `"12"` is a text where `12` is a number.
    bool is_quoted() const;
    /// The child called `key`; asking marks the key as known.
    Setting operator[](std::string_view key) const;
    std::vector<Setting> items() const;  // of a list
    std::vector<std::pair<std::string, Setting>> entries()
        const;  // of a mapping whose keys are the author's names

    std::string text(std::string_view fallback = "") const;
    std::uint64_t number(std::uint64_t fallback) const;
    bool yes(bool fallback) const;
    /// "env:NAME", "file:/path" or "credential:NAME" (systemd); a plain value is taken as it is
    /// only with `plain_allowed`.
    std::string secret() const;
    /// The same where the secret has lines: the whole file, a key in PEM.
    std::string secret_text() const;

    void complain(const std::string& sentence) const;
    /// The first mistake of the whole file, unknown keys among them.
    Result<void> finish() const;

  private:
    struct File;
    struct Node;
    Setting(std::shared_ptr<File> file, const Node* node, std::string path)
        : file_(std::move(file)), node_(node), path_(std::move(path)) {}
    std::shared_ptr<File> file_;
    const Node* node_ = nullptr;
    std::string path_;
};

}  // namespace journey::settings
