// CustomResourceDefinitions and the reference page, generated from the descriptions.
#pragma once

#include <string>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::api {

// The CustomResourceDefinitions of BGCluster, BGDbOps, BGShardedCluster and BGShardedDbOps.
Json cluster_crd();
Json operation_crd();
Json sharded_crd();
Json sharded_operation_crd();

struct CrdFile {
    std::string path;  // from the root of the repository
    Json crd;
};
// All of them, where they are checked in.
std::vector<CrdFile> crd_files();

// The file as it is checked in under crds/.
std::string crd_file(const Json& crd);

// docs/reference.md: every field of every kind.
std::string reference_page();

}  // namespace bestgres::api
