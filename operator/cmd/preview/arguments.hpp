// What `bestgres plan`, `bestgres status` and `bestgres undelete` are asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::cmd {

struct Arguments {
    std::string file;     // of plan; where undelete saves the manifest
    std::string cluster;  // of status and undelete
    std::string member;   // of undelete: whose volume alone is to be taken back
    std::string ns;
    std::string kubeconfig;
    std::string context;
    bool offline = false;
    bool help = false;

    bool operator==(const Arguments&) const = default;
};

extern const std::string_view plan_usage;
extern const std::string_view status_usage;
extern const std::string_view undelete_usage;

// Errors name the argument.
Result<Arguments> parse_plan_arguments(const std::vector<std::string>& words);
Result<Arguments> parse_status_arguments(const std::vector<std::string>& words);
Result<Arguments> parse_undelete_arguments(const std::vector<std::string>& words);

}  // namespace bestgres::cmd
