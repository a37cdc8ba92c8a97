// The shapes of the built-in kinds, one text a family, in the notation of schema_text.hpp. They
// hold what Kubernetes 1.31 users write; constant defaults stand in them, conditional ones in the
// code of the kind.
#pragma once

#include <string_view>

#include "fakekube/kinds/schema_text.hpp"

namespace bestgres::fakekube {

std::string_view meta_types();
std::string_view volume_types();
std::string_view container_types();
std::string_view pod_types();
std::string_view core_types();
std::string_view apps_types();
// StatefulSets before 1.27: no retention policy and no ordinals; of 1.20 in what they report.
std::string_view early_apps_types();
std::string_view batch_types();
std::string_view network_types();
std::string_view storage_types();
std::string_view policy_types();
// Of what is asked and not stored.
std::string_view review_types();

// All of them, by name: "Pod", "PodSpec", ...
Types built_in_types();

}  // namespace bestgres::fakekube
