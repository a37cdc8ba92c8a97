#include "operator/cmd/local/processes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>

namespace bestgres::cmd::local {
namespace {

using std::chrono::milliseconds;

constexpr auto settle = milliseconds(300);

bool is_gone(pid_t pid) {
    waitpid(pid, nullptr, WNOHANG);
    return kill(pid, 0) != 0 && errno == ESRCH;
}

[[noreturn]] void become(char* const* arguments, int log) {
    setsid();
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD}) {
        signal(number, SIG_DFL);
    }
    execv(arguments[0], arguments);
    _exit(127);
}

}  // namespace

std::string last_line(const std::string& file) {
    std::ifstream stream(file);
    std::string line;
    for (std::string next; std::getline(stream, next);) {
        if (!next.empty()) {
            line = next;
        }
    }
    return line;
}

Result<pid_t> start(const Daemon& daemon) {
    const int log = open(daemon.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0) {
        return Error{fmt::format("write {}: {}", daemon.log_file, std::strerror(errno))};
    }
    std::vector<char*> arguments;
    for (const std::string& argument : daemon.command) {
        arguments.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execv's signature
    }
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        become(arguments.data(), log);
    }
    close(log);
    if (child < 0) {
        return Error{fmt::format("start {}: {}", daemon.command.front(), std::strerror(errno))};
    }
    std::ofstream(daemon.pid_file) << child << "\n";
    std::this_thread::sleep_for(settle);
    if (is_gone(child)) {
        return Error{fmt::format("{} {} ended at once: {} (the whole log: {})", daemon.command[0],
                                 daemon.command[1], last_line(daemon.log_file), daemon.log_file)};
    }
    return child;
}

std::optional<pid_t> find_running(const std::string& pid_file, const std::string& program) {
    pid_t pid = 0;
    std::ifstream file(pid_file);
    if (!(file >> pid) || pid <= 1) {
        return std::nullopt;
    }
    // The number may have been given to another process since.
    std::ifstream command_line("/proc/" + std::to_string(pid) + "/cmdline");
    std::string first;
    std::getline(command_line, first, '\0');
    return first == program ? std::optional(pid) : std::nullopt;
}

void stop(pid_t pid, int number, int seconds) {
    kill(pid, number);
    for (int waited = 0; waited < seconds * 20; ++waited) {
        if (is_gone(pid)) {
            return;
        }
        std::this_thread::sleep_for(milliseconds(50));
    }
    kill(pid, SIGKILL);
    for (int waited = 0; waited < 100 && !is_gone(pid); ++waited) {
        std::this_thread::sleep_for(milliseconds(50));
    }
}

}  // namespace bestgres::cmd::local
