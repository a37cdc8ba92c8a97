#pragma once

#include <string>
#include <vector>

namespace bestgres::cmd {

int undelete_main(const std::vector<std::string>& words);

}  // namespace bestgres::cmd
