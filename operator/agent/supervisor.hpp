// PID 1 of a database container: runs the image's program, answers the probes, is the watchdog,
// asks for a checkpoint before it hands SIGTERM on, reaps, and ends with its child's exit code.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "lib/base/log.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/http/server.hpp"
#include "operator/agent/environment.hpp"
#include "operator/agent/health.hpp"
#include "operator/agent/patroni_poll.hpp"
#include "operator/agent/processes.hpp"
#include "operator/agent/unfinished.hpp"

namespace bestgres::agent {

class Supervisor {
public:
    Supervisor(http::EventLoop& loop, Environment environment, Log log);

    // Runs `program` until it ends; the container's exit code. An error says why it could not be
    // started.
    Result<int> run(const std::vector<std::string>& program);

private:
    void on_signal(int number);
    void on_child_ended();
    void begin_shutdown();
    void forward(int number);
    void after_round();
    void watch();
    void clean_up();
    void follow_data_directory();
    Health ready() const;
    void answer(const http::ServerRequest& request, const http::Responder& responder) const;
    Json status() const;

    http::EventLoop& loop_;
    Environment environment_;
    Unfinished unfinished_;
    Log log_;
    PatroniPoll poll_;
    http::Server probes_;
    http::Timer checkpoint_timer_;
    pid_t child_ = 0;
    std::optional<pid_t> checkpoint_;  // the psql that runs CHECKPOINT
    bool shutting_down_ = false;
    int exit_code_ = 0;
};

}  // namespace bestgres::agent
