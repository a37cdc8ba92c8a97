#include "operator/agent/processes.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <set>

namespace bestgres::agent {
namespace {

std::optional<pid_t> number_of(std::string_view text) {
    pid_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty()
               ? std::optional(value)
               : std::nullopt;
}

bool exists(const std::string& path) {
    struct stat found {};
    return stat(path.c_str(), &found) == 0;
}

std::vector<std::string> entries_of(const std::string& directory) {
    std::vector<std::string> names;
    DIR* open = opendir(directory.c_str());
    if (open == nullptr) {
        return names;
    }
    while (const dirent* entry = readdir(open)) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") {
            names.push_back(name);
        }
    }
    closedir(open);
    return names;
}

// Only async-signal-safe calls: this is the child between fork and exec.
[[noreturn]] void become(char* const* arguments, const Streams& streams, int report_to) {
    setpgid(0, 0);
    if (streams.input >= 0) {
        dup2(streams.input, STDIN_FILENO);
    }
    if (streams.output >= 0) {
        dup2(streams.output, STDOUT_FILENO);
        dup2(streams.output, STDERR_FILENO);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number :
         {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD}) {
        signal(number, SIG_DFL);
    }
    execvp(arguments[0], arguments);
    const int cause = errno;
    [[maybe_unused]] const ssize_t written = write(report_to, &cause, sizeof cause);
    _exit(127);
}

}  // namespace

std::optional<Process> parse_stat(const std::string& line) {
    const std::size_t open = line.find(" (");
    const std::size_t close = line.rfind(") ");
    if (open == std::string::npos || close == std::string::npos || close < open) {
        return std::nullopt;
    }
    // After the name: state, then the parent.
    const std::size_t parent_from = close + 4;
    const std::size_t parent_to = line.find(' ', parent_from);
    if (parent_to == std::string::npos) {
        return std::nullopt;
    }
    const auto pid = number_of(std::string_view(line).substr(0, open));
    const auto parent =
        number_of(std::string_view(line).substr(parent_from, parent_to - parent_from));
    if (!pid || !parent) {
        return std::nullopt;
    }
    return Process{.pid = *pid, .parent = *parent, .name = line.substr(open + 2, close - open - 2)};
}

std::vector<Process> list_processes() {
    std::vector<Process> processes;
    for (const std::string& name : entries_of("/proc")) {
        if (!number_of(name)) {
            continue;
        }
        std::ifstream stat_file("/proc/" + name + "/stat");
        std::string line;
        if (std::getline(stat_file, line)) {
            if (auto process = parse_stat(line)) {
                processes.push_back(std::move(*process));
            }
        }
    }
    return processes;
}

std::vector<Process> postgres_processes(const std::vector<Process>& all) {
    std::set<pid_t> found;
    for (const Process& process : all) {
        if (process.name == "postgres" || process.name == "postmaster") {
            found.insert(process.pid);
        }
    }
    // Children of Postgres (archive_command's shell, COPY TO PROGRAM) belong to it; a few levels
    // suffice.
    for (int level = 0; level < 4; ++level) {
        for (const Process& process : all) {
            if (found.count(process.parent) > 0) {
                found.insert(process.pid);
            }
        }
    }
    std::vector<Process> result;
    for (const Process& process : all) {
        if (found.count(process.pid) > 0) {
            result.push_back(process);
        }
    }
    return result;
}

int kill_postgres() {
    std::set<pid_t> killed;
    for (int round = 0; round < 100; ++round) {
        bool any = false;
        for (const Process& process : postgres_processes(list_processes())) {
            if (kill(process.pid, SIGKILL) == 0 && killed.insert(process.pid).second) {
                any = true;
            }
        }
        if (!any) {
            break;
        }
    }
    return static_cast<int>(killed.size());
}

Result<pid_t> spawn(const std::vector<std::string>& arguments, const Streams& streams) {
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) {
        pointers.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: execvp's signature
    }
    pointers.push_back(nullptr);
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) {
        return Error{fmt::format("start {}: {}", arguments.front(), std::strerror(errno))};
    }
    const pid_t child = fork();
    if (child == 0) {
        become(pointers.data(), streams, report[1]);
    }
    close(report[1]);
    int cause = 0;
    const ssize_t length = child > 0 ? read(report[0], &cause, sizeof cause) : -1;
    close(report[0]);
    if (child < 0 || length > 0) {
        // Until it is gone it holds copies of this process's sockets.
        if (child > 0) {
            waitpid(child, nullptr, 0);
        }
        return Error{fmt::format("start {}: {}", arguments.front(),
                                 std::strerror(child < 0 ? errno : cause))};
    }
    return child;
}

std::vector<std::pair<pid_t, int>> reap() {
    std::vector<std::pair<pid_t, int>> ended;
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        ended.emplace_back(pid, status);
    }
    return ended;
}

int exit_code(int wait_status) {
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

bool has_standby_signal(const std::string& data_directory) {
    return exists(data_directory + "/standby.signal") ||
           exists(data_directory + "/recovery.signal");
}

DataDirectory inspect_data_directory(const std::string& data_directory) {
    if (!exists(data_directory)) {
        return DataDirectory::absent;
    }
    if (entries_of(data_directory).empty()) {
        return DataDirectory::empty;
    }
    return DataDirectory::initialized;
}

}  // namespace bestgres::agent
