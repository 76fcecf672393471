#include "connectors/email/mime/inline_images.h"

#include <fmt/format.h>

namespace journey::connectors::mime {
namespace {

constexpr std::string_view kBegin = "data:image/";
constexpr std::string_view kBase64 = ";base64,";
constexpr std::array<std::string_view, 4> kKinds{"png", "jpeg", "gif", "webp"};

std::string without_blanks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') out += c;
    }
    return out;
}

std::string_view kind_of(std::string_view address) {
    for (const std::string_view kind : kKinds) {
        if (address.substr(kBegin.size()).starts_with(kind) &&
            address.substr(kBegin.size() + kind.size()).starts_with(kBase64)) {
            return kind;
        }
    }
    return {};
}

}  // namespace

std::string with_inline_images(std::string_view html, std::string_view id_end,
                               std::vector<Attachment>& images) {
    std::string out;
    std::vector<std::pair<std::string_view, std::string>> known;
    std::size_t done = 0;
    for (std::size_t at = html.find(kBegin); at != std::string_view::npos;
         at = html.find(kBegin, at + 1)) {
        const char quote = at == 0 ? '\0' : html[at - 1];
        if (quote != '"' && quote != '\'') continue;
        const std::size_t end = html.find(quote, at);
        if (end == std::string_view::npos) break;
        const std::string_view address = html.substr(at, end - at);
        const std::string_view kind = kind_of(address);
        if (kind.empty()) continue;
        const auto same = std::find_if(known.begin(), known.end(),
                                       [&](const auto& one) { return one.first == address; });
        std::string id;
        if (same != known.end()) {
            id = same->second;
        } else {
            const std::string_view packed =
                address.substr(kBegin.size() + kind.size() + kBase64.size());
            auto bytes = from_base64(without_blanks(packed));
            if (!bytes || bytes->empty()) continue;
            const std::size_t number = known.size() + 1;
            id = fmt::format("image{}.{}", number, id_end);
            images.push_back({fmt::format("image{}.{}", number, kind == "jpeg" ? "jpg" : kind),
                              fmt::format("image/{}", kind),
                              std::make_shared<const std::string>(std::move(*bytes)), id});
            known.emplace_back(address, id);
        }
        out.append(html.substr(done, at - done)).append("cid:").append(id);
        done = end;
        at = end;
    }
    return out.append(html.substr(done));
}

std::string with_whole_ids(std::string html, std::string_view id_end,
                           std::vector<Attachment>& files) {
    for (Attachment& file : files) {
        if (file.content_id.empty() || file.content_id.find('@') != std::string::npos) continue;
        const std::string shown = "cid:" + file.content_id;
        const std::string more = fmt::format("@{}", id_end);
        for (std::size_t at = html.find(shown); at != std::string::npos;
             at = html.find(shown, at + 1)) {
            const std::size_t end = at + shown.size();
            const bool whole = end == html.size() || html[end] == '"' || html[end] == '\'' ||
                               html[end] == ')' || html[end] == ' ' || html[end] == '>';
            if (whole) html.insert(end, more);
        }
        file.content_id += more;
    }
    return html;
}

}  // namespace journey::connectors::mime
