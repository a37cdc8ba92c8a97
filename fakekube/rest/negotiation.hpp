// Which form an answer takes: what the Accept header asks for among JSON, YAML, Table and
// PartialObjectMetadata.
#pragma once

#include <string>
#include <string_view>

#include "fakekube/request.hpp"
#include "fakekube/rest/route.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

struct Format {
    enum class Shape { object, table, partial, partial_list };

    bool yaml = false;
    Shape shape = Shape::object;
    std::string meta_version = "v1";  // of Table and PartialObjectMetadata
    bool pretty = false;
};

// `transforms` says whether Table and PartialObjectMetadata make sense here; elsewhere such
// clauses are passed over. 406 where nothing fits.
Outcome<Format> negotiate(const Request& request, const Query& query, bool transforms);

// Whether the client accepts APIGroupDiscoveryList before plain JSON; "v2", "v2beta1" or "".
std::string aggregated_discovery_version(const Request& request);

}  // namespace bestgres::fakekube
