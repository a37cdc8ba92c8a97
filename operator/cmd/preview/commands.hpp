// `bestgres plan` and `bestgres status`: what a person asks about one cluster.
#pragma once

#include <string>
#include <vector>

namespace bestgres::cmd {

// Exit status: 0; 1 when it could not be told or the spec is refused; 2 for wrong arguments.
int plan_main(const std::vector<std::string>& arguments);
int status_main(const std::vector<std::string>& arguments);

}  // namespace bestgres::cmd
