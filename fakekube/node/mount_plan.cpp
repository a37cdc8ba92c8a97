#include "fakekube/node/mount_plan.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

namespace bestgres::fakekube::node {
namespace {

constexpr int most_links = 40;  // as the kernel's ELOOP limit

std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        if (const std::string part = path.substr(at, end - at); !part.empty() && part != ".") {
            parts.push_back(part);
        }
        at = end + 1;
    }
    return parts;
}

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string child_of(const std::string& directory, const std::string& name) {
    return (directory == "/" ? "" : directory) + "/" + name;
}

bool is_below(const std::string& path, const std::string& directory) {
    return directory == "/" ||
           (path.size() > directory.size() && path.compare(0, directory.size(), directory) == 0 &&
            path[directory.size()] == '/');
}

bool is_at_or_below(const std::string& path, const std::string& directory) {
    return path == directory || is_below(path, directory);
}

// These come from the sandbox, never from the image.
bool is_replaced(const std::string& path) {
    static constexpr const char* replaced[] = {"/dev", "/proc", "/run", "/sys", "/tmp"};
    return std::any_of(std::begin(replaced), std::end(replaced),
                       [&](const char* top) { return is_at_or_below(path, top); });
}

class Planner {
public:
    Planner(const MountRequest& request, const FileView& image) : request_(request), image_(image) {
        for (const Mount& mount : request.mounts) {
            mounts_[resolve_in_image(mount.target, image)] = mount;  // a later one hides an earlier
        }
        for (const auto& entry : mounts_) {
            find_expansion(entry.first);
        }
    }

    std::vector<std::string> plan() {
        add_top_level();
        std::vector<std::pair<std::size_t, std::string>> order;
        std::set<std::string> paths(expanded_.begin(), expanded_.end());
        for (const auto& entry : mounts_) {
            paths.insert(entry.first);
        }
        for (const std::string& path : paths) {
            order.emplace_back(parts_of(path).size(), path);
        }
        std::sort(order.begin(), order.end());
        for (const auto& step : order) {
            if (expanded_.count(step.second) != 0) {
                expand(step.second);
            }
            if (const auto found = mounts_.find(step.second); found != mounts_.end()) {
                add({found->second.read_only ? "--ro-bind" : "--bind", found->second.source,
                     step.second});
            }
        }
        if (request_.read_only_root) {
            for (const std::string& path : expanded_) {
                add({"--remount-ro", path});
            }
            add({"--remount-ro", "/"});
        }
        return std::move(arguments_);
    }

private:
    void add(std::vector<std::string> arguments) {
        arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
    }

    std::string on_machine(const std::string& path) const {
        return request_.root == "/" ? path : request_.root + path;
    }

    void add_top_level() {
        for (const std::string& name : image_.entries("/")) {
            const std::string path = "/" + name;
            if (is_replaced(path) || mounts_.count(path) != 0) {
                continue;
            }
            add_entry(path, path);
        }
        add({"--dev", "/dev", "--proc", "/proc"});
        for (const char* path : {"/tmp", "/run"}) {
            if (mounts_.count(path) == 0) {
                add({request_.read_only_root ? "--dir" : "--tmpfs", path});
            }
        }
    }

    void add_entry(const std::string& path, const std::string& at) {
        if (image_.kind(path) == PathKind::link) {
            add({"--symlink", image_.target(path), at});
        } else {
            add({"--ro-bind-try", on_machine(path), at});
        }
    }

    // A target below another mount or below a replaced directory is created by bwrap itself.
    void find_expansion(const std::string& target) {
        const bool inside_other =
            std::any_of(mounts_.begin(), mounts_.end(), [&](const auto& entry) {
                return entry.first != target && is_below(target, entry.first);
            });
        if (inside_other || is_replaced(target) || image_.kind(target) != PathKind::absent) {
            return;
        }
        std::string ancestor = parent_of(target);
        while (ancestor != "/" && image_.kind(ancestor) != PathKind::directory) {
            ancestor = parent_of(ancestor);
        }
        if (ancestor != "/") {
            expanded_.insert(ancestor);
        }
    }

    bool leads_to_mount(const std::string& path) const {
        const auto below = [&](const std::string& other) { return is_at_or_below(other, path); };
        return std::any_of(mounts_.begin(), mounts_.end(),
                           [&](const auto& entry) { return below(entry.first); }) ||
               std::any_of(expanded_.begin(), expanded_.end(), below);
    }

    void expand(const std::string& directory) {
        const std::string original = "/.image" + directory;
        add({"--ro-bind", on_machine(directory), original, "--tmpfs", directory});
        for (const std::string& name : image_.entries(directory)) {
            const std::string path = child_of(directory, name);
            if (!leads_to_mount(path)) {
                add({"--symlink", child_of(original, name), path});
            } else if (mounts_.count(path) == 0) {
                add_entry(path, path);
            }
        }
    }

    const MountRequest& request_;
    const FileView& image_;
    std::map<std::string, Mount> mounts_;  // by resolved target
    std::set<std::string> expanded_;
    std::vector<std::string> arguments_;
};

}  // namespace

FileView view_of_directory(std::string root) {
    namespace fs = std::filesystem;
    const std::string prefix = root == "/" ? "" : std::move(root);
    FileView view;
    view.kind = [prefix](const std::string& path) {
        std::error_code ignored;
        switch (fs::symlink_status(prefix + path, ignored).type()) {
            case fs::file_type::symlink:
                return PathKind::link;
            case fs::file_type::directory:
                return PathKind::directory;
            case fs::file_type::none:
            case fs::file_type::not_found:
                return PathKind::absent;
            default:
                return PathKind::file;
        }
    };
    view.entries = [prefix](const std::string& directory) {
        std::vector<std::string> names;
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(prefix + directory, ignored)) {
            names.push_back(entry.path().filename().string());
        }
        std::sort(names.begin(), names.end());
        return names;
    };
    view.target = [prefix](const std::string& link) {
        std::error_code ignored;
        return fs::read_symlink(prefix + link, ignored).string();
    };
    return view;
}

std::string resolve_in_image(const std::string& path, const FileView& image) {
    std::vector<std::string> rest = parts_of(path);
    std::string resolved = "/";
    int links = 0;
    while (!rest.empty()) {
        const std::string part = rest.front();
        rest.erase(rest.begin());
        if (part == "..") {
            resolved = parent_of(resolved);
            continue;
        }
        const std::string next = child_of(resolved, part);
        if (is_replaced(next) || image.kind(next) != PathKind::link || ++links > most_links) {
            resolved = next;
            continue;
        }
        const std::string target = image.target(next);
        if (!target.empty() && target.front() == '/') {
            resolved = "/";
        }
        std::vector<std::string> parts = parts_of(target);
        parts.insert(parts.end(), rest.begin(), rest.end());
        rest = std::move(parts);
    }
    return resolved;
}

std::vector<std::string> plan_mounts(const MountRequest& request, const FileView& image) {
    return Planner(request, image).plan();
}

}  // namespace bestgres::fakekube::node
