// A mail that shows what somebody else's HTTP interface says: a real server beside a real daemon.

#include "connectors/fake/fake.h"
#include "tests/process/kit.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace journey;
using namespace journey::process_tests;

namespace {

/// Answers every GET with what it is told, and remembers what was asked.
class Weather {
  public:
    Weather() : door_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(door_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(door_, 64) == 0);
        REQUIRE(::getsockname(door_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Weather() {
        stopping_ = true;
        thread_.join();
        ::close(door_);
    }
    std::vector<std::string> asked() {
        const std::lock_guard lock(mutex_);
        return asked_;
    }
    void answer(int status, std::string body) {
        const std::lock_guard lock(mutex_);
        status_ = status;
        body_ = std::move(body);
    }

    std::uint16_t port = 0;

  private:
    void run() {
        while (!stopping_) {
            pollfd wait{door_, POLLIN, 0};
            if (::poll(&wait, 1, 50) <= 0) continue;
            const int line = ::accept(door_, nullptr, nullptr);
            std::string request;
            char buffer[4096];
            pollfd more{line, POLLIN, 0};
            while (request.find("\r\n\r\n") == std::string::npos && ::poll(&more, 1, 2000) > 0) {
                const ssize_t count = ::recv(line, buffer, sizeof buffer, 0);
                if (count <= 0) break;
                request.append(buffer, static_cast<std::size_t>(count));
            }
            const std::lock_guard lock(mutex_);
            asked_.push_back(request);
            const std::string reply = fmt::format(
                "HTTP/1.1 {} Said\r\nContent-Type: application/json\r\nContent-Length: "
                "{}\r\nConnection: close\r\n\r\n{}",
                status_, body_.size(), body_);
            ::send(line, reply.data(), reply.size(), MSG_NOSIGNAL);
            ::close(line);
        }
    }

    int door_;
    std::mutex mutex_;
    std::vector<std::string> asked_;
    int status_ = 200;
    std::string body_ = R"({"temperature": 7, "sky": ["grey", "<b>"]})";
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

std::string project(std::uint16_t port) {
    return fmt::format(R"(language 1
workspace shop {{
  time zone "UTC"
}}
profile user {{
  email string pii
  city string
}}
event seen
channel email {{
  address user.email
  from "Shop <hello@shop.example>"
}}
fetch weather {{
  get "http://127.0.0.1:{}/now?city={{{{ user.city }}}}&units=c"
  cache 10 minutes
}}
template letter email transactional {{
  subject "{{{{ fetch.weather.temperature }}}} degrees, {{{{ fetch.weather.sky | first }}}}"
  body "Hello."
}}
journey letters "A letter" transactional {{
  version 1
  enter when seen
  reenter always
  do {{
    mail: send email letter
  }}
}}
test "the weather is in it" of letters {{
  start 2026-03-02 09:00 in "UTC"
  given user {{ email: "a@x.example" }}
  given fetch weather gives {{ temperature: 7, sky: ["grey"] }}
  at +0s seen
  at +1 minute expect sent email letter
}}
test "no weather, no letter" of letters {{
  start 2026-03-02 09:00 in "UTC"
  given user {{ email: "a@x.example" }}
  given fetch weather fails
  at +0s seen
  at +1 minute expect skipped mail because "fetched"
}}
)",
                       port);
}

}  // namespace

TEST_CASE("a mail shows what was fetched for it, and does not go when nothing came", "[process]") {
    Weather weather;
    Served shop;
    write_file(shop.directory.path("project/shop.journey"), project(weather.port));
    auto started = connectors::fake::SinkServer::start({});
    REQUIRE(started);
    const auto sink = std::move(started).value();
    ::setenv("WEATHER_KEY", "Bearer abc", 1);
    write_file(shop.directory.path("c.yaml"), fmt::format(R"(connectors:
  email: {{kind: smtp, url: "{}", require tls: no}}
fetches:
  weather: {{headers: {{Authorization: "env:WEATHER_KEY"}}}}
network: {{allow private: yes, allow http: yes}}
)",
                                                          sink->smtp_url()));
    shop.start({shop.directory.path("project"), "--config", shop.directory.path("c.yaml")});
    const auto happens_to = [&](const std::string& person, const std::string& city) {
        shop.post(
            "/v1/identify",
            fmt::format(R"({{"userId":"{0}","traits":{{"email":"{0}@x.example","city":"{1}"}}}})",
                        person, city));
        shop.post("/v1/track", fmt::format(R"({{"userId":"{}","event":"seen"}})", person));
    };
    const auto story_of = [&](const std::string& person) {
        auto answer = shop.client->get("/admin/people/user%3A" + person + "/timeline");
        return answer ? answer.value().body : std::string();
    };
    const auto tells = [&](const std::string& person, const std::string& what) {
        return eventually(std::chrono::seconds(60), [&] { return has(story_of(person), what); });
    };

    happens_to("ada", "San José&x=1");
    REQUIRE(eventually(std::chrono::seconds(60), [&] { return sink->last(9).size() == 1; }));
    CHECK(sink->last(9)[0].subject == "7 degrees, grey");
    REQUIRE(weather.asked().size() == 1);
    CHECK(has(weather.asked()[0], "GET /now?city=San+Jos%C3%A9%26x%3D1&units=c HTTP/1.1\r\n"));
    CHECK(has(weather.asked()[0], "Authorization: Bearer abc\r\n"));
    CHECK(tells("ada", "Fetched"));

    // The same address was asked a moment ago; another is not known.
    weather.answer(500, "{}");
    happens_to("bob", "San José&x=1");
    CHECK(tells("bob", "the same address had answered a while before"));
    REQUIRE(eventually(std::chrono::seconds(60), [&] { return sink->last(9).size() == 2; }));
    CHECK(weather.asked().size() == 1);
    happens_to("eve", "Kyiv");
    CHECK(tells("eve", "fetch_failed"));
    CHECK(tells("eve", "it answered 500"));
    CHECK(sink->last(9).size() == 2);

    // Who was being waited for when the daemon was killed is fetched for again.
    weather.answer(200, R"({"temperature": 8})");
    happens_to("kim", "Oslo");
    shop.daemon->kill_now();
    shop.start({shop.directory.path("project"), "--config", shop.directory.path("c.yaml")});
    CHECK(eventually(std::chrono::seconds(60), [&] { return sink->last(9).size() >= 3; }));
}

TEST_CASE("a daemon that may not reach private addresses fetches nothing from them", "[process]") {
    Weather weather;
    Served shop;
    write_file(shop.directory.path("project/shop.journey"), project(weather.port));
    shop.start({shop.directory.path("project")});
    shop.post("/v1/identify", R"({"userId":"ada","traits":{"email":"a@x.example"}})");
    shop.post("/v1/track", R"({"userId":"ada","event":"seen"})");
    CHECK(eventually(std::chrono::seconds(60), [&] {
        auto story = shop.client->get("/admin/people/user%3Aada/timeline");
        return story && has(story.value().body, "fetch_failed");
    }));
    CHECK(weather.asked().empty());
}

TEST_CASE("a project's tests say what is fetched, and never touch the network", "[process]") {
    Weather weather;
    TemporaryDirectory directory;
    write_file(directory.path("shop.journey"), project(weather.port));
    const Finished tested = run_journey({"test", directory.path()});
    CAPTURE(tested.output, tested.errors);
    CHECK(tested.status == 0);
    std::string unsaid = project(weather.port);
    unsaid.replace(unsaid.find("  given fetch weather fails\n"), 28, "");
    write_file(directory.path("shop.journey"), unsaid);
    const Finished lacking = run_journey({"test", directory.path()});
    CHECK(lacking.status == 1);
    CHECK(has(in_one_line(lacking.output),
              "a message fetches `weather`, and this test does not say what comes"));
    const Finished rendered =
        run_journey({"render", "letter", "--project", directory.path(), "--data",
                     R"({"fetch": {"weather": {"temperature": 3, "sky": ["blue"]}}})"});
    CHECK(has(rendered.output, "3 degrees, blue"));
    const Finished simulated =
        run_journey({"simulate", directory.path(), "--people", "20", "--days", "3"});
    CHECK(simulated.status == 0);
    CHECK(weather.asked().empty());
}
