#include "fakekube/node/spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace bestgres::fakekube::node {
namespace {

constexpr int first_own_descriptor = 16;
constexpr int last_given_descriptor = first_own_descriptor - 1;
constexpr unsigned close_on_exec_flag = 1U << 2U;  // CLOSE_RANGE_CLOEXEC
constexpr int exit_cannot_execute = 127;

Error last_error(const char* attempt) {
    return Error{std::string(attempt) + ": " + std::strerror(errno)};
}

Descriptor raised(int number) {
    Descriptor low(number);
    return Descriptor(fcntl(number, F_DUPFD_CLOEXEC, first_own_descriptor));
}

// Only async-signal-safe calls: other threads' locks may be held for ever in this copy.
[[noreturn]] void become(const SpawnSpec& spec, char* const* arguments, char* const* environment) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing > 0) {
        dup2(nothing, STDIN_FILENO);
    }
    for (const auto& [ours, theirs] : spec.descriptors) {
        dup2(ours, theirs);
    }
    // What others of this process, or its parents, left open is none of the container's business.
    syscall(SYS_close_range, last_given_descriptor + 1, ~0U, close_on_exec_flag);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    if (spec.real_uid) {
        const std::uint32_t id = *spec.real_uid;
        // The kernel's calls: glibc's wrappers signal the threads of the parent's image.
        if (syscall(SYS_setgroups, 0, nullptr) != 0 || syscall(SYS_setresgid, id, id, id) != 0 ||
            syscall(SYS_setresuid, id, id, id) != 0) {
            _exit(exit_cannot_execute);
        }
    }
    execve(arguments[0], arguments, environment);
    _exit(exit_cannot_execute);
}

}  // namespace

Result<Pipe> make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return last_error("make a pipe");
    }
    return Pipe{raised(ends[0]), raised(ends[1])};
}

Result<std::pair<Descriptor, Descriptor>> make_packet_pair() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return last_error("make a socket pair");
    }
    return std::pair<Descriptor, Descriptor>(raised(ends[0]), raised(ends[1]));
}

Result<Descriptor> make_memory_file(const std::string& bytes) {
    Descriptor file = raised(memfd_create("fakekube", MFD_CLOEXEC));
    for (std::size_t written = 0; written < bytes.size();) {
        const ssize_t count = write(file.get(), bytes.data() + written, bytes.size() - written);
        if (count <= 0) {
            return last_error("write an anonymous file");
        }
        written += static_cast<std::size_t>(count);
    }
    if (!file || lseek(file.get(), 0, SEEK_SET) != 0) {
        return last_error("make an anonymous file");
    }
    return file;
}

Result<pid_t> spawn(const SpawnSpec& spec) {
    std::vector<std::string> texts = spec.arguments;
    std::vector<char*> arguments;
    for (std::string& text : texts) {
        arguments.push_back(text.data());
    }
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char* environment[] = {path.data(), nullptr};
    const pid_t pid = fork();
    if (pid < 0) {
        return last_error("fork");
    }
    if (pid == 0) {
        become(spec, arguments.data(), environment);
    }
    return pid;
}

Descriptor open_pid(pid_t pid) {
    return Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

void kill_pid(const Descriptor& handle, int signal) {
    if (handle) {
        syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0);
    }
}

void set_non_blocking(const Descriptor& descriptor) {
    fcntl(descriptor.get(), F_SETFL, fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

bool poll_readable(const Descriptor& descriptor) {
    pollfd wait{descriptor.get(), POLLIN, 0};
    return poll(&wait, 1, 0) > 0;
}

bool send_with_descriptor(const Descriptor& socket, const std::string& bytes,
                          const Descriptor& attached) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = attached.get();
    std::memcpy(CMSG_DATA(head), &number, sizeof number);
    return sendmsg(socket.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0;
}

}  // namespace bestgres::fakekube::node
