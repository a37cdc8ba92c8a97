#include "fakekube/node/sandbox.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "fakekube/node/spawn.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr std::size_t most_command_output = 10 * 1024;  // the kubelet's limit for probes
constexpr std::size_t most_kept_errors = 2048;

// The child's descriptor numbers.
constexpr int socket_number = 3;
constexpr int start_number = 4;
constexpr int arguments_number = 5;
constexpr int information_number = 6;

std::vector<std::string> bwrap_arguments(const SandboxSpec& spec) {
    std::vector<std::string> arguments = {"--unshare-user",
                                          "--uid",
                                          std::to_string(spec.uid),
                                          "--gid",
                                          std::to_string(spec.gid),
                                          "--unshare-pid",
                                          "--unshare-ipc",
                                          "--unshare-uts",
                                          "--hostname",
                                          spec.hostname,
                                          "--die-with-parent",
                                          "--as-pid-1",
                                          "--info-fd",
                                          std::to_string(information_number)};
    // Bound first, so that the image's own mounts cannot hide it: it lives in the root tmpfs.
    arguments.insert(arguments.end(), {"--ro-bind", spec.init_program, "/.init"});
    const std::vector<std::string> mounts =
        plan_mounts(spec.files, view_of_directory(spec.files.root));
    arguments.insert(arguments.end(), mounts.begin(), mounts.end());
    return arguments;
}

std::string start_texts(const SandboxSpec& spec) {
    std::vector<std::string> texts = {spec.directory, std::to_string(spec.arguments.size())};
    texts.insert(texts.end(), spec.arguments.begin(), spec.arguments.end());
    texts.insert(texts.end(), spec.environment.begin(), spec.environment.end());
    return join_nul(texts);
}

Exit exit_of(int wait_status) {
    if (WIFSIGNALED(wait_status)) {
        return Exit{.code = 0, .signal = WTERMSIG(wait_status)};
    }
    return Exit{.code = WEXITSTATUS(wait_status), .signal = 0};
}

}  // namespace

Sandbox::Sandbox(Reactor& reactor, SandboxEvents events)
    : reactor_(reactor), events_(std::move(events)) {}

Sandbox::~Sandbox() {
    for (const Descriptor* each : {&monitor_handle_, &socket_, &output_, &errors_, &information_}) {
        reactor_.unwatch(each->get());
    }
    for (auto& [id, command] : commands_) {
        reactor_.unwatch(command.output.get());
        reactor_.cancel(command.timer);
    }
    if (monitor_ > 0) {
        kill();
        waitpid(monitor_, nullptr, 0);
    }
}

Result<Done> Sandbox::start(const SandboxSpec& spec) {
    auto pair = make_packet_pair();
    auto output = make_pipe();
    auto errors = make_pipe();
    auto information = make_pipe();
    auto start = make_memory_file(start_texts(spec));
    auto arguments = make_memory_file(join_nul(bwrap_arguments(spec)));
    for (const auto* each : {&output, &errors, &information}) {
        BG_TRY(Result<Done>(each->ok() ? Result<Done>(Done{}) : Result<Done>(each->error())));
    }
    if (!pair.ok() || !start.ok() || !arguments.ok()) {
        return Error{"start a sandbox: no descriptors"};
    }
    SpawnSpec child;
    child.arguments = {"/usr/bin/bwrap",
                       "--args",
                       std::to_string(arguments_number),
                       "/.init",
                       std::to_string(socket_number),
                       std::to_string(start_number)};
    child.descriptors = {{output->write.get(), 1},
                         {errors->write.get(), 2},
                         {pair->second.get(), socket_number},
                         {start->get(), start_number},
                         {arguments->get(), arguments_number},
                         {information->write.get(), information_number}};
    child.real_uid = spec.real_uid;
    Result<pid_t> pid = spawn(child);
    if (!pid) {
        return std::move(pid).error().within("start a sandbox");
    }
    monitor_ = *pid;
    monitor_handle_ = open_pid(monitor_);
    socket_ = std::move(pair->first);
    output_ = std::move(output->read);
    errors_ = std::move(errors->read);
    information_ = std::move(information->read);
    watch_streams();
    return Done{};
}

void Sandbox::watch_streams() {
    for (const Descriptor* each : {&socket_, &output_, &errors_, &information_}) {
        set_non_blocking(*each);
    }
    reactor_.watch(information_.get(), EPOLLIN, [this](std::uint32_t) { read_information(); });
    reactor_.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { read_packets(); });
    reactor_.watch(output_.get(), EPOLLIN, [this](std::uint32_t) { read_stream(output_, false); });
    reactor_.watch(errors_.get(), EPOLLIN, [this](std::uint32_t) { read_stream(errors_, true); });
    reactor_.watch(monitor_handle_.get(), EPOLLIN, [this](std::uint32_t) { on_monitor_exit(); });
}

void Sandbox::read_information() {
    char buffer[512];
    const ssize_t count = read(information_.get(), buffer, sizeof buffer);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (count > 0) {
        information_text_.append(buffer, static_cast<std::size_t>(count));
    }
    if (const Result<Json> told = parse_json(information_text_); told.ok()) {
        init_pid_ = static_cast<pid_t>(find_int(*told, {"child-pid"}).value_or(0));
        init_handle_ = init_pid_ > 0 ? open_pid(init_pid_) : Descriptor();
    }
    if (count <= 0 || init_pid_ > 0) {
        reactor_.unwatch(information_.get());
        information_.reset();
    }
}

void Sandbox::read_packets() {
    std::string bytes(max_init_packet, '\0');
    for (;;) {
        const ssize_t count = recv(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            if (count == 0) {
                reactor_.unwatch(socket_.get());
            }
            return;
        }
        InitPacket packet;
        if (decode_packet({bytes.data(), static_cast<std::size_t>(count)}, packet)) {
            on_packet(packet);
        }
    }
}

void Sandbox::on_packet(const InitPacket& packet) {
    switch (packet.verb) {
        case InitVerb::main_started:
            if (packet.value != 0) {
                refusal_ = std::strerror(packet.value);
                break;
            }
            started_ = true;
            events_.started();
            break;
        case InitVerb::main_exited:
            wait_status_ = packet.value;
            break;
        case InitVerb::command_exited:
            read_command_output(packet.id);
            finish_command(packet.id, true, exit_of(packet.value).status());
            break;
        case InitVerb::command_refused:
            finish_command(packet.id, false, 0);
            break;
        case InitVerb::signal_main:
        case InitVerb::run_command:
        case InitVerb::kill_command:
            break;  // never sent to us
    }
}

void Sandbox::read_stream(Descriptor& stream, bool is_error_stream) {
    char buffer[16 * 1024];
    const ssize_t count = read(stream.get(), buffer, sizeof buffer);
    if (count > 0) {
        const std::string_view bytes(buffer, static_cast<std::size_t>(count));
        if (!started_ && is_error_stream && last_errors_.size() < most_kept_errors) {
            last_errors_ += bytes;
        }
        events_.output(is_error_stream, bytes);
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
        reactor_.unwatch(stream.get());
        stream.reset();
    }
}

void Sandbox::on_monitor_exit() {
    reactor_.unwatch(monitor_handle_.get());
    read_packets();
    while (output_ && poll_readable(output_)) {
        read_stream(output_, false);
    }
    while (errors_ && poll_readable(errors_)) {
        read_stream(errors_, true);
    }
    int monitor_status = 0;
    waitpid(monitor_, &monitor_status, 0);
    monitor_ = -1;
    while (!commands_.empty()) {
        finish_command(commands_.begin()->first, false, 0);
    }
    const bool was_killed = init_pid_ > 0 && exit_of(monitor_status).status() == 128 + SIGKILL;
    if (!started_ && !was_killed) {
        const std::string status = std::to_string(exit_of(monitor_status).status());
        const std::string fallback =
            "the sandbox could not be set up: " +
            (last_errors_.empty() ? "bwrap exited with " + status : last_errors_);
        events_.refused(refusal_.value_or(fallback));
        return;
    }
    // Without a word from the init, it was killed, and everything with it.
    events_.exited(wait_status_ ? exit_of(*wait_status_) : Exit{.code = 0, .signal = SIGKILL});
}

void Sandbox::signal(int number) {
    const std::string bytes = encode_packet({InitVerb::signal_main, 0, number, ""});
    send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Sandbox::kill() {
    if (init_handle_) {
        kill_pid(init_handle_, SIGKILL);
    } else {
        kill_pid(monitor_handle_, SIGKILL);
    }
}

void Sandbox::run_command(const std::vector<std::string>& arguments, Duration timeout,
                          std::function<void(CommandResult)> done) {
    const std::int32_t id = next_command_++;
    Result<Pipe> output = make_pipe();
    const std::string bytes = encode_packet({InitVerb::run_command, id, 0, join_nul(arguments)});
    Command& command = commands_[id];
    command.done = std::move(done);
    command.timer = reactor_.after(timeout, [this, id] {
        const std::string kill = encode_packet({InitVerb::kill_command, id, 0, ""});
        send(socket_.get(), kill.data(), kill.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        read_command_output(id);
        finish_command(id, false, 0);
    });
    if (!output || bytes.size() > max_init_packet || !started_ || monitor_ < 0 ||
        !send_with_descriptor(socket_, bytes, output->write)) {
        reactor_.cancel(command.timer);
        command.timer = reactor_.after(Duration(0), [this, id] { finish_command(id, false, 0); });
        return;
    }
    command.output = std::move(output->read);
    set_non_blocking(command.output);
    reactor_.watch(command.output.get(), EPOLLIN,
                   [this, id](std::uint32_t) { read_command_output(id); });
}

void Sandbox::read_command_output(std::int32_t id) {
    const auto found = commands_.find(id);
    if (found == commands_.end() || !found->second.output) {
        return;
    }
    Command& command = found->second;
    char buffer[4096];
    for (;;) {
        const ssize_t count = read(command.output.get(), buffer, sizeof buffer);
        if (count <= 0) {
            if (count == 0) {
                reactor_.unwatch(command.output.get());
                command.output.reset();
            }
            return;
        }
        const std::size_t room = most_command_output - command.text.size();
        command.text.append(buffer, std::min(static_cast<std::size_t>(count), room));
    }
}

void Sandbox::finish_command(std::int32_t id, bool completed, int code) {
    const auto found = commands_.find(id);
    if (found == commands_.end()) {
        return;
    }
    Command command = std::move(found->second);
    commands_.erase(found);
    reactor_.unwatch(command.output.get());
    reactor_.cancel(command.timer);
    command.done(CommandResult{completed, code, std::move(command.text)});
}

}  // namespace bestgres::fakekube::node
