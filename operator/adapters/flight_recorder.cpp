#include "operator/adapters/flight_recorder.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace bestgres::adapters {

Result<Done> FlightRecorder::begin(const std::string& header) {
    namespace fs = std::filesystem;
    file_.close();
    std::error_code code;
    fs::create_directories(directory_, code);
    if (!code && fs::exists(current_path(), code)) {
        fs::rename(current_path(), previous_path(), code);
    }
    if (code) {
        problem_ = "recording in " + directory_ + ": " + code.message();
        return Error{problem_};
    }
    file_.open(current_path(), std::ios::trunc);
    fs::permissions(current_path(), fs::perms::owner_read | fs::perms::owner_write, code);
    written_ = 0;
    problem_.clear();
    write(header);
    return problem_.empty() ? Result<Done>(Done{}) : Error{problem_};
}

void FlightRecorder::write(const std::string& line) {
    if (!problem_.empty()) {
        return;
    }
    file_ << line << '\n' << std::flush;
    if (!file_) {
        problem_ = "recording to " + current_path() + ": " + std::strerror(errno);
        return;
    }
    written_ += line.size() + 1;
}

}  // namespace bestgres::adapters
