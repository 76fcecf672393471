#include "engine/settings/settings.h"

#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sstream>
#include <yaml-cpp/yaml.h>

namespace journey::settings {
namespace {
constexpr std::size_t kFileMost = 1u << 20;
constexpr std::size_t kSecretMost = 16u << 10;
}  // namespace

struct Setting::Node {
    enum class Kind { scalar, list, map } kind = Kind::scalar;
    int line = 0;
    bool quoted = false;
    std::string scalar;
    std::vector<std::unique_ptr<Node>> list;
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> map;
    mutable std::set<std::string> asked;
    mutable bool open = false;  // the author chooses the keys
};

struct Setting::File {
    static constexpr int kDepthMost = 32;
    static constexpr std::size_t kNodesMost = 10'000;
    std::size_t nodes = 0;
    std::string name;
    std::unique_ptr<Node> root;
    std::string mistake;

    std::unique_ptr<Node> take(const YAML::Node& from, int depth = 0) {
        auto node = std::make_unique<Node>();
        node->line = from.Mark().line + 1;
        // An alias may point at what holds it, and copies of copies grow without end.
        if (depth > kDepthMost || ++nodes > kNodesMost) {
            if (mistake.empty())
                mistake = fmt::format("{}:{}: this is nested too deeply, or repeats itself by `*`",
                                      name, node->line);
            return node;
        }
        if (from.IsMap()) {
            node->kind = Node::Kind::map;
            for (const auto& pair : from) {
                const std::string key = pair.first.Scalar();
                for (const auto& other : node->map) {
                    if (other.first == key && mistake.empty())
                        mistake = fmt::format("{}:{}: `{}` stands here twice; remove one", name,
                                              pair.first.Mark().line + 1, key);
                }
                node->map.emplace_back(key, take(pair.second, depth + 1));
            }
        } else if (from.IsSequence()) {
            node->kind = Node::Kind::list;
            for (const auto& item : from)
                node->list.push_back(take(item, depth + 1));
        } else if (from.IsScalar()) {
            node->scalar = from.Scalar();
            node->quoted = from.Tag() == "!";
        }
        return node;
    }

    void look_for_unknown(const Node& node, const std::string& path) {
        for (const auto& [key, child] : node.map) {
            if (!node.open && !node.asked.contains(key) && mistake.empty()) {
                const std::vector<std::string> known(node.asked.begin(), node.asked.end());
                const auto near = did_you_mean(key, known);
                mistake = fmt::format(
                    "{}:{}: I do not know the setting `{}{}`; {}", name, child->line, path, key,
                    near.empty() ? fmt::format("known here: {}", fmt::join(known, ", "))
                                 : fmt::format("did you mean `{}`?", near.front()));
            }
            look_for_unknown(*child, path + key + ".");
        }
        for (const auto& child : node.list)
            look_for_unknown(*child, path);
    }
};

Result<Setting> Setting::parse(const std::string& text, const std::string& name) {
    auto file = std::make_shared<File>();
    file->name = name;
    try {
        const YAML::Node loaded = YAML::Load(text);
        file->root = file->take(loaded);
    } catch (const YAML::Exception&
                 problem) {  // the library's door: nothing but its own words comes out of it
        return error(ErrorCode::invalid, fmt::format("{}:{}: this is not YAML I can read: {}", name,
                                                     problem.mark.line + 1, problem.msg));
    }
    const Node* root = file->root.get();
    return Setting(std::move(file), root, "");
}

Result<Setting> Setting::load(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return error(ErrorCode::not_found,
                     fmt::format("I cannot read {}; does the file exist?", path));
    std::string text(kFileMost + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > kFileMost)
        return error(ErrorCode::refused,
                     fmt::format("{} is larger than 1 MiB; is it a settings file?", path));
    return parse(text, path);
}

bool Setting::present() const {
    return node_ != nullptr;
}
bool Setting::is_map() const {
    return node_ != nullptr && node_->kind == Node::Kind::map;
}
bool Setting::is_list() const {
    return node_ != nullptr && node_->kind == Node::Kind::list;
}
bool Setting::is_quoted() const {
    return node_ != nullptr && node_->quoted;
}

Setting Setting::operator[](std::string_view key) const {
    const std::string name(key);
    if (node_ == nullptr) return {file_, nullptr, path_ + name + "."};
    node_->asked.insert(name);
    for (const auto& [known, child] : node_->map) {
        if (known == name) return {file_, child.get(), path_ + name + "."};
    }
    return {file_, nullptr, path_ + name + "."};
}

std::vector<Setting> Setting::items() const {
    std::vector<Setting> out;
    if (node_ == nullptr) return out;
    if (node_->kind == Node::Kind::scalar) return {*this};
    for (const auto& child : node_->list)
        out.push_back({file_, child.get(), path_});
    return out;
}

std::vector<std::pair<std::string, Setting>> Setting::entries() const {
    std::vector<std::pair<std::string, Setting>> out;
    if (node_ == nullptr) return out;
    node_->open = true;
    for (const auto& [key, child] : node_->map)
        out.emplace_back(key, Setting(file_, child.get(), path_ + key + "."));
    return out;
}

std::string Setting::text(std::string_view fallback) const {
    if (node_ == nullptr) return std::string(fallback);
    if (node_->kind != Node::Kind::scalar) {
        complain("a single value belongs here");
        return std::string(fallback);
    }
    return node_->scalar;
}

std::uint64_t Setting::number(std::uint64_t fallback) const {
    if (node_ == nullptr) return fallback;
    std::uint64_t value = 0;
    const std::string digits = text();
    if (digits.empty() || digits.size() > 18 ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
        complain(fmt::format("a whole number belongs here, not `{}`", digits));
        return fallback;
    }
    for (const char c : digits)
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

bool Setting::yes(bool fallback) const {
    if (node_ == nullptr) return fallback;
    const std::string word = text();
    if (word == "yes" || word == "true") return true;
    if (word != "no" && word != "false")
        complain(fmt::format("`yes` or `no` belongs here, not `{}`", word));
    return false;
}

std::string Setting::secret() const {
    const std::string text = secret_text();
    return text.substr(0, text.find_first_of("\r\n"));
}

std::string Setting::secret_text() const {
    const std::string reference = text();
    const auto read_file = [&](const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        if (!in) {
            complain(fmt::format("I cannot read the secret's file {}", path));
            return std::string();
        }
        std::string whole(kSecretMost, '\0');
        in.read(whole.data(), static_cast<std::streamsize>(whole.size()));
        whole.resize(static_cast<std::size_t>(in.gcount()));
        return whole;
    };
    if (reference.starts_with("env:")) {
        const char* value = std::getenv(reference.substr(4).c_str());
        if (value == nullptr)
            complain(fmt::format("the environment has no {}", reference.substr(4)));
        return value == nullptr ? "" : value;
    }
    if (reference.starts_with("file:")) return read_file(reference.substr(5));
    if (reference.starts_with("credential:")) {
        const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
        return read_file(
            fmt::format("{}/{}", directory == nullptr ? "" : directory, reference.substr(11)));
    }
    if (!reference.empty())
        complain("a secret is given by reference: env:NAME, file:/path or credential:NAME");
    return "";
}

void Setting::complain(const std::string& sentence) const {
    if (!file_->mistake.empty()) return;
    std::string where = path_;
    if (!where.empty() && where.back() == '.') where.pop_back();
    file_->mistake = node_ == nullptr ? fmt::format("{}: `{}`: {}", file_->name, where, sentence)
                                      : fmt::format("{}:{}: `{}`: {}", file_->name, node_->line,
                                                    where, sentence);
}

Result<void> Setting::finish() const {
    if (file_->mistake.empty() && file_->root) file_->look_for_unknown(*file_->root, "");
    if (!file_->mistake.empty()) return error(ErrorCode::invalid, file_->mistake);
    return success();
}

}  // namespace journey::settings
