// The output of containers: one line a record, in the format that container runtimes share
// ("TIME stdout F text"), in files of bounded size; and the reading of them as the kubelet serves
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakekube/node/descriptor.hpp"
#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube::node {

inline constexpr std::size_t largest_log_file = 10U << 20U;  // then it is renamed to NAME.1

// Appends; a line is written when it is complete or 16 KiB long.
class LogWriter {
public:
    explicit LogWriter(std::string path);
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    void append(bool is_error_stream, std::string_view bytes, Instant now);
    // Ends unfinished lines.
    void finish(Instant now);

private:
    void write_line(bool is_error_stream, std::string_view text, bool is_whole, Instant now);
    void rotate();

    std::string path_;
    Descriptor file_;
    std::size_t size_ = 0;
    std::string pending_[2];
};

struct LogOptions {
    std::optional<std::int64_t> tail_lines;
    std::optional<std::size_t> limit_bytes;
    std::optional<Instant> since;
    bool timestamps = false;
};

// Reads a container's file from its start and then what is appended to it.
class LogReader {
public:
    LogReader(std::string path, LogOptions options);

    // What is new since the last call, ready to be sent; empty when there is nothing.
    std::string read();
    // The byte limit is reached.
    bool is_full() const { return options_.limit_bytes && sent_ >= *options_.limit_bytes; }

private:
    std::string format(std::string_view records);

    std::string path_;
    LogOptions options_;
    Descriptor file_;
    std::string rest_;  // an incomplete record
    bool first_ = true;
    std::size_t sent_ = 0;
};

// The last lines of a log without their heads: the termination message of a container without one.
std::string log_tail(const std::string& path, std::size_t lines, std::size_t bytes);

}  // namespace bestgres::fakekube::node
