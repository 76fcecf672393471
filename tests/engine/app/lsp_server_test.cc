// What a language server says while somebody types into a project that is being checked.

#include "engine/app/lsp_server.h"

#include "engine/app/child.h"
#include "engine/app/lsp_json.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

namespace journey::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShop = R"(language 1
workspace shop {
  time zone "UTC"
}
profile user {
  email string pii
  vip   bool
}
event paid
channel email {
  address user.email
}
)";

constexpr int kJourneys = 40;

std::string journey_text(int number) {
    const std::string n = std::to_string(number);
    return "event seen_" + n + "\nsegment s_" + n + " \"S\" = did(seen_" + n +
           " within 30 days)\njourney j_" + n +
           " {\n  enter when paid\n  only if user in s_0 or user in s_" + n +
           "\n  do {\n    wait 1 day\n  }\n}\n";
}

/// A folder of journeys that goes with the test.
class Folder {
  public:
    Folder() : path_(make_temporary_directory("lsp-test")) {
        write("shop.journey", kShop);
        for (int i = 0; i < kJourneys; ++i)
            write("f" + std::to_string(i) + ".journey", journey_text(i));
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string uri(const std::string& name = {}) const {
        return uri_of_path(name.empty() ? path_ : path_ + "/" + name);
    }

  private:
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ + "/" + name, std::ios::binary) << text;
    }
    std::string path_;
};

using Stopped = std::function<bool()>;
const Stopped kNever = [] { return false; };

/// The server, with f0.journey open in an editor.
class Talk {
  public:
    Talk(const Folder& folder, const std::string& text) : uri_(folder.uri("f0.journey")) {
        json::object asked =
            notice_json("initialize",
                        json::object{{"capabilities", json::object()}, {"rootUri", folder.uri()}});
        asked["id"] = 1;
        say(std::move(asked));
        say(notice_json("initialized", json::object()));
        say(notice_json("textDocument/didOpen",
                        json::object{{"textDocument", json::object{{"uri", uri_},
                                                                   {"languageId", "journey"},
                                                                   {"version", version_},
                                                                   {"text", text}}}}));
        server_.tell_edited(kNever);
        take();
    }
    void type(const std::string& text) {
        say(notice_json(
            "textDocument/didChange",
            json::object{{"textDocument", json::object{{"uri", uri_}, {"version", ++version_}}},
                         {"contentChanges", json::array{json::object{{"text", text}}}}}));
    }
    void tell_edited() { server_.tell_edited(kNever); }
    void tell_rest(const Stopped& stopped) { server_.tell_rest(stopped); }
    bool has_more_to_tell() const { return server_.has_more_to_tell(); }
    /// What was told now, by address, without versions.
    std::map<std::string, std::string> take() {
        std::map<std::string, std::string> now;
        for (const std::string& body : server_.take_output()) {
            const json::value message = json::parse(body);
            const auto uri = text_in(message, {"params", "uri"});
            if (!uri) continue;
            if (*uri == uri_) CHECK(number_in(message, {"params", "version"}) == version_);
            now[*uri] = json::serialize(*find_in(message, {"params", "diagnostics"}));
        }
        for (const auto& [uri, list] : now)
            shown_[uri] = list;
        return now;
    }
    /// All that the editor shows.
    std::map<std::string, std::string> shown() {
        take();
        std::erase_if(shown_, [](const auto& one) { return one.second == "[]"; });
        return shown_;
    }

  private:
    void say(json::object message) {
        server_.receive(json::serialize(message));
        while (server_.has_work())
            server_.work();
    }

    std::string uri_;
    std::int64_t version_ = 1;
    LspServer server_;
    std::map<std::string, std::string> shown_;
};

/// Everything that is wrong with the project when f0.journey reads so.
std::map<std::string, std::string> all_of(const Folder& folder, const std::string& text) {
    Talk talk(folder, text);
    talk.tell_rest(kNever);
    return talk.shown();
}

}  // namespace

TEST_CASE("nothing of a check that somebody typed into is told", "[lsp]") {
    const Folder folder;
    const std::string good = journey_text(0);
    const std::string bad = "event other\n";  // the segment that all others name is gone
    std::map<std::string, std::map<std::string, std::string>> right = {{good, all_of(folder, good)},
                                                                       {bad, all_of(folder, bad)}};
    REQUIRE(right[bad].size() > kJourneys / 2);
    REQUIRE(right[good] != right[bad]);

    Talk talk(folder, good);
    talk.tell_rest(kNever);
    REQUIRE(talk.shown() == right[good]);
    std::size_t stopped_before = 0;
    std::size_t stopped_while_telling = 0;
    std::size_t looks = 0;
    for (bool whole = false; !whole; looks += 5) {
        const std::string& text = looks % 2 == 0 ? bad : good;
        CAPTURE(looks);
        talk.type(text);
        talk.tell_edited();
        // The editor knows this file at once.
        CHECK(talk.take().size() == 1);
        std::size_t left = looks;
        bool stopped = false;
        talk.tell_rest([&] { return stopped = stopped || left-- == 0; });
        const auto told = talk.take();
        for (const auto& [uri, list] : told) {
            CAPTURE(uri);
            const auto& all = right[text];
            CHECK(list == (all.contains(uri) ? all.at(uri) : "[]"));
        }
        if (stopped) ++(told.empty() ? stopped_before : stopped_while_telling);
        REQUIRE(talk.has_more_to_tell() == stopped);
        whole = !stopped;
        if (looks % 3 == 0) {  // somebody stopped typing
            talk.tell_rest(kNever);
            REQUIRE(talk.shown() == right[text]);
        }
    }
    CHECK(stopped_before > 10);
    CHECK(stopped_while_telling > 1);
}

}  // namespace journey::app
