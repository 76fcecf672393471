// `attach` and `inline`: files that go with a mail.

#include "dsl/sema/template_partials.h"

namespace journey::sema {

namespace {

constexpr std::size_t kFileMost = 1u << 20;
constexpr std::size_t kTogetherMost = 2u << 20;  // of one template

struct Media {
    std::string_view ending;
    std::string_view type;
};
constexpr std::array kMedia = std::to_array<Media>({
    {".pdf", "application/pdf"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".svg", "image/svg+xml"},
    {".ics", "text/calendar"},
    {".csv", "text/csv"},
    {".txt", "text/plain"},
    {".html", "text/html"},
    {".zip", "application/zip"},
    {".pkpass", "application/vnd.apple.pkpass"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
});

std::string media_of(std::string_view path) {
    for (const Media& one : kMedia) {
        if (path.ends_with(one.ending)) return std::string(one.type);
    }
    return "application/octet-stream";
}

class Attacher {
  public:
    Attacher(Context& cx, const std::vector<TemplateText>& texts, ir::Template& into)
        : cx_(cx), texts_(texts), into_(into) {}

    void add(const ast::TemplateAttach& line) {
        const bool mail = into_.channel == kNone ||
                          cx_.schema().channels[into_.channel].kind == ir::ChannelKind::email;
        if (!mail)
            return report("ONLY MAIL CARRIES FILES", line.path.span,
                          "Nothing can be attached to a message of the channel " +
                              tick(cx_.schema().channels[into_.channel].name) + ".",
                          "put a link to it into the text");
        const std::string type = media_of(line.path.value);
        if (line.as && !type.starts_with("image/"))
            return report("NOT AN IMAGE", line.path.span,
                          "Only images are shown inside a mail, and " + tick(line.path.value) +
                              " is none by its name.",
                          "write `attach` to send it along");
        if (line.as && !names_.insert(line.as->text).second)
            return cx_.report(Diagnostic::error(
                "J0105", "TWO IMAGES OF ONE NAME", line.as->span,
                "Another image of this template is called " + tick(line.as->text) + "."));
        const std::optional<Index> file = read(line.path, type);
        if (!file) return;
        into_.attachments.push_back({*file, line.as ? line.as->text : std::string()});
        together_ += cx_.schema().files[*file].bytes.size();
        if (together_ > kTogetherMost) {
            report("TOO MUCH TO ATTACH", line.path.span,
                   "With this file the template carries more than 2 MB.",
                   "link to large files: many mailboxes refuse mail that is heavy");
            together_ = 0;
        }
        if (line.as && !shown(line.as->text)) {
            cx_.report(Diagnostic::warning("J0507", "NOBODY SEES THIS IMAGE", line.as->span,
                                           "The text of " + tick(into_.name) +
                                               " does not show the image " + tick(line.as->text) +
                                               ".")
                           .and_help("write `<img src=\"cid:" + line.as->text +
                                     "\">` where it belongs, in the template's file"));
        }
    }

  private:
    void report(const char* title, Span span, std::string says, std::string help = {}) {
        Diagnostic diagnostic = Diagnostic::error("J0507", title, span, std::move(says));
        if (!help.empty()) diagnostic.help.push_back(std::move(help));
        cx_.report(std::move(diagnostic));
    }

    bool shown(const std::string& name) const {
        return std::any_of(texts_.begin(), texts_.end(), [&](const TemplateText& text) {
            return !text.literal && text.value.find("cid:" + name) != std::string::npos;
        });
    }

    std::optional<Index> read(const ast::Text& path, const std::string& type) {
        if (!cx_.options.read_file) return std::nullopt;
        auto& files = cx_.schema().files;
        const auto known = std::find_if(files.begin(), files.end(), [&](const ir::File& one) {
            return one.path == path.value;
        });
        if (known != files.end()) return static_cast<Index>(known - files.begin());
        std::optional<std::string> bytes;
        if (!path.value.starts_with('/') && path.value.find("..") == std::string::npos)
            bytes = cx_.options.read_file(path.value);
        if (!bytes) {
            cx_.report(
                Diagnostic::error("J0112", "FILE NOT FOUND", path.span,
                                  "There is no file " + tick(path.value) + " in this project.")
                    .and_after("Paths start at the project's directory."));
            return std::nullopt;
        }
        if (bytes->size() > kFileMost) {
            report(
                "TOO MUCH TO ATTACH", path.span,
                "The file " + tick(path.value) + " is larger than the 1 MB that may be attached.",
                "link to large files: many mailboxes refuse mail that is heavy");
            return std::nullopt;
        }
        files.push_back({path.value, type, std::move(*bytes)});
        return static_cast<Index>(files.size() - 1);
    }

    Context& cx_;
    const std::vector<TemplateText>& texts_;
    ir::Template& into_;
    std::set<std::string> names_;
    std::size_t together_ = 0;
};

}  // namespace

void attach_files(Context& cx, const std::vector<const ast::TemplateAttach*>& attached,
                  const std::vector<TemplateText>& texts, ir::Template& into) {
    Attacher attacher(cx, texts, into);
    for (const ast::TemplateAttach* line : attached)
        attacher.add(*line);
}

}  // namespace journey::sema
