#include "lib/base/hash.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"
#include "operator/manifests/pod_template.hpp"

namespace bestgres::manifests {
namespace {

Json volume_claim(const Input& input) {
    const api::VolumeSpec& volume = input.spec.volume;
    Json claim = {
        {"metadata", metadata(input.identity, "pgdata")},
        {"spec",
         {{"accessModes", Json::array({"ReadWriteOnce"})},
          {"resources", {{"requests", {{"storage", volume.persistent_volume_size}}}}}}},
    };
    claim["metadata"].erase("namespace");
    if (volume.storage_class) {
        claim["spec"]["storageClassName"] = *volume.storage_class;
    }
    return claim;
}

}  // namespace

std::string template_hash(const Input& input) {
    return to_hex(hash_json(canonical_pod_template(input)));
}

kube::Object stateful_set(const Input& input) {
    const std::string& cluster = input.identity.name;
    const std::string hash = template_hash(input);
    const std::string hash_key(template_hash_annotation);
    Json about = metadata(input.identity, stateful_set_name(cluster));
    about["annotations"][hash_key] = hash;
    Json pods = pod_template(input);
    pods["metadata"]["annotations"][hash_key] = hash;
    return kube::Object({
        {"apiVersion", "apps/v1"},
        {"kind", "StatefulSet"},
        {"metadata", std::move(about)},
        {"spec",
         {{"replicas", input.spec.instances},
          {"serviceName", headless_service_name(cluster)},
          {"selector", {{"matchLabels", pod_selector(cluster)}}},
          // After a full outage all members must come back, in whatever order they can.
          {"podManagementPolicy", "Parallel"},
          // The operator chooses when a pod is replaced, and whether its volume goes.
          {"updateStrategy", {{"type", "OnDelete"}}},
          {"persistentVolumeClaimRetentionPolicy",
           {{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}}},
          {"revisionHistoryLimit", 3},
          {"template", std::move(pods)},
          {"volumeClaimTemplates", Json::array({volume_claim(input)})}}},
    });
}

}  // namespace bestgres::manifests
