// What comes back: a mail's pixel, its tracked link, its unsubscribe and Twilio's report, all the way from the sink's copy
// of the message to the journey that waits for them.

#include "connectors/fake/fake.h"
#include "connectors/inbound/inbound.h"
#include "tests/process/kit.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fstream>

using namespace journey;
using namespace journey::process_tests;
namespace inbound = journey::connectors::inbound;

namespace {

constexpr const char* kProject = R"(language 1
workspace echo {
  time zone "UTC"
}
profile user {
  email string pii
  phone string pii
}
event asked
event texted
channel email {
  address user.email
  from "Echo <hello@echo.example>"
}
channel sms {
  address user.phone
  sender "ECHO"
}
consent news "News" {
  channels email
  basis opt in
}
frequency gentle {
  at most 9 messages per 168h
  counts marketing
  when full skip
}
catalogue products {
  file "products.csv"
  key sku
  title string
  price money EUR
}
template letter email marketing {
  consent news
  subject "A letter"
  file "letter.html"
  attach "terms.txt"
  inline "logo.png" as logo
  unsubscribe automatic
}
template note sms transactional {
  body "Noted."
}
journey letters "A letter, and what became of it" {
  version 1
  enter when asked
  reenter always
  frequency gentle
  expires after 9 days
  do {
    mail: send email letter
    after_mail: wait at most 2 days {
      on clicked of mail { stop as clicked_it }
      timeout
    }
  }
}
journey answers "Who says yes to a note" transactional {
  version 1
  enter when replied where text contains "Yes"
  reenter always
  while running parallel
  do {
    stop as said_yes
  }
}
journey notes "A note, and whether it arrived" transactional {
  version 1
  enter when texted
  reenter always
  while running parallel
  expires after 9 days
  do {
    text: send sms note
    after_text: wait at most 2 days {
      on delivered of text { stop as it_arrived }
      timeout
    }
  }
}
)";

struct Echo : Served {
    std::unique_ptr<connectors::fake::SinkServer> sink;
    std::string public_url;

    Echo() {
        write_file(directory.path("project/echo.journey"), kProject);
        write_file(
            directory.path("project/letter.html"),
            "<html><body><p>Read <a href=\"https://echo.example/a?b=1&amp;c=2\">this</a>.</p>"
            "<a href=\"{{ unsubscribe_url }}\">No more</a>"
            "<p>{{ products['A-1'].title }}: {{ products['A-1'].price | money }}"
            "{{ products['B-2'].title }}.</p><img src=\"cid:logo\">"
            "{% render 'footer', year: 2026 %}</body></html>");
        write_file(directory.path("project/products.csv"),
                   "title,sku,price\n\"Hat, red\",A-1,19.90\n");
        write_file(directory.path("project/terms.txt"), "Be kind.");
        write_file(directory.path("project/logo.png"), "not really");
        write_file(directory.path("project/templates/partials/footer.liquid"),
                   "<i>© Echo {{ year }}, {{ 'now' | date: '%H:%M %z' }} for {{ user.email }}</i>");
        auto started_sink = connectors::fake::SinkServer::start({});
        REQUIRE(started_sink);
        sink = std::move(started_sink).value();
        const std::uint16_t port = app::free_port();
        public_url = fmt::format("http://127.0.0.1:{}", port);
        ::setenv("JOURNEY_TEST_SECRET", "a-token", 1);
        write_file(directory.path("c.yaml"),
                   fmt::format(R"(public url: {}/
connectors:
  email: {{kind: smtp, url: "{}", require tls: no}}
  sms: {{kind: twilio, base: "{}", account sid: AC00000000000000000000000000000001, auth token: "env:JOURNEY_TEST_SECRET", sender: "+12025550100"}}
network: {{allow private: yes, allow http: yes}}
)",
                               public_url, sink->smtp_url(), sink->http_url()));
        start({directory.path("project"), "--config", directory.path("c.yaml")}, port);
        post("/v1/identify",
             R"({"userId":"ada","traits":{"email":"ada@example.com","phone":"+4917012345678"}})");
        post("/v1/consent", R"({"userId":"ada","consent":"news","granted":true})");
    }

    connectors::fake::SinkMessage next_message(std::size_t number) const {
        std::vector<connectors::fake::SinkMessage> messages;
        REQUIRE(eventually(std::chrono::seconds(10), [&] {
            messages = sink->last(10);
            return messages.size() >= number;
        }));
        return messages[number - 1];
    }

    std::string story() const {
        auto answer = client->get("/admin/people/user%3Aada/timeline");
        REQUIRE(answer);
        return answer.value().body;
    }

    bool tells(std::string_view part) const {
        return eventually(std::chrono::seconds(5), [&] { return has(story(), part); });
    }
};

/// The path of the quoted link with `mark` in it, as a browser would ask for it.
std::string link_with(const std::string& html, std::string_view mark) {
    const std::size_t at = html.find(mark);
    REQUIRE(at != std::string::npos);
    std::string url =
        html.substr(html.rfind('"', at) + 1, html.find('"', at) - html.rfind('"', at) - 1);
    for (std::size_t amp = url.find("&amp;"); amp != std::string::npos; amp = url.find("&amp;"))
        url.replace(amp, 5, "&");
    return url.substr(url.find('/', url.find("//") + 2));
}

}  // namespace

TEST_CASE("a pixel, a click and an unsubscribe find the person and the journey", "[process]") {
    const Echo echo;
    echo.post("/v1/track", R"({"userId":"ada","event":"Asked","messageId":"1"})");
    const connectors::fake::SinkMessage mail = echo.next_message(1);
    const std::uint16_t port = echo.daemon->port();

    const std::string pixel = talk(
        port,
        "GET " + link_with(mail.html, "/o/") + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        false);
    CHECK(has(pixel, " 200 "));
    CHECK(has(pixel, "image/gif"));
    CHECK(echo.tells("opened"));

    const std::string click = link_with(mail.html, "/c/");
    const std::string forged =
        talk(port,
             "GET " + click.substr(0, click.find("u=")) +
                 "u=https%3A%2F%2Fevil.example HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
             false);
    CHECK(has(forged, " 404 "));
    CHECK_FALSE(has(forged, "Location"));
    const std::string clicked =
        talk(port, "GET " + click + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false);
    CHECK(has(clicked, " 302 "));
    CHECK(has(clicked, "Location: https://echo.example/a?b=1&c=2\r\n"));
    CHECK(echo.tells("clicked_it"));

    const std::string leave = link_with(mail.html, "/u/");
    talk(port, "GET " + leave + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false);
    talk(port, "HEAD " + leave + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false);
    CHECK_FALSE(has(echo.story(), "nsubscribed"));
    const std::string form = "List-Unsubscribe=One-Click";
    const std::string left =
        talk(port,
             fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
                         "application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
                         leave, form.size(), form),
             false);
    CHECK(has(left, " 200 "));
    CHECK(echo.tells("nsubscribed"));
    echo.post("/v1/track", R"({"userId":"ada","event":"Asked","messageId":"2"})");
    CHECK(echo.tells("consent"));
    CHECK(echo.sink->last(10).size() == 1);
}

TEST_CASE("a letter is shown again as it was, after its template has become another", "[process]") {
    const Echo echo;
    echo.post("/v1/track", R"({"userId":"ada","event":"Asked","messageId":"1"})");
    const connectors::fake::SinkMessage mail = echo.next_message(1);
    const std::size_t footer = mail.html.find("<i>© Echo 2026, ");
    REQUIRE(footer != std::string::npos);
    CHECK(has(mail.html, " +0000 for ada@example.com</i>"));
    CHECK(has(mail.html, "<p>Hat, red: €19.90.</p>"));

    const auto explain = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"explain", "--person",
                                       "ada",     "--journey",
                                       "letters", "--content",
                                       "--to",    echo.daemon->url(),
                                       "--data",  echo.directory.path("data")};
        words.insert(words.end(), more.begin(), more.end());
        return run_journey(words);
    };
    Finished shown;
    eventually(std::chrono::seconds(15), [&] {  // kept with the next checkpoint
        shown = explain({});
        return has(shown.output, "footer") || has(shown.output, "agrees");
    });
    CAPTURE(shown.output, shown.errors);
    CHECK(shown.status == 0);
    CHECK(has(shown.output, "subject: A letter"));
    CHECK(has(shown.output, mail.html.substr(footer, mail.html.find("</i>") - footer)));
    CHECK(has(shown.output, "This is what was sent: the hash in the person's story agrees."));

    const Finished json = explain({"--json"});
    CHECK(has(json.output, R"("agrees":true)"));
    CHECK(has(json.output, R"("subject":"A letter")"));
    const std::string terms = to_hex(view_of(sha256("Be kind.")));
    CHECK(has(json.output, R"({"name":"terms.txt","type":"text/plain","shown_as":"","sha256":")" +
                               terms + R"("})"));
    CHECK(has(json.output, R"("shown_as":"logo")"));
    const Finished chinese = explain({"--lang", "zh"});
    CHECK(has(chinese.output, "这就是发出的内容"));

    echo.post("/v1/track", R"({"userId":"ada","event":"Texted","messageId":"2"})");
    CHECK(echo.client->get("/admin/messages/nonsense/content").value().status == 400);
    CHECK(echo.client->get("/admin/messages/01234567-89ab-cdef-0123-456789abcdef/content")
              .value()
              .status == 404);
}

TEST_CASE("Twilio's report is believed only with its signature", "[process]") {
    const Echo echo;
    echo.post("/v1/track", R"({"userId":"ada","event":"Texted","messageId":"1"})");
    const connectors::fake::SinkMessage text = echo.next_message(1);
    const auto key = model::parse_key(text.key);
    REQUIRE(key);
    auto secret = std::string();
    {
        std::ifstream in(echo.directory.path("data/keys/link_secret"));
        std::getline(in, secret);
    }
    const std::string url = echo.public_url + "/r/twilio/" +
                            inbound::sign_token(secret, {inbound::Purpose::callback,
                                                         model::person_id_of("user:ada"), *key});
    const connectors::Form form{{"MessageSid", "SM1"}, {"MessageStatus", "delivered"}};
    const std::string body = "MessageSid=SM1&MessageStatus=delivered";
    const auto report = [&](const std::string& signature) {
        return talk(
            echo.daemon->port(),
            fmt::format("POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Twilio-Signature: "
                        "{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        "{}\r\n\r\n{}",
                        url.substr(echo.public_url.size()), signature, body.size(), body),
            false);
    };
    CHECK(has(report(inbound::twilio_signature("another-token", url, form)), " 403 "));
    CHECK_FALSE(has(echo.story(), "it_arrived"));
    const std::string genuine = report(inbound::twilio_signature("a-token", url, form));
    CAPTURE(genuine);
    CHECK((has(genuine, " 200 ") || has(genuine, " 204 ")));
    CHECK(echo.tells("it_arrived"));
}

TEST_CASE("what somebody texts back is in the story, and a journey can go by its words",
          "[process]") {
    const Echo echo;
    echo.post("/v1/track", R"({"userId":"ada","event":"Texted","messageId":"1"})");
    echo.next_message(1);
    CHECK(echo.tells(R"("status":"accepted")"));
    const std::string url = echo.public_url + "/r/twilio";
    const auto text = [&](const std::string& body, const std::string& sid) {
        const connectors::Form form{{"MessageSid", sid},
                                    {"From", "+4917012345678"},
                                    {"To", "+12025550100"},
                                    {"Body", body}};
        std::string sent;
        for (const auto& [name, value] : form) {
            sent += (sent.empty() ? "" : "&") + name + "=" + connectors::percent_encode(value);
        }
        return talk(echo.daemon->port(),
                    fmt::format("POST /r/twilio HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                "X-Twilio-Signature: {}\r\nContent-Type: "
                                "application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{}",
                                inbound::twilio_signature("a-token", url, form), sent.size(), sent),
                    false);
    };
    const std::string first = text("What is this?", "SM7");
    CAPTURE(first);
    CHECK((has(first, " 200 ") || has(first, " 204 ")));
    CHECK(echo.tells("replied (What is this?)"));
    CHECK_FALSE(has(echo.story(), "said_yes"));
    text("Yes, ❤ please", "SM8");
    CHECK(echo.tells("said_yes"));
    CHECK(has(echo.story(), "replied (Yes, ❤ please)"));
    // A word that stops is a wish and no answer.
    text("STOP", "SM9");
    CHECK_FALSE(has(echo.story(), "STOP"));
    CHECK(echo.tells("suppression list"));
}
