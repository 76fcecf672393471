#include "connectors/fake/sink_session.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::fake {
namespace {

constexpr std::size_t kHeadMost = 64 * 1024;
constexpr std::size_t kBodyMost = 4 << 20;
constexpr std::uint64_t kHuge = 100 << 20;

struct Head {
    std::string path;
    Headers headers;
    std::size_t body_size = 0;
};

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ') || text.starts_with('\t'))
        text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\r'))
        text.remove_suffix(1);
    return text;
}

std::optional<Head> parse_head(std::string_view text) {
    Head head;
    const std::size_t line = text.find("\r\n");
    const std::string_view first = text.substr(0, line);
    const std::size_t one = first.find(' ');
    const std::size_t two = first.rfind(' ');
    if (one == std::string_view::npos || two <= one) return std::nullopt;
    head.path = std::string(first.substr(one + 1, two - one - 1));
    text.remove_prefix(line == std::string_view::npos ? text.size() : line + 2);
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        const std::string_view field = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
        const std::size_t colon = field.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        std::string name(field.substr(0, colon));
        for (char& c : name)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        head.headers.emplace_back(std::move(name), std::string(trimmed(field.substr(colon + 1))));
    }
    const std::string* length = header_named(head.headers, "content-length");
    if (length != nullptr) {
        const auto read =
            std::from_chars(length->data(), length->data() + length->size(), head.body_size);
        if (read.ec != std::errc() || read.ptr != length->data() + length->size())
            return std::nullopt;
    }
    if (header_named(head.headers, "transfer-encoding") != nullptr) return std::nullopt;
    return head;
}

std::string_view phrase_of(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 404:
            return "Not Found";
        case 429:
            return "Too Many Requests";
        default:
            return "Internal Server Error";
    }
}

std::string head_of(const HttpAnswer& answer, std::uint64_t size) {
    std::string out =
        fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
                    answer.status, phrase_of(answer.status), size);
    if (answer.retry_after_s > 0) out += fmt::format("Retry-After: {}\r\n", answer.retry_after_s);
    return out + "\r\n";
}

class HttpSession final : public Session {
  public:
    std::vector<Doing> take(std::string& in, Desk& desk) override {
        std::vector<Doing> doings;
        std::size_t used = 0;
        while (doings.empty() || is_plain(doings.back())) {
            const std::string_view rest = std::string_view(in).substr(used);
            const std::size_t end = rest.find("\r\n\r\n");
            if (end == std::string_view::npos) {
                if (rest.size() > kHeadMost) doings.push_back(refusal());
                break;
            }
            const auto head = parse_head(rest.substr(0, end));
            if (!head || head->body_size > kBodyMost) {
                doings.push_back(refusal());
                break;
            }
            if (rest.size() < end + 4 + head->body_size) break;
            doings.push_back(serve(*head, rest.substr(end + 4, head->body_size), desk));
            used += end + 4 + head->body_size;
        }
        in.erase(0, used);
        return doings;
    }

  private:
    static bool is_plain(const Doing& doing) {
        return !doing.close && doing.after == Micros{0} && !doing.trickle && doing.filler == 0 &&
               !doing.silence;
    }

    static Doing refusal() {
        Doing doing;
        doing.write = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        doing.close = true;
        return doing;
    }

    static Doing serve(const Head& head, std::string_view body, Desk& desk) {
        Doing doing;
        if (Google::is_asked(head.path, body)) {
            const HttpAnswer answer = desk.google().exchange(body, desk.now());
            doing.write = head_of(answer, answer.body.size()) + answer.body;
            return doing;
        }
        const Behaviour behaviour = desk.next_behaviour();
        Understood call = understand_http(head.path, head.headers, body);
        desk.google().look_at(call, head.headers);
        desk.record(call, behaviour);
        if (behaviour == Behaviour::hang) {
            doing.silence = true;
            return doing;
        }
        if (behaviour == Behaviour::accept_then_close || behaviour == Behaviour::close_before) {
            doing.close = true;
            return doing;
        }
        const HttpAnswer answer = answer_of(call, behaviour);
        if (behaviour == Behaviour::huge) {
            doing.write = head_of(answer, kHuge);
            doing.filler = kHuge;
            return doing;
        }
        doing.write = head_of(answer, answer.body.size()) + answer.body;
        doing.trickle = behaviour == Behaviour::trickle;
        if (behaviour == Behaviour::slow) doing.after = desk.slow_by();
        return doing;
    }
};

}  // namespace

std::unique_ptr<Session> make_http_session() {
    return std::make_unique<HttpSession>();
}

}  // namespace journey::connectors::fake
