// Labels and annotations: the keys, and the sets that objects carry. Selectors are made of the
// cluster's name alone, because they can never change.
//
// The groups of a sharded cluster are clusters of their own to everything but Patroni, which finds
// the members of all groups by one label, and its own objects by the same: theirs is scope_label,
// and citus_group_label tells the groups apart.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "operator/manifests/input.hpp"

namespace bestgres::manifests {

inline constexpr std::string_view cluster_label = "bestgres.io/cluster";
inline constexpr std::string_view scope_label = "bestgres.io/scope";
inline constexpr std::string_view citus_group_label = "citus-group";  // the word is Patroni's
inline constexpr std::string_view role_label = "bestgres.io/role";    // written by Patroni
inline constexpr std::string_view primary_role = "master";            // in every version of Patroni
inline constexpr std::string_view replica_role = "replica";
inline constexpr std::string_view fenced_label = "bestgres.io/fenced";      // "true" or "false"
inline constexpr std::string_view owner_uid_key = "bestgres.io/owner-uid";  // label and annotation
// Of the BGCluster of a group: the BGShardedCluster that it was made for.
inline constexpr std::string_view sharded_label = "bestgres.io/sharded-cluster";
// Of a Job and its pod: uid and name of the BGDbOps that it is for.
inline constexpr std::string_view operation_label = "bestgres.io/operation";
inline constexpr std::string_view operation_name_annotation = "bestgres.io/operation-name";
inline constexpr std::string_view template_hash_annotation = "bestgres.io/template-hash";
inline constexpr std::string_view config_hash_annotation = "bestgres.io/config-hash";
// Of the manifest of a Service: shows that a field has left it, which nothing in the object does.
inline constexpr std::string_view manifest_hash_annotation = "bestgres.io/manifest-hash";

// Of the claim of a member that left, while it is in quarantine: label, and annotations.
inline constexpr std::string_view quarantined_label = "bestgres.io/quarantined";
inline constexpr std::string_view quarantined_since = "bestgres.io/quarantined-since";
inline constexpr std::string_view quarantined_until = "bestgres.io/quarantined-until";
inline constexpr std::string_view left_member_annotation = "bestgres.io/left-member";
// Of a claim that its user took back: it stays until its member comes back, or its cluster goes.
inline constexpr std::string_view kept_annotation = "bestgres.io/kept";

// Labels of every object of the cluster, without the owner's uid.
Json common_labels(std::string_view cluster);
// Scope and group of a cluster that is one; nothing of any other.
void add_group_labels(const Identity& identity, Json& labels);
// metadata with name, namespace, labels and the owner's uid as label and annotation.
Json metadata(const Identity& identity, std::string_view name);

// What finds a cluster's pods and volumes.
Json pod_selector(std::string_view cluster);
// The same as the text of a label selector.
std::string pod_selector_text(std::string_view cluster);

// What Patroni's own objects carry, and what it looks for.
Json dcs_labels(const Identity& identity);
// The text of a selector for Patroni's objects of one group, or of all groups of all scopes. They
// carry no cluster's label.
std::string scope_selector_text(const api::CitusSpec& citus);
std::string all_scopes_selector_text();

}  // namespace bestgres::manifests
