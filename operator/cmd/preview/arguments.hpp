// What `bestgres plan` and `bestgres status` are asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::cmd {

struct Arguments {
    std::string file;     // of plan
    std::string cluster;  // of status
    std::string ns;
    std::string kubeconfig;
    std::string context;
    bool offline = false;
    bool help = false;

    bool operator==(const Arguments&) const = default;
};

extern const std::string_view plan_usage;
extern const std::string_view status_usage;

// Errors name the argument.
Result<Arguments> parse_plan_arguments(const std::vector<std::string>& words);
Result<Arguments> parse_status_arguments(const std::vector<std::string>& words);

}  // namespace bestgres::cmd
