// The simulator on the command line. Exit status: 0; 1 when a law was broken, an expectation was
// not met or something could not be read or written; 2 for wrong arguments.
#pragma once

#include <string>
#include <vector>

namespace bestgres::cmd::simulate {

// Whether `command` is one of simulate, crash-points, explore, shrink, replay and
// relations.
bool is_command(const std::string& command);
int main(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace bestgres::cmd::simulate
