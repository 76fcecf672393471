// An SMTP relay that takes everything its script lets it take. A message ends at CRLF "." CRLF and
// nowhere else.

#include "connectors/fake/sink_session.h"

namespace journey::connectors::fake {
namespace {

constexpr std::size_t kLineMost = 4096;
constexpr std::size_t kMessageMost = 16 << 20;

bool begins(std::string_view line, std::string_view word) {
    if (line.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const char c = line[i];
        if ((c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c) != word[i]) return false;
    }
    return true;
}

std::string_view inside_angles(std::string_view line) {
    const std::size_t open = line.find('<');
    const std::size_t close = line.find('>', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) return {};
    return line.substr(open + 1, close - open - 1);
}

Doing say(std::string_view reply) {
    Doing doing;
    doing.write = std::string(reply) + "\r\n";
    return doing;
}

Doing hang_up(std::string_view reply = {}) {
    Doing doing = reply.empty() ? Doing{} : say(reply);
    doing.close = true;
    return doing;
}

class SmtpSession final : public Session {
  public:
    std::string greeting() override { return "220 sink.test ESMTP\r\n"; }

    std::vector<Doing> take(std::string& in, Desk& desk) override {
        std::vector<Doing> doings;
        while (doings.empty() || (!doings.back().close && !doings.back().silence &&
                                  doings.back().after == Micros{0})) {
            if (in_data_) {
                const std::size_t end = end_of_data(in);
                if (end == std::string::npos) {
                    if (in.size() > kMessageMost) doings.push_back(hang_up("552 too large"));
                    break;
                }
                doings.push_back(finish(unstuffed(std::string_view(in).substr(0, end)), desk));
                in.erase(0, end + 3);
                in_data_ = false;
                continue;
            }
            const std::size_t end = in.find("\r\n");
            if (end == std::string::npos) {
                if (in.size() > kLineMost) doings.push_back(hang_up("500 line too long"));
                break;
            }
            const std::string line = in.substr(0, end);
            in.erase(0, end + 2);
            doings.push_back(command(line, desk));
        }
        return doings;
    }

  private:
    // Where the message ends: the dot's place, which begins a line.
    static std::size_t end_of_data(std::string_view in) {
        if (in.starts_with(".\r\n")) return 0;
        const std::size_t found = in.find("\r\n.\r\n");
        return found == std::string_view::npos ? found : found + 2;
    }

    static std::string unstuffed(std::string_view message) {
        std::string out;
        out.reserve(message.size());
        for (std::size_t i = 0; i < message.size(); ++i) {
            const bool line_start = i == 0 || (i >= 2 && message.substr(i - 2, 2) == "\r\n");
            if (message[i] == '.' && line_start) continue;
            out += message[i];
        }
        return out;
    }

    Doing command(std::string_view line, Desk& desk) {
        if (awaiting_login_ > 0)
            return --awaiting_login_ > 0 ? say("334 UGFzc3dvcmQ6") : say("235 ok");
        if (begins(line, "EHLO"))
            return say(
                "250-sink.test\r\n250-8BITMIME\r\n250-SIZE 16777216\r\n250 AUTH PLAIN LOGIN");
        if (begins(line, "HELO")) return say("250 sink.test");
        if (begins(line, "AUTH PLAIN ")) return say("235 ok");
        if (begins(line, "AUTH PLAIN")) {
            awaiting_login_ = 1;
            return say("334 ");
        }
        if (begins(line, "AUTH LOGIN")) {
            awaiting_login_ = begins(line, "AUTH LOGIN ") ? 1 : 2;
            return say("334 VXNlcm5hbWU6");
        }
        if (begins(line, "MAIL FROM:")) return mail(line, desk);
        if (begins(line, "RCPT TO:")) return recipient(line, desk);
        if (begins(line, "DATA")) return data(desk);
        if (begins(line, "RSET")) {
            rcpt_to_.clear();
            return say("250 ok");
        }
        if (begins(line, "NOOP")) return say("250 ok");
        if (begins(line, "QUIT")) return hang_up("221 bye");
        return say("502 not here");
    }

    Doing mail(std::string_view line, Desk& desk) {
        mail_from_ = inside_angles(line);
        rcpt_to_.clear();
        behaviour_ = desk.next_behaviour();
        if (behaviour_ == Behaviour::unauthorized)
            return refused("530 5.7.0 authentication required", desk);
        if (behaviour_ == Behaviour::too_many) return refused("451 4.7.1 slow down", desk);
        return say("250 ok");
    }

    Doing recipient(std::string_view line, Desk& desk) {
        if (!rcpt_to_.empty()) rcpt_to_ += ",";
        rcpt_to_ += inside_angles(line);
        if (behaviour_ == Behaviour::reject) return refused("550 5.1.1 no such user", desk);
        return say("250 ok");
    }

    Doing data(Desk& desk) {
        if (rcpt_to_.empty()) return say("503 no recipient");
        if (behaviour_ == Behaviour::close_before) {
            record("", desk);
            return hang_up();
        }
        in_data_ = true;
        return say("354 go on");
    }

    Doing refused(std::string_view reply, Desk& desk) {
        record("", desk);
        return say(reply);
    }

    void record(std::string_view message, Desk& desk) {
        Understood call = understand_mail(mail_from_, rcpt_to_, message);
        desk.record(call, behaviour_);
    }

    Doing finish(const std::string& message, Desk& desk) {
        record(message, desk);
        if (behaviour_ == Behaviour::accept_then_close) return hang_up();
        if (behaviour_ == Behaviour::server_error) return say("451 4.3.0 try again later");
        if (behaviour_ == Behaviour::hang) {
            Doing doing;
            doing.silence = true;
            return doing;
        }
        Doing doing = say("250 2.0.0 Ok: queued as SINK");
        if (behaviour_ == Behaviour::slow) doing.after = desk.slow_by();
        return doing;
    }

    std::string mail_from_;
    std::string rcpt_to_;
    Behaviour behaviour_ = Behaviour::ok;
    bool in_data_ = false;
    int awaiting_login_ = 0;
};

}  // namespace

std::unique_ptr<Session> make_smtp_session() {
    return std::make_unique<SmtpSession>();
}

}  // namespace journey::connectors::fake
