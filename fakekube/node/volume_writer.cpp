#include "fakekube/node/volume_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include "fakekube/node/descriptor.hpp"
#include "fakekube/node/system_failure.hpp"

namespace bestgres::fakekube::node {
namespace {

namespace fs = std::filesystem;

bool holds(const std::string& directory, const VolumeFiles& files) {
    std::error_code ignored;
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(directory + "/..data/", ignored)) {
        count += entry.is_regular_file(ignored) ? 1U : 0U;
    }
    if (!fs::exists(directory + "/..data", ignored) || count != files.size()) {
        return false;
    }
    for (const auto& [path, file] : files) {
        std::ifstream stream(directory + "/..data/" + path, std::ios::binary);
        std::stringstream bytes;
        bytes << stream.rdbuf();
        if (!stream || bytes.str() != file.bytes) {
            return false;
        }
    }
    return true;
}

Result<Done> write_file(const std::string& path, const VolumeFile& file,
                        std::optional<std::uint32_t> owner) {
    const Descriptor out(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!out) {
        return system_failure("create " + path);
    }
    for (std::size_t at = 0; at < file.bytes.size();) {
        const ssize_t count = write(out.get(), file.bytes.data() + at, file.bytes.size() - at);
        if (count < 0) {
            return system_failure("write " + path);
        }
        at += static_cast<std::size_t>(count);
    }
    // The group bit stands for fsGroup: inside there is one uid and one gid.
    const mode_t mode = static_cast<mode_t>(file.mode) & 07777U;
    if (fchmod(out.get(), mode) != 0 || (owner && fchown(out.get(), *owner, *owner) != 0)) {
        return system_failure("hand over " + path);
    }
    return Done{};
}

Result<Done> write_version(const std::string& directory, const VolumeFiles& files,
                           std::optional<std::uint32_t> owner) {
    BG_TRY(make_directory(directory, 0755, owner));
    for (const auto& [path, file] : files) {
        const std::string full = directory + "/" + path;
        BG_TRY(make_directory(fs::path(full).parent_path().string(), 0755, owner));
        BG_TRY(write_file(full, file, owner));
    }
    return Done{};
}

// The names that users see are links into ..data.
void link_names(const std::string& directory, const VolumeFiles& files) {
    std::set<std::string> names;
    for (const auto& entry : files) {
        names.insert(entry.first.substr(0, entry.first.find('/')));
    }
    std::error_code ignored;
    for (const std::string& name : names) {
        fs::create_symlink("..data/" + name, directory + "/" + name, ignored);
    }
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.compare(0, 2, "..") != 0 && names.count(name) == 0) {
            fs::remove(entry.path(), ignored);
        }
    }
}

}  // namespace

Result<Done> make_directory(const std::string& path, int mode, std::optional<std::uint32_t> owner) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        return Done{};
    }
    const std::string parent = fs::path(path).parent_path().string();
    if (!parent.empty() && parent != path) {
        BG_TRY(make_directory(parent, 0755, owner));
    }
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return system_failure("make directory " + path);
    }
    if ((owner && chown(path.c_str(), *owner, *owner) != 0) ||
        chmod(path.c_str(), static_cast<mode_t>(mode)) != 0) {
        return system_failure("hand over " + path);
    }
    return Done{};
}

Result<bool> write_volume(const std::string& directory, const VolumeFiles& files,
                          std::optional<std::uint32_t> owner) {
    if (holds(directory, files)) {
        return false;
    }
    std::error_code ignored;
    BG_TRY(make_directory(directory, 0755, owner));
    const std::string link = directory + "/..data";
    const std::string before = fs::read_symlink(link, ignored).string();
    std::string version;
    for (int i = 1; version.empty() || fs::exists(directory + "/" + version, ignored); ++i) {
        version = "..version-" + std::to_string(i);
    }
    BG_TRY(write_version(directory + "/" + version, files, owner));
    fs::remove(directory + "/..data_tmp", ignored);
    if (symlink(version.c_str(), (directory + "/..data_tmp").c_str()) != 0 ||
        std::rename((directory + "/..data_tmp").c_str(), link.c_str()) != 0) {
        return system_failure("publish the files of " + directory);
    }
    link_names(directory, files);
    if (!before.empty()) {
        fs::remove_all(directory + "/" + before, ignored);
    }
    return true;
}

Result<Done> rewrite_in_place(const std::string& path, const std::string& text) {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    if (!file ||
        pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
        ftruncate(file.get(), static_cast<off_t>(text.size())) != 0) {
        return system_failure("write " + path);
    }
    return Done{};
}

void own_tree(const std::string& path, std::uint32_t owner) {
    struct stat state {};
    if (stat(path.c_str(), &state) != 0 || state.st_uid == owner) {
        return;
    }
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(path, ignored)) {
        [[maybe_unused]] const int done = lchown(entry.path().c_str(), owner, owner);
    }
    [[maybe_unused]] const int done = lchown(path.c_str(), owner, owner);
}

}  // namespace bestgres::fakekube::node
