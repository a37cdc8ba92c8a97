// The pid 1 of every container: starts the container's program, reaps orphans, forwards signals,
// runs probe and hook commands on request, and exits with its program, which ends the pid
// namespace. It also exits when the node's end of the socket closes: a container never outlives its
// node. Usage: fakekube-init SOCKET_FD START_FD; START_FD holds NUL-terminated texts: working
// directory, number of arguments, the arguments, then the environment.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "fakekube/node/init_protocol.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr int exit_cannot_start = 128;
constexpr int exit_node_gone = 137;

struct Start {
    std::string directory;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

std::string read_all(int descriptor) {
    std::string bytes;
    char buffer[4096];
    for (ssize_t count = 0; (count = read(descriptor, buffer, sizeof buffer)) > 0;) {
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
    return bytes;
}

bool parse_start(int descriptor, Start& start) {
    std::vector<std::string> texts = split_nul(read_all(descriptor));
    if (texts.size() < 3) {
        return false;
    }
    const std::size_t count = std::strtoul(texts[1].c_str(), nullptr, 10);
    if (count == 0 || texts.size() < 2 + count) {
        return false;
    }
    const auto arguments = texts.begin() + 2;
    start.directory = texts[0];
    start.arguments.assign(arguments, arguments + static_cast<std::ptrdiff_t>(count));
    start.environment.assign(arguments + static_cast<std::ptrdiff_t>(count), texts.end());
    return true;
}

// Finds the program in the container's PATH, not in the init's; returns errno of the last attempt.
int exec_in(Start& start, std::vector<std::string> arguments) {
    std::string path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    for (const std::string& entry : start.environment) {
        if (entry.rfind("PATH=", 0) == 0) {
            path = entry.substr(5);
        }
    }
    std::vector<char*> argv = pointers(arguments);
    std::vector<char*> envp = pointers(start.environment);
    if (chdir(start.directory.c_str()) != 0) {
        return errno;
    }
    if (arguments[0].find('/') != std::string::npos) {
        execve(arguments[0].c_str(), argv.data(), envp.data());
        return errno;
    }
    int reason = ENOENT;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find(':', at), path.size());
        const std::string program = path.substr(at, end - at) + "/" + arguments[0];
        execve(program.c_str(), argv.data(), envp.data());
        reason = errno == ENOENT || errno == ENOTDIR ? reason : errno;
        at = end + 1;
    }
    return reason;
}

// In the child, between fork and exec.
void become_child(int output) {
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (output >= 0) {
        dup2(output, STDOUT_FILENO);
        dup2(output, STDERR_FILENO);
    }
}

class Init {
public:
    Init(int socket, Start start) : socket_(socket), start_(std::move(start)) {}

    int run() {
        sigset_t children;
        sigemptyset(&children);
        sigaddset(&children, SIGCHLD);
        sigprocmask(SIG_BLOCK, &children, nullptr);
        signals_ = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
        if (const int reason = start_main(); reason != 0) {
            send({InitVerb::main_started, 0, reason, ""});
            return exit_cannot_start;
        }
        send({InitVerb::main_started, 0, 0, ""});
        for (;;) {
            pollfd waits[2] = {{socket_, POLLIN, 0}, {signals_, POLLIN, 0}};
            if (poll(waits, 2, -1) < 0 && errno != EINTR) {
                return exit_node_gone;
            }
            if (const int status = reap(); status >= 0) {
                return status;
            }
            if (waits[0].revents != 0 && !receive()) {
                return exit_node_gone;
            }
        }
    }

private:
    void send(const InitPacket& packet) {
        const std::string bytes = encode_packet(packet);
        ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

    // A pipe that closes on exec tells whether the program could be executed.
    int start_main() {
        int report[2];
        if (pipe2(report, O_CLOEXEC) != 0) {
            return errno;
        }
        main_ = fork();
        if (main_ < 0) {
            return errno;
        }
        if (main_ == 0) {
            become_child(-1);
            const int reason = exec_in(start_, start_.arguments);
            [[maybe_unused]] const ssize_t written = write(report[1], &reason, sizeof reason);
            _exit(exit_cannot_start);
        }
        close(report[1]);
        int reason = 0;
        if (read(report[0], &reason, sizeof reason) != sizeof reason) {
            reason = 0;
        }
        close(report[0]);
        return reason;
    }

    // The exit status for this init once the container's program has ended, else -1.
    int reap() {
        signalfd_siginfo ignored;
        while (read(signals_, &ignored, sizeof ignored) > 0) {
        }
        int status = 0;
        for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
            if (pid == main_) {
                send({InitVerb::main_exited, 0, status, ""});
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            }
            if (const auto found = commands_.find(pid); found != commands_.end()) {
                send({InitVerb::command_exited, found->second, status, ""});
                commands_.erase(found);
            }
        }
        return -1;
    }

    // False when the node is gone.
    bool receive() {
        std::string bytes(max_init_packet, '\0');
        iovec part{bytes.data(), bytes.size()};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t count = recvmsg(socket_, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (count <= 0) {
            return count < 0 && (errno == EAGAIN || errno == EINTR);
        }
        int output = -1;
        if (const cmsghdr* head = CMSG_FIRSTHDR(&message);
            head != nullptr && head->cmsg_type == SCM_RIGHTS) {
            std::memcpy(&output, CMSG_DATA(head), sizeof output);
        }
        InitPacket packet;
        if (decode_packet({bytes.data(), static_cast<std::size_t>(count)}, packet)) {
            perform(packet, output);
        }
        if (output >= 0) {
            close(output);
        }
        return true;
    }

    void perform(const InitPacket& packet, int output) {
        switch (packet.verb) {
            case InitVerb::signal_main:
                kill(main_, packet.value);
                break;
            case InitVerb::run_command:
                run_command(packet, output);
                break;
            case InitVerb::kill_command:
                for (const auto& entry : commands_) {
                    if (entry.second == packet.id) {
                        kill(-entry.first, SIGKILL);
                    }
                }
                break;
            case InitVerb::main_started:
            case InitVerb::main_exited:
            case InitVerb::command_exited:
            case InitVerb::command_refused:
                break;
        }
    }

    void run_command(const InitPacket& packet, int output) {
        const std::vector<std::string> arguments = split_nul(packet.text);
        if (arguments.empty()) {
            send({InitVerb::command_refused, packet.id, EINVAL, ""});
            return;
        }
        const pid_t pid = fork();
        if (pid < 0) {
            send({InitVerb::command_refused, packet.id, errno, ""});
            return;
        }
        if (pid == 0) {
            become_child(output);
            const int reason = exec_in(start_, arguments);
            const std::string text = arguments[0] + ": " + std::strerror(reason) + "\n";
            [[maybe_unused]] const ssize_t written = write(2, text.data(), text.size());
            _exit(reason == ENOENT ? 127 : 126);
        }
        commands_[pid] = packet.id;
    }

    int socket_;
    int signals_ = -1;
    Start start_;
    pid_t main_ = -1;
    std::map<pid_t, std::int32_t> commands_;
};

}  // namespace
}  // namespace bestgres::fakekube::node

int main(int argc, char** argv) {
    using namespace bestgres::fakekube::node;
    if (argc != 3) {
        return exit_cannot_start;
    }
    const int socket = std::atoi(argv[1]);
    const int start_descriptor = std::atoi(argv[2]);
    Start start;
    lseek(start_descriptor, 0, SEEK_SET);
    if (!parse_start(start_descriptor, start)) {
        return exit_cannot_start;
    }
    close(start_descriptor);
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    return Init(socket, std::move(start)).run();
}
