#include "tests/process/kit.h"

#include "tests/kit/files.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace journey::process_tests {

std::string journey_binary() {
    const std::string release = std::string(JOURNEY_SOURCE_DIR) + "/build/release/bin/journey";
    const std::string own = std::string(JOURNEY_BINARY_DIR) + "/bin/journey";
    return std::filesystem::exists(own) ? own : release;
}

Finished run_journey(const std::vector<std::string>& arguments, void (*setup)()) {
    const TemporaryDirectory directory;
    std::vector<std::string> words{journey_binary()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string out = directory.path("out");
    const std::string err = directory.path("err");
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(::open(out.c_str(), O_CREAT | O_WRONLY, 0600), 1);
        ::dup2(::open(err.c_str(), O_CREAT | O_WRONLY, 0600), 2);
        if (setup != nullptr) setup();
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), testing::read_file(out),
            testing::read_file(err)};
}

std::string talk(std::uint16_t port, const std::string& bytes, bool half_close) {
    const int line = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(line, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            const ssize_t count =
                ::send(line, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (count <= 0) break;
            sent += static_cast<std::size_t>(count);
        }
        if (half_close) ::shutdown(line, SHUT_WR);
        pollfd wait{line, POLLIN, 0};
        char buffer[8192];
        while (::poll(&wait, 1, answer.empty() ? 5000 : 300) > 0) {
            const ssize_t count = ::recv(line, buffer, sizeof buffer, 0);
            if (count <= 0) break;
            answer.append(buffer, static_cast<std::size_t>(count));
        }
    }
    ::close(line);
    return answer;
}

void write_file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string in_one_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool blank = c == ' ' || c == '\n';
        if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
    }
    return out;
}

void Served::start(std::vector<std::string> arguments, std::uint16_t port) {
    auto started = app::ChildDaemon::start({journey_binary(), std::move(arguments),
                                            directory.path("data"), port, directory.path("log")});
    INFO((started ? std::string() : started.error().detail));
    REQUIRE(started);
    daemon = std::move(started).value();
    client =
        std::make_unique<app::Client>(daemon->url(), daemon->write_key(), daemon->admin_token());
}

void Served::post(const std::string& path, const std::string& body) const {
    auto answer = client->post(path, body);
    REQUIRE(answer);
    INFO(answer.value().body);
    REQUIRE(answer.value().status == 200);
}

std::int64_t Served::events() const {
    auto answer = client->get("/admin/journeys");
    REQUIRE(answer);
    auto parsed = value_from_json(answer.value().body);
    REQUIRE(parsed);
    return *find(*parsed.value().as<Record>(), "events")->as<std::int64_t>();
}

TemporaryDirectory::TemporaryDirectory() : path_(app::make_temporary_directory("test")) {}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::path(const std::string& name) const {
    return name.empty() ? path_ : path_ + "/" + name;
}

}  // namespace journey::process_tests
