// What the agent finds in, and puts into, the file system of a container.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "operator/agent/environment.hpp"

namespace bestgres::agent {

// The folder that holds initdb and postgres: of the directories of PATH, then the places where
// Debian's, Alpine's and Red Hat's packages put them, the newest version first. Empty when there is
// none. Where one of these places is of `wanted_version` ("16", or empty), it comes before all.
std::string find_bin_directory(const std::string& path_variable, const std::string& wanted_version);

// Copies this program to `destination` (by a temporary file, so that a half copy is never run) with
// mode 0755.
Result<Done> install(const std::string& destination);

// Renders the configuration of flavour `patroni` and creates the directories that it names.
Result<Done> prepare(const Environment& environment, const std::string& path_variable);

// The program to run: `arguments` when the image has its own command, else Patroni on the rendered
// configuration.
std::vector<std::string> program_of(const Environment& environment,
                                    const std::vector<std::string>& arguments);

}  // namespace bestgres::agent
