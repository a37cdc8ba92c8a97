#include "operator/agent/unfinished.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "operator/agent/health.hpp"
#include "operator/agent/processes.hpp"

namespace bestgres::agent {
namespace {

namespace fs = std::filesystem;

bool holds(const std::string& directory, const char* name) {
    std::error_code ignored;
    return fs::exists(fs::path(directory) / name, ignored);
}

// A removed name is gone for good only when its directory is on the disk.
Result<Done> sync_directory(const fs::path& directory) {
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    const int cause = errno;
    if (descriptor >= 0) {
        close(descriptor);
    }
    if (!synced) {
        return Error{fmt::format("sync {}: {}", directory.string(), std::strerror(cause))};
    }
    return Done{};
}

// PostgreSQL renames the label when it starts from it, and keeps it.
bool is_from_backup(const std::string& directory) {
    return holds(directory, "backup_label") || holds(directory, "backup_label.old");
}

}  // namespace

Unfinished::Unfinished(std::string data_directory) : data_directory_(std::move(data_directory)) {}

// A base backup writes backup_label first and pg_control last.
bool Unfinished::is_being_filled() const {
    return inspect_data_directory(data_directory_) != DataDirectory::initialized ||
           (holds(data_directory_, "backup_label") && !holds(data_directory_, "global/pg_control"));
}

// initdb writes pg_control early, so a directory without any trace of a base backup counts as torn
// even with it: nobody has led from it yet. A base backup that is complete is kept. A standby's
// signal proves nothing: Patroni leaves one when it breaks its bootstrap off.
bool Unfinished::is_torn() const {
    return !holds(data_directory_, "global/pg_control") || !is_from_backup(data_directory_);
}

bool Unfinished::is_half_made() const {
    return marked_ && holds(data_directory_, "global/pg_control") &&
           !is_from_backup(data_directory_);
}

Result<bool> Unfinished::clean_up() {
    marked_ = fs::exists(mark());
    bool removed = false;
    if (inspect_data_directory(data_directory_) == DataDirectory::initialized && marked_ &&
        is_torn()) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(data_directory_, error)) {
            fs::remove_all(entry.path(), error);
            if (error) {
                break;
            }
        }
        if (error) {
            return Error{fmt::format("empty {}: {}", data_directory_, error.message())};
        }
        removed = true;
    }
    BG_TRY(follow(std::nullopt));
    return removed;
}

Result<Done> Unfinished::follow(const std::optional<PatroniReport>& report) {
    if (!marked_ && is_being_filled()) {
        return set_mark();
    }
    if (marked_ && report && proves_good(*report) && !is_being_filled()) {
        return remove_mark();
    }
    return Done{};
}

Result<Done> Unfinished::set_mark() {
    std::ofstream file(mark());
    file << "The data directory is being filled by initdb or a base backup.\n";
    file.close();
    if (!file) {
        return Error{fmt::format("write {}: not writable", mark())};
    }
    marked_ = true;
    return Done{};
}

Result<Done> Unfinished::remove_mark() {
    if (unlink(mark().c_str()) != 0 && errno != ENOENT) {
        return Error{fmt::format("remove {}: {}", mark(), std::strerror(errno))};
    }
    BG_TRY(sync_directory(fs::path(mark()).parent_path()));
    marked_ = false;
    return Done{};
}

}  // namespace bestgres::agent
