#include "operator/manifests/group_cluster.hpp"

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::manifests {

api::ClusterSpec group_spec(std::string_view sharded, const api::ShardedSpec& spec,
                            std::int64_t group) {
    api::ClusterSpec own = group == 0 ? spec.coordinator : api::worker_spec(spec, group - 1);
    own.citus =
        api::CitusSpec{.scope = std::string(sharded), .group = group, .database = spec.database};
    own.deletion_protection = true;
    return own;
}

kube::Object group_cluster(const kube::Object& sharded, std::int64_t group,
                           const api::ClusterSpec& spec) {
    return kube::Object({
        {"apiVersion", kube::kinds::bg_cluster.api_version()},
        {"kind", kube::kinds::bg_cluster.name},
        {"metadata",
         {{"name", group_cluster_name(sharded.name(), group)},
          {"namespace", sharded.ns()},
          {"labels", {{sharded_label, sharded.name()}, {owner_uid_key, sharded.uid()}}},
          {"annotations", {{owner_uid_key, sharded.uid()}}}}},
        {"spec", api::to_json(spec)},
    });
}

std::string group_operation_name(std::string_view operation, std::string_view cluster) {
    return std::string(operation) + "-" + std::string(cluster);
}

kube::Object group_operation(const kube::Object& whole, const std::string& cluster,
                             const api::OperationSpec& asked) {
    api::OperationSpec spec = asked;
    spec.cluster = cluster;
    // When the whole begins, and how long its report stays, is said of the whole.
    spec.run_at.reset();
    spec.ttl_after_finished.reset();
    spec.history_limit.reset();
    return kube::Object({
        {"apiVersion", kube::kinds::bg_db_ops.api_version()},
        {"kind", kube::kinds::bg_db_ops.name},
        {"metadata",
         {{"name", group_operation_name(whole.name(), cluster)},
          {"namespace", whole.ns()},
          {"annotations", {{owner_uid_key, whole.uid()}}},
          {"ownerReferences",
           Json::array({{{"apiVersion", kube::kinds::bg_sharded_db_ops.api_version()},
                         {"kind", kube::kinds::bg_sharded_db_ops.name},
                         {"name", whole.name()},
                         {"uid", whole.uid()},
                         {"controller", true}}})}}},
        {"spec", api::to_json(spec)},
    });
}

}  // namespace bestgres::manifests
