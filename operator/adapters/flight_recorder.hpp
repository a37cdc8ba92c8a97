// Where recordings go: two files in one directory, the current one and the one before it, so that
// at most `limit_bytes` are ever kept. Both are for the operator's user alone.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "lib/base/result.hpp"

namespace bestgres::adapters {

class FlightRecorder {
public:
    FlightRecorder(std::string directory, std::uint64_t limit_bytes)
        : directory_(std::move(directory)), limit_bytes_(limit_bytes) {}

    // Begins a new current file; what was current becomes the one before it. The error names the
    // file, and is the recorder's problem until it can begin.
    Result<Done> begin(const std::string& header);
    // A line without its end. After a failed write nothing more is written, and `problem` says why.
    void write(const std::string& line);

    // A quarter of the limit is reached: begin anew as soon as it suits; at half of it, at once.
    bool is_full() const { return written_ >= limit_bytes_ / 4; }
    bool is_overdue() const { return written_ >= limit_bytes_ / 2; }
    const std::string& problem() const { return problem_; }
    std::string current_path() const { return directory_ + "/current.jsonl"; }
    std::string previous_path() const { return directory_ + "/previous.jsonl"; }

private:
    std::string directory_;
    std::uint64_t limit_bytes_;
    std::uint64_t written_ = 0;
    std::ofstream file_;
    std::string problem_;
};

}  // namespace bestgres::adapters
