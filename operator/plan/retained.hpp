// Volumes that outlive their cluster say on their claims which database system they hold and whose
// passwords open it, so that no other cluster of the name takes them for its own.
#pragma once

#include "operator/plan/view.hpp"

namespace bestgres::plan {

// Of a claim: the database system that it holds, and the fingerprint of the passwords that open it.
inline constexpr std::string_view system_identifier_annotation = "bestgres.io/system-identifier";
inline constexpr std::string_view secret_annotation = "bestgres.io/secret";

// The annotations that say it; empty while that is not known.
Json belonging(const ClusterView& view);
// The same for this claim: nothing where it says that it is of another system, on which no member
// of the cluster was started.
Json belonging(const ClusterView& view, const kube::Object& claim);
// Whether the claim says the very same.
bool says(const kube::Object& claim, const Json& annotations);
// Why a cluster that was never accepted cannot take up what it finds under its name. A claim that
// says nothing is no reason.
api::Problems strange_volumes(const ClusterView& view);

// Why a member could never start on the volume that waits for it under its name: it holds another
// database system than the cluster's. Empty where it could, or nobody knows.
std::string objection_to_volume(const ClusterView& view, std::int64_t ordinal);

}  // namespace bestgres::plan
