// `bestgres-agent report PROGRAM ARGUMENT...`: runs a client program of the image to its end, as
// PID 1 of a Job's pod. What it says goes to the container's log; its last words become the
// termination message, which is all that the operator reads.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::agent {

// Kubernetes cuts a termination message at 4,096 bytes.
inline constexpr std::size_t longest_message = 4000;

// At most `limit` bytes of the end of `text`, from the beginning of a line on where there is one,
// and without bytes that are no UTF-8.
std::string last_words(std::string_view text, std::size_t limit);

struct ReportSettings {
    std::string input = {};  // the program's standard input
    bool is_silent = false;  // its output goes nowhere
    std::string message_path = "/dev/termination-log";
    // From SIGTERM, which is handed on as SIGINT (it makes psql and its kin cancel their statement
    // on the server), to SIGKILL.
    Duration patience = std::chrono::seconds(20);
};

// The exit code of the program; 127 where it cannot be started.
Result<int> report(const std::vector<std::string>& program, const ReportSettings& settings);

}  // namespace bestgres::agent
