// Starts a program with chosen descriptors and, as root, with another uid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakekube/node/descriptor.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube::node {

struct Pipe {
    Descriptor read, write;
};

// All close on exec and stand above the numbers that children are given.
Result<Pipe> make_pipe();
// Ends of a SOCK_SEQPACKET pair: first ours, second the child's.
Result<std::pair<Descriptor, Descriptor>> make_packet_pair();
// An anonymous file that holds `bytes`, positioned at its start.
Result<Descriptor> make_memory_file(const std::string& bytes);

struct SpawnSpec {
    std::vector<std::string> arguments;            // the first is an absolute path
    std::vector<std::pair<int, int>> descriptors;  // ours -> the child's number, at most 15
    std::optional<std::uint32_t> real_uid;         // also the gid; no further groups
};

// The child's pid. Its environment is a PATH alone, its standard input /dev/null.
Result<pid_t> spawn(const SpawnSpec& spec);

Descriptor open_pid(pid_t pid);
void kill_pid(const Descriptor& handle, int signal);
void set_non_blocking(const Descriptor& descriptor);
bool poll_readable(const Descriptor& descriptor);  // now, without waiting; also at the end
bool send_with_descriptor(const Descriptor& socket, const std::string& bytes,
                          const Descriptor& attached);

}  // namespace bestgres::fakekube::node
