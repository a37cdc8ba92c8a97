#include "operator/agent/report.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "operator/agent/processes.hpp"

namespace bestgres::agent {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int cannot_be_started = 127;
// What is kept of the output while it comes.
constexpr std::size_t kept_output = 64 * 1024;

// A descriptor that is closed with its owner.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }

    int number() const { return number_; }
    void close() {
        if (number_ >= 0) {
            ::close(std::exchange(number_, -1));
        }
    }

private:
    int number_;
};

struct Pipe {
    Descriptor out;  // is read
    Descriptor in;   // is written
};

Result<Pipe> make_pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return Error{fmt::format("make a pipe: {}", std::strerror(errno))};
    }
    return Pipe{.out = Descriptor(ends[0]), .in = Descriptor(ends[1])};
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// The signals that end the wait arrive as data.
Result<Descriptor> listen_to_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGCHLD}) {
        sigaddset(&set, number);
    }
    sigprocmask(SIG_BLOCK, &set, nullptr);
    const int descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor < 0) {
        return Error{fmt::format("listen to signals: {}", std::strerror(errno))};
    }
    return Descriptor(descriptor);
}

// One run of a program: its output as it comes, and how it ended.
class Run {
public:
    Run(pid_t program, Descriptor output, Descriptor signals, const ReportSettings& settings)
        : program_(program),
          output_(std::move(output)),
          signals_(std::move(signals)),
          settings_(settings) {}

    int wait() {
        while (!status_ || output_.number() >= 0) {
            std::array<pollfd, 2> watched{
                {{output_.number(), POLLIN, 0}, {signals_.number(), POLLIN, 0}}};
            // A grandchild may hold the output open for ever.
            const int pause = status_ ? 200 : 500;
            const int ready = poll(watched.data(), watched.size(), pause);
            if (watched[0].revents != 0) {
                read_output();
            } else if (ready == 0 && status_) {
                break;
            }
            read_signals();
            collect();
            if (kill_at_ && Clock::now() >= *kill_at_ && !status_) {
                kill(-program_, SIGKILL);
            }
        }
        return exit_code(*status_);
    }

    const std::string& said() const { return said_; }

private:
    void read_output() {
        std::array<char, 4096> buffer;
        const ssize_t length = read(output_.number(), buffer.data(), buffer.size());
        if (length <= 0) {
            if (length == 0 || errno != EINTR) {
                output_.close();
            }
            return;
        }
        if (settings_.is_silent) {
            return;
        }
        const std::string_view part(buffer.data(), static_cast<std::size_t>(length));
        write_all(STDOUT_FILENO, part);
        said_ += part;
        if (said_.size() > kept_output) {
            said_.erase(0, said_.size() - kept_output / 2);
        }
    }

    void read_signals() {
        signalfd_siginfo info{};
        while (read(signals_.number(), &info, sizeof info) == sizeof info) {
            if (info.ssi_signo != SIGCHLD && !kill_at_) {
                kill_at_ =
                    Clock::now() + std::chrono::duration_cast<Clock::duration>(settings_.patience);
                kill(-program_, SIGINT);
            }
        }
    }

    void collect() {
        for (const auto& [pid, status] : reap()) {
            if (pid == program_) {
                status_ = status;
            }
        }
    }

    pid_t program_;
    Descriptor output_;
    Descriptor signals_;
    const ReportSettings& settings_;
    std::string said_;
    std::optional<int> status_;
    std::optional<Clock::time_point> kill_at_;
};

void write_message(const ReportSettings& settings, std::string_view text) {
    const Descriptor file(
        open(settings.message_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (file.number() >= 0) {
        write_all(file.number(), last_words(text, longest_message));
    }
}

// Length of the UTF-8 sequence that begins `text`; 0 where none does.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xF0 && first < 0xF5   ? 4
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xC2 && first < 0xE0 ? 2
                                                               : 0;
    if (length == 0 || length > text.size()) {
        return 0;
    }
    for (std::size_t at = 1; at < length; ++at) {
        if ((byte(at) & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

}  // namespace

std::string last_words(std::string_view text, std::size_t limit) {
    if (text.size() > limit) {
        text.remove_prefix(text.size() - limit);
        const std::size_t line = text.find('\n');
        if (line != std::string_view::npos && line + 1 < text.size()) {
            text.remove_prefix(line + 1);
        }
    }
    std::string words;
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const bool is_control =
            length == 1 && text[0] >= 0 && text[0] < ' ' && text[0] != '\n' && text[0] != '\t';
        if (length > 0 && !is_control) {
            words += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return words;
}

Result<int> report(const std::vector<std::string>& program, const ReportSettings& settings) {
    Result<Descriptor> signals = listen_to_signals();
    BG_TRY(signals);
    Result<Pipe> output = make_pipe();
    BG_TRY(output);
    Result<Pipe> input = make_pipe();
    BG_TRY(input);
    // All of it fits into the pipe before anybody reads.
    if (fcntl(input->in.number(), F_GETPIPE_SZ) < static_cast<int>(settings.input.size())) {
        return Error{fmt::format("the input of {} bytes is too long", settings.input.size())};
    }
    write_all(input->in.number(), settings.input);
    input->in.close();
    const Result<pid_t> child =
        spawn(program, {.input = input->out.number(), .output = output->in.number()});
    output->in.close();
    input->out.close();
    if (!child.ok()) {
        write_message(settings, child.error().message);
        fmt::print(stderr, "bestgres-agent: {}\n", child.error().message);
        return cannot_be_started;
    }
    Run run(*child, std::move(output->out), *std::move(signals), settings);
    const int code = run.wait();
    std::string words = run.said();
    if (words.empty() && code != 0) {
        words = fmt::format("{} ended with {}\n", program.front(), code);
    }
    write_message(settings, words);
    return code;
}

}  // namespace bestgres::agent
