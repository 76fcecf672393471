#include "engine/app/child.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace journey::app {
namespace {

std::string tail_of(const std::string& path) {
    std::ifstream in(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    const std::size_t from = lines.size() > 8 ? lines.size() - 8 : 0;
    return fmt::format(
        "{}", fmt::join(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.end(), "\n"));
}

}  // namespace

std::uint16_t free_port() {
    const int socket_number = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    std::uint16_t port = 0;
    if (::bind(socket_number, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
        ::getsockname(socket_number, reinterpret_cast<sockaddr*>(&address), &length) == 0) {
        port = ntohs(address.sin_port);
    }
    ::close(socket_number);
    return port;
}

std::string make_temporary_directory(std::string_view purpose) {
    std::string pattern =
        (std::filesystem::temp_directory_path() / fmt::format("journey-{}-XXXXXX", purpose))
            .string();
    ENSURE(::mkdtemp(pattern.data()) != nullptr, "no temporary directory can be made");
    return pattern;
}

Result<std::unique_ptr<ChildDaemon>> ChildDaemon::start(ChildOptions options,
                                                        std::chrono::milliseconds at_most) {
    std::unique_ptr<ChildDaemon> child(new ChildDaemon());
    child->port_ = options.port != 0 ? options.port : free_port();
    if (options.log_file.empty()) options.log_file = options.data_directory + ".log";
    std::vector<std::string> words{options.program, "serve"};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    words.insert(words.end(), {"--data", options.data_directory, "--listen",
                               fmt::format("127.0.0.1:{}", child->port_)});
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string log_file = options.log_file;
    child->options_ = std::move(options);
    child->pid_ = ::fork();
    if (child->pid_ < 0) return error(ErrorCode::retry, "the system gives no new process");
    if (child->pid_ == 0) {
        ::setpgid(0, 0);  // Ctrl-C is for the parent, which then stops us in order
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // and when it cannot, the system does
        const int out = ::open(log_file.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
        if (out >= 0) {
            ::dup2(out, 1);
            ::dup2(out, 2);
        }
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    const Client client(child->url(), "", "");
    const auto until = std::chrono::steady_clock::now() + at_most;
    while (std::chrono::steady_clock::now() < until) {
        if (!child->running()) break;
        auto answer = client.get("/readyz");
        if (answer && answer.value().status == 200) return child;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return error(
        ErrorCode::retry,
        fmt::format("the daemon did not become ready; its last words:\n{}", tail_of(log_file)));
}

ChildDaemon::~ChildDaemon() {
    if (running()) stop();
}

std::string ChildDaemon::url() const {
    return fmt::format("http://127.0.0.1:{}", port_);
}

bool ChildDaemon::running() {
    if (pid_ <= 0) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

int ChildDaemon::stop() {
    if (pid_ <= 0) return 0;
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void ChildDaemon::kill_now() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
}

std::uint64_t ChildDaemon::resident_bytes() const {
    std::ifstream in(fmt::format("/proc/{}/statm", pid_));
    std::uint64_t whole = 0;
    std::uint64_t resident = 0;
    in >> whole >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

double ChildDaemon::cpu_seconds() const {
    std::ifstream in(fmt::format("/proc/{}/stat", pid_));
    std::string word;
    for (int i = 0; i < 13; ++i)
        in >> word;
    double user = 0;
    double system = 0;
    in >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string ChildDaemon::write_key() const {
    return first_line(options_.data_directory + "/keys/write_key");
}
std::string ChildDaemon::admin_token() const {
    return first_line(options_.data_directory + "/keys/admin_token");
}

}  // namespace journey::app
