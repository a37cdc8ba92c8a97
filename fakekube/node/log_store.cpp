#include "fakekube/node/log_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace bestgres::fakekube::node {
namespace {

constexpr std::size_t longest_line = 16 * 1024;

// "2026-11-20T16:47:39.403426123Z"
std::string format_nanos(Instant at) {
    std::string text = format_micros(at);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%03dZ", static_cast<int>(at.ns % 1000));
    text.replace(text.size() - 1, 1, digits);
    return text;
}

std::string read_file(int descriptor) {
    std::string bytes;
    char buffer[64 * 1024];
    for (ssize_t count = 0; (count = read(descriptor, buffer, sizeof buffer)) > 0;) {
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
    return bytes;
}

std::string read_path(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file ? read_file(file.get()) : std::string();
}

struct Record {
    std::string_view time, text;
    bool is_whole = true;
};

Record parse_record(std::string_view line) {
    const std::size_t stream = line.find(' ');
    const std::size_t tag = stream == line.npos ? line.npos : line.find(' ', stream + 1);
    const std::size_t text = tag == line.npos ? line.npos : line.find(' ', tag + 1);
    if (text == line.npos) {
        return {.time = "", .text = line};
    }
    return {.time = line.substr(0, stream),
            .text = line.substr(text + 1),
            .is_whole = line.substr(tag + 1, text - tag - 1) == "F"};
}

std::vector<std::string_view> lines_of(std::string_view bytes) {
    std::vector<std::string_view> lines;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        lines.push_back(bytes.substr(0, end));
        bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    }
    return lines;
}

}  // namespace

LogWriter::LogWriter(std::string path)
    : path_(std::move(path)),
      file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640)) {
    struct stat state {};
    if (file_ && fstat(file_.get(), &state) == 0) {
        size_ = static_cast<std::size_t>(state.st_size);
    }
}

LogWriter::~LogWriter() = default;

void LogWriter::append(bool is_error_stream, std::string_view bytes, Instant now) {
    std::string& pending = pending_[is_error_stream ? 1 : 0];
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        pending += bytes.substr(0, end);
        bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
        if (end != bytes.npos) {
            write_line(is_error_stream, pending, true, now);
            pending.clear();
        } else if (pending.size() >= longest_line) {
            write_line(is_error_stream, pending, false, now);
            pending.clear();
        }
    }
}

void LogWriter::finish(Instant now) {
    for (const bool is_error_stream : {false, true}) {
        std::string& pending = pending_[is_error_stream ? 1 : 0];
        if (!pending.empty()) {
            write_line(is_error_stream, pending, false, now);
            pending.clear();
        }
    }
}

void LogWriter::write_line(bool is_error_stream, std::string_view text, bool is_whole,
                           Instant now) {
    if (size_ > largest_log_file) {
        rotate();
    }
    std::string line = format_nanos(now);
    line += is_error_stream ? " stderr " : " stdout ";
    line += is_whole ? "F " : "P ";
    line += text;
    line += '\n';
    // A full disk loses log lines, not the container.
    [[maybe_unused]] const ssize_t written = write(file_.get(), line.data(), line.size());
    size_ += line.size();
}

void LogWriter::rotate() {
    std::rename(path_.c_str(), (path_ + ".1").c_str());
    file_ = Descriptor(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    size_ = 0;
}

LogReader::LogReader(std::string path, LogOptions options)
    : path_(std::move(path)), options_(options) {}

std::string LogReader::read() {
    std::string bytes;
    if (first_) {
        bytes = read_path(path_ + ".1");
        file_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    }
    bytes += std::exchange(rest_, "");
    bytes += file_ ? read_file(file_.get()) : "";
    struct stat open_file {};
    struct stat named {};
    // After a rotation what is appended goes to a new file of the same name.
    if (!first_ && file_ && fstat(file_.get(), &open_file) == 0 &&
        stat(path_.c_str(), &named) == 0 && open_file.st_ino != named.st_ino) {
        file_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
        bytes += file_ ? read_file(file_.get()) : "";
    }
    const std::size_t end = bytes.rfind('\n');
    if (end == bytes.npos) {
        rest_ = std::move(bytes);
        first_ = first_ && !file_;
        return "";
    }
    rest_ = bytes.substr(end + 1);
    bytes.resize(end + 1);
    std::string text = format(bytes);
    first_ = false;
    return text;
}

std::string LogReader::format(std::string_view records) {
    std::vector<std::string_view> lines = lines_of(records);
    if (first_ && options_.tail_lines) {
        const auto wanted =
            static_cast<std::size_t>(std::max<std::int64_t>(*options_.tail_lines, 0));
        if (lines.size() > wanted) {
            lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(wanted));
        }
    }
    std::string text;
    for (const std::string_view line : lines) {
        const Record record = parse_record(line);
        if (options_.since) {
            const Result<Instant> at = parse_time(record.time);
            if (at.ok() && *at < *options_.since) {
                continue;
            }
        }
        if (options_.timestamps) {
            text += std::string(record.time) + " ";
        }
        text += record.text;
        text += record.is_whole ? "\n" : "";
    }
    if (options_.limit_bytes) {
        text.resize(
            std::min(text.size(), *options_.limit_bytes - std::min(sent_, *options_.limit_bytes)));
    }
    sent_ += text.size();
    return text;
}

std::string log_tail(const std::string& path, std::size_t lines, std::size_t bytes) {
    LogOptions options;
    options.tail_lines = static_cast<std::int64_t>(lines);
    std::string text = LogReader(path, options).read();
    return text.size() > bytes ? text.substr(text.size() - bytes) : text;
}

}  // namespace bestgres::fakekube::node
