// Which texts are names, label keys and label values, and the sentences with which Kubernetes
// refuses the others. An empty answer means that the text is accepted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/resource.hpp"

namespace bestgres::fakekube {

using Problems = std::vector<std::string>;

Problems dns_subdomain_problems(std::string_view name);
Problems dns_label_problems(std::string_view name);
Problems dns_1035_label_problems(std::string_view name);
Problems path_segment_problems(std::string_view name);
// `is_prefix`: of generateName, where a trailing dash is masked.
Problems name_problems(NameRule rule, std::string_view name, bool is_prefix);

// "example.com/name" or "name".
Problems qualified_name_problems(std::string_view key);
Problems label_value_problems(std::string_view value);

}  // namespace bestgres::fakekube
