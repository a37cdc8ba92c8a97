#include "lib/base/yaml.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"
#include "operator/manifests/patroni_config.hpp"

namespace bestgres::manifests {

kube::Object patroni_config_map(const Input& input) {
    return kube::Object({
        {"apiVersion", "v1"},
        {"kind", "ConfigMap"},
        {"metadata", metadata(input.identity, patroni_config_map_name(input.identity.name))},
        {"data", {{"patroni.yml", to_yaml(patroni_file(input.identity, input.spec))}}},
    });
}

}  // namespace bestgres::manifests
