// The one place that compiles the members of Json; every other file only calls them.
#include "lib/base/json.hpp"

template class nlohmann::basic_json<bestgres::SortedVectorMap>;
