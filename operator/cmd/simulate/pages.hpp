// Reports for browsers, as files.
#pragma once

#include <string>

#include "lib/base/result.hpp"
#include "scenarios/report/story.hpp"

namespace bestgres::cmd::simulate {

// Beside the replay file: "dir/K1.bgr" has "dir/K1.html".
std::string page_name(const std::string& replay_name);
Result<Done> write_page(const std::string& name, const scenarios::Story& story);

}  // namespace bestgres::cmd::simulate
