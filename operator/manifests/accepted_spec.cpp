#include <charconv>

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {

kube::Object accepted_spec_config_map(const Identity& identity, const AcceptedSpec& accepted) {
    return kube::Object({
        {"apiVersion", "v1"},
        {"kind", "ConfigMap"},
        {"metadata", metadata(identity, accepted_spec_name(identity.name))},
        {"data",
         {{"generation", std::to_string(accepted.generation)},
          {"spec.json", dump(api::to_json(accepted.spec))}}},
    });
}

Result<AcceptedSpec> read_accepted_spec(const kube::Object& config_map) {
    const std::string_view generation = config_map.text_at({"data", "generation"});
    AcceptedSpec accepted;
    const auto [end, error] = std::from_chars(
        generation.data(), generation.data() + generation.size(), accepted.generation);
    if (error != std::errc() || end != generation.data() + generation.size()) {
        return Error{"data.generation is not a number"};
    }
    const auto json = parse_json(config_map.text_at({"data", "spec.json"}));
    if (!json.ok()) {
        return Error(json.error()).within("data.spec.json");
    }
    auto spec = api::parse_cluster_spec(*json);
    if (!spec.ok()) {
        return Error{"data.spec.json: " + api::to_string(spec.error())};
    }
    accepted.spec = *std::move(spec);
    return accepted;
}

}  // namespace bestgres::manifests
