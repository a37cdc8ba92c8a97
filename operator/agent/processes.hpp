// The processes of this container: starting the one that is supervised, reaping orphans as PID 1
// must, and ending Postgres together with all its backends.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::agent {

struct Process {
    pid_t pid = 0;
    pid_t parent = 0;
    std::string name;  // /proc/PID/stat's, at most 15 letters

    bool operator==(const Process&) const = default;
};

// One line of /proc/PID/stat; the name may hold spaces and brackets.
std::optional<Process> parse_stat(const std::string& line);

// All processes of this PID namespace.
std::vector<Process> list_processes();

// The postmaster and everything below it. A postmaster is a process named postgres whose parent is
// not.
std::vector<Process> postgres_processes(const std::vector<Process>& all);

// SIGKILLs them until none is left, backends first to last and again: a backend outlives its
// postmaster until it next looks, and must not commit in between. Returns how many were killed.
int kill_postgres();

// Descriptors that a program begins with; -1: those of this process.
struct Streams {
    int input = -1;
    int output = -1;  // and for its errors
};

// Starts a program found on PATH with this process's environment, in a process group of its own.
Result<pid_t> spawn(const std::vector<std::string>& arguments, const Streams& streams = {});

// Reaps every child that has ended: pid and wait status.
std::vector<std::pair<pid_t, int>> reap();

// What a shell would report: the exit status, or 128 + the signal.
int exit_code(int wait_status);

// standby.signal or recovery.signal in the data directory: Postgres is or will start as a standby.
bool has_standby_signal(const std::string& data_directory);

enum class DataDirectory { absent, empty, initialized };
DataDirectory inspect_data_directory(const std::string& data_directory);

}  // namespace bestgres::agent
