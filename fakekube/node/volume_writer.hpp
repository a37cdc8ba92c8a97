// Puts the files of a volume on disk as the kubelet does: a new directory beside the old one, and a
// link `..data` renamed over the old one, so that readers see all files of one version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fakekube/node/volume_files.hpp"

namespace bestgres::fakekube::node {

// Writes nothing where the volume already holds these files; true when it changed. `owner` is the
// uid and gid, only as root.
Result<bool> write_volume(const std::string& directory, const VolumeFiles& files,
                          std::optional<std::uint32_t> owner);

// Makes it, with its parents, unless it exists; a new one gets owner and mode.
Result<Done> make_directory(const std::string& path, int mode, std::optional<std::uint32_t> owner);

// Replaces the text of a file that others have bind-mounted: the file itself stays the same.
Result<Done> rewrite_in_place(const std::string& path, const std::string& text);

// Gives a tree to `owner` unless its top already belongs to it.
void own_tree(const std::string& path, std::uint32_t owner);

}  // namespace bestgres::fakekube::node
