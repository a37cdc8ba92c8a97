#include "scenarios/engine/routes.hpp"

#include <algorithm>

namespace bestgres::scenarios {

std::string_view service_of(const kube::Object& slice) {
    return slice.label("kubernetes.io/service-name");
}

std::vector<std::string> ready_targets(const std::map<std::string, kube::Object>& slices,
                                       std::string_view service) {
    std::vector<std::string> uids;
    for (const auto& [name, slice] : slices) {
        if (service_of(slice) != service) {
            continue;
        }
        for (const Json& endpoint : array_at(slice.json(), {"endpoints"})) {
            // A missing condition counts as ready.
            if (find_bool(endpoint, {"conditions", "ready"}).value_or(true)) {
                uids.push_back(string_at(endpoint, {"targetRef", "uid"}));
            }
        }
    }
    std::sort(uids.begin(), uids.end());
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return uids;
}

}  // namespace bestgres::scenarios
