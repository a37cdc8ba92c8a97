#include "fakekube/node/mount_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace bestgres::fakekube::node {
namespace {

// A path ends with "/" for a directory, holds "->" for a link, and is a file otherwise.
FileView image_of(std::vector<std::string> lines) {
    std::map<std::string, std::string> tree;  // path -> "/", "" or the link's target
    for (const std::string& line : lines) {
        const std::size_t arrow = line.find("->");
        if (arrow != std::string::npos) {
            tree[line.substr(0, arrow)] = line.substr(arrow + 2);
        } else if (line.back() == '/') {
            tree[line.substr(0, line.size() - 1)] = "/";
        } else {
            tree[line] = "";
        }
    }
    FileView view;
    view.kind = [tree](const std::string& path) {
        const auto found = tree.find(path);
        if (path == "/") {
            return PathKind::directory;
        }
        if (found == tree.end()) {
            return PathKind::absent;
        }
        return found->second == "/" ? PathKind::directory
                                    : (found->second.empty() ? PathKind::file : PathKind::link);
    };
    view.entries = [tree](const std::string& directory) {
        std::vector<std::string> names;
        const std::string prefix = directory == "/" ? "/" : directory + "/";
        for (const auto& entry : tree) {
            const std::string& path = entry.first;
            if (path.compare(0, prefix.size(), prefix) == 0 &&
                path.find('/', prefix.size()) == std::string::npos) {
                names.push_back(path.substr(prefix.size()));
            }
        }
        return names;
    };
    view.target = [tree](const std::string& link) { return tree.at(link); };
    return view;
}

FileView debian() {
    return image_of({"/bin->usr/bin", "/etc/", "/etc/hosts", "/etc/ssl/", "/run/", "/tmp/", "/usr/",
                     "/usr/bin/", "/var/", "/var/lib/", "/var/lib/apt/", "/var/run->/run",
                     "/etc/ssl/certs/"});
}

bool contains(const std::vector<std::string>& arguments, const std::vector<std::string>& part) {
    return std::search(arguments.begin(), arguments.end(), part.begin(), part.end()) !=
           arguments.end();
}

TEST(MountPlan, binds_the_top_level_and_keeps_links) {
    const auto plan = plan_mounts({}, debian());
    EXPECT_TRUE(contains(plan, {"--symlink", "usr/bin", "/bin"}));
    EXPECT_TRUE(contains(plan, {"--ro-bind-try", "/etc", "/etc"}));
    EXPECT_TRUE(contains(plan, {"--tmpfs", "/tmp"}));
    EXPECT_FALSE(contains(plan, {"--ro-bind-try", "/run", "/run"}));
}

TEST(MountPlan, binds_over_what_exists) {
    MountRequest request;
    request.mounts = {{.source = "/pods/1/hosts", .target = "/etc/hosts", .read_only = true}};
    const auto plan = plan_mounts(request, debian());
    EXPECT_TRUE(contains(plan, {"--ro-bind", "/pods/1/hosts", "/etc/hosts"}));
    EXPECT_FALSE(contains(plan, {"--tmpfs", "/etc"}));
}

TEST(MountPlan, makes_room_for_a_mount_point_that_the_image_lacks) {
    MountRequest request;
    request.mounts = {{.source = "/v/1", .target = "/var/lib/postgresql/data"}};
    const auto plan = plan_mounts(request, debian());
    EXPECT_TRUE(contains(plan, {"--ro-bind", "/var/lib", "/.image/var/lib", "--tmpfs", "/var/lib",
                                "--symlink", "/.image/var/lib/apt", "/var/lib/apt"}));
    EXPECT_TRUE(contains(plan, {"--bind", "/v/1", "/var/lib/postgresql/data"}));
}

TEST(MountPlan, keeps_a_directory_real_that_leads_to_another_mount) {
    MountRequest request;
    request.mounts = {{.source = "/c", .target = "/etc/bestgres"},
                      {.source = "/s", .target = "/etc/ssl/private"}};
    const auto plan = plan_mounts(request, debian());
    EXPECT_TRUE(contains(plan, {"--ro-bind-try", "/etc/ssl", "/etc/ssl"}));
    EXPECT_TRUE(contains(plan, {"--tmpfs", "/etc/ssl"}));
    EXPECT_TRUE(contains(plan, {"--symlink", "/.image/etc/ssl/certs", "/etc/ssl/certs"}));
}

TEST(MountPlan, follows_links_of_the_image) {
    MountRequest request;
    request.mounts = {{.source = "/t", .target = "/var/run/secrets/x"}};
    EXPECT_TRUE(contains(plan_mounts(request, debian()), {"--bind", "/t", "/run/secrets/x"}));
}

TEST(MountPlan, mounts_parents_before_children) {
    MountRequest request;
    request.mounts = {{.source = "/b", .target = "/data/sub"}, {.source = "/a", .target = "/data"}};
    EXPECT_TRUE(contains(plan_mounts(request, debian()),
                         {"--bind", "/a", "/data", "--bind", "/b", "/data/sub"}));
}

TEST(MountPlan, closes_a_read_only_root) {
    MountRequest request;
    request.read_only_root = true;
    request.mounts = {{.source = "/c", .target = "/etc/bestgres"}};
    const auto plan = plan_mounts(request, debian());
    EXPECT_TRUE(contains(plan, {"--remount-ro", "/etc", "--remount-ro", "/"}));
    EXPECT_TRUE(contains(plan, {"--dir", "/tmp"}));
}

}  // namespace
}  // namespace bestgres::fakekube::node
