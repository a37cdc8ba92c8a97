// As root, containers get unprivileged uids, which cannot enter a home directory of mode 0700. Here
// the node gives itself a view of the file system in which chosen paths below such directories are
// reachable; nobody else sees a change, and nothing else below those directories is shown.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::fakekube::node {

// The topmost directory on the way to `path` that others may not enter; empty: there is none.
std::string closed_directory_above(const std::string& path);

// Before any thread is started. Paths that do not exist are left out.
Result<Done> make_reachable(const std::vector<std::string>& paths);

}  // namespace bestgres::fakekube::node
