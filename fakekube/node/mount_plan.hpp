// Which mounts make a container's file system, as bwrap arguments. Pure: the image's root is seen
// through FileView. The root is an empty tmpfs with the image's top-level directories bound
// read-only; where a mount point does not exist in the image, its nearest existing ancestor becomes
// a tmpfs whose other entries are links into a read-only bind of the original under /.image.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bestgres::fakekube::node {

enum class PathKind { absent, directory, file, link };

// The image's root as this process sees it; paths begin with "/" and are relative to the root.
struct FileView {
    std::function<PathKind(const std::string& path)> kind;
    std::function<std::vector<std::string>(const std::string& directory)> entries;  // names, sorted
    std::function<std::string(const std::string& link)> target;
};

// The directory `root` of this machine.
FileView view_of_directory(std::string root);

struct Mount {
    std::string source;  // of this machine; a file or a directory
    std::string target;  // in the container
    bool read_only = false;

    bool operator==(const Mount&) const = default;
};

struct MountRequest {
    std::string root = "/";
    std::vector<Mount> mounts;
    bool read_only_root = false;  // else /tmp and /run are writable, as an image's own layer is
};

// Follows the links of the image as the container would, up to the first part that does not exist.
std::string resolve_in_image(const std::string& path, const FileView& image);

std::vector<std::string> plan_mounts(const MountRequest& request, const FileView& image);

}  // namespace bestgres::fakekube::node
