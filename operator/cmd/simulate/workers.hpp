// Several processes that work and report by lines. A process, not a thread: nothing is shared, and
// one that aborts is a finding instead of the end.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "lib/base/time.hpp"

namespace bestgres::cmd::simulate {

// What a worker calls to report; lines without line feeds.
using Send = std::function<void(const std::string& line)>;

struct WorkerEnd {
    std::size_t worker = 0;
    bool clean = false;
    std::string how;  // "killed by signal 6"
};

struct WorkersPlan {
    std::size_t count = 1;
    std::function<void(std::size_t worker, const Send& send)> work;  // in the new process
    std::function<void(std::size_t worker, const std::string& line)> on_line;
    std::function<void(const WorkerEnd& end)> on_end;
    std::function<void()> on_second;  // about once a second
};

// Returns when all have ended.
void run_workers(const WorkersPlan& plan);

// Of the wall, from some beginning.
Duration wall_time();

}  // namespace bestgres::cmd::simulate
