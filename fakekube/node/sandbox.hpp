// One container as a process under bubblewrap: own mounts, pids, host name and uid. Nothing of it
// survives this object or the thread that made it. Callbacks come from the reactor's thread, never
// from inside a call.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/node/descriptor.hpp"
#include "fakekube/node/init_protocol.hpp"
#include "fakekube/node/mount_plan.hpp"
#include "fakekube/node/reactor.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube::node {

struct SandboxSpec {
    std::string init_program;  // fakekube-init on this machine
    std::string hostname;
    std::uint32_t uid = 0;  // as the container sees itself
    std::uint32_t gid = 0;
    std::optional<std::uint32_t> real_uid;  // only as root: what it is on this machine
    MountRequest files;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;  // "NAME=value"
    std::string directory = "/";
};

// How a program ended; exactly one of code and signal is meaningful.
struct Exit {
    int code = 0;
    int signal = 0;  // 0: it exited by itself

    // As container runtimes report it: 128 + signal.
    int status() const { return signal == 0 ? code : 128 + signal; }
    bool operator==(const Exit&) const = default;
};

struct SandboxEvents {
    std::function<void()> started;
    // The program never ran: it could not be executed, or the sandbox could not be set up.
    std::function<void(std::string why)> refused;
    std::function<void(Exit)> exited;  // the last event
    std::function<void(bool is_error_stream, std::string_view bytes)> output;
};

struct CommandResult {
    bool completed = false;  // false: timed out, or the container ended before
    int code = 0;
    std::string output;  // at most 10 KiB of both streams
};

class Sandbox {
public:
    Sandbox(Reactor& reactor, SandboxEvents events);
    ~Sandbox();  // kills
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    Result<Done> start(const SandboxSpec& spec);
    bool is_running() const { return monitor_ > 0; }
    // To the container's program; ignored when it has ended.
    void signal(int number);
    void kill();
    // Runs beside the container's program, with its environment and directory.
    void run_command(const std::vector<std::string>& arguments, Duration timeout,
                     std::function<void(CommandResult)> done);
    // The init's pid on this machine; 0 until bwrap has told it.
    pid_t init_pid() const { return init_pid_; }

private:
    struct Command {
        std::function<void(CommandResult)> done;
        Descriptor output;
        std::string text;
        Reactor::TimerId timer = 0;
    };

    void watch_streams();
    void read_packets();
    void on_packet(const InitPacket& packet);
    void read_stream(Descriptor& stream, bool is_error_stream);
    void read_information();
    void read_command_output(std::int32_t id);
    void finish_command(std::int32_t id, bool completed, int code);
    void on_monitor_exit();

    Reactor& reactor_;
    SandboxEvents events_;
    pid_t monitor_ = -1;  // bwrap
    pid_t init_pid_ = 0;
    Descriptor monitor_handle_, init_handle_;  // pidfds
    Descriptor socket_, output_, errors_, information_;
    std::string information_text_;
    std::string last_errors_;  // of bwrap, while the program has not started
    bool started_ = false;
    std::optional<std::string> refusal_;
    std::optional<int> wait_status_;
    std::map<std::int32_t, Command> commands_;
    std::int32_t next_command_ = 1;
};

}  // namespace bestgres::fakekube::node
