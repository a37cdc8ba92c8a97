// The world's processes: started apart from this one, found again by their pid files.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::cmd::local {

struct Daemon {
    std::vector<std::string> command;
    std::string pid_file;
    std::string log_file;  // appended to
};

// In a session of its own, with both outputs in the log file. A process that ends at once is an
// error that repeats its last line.
Result<pid_t> start(const Daemon& daemon);

// The process of a pid file, while it runs the program it was started with.
std::optional<pid_t> find_running(const std::string& pid_file, const std::string& program);

// Sends `number` and waits until the process is gone, at most `seconds`; then SIGKILL.
void stop(pid_t pid, int number, int seconds);

std::string last_line(const std::string& file);

}  // namespace bestgres::cmd::local
