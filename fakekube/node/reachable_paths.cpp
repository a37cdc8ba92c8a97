#include "fakekube/node/reachable_paths.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>

#include "fakekube/node/descriptor.hpp"
#include "fakekube/node/system_failure.hpp"

namespace bestgres::fakekube::node {
namespace {

namespace fs = std::filesystem;

Result<Done> bind_below(const std::string& closed, int original, const std::string& path) {
    std::error_code error;
    const std::string source =
        "/proc/self/fd/" + std::to_string(original) + path.substr(closed.size());
    fs::create_directories(fs::path(path).parent_path(), error);
    if (fs::is_directory(source, error)) {
        fs::create_directory(path, error);
    } else {
        const std::ofstream mount_point(path);
    }
    if (mount(source.c_str(), path.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
        return system_failure("bind " + path);
    }
    return Done{};
}

}  // namespace

std::string closed_directory_above(const std::string& path) {
    struct stat state {};
    for (std::size_t slash = path.find('/', 1); slash != path.npos;
         slash = path.find('/', slash + 1)) {
        const std::string directory = path.substr(0, slash);
        if (stat(directory.c_str(), &state) == 0 && (state.st_mode & S_IXOTH) == 0) {
            return directory;
        }
    }
    return "";
}

Result<Done> make_reachable(const std::vector<std::string>& paths) {
    std::map<std::string, std::vector<std::string>> closed;
    for (const std::string& path : paths) {
        std::error_code ignored;
        const std::string directory = closed_directory_above(path);
        if (!directory.empty() && fs::exists(path, ignored)) {
            closed[directory].push_back(path);
        }
    }
    if (closed.empty()) {
        return Done{};
    }
    if (unshare(CLONE_NEWNS) != 0 ||
        mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
        return system_failure("containers could not enter " + closed.begin()->first +
                              ", and an own mount namespace");
    }
    for (auto& [directory, below] : closed) {
        const Descriptor original(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!original ||
            mount("fakekube", directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") != 0) {
            return system_failure("cover " + directory);
        }
        // A path below another one comes with it.
        std::sort(below.begin(), below.end());
        std::string last;
        for (const std::string& path : below) {
            const bool covered = !last.empty() && (path + "/").rfind(last + "/", 0) == 0;
            if (!covered) {
                BG_TRY(bind_below(directory, original.get(), path));
                last = path;
            }
        }
    }
    return Done{};
}

}  // namespace bestgres::fakekube::node
