// The forms in which tables show values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/resource.hpp"

namespace bestgres::fakekube {

// "Name:name Ready Restarts:integer IP:wide Nominated_Node:wide": columns separated by spaces;
// an underscore is a space of the name, `wide` a priority above 0, `name` a format.
std::vector<TableColumn> columns_of(std::string_view text);

std::string name_cell(const Json& object);
// "5m", or "<unknown>" without a time.
std::string age_cell(const Json& object, Instant now);
std::string age_of(std::string_view time, Instant now);
// "<none>" for an empty text.
std::string or_none(std::string text);
// "a=b,c=d", or "<none>".
std::string labels_cell(const Json& labels);
// As labels_cell for a LabelSelector.
std::string selector_cell(const Json& selector);
// Names and images of a pod spec's containers, joined by commas.
std::string container_names_cell(const Json& pod_spec);
std::string images_cell(const Json& pod_spec);
// "RWO,ROX".
std::string access_modes_cell(const Json& modes);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace bestgres::fakekube
