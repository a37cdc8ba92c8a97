#include "operator/manifests/labels.hpp"

namespace bestgres::manifests {

Json common_labels(std::string_view cluster) {
    return {
        {cluster_label, cluster},
        {"app.kubernetes.io/name", "postgresql"},
        {"app.kubernetes.io/instance", cluster},
        {"app.kubernetes.io/component", "database"},
        {"app.kubernetes.io/managed-by", "bestgres"},
    };
}

Json metadata(const Identity& identity, std::string_view name) {
    Json labels = common_labels(identity.name);
    labels[std::string(owner_uid_key)] = identity.uid;
    return {
        {"name", name},
        {"namespace", identity.ns},
        {"labels", std::move(labels)},
        {"annotations", {{owner_uid_key, identity.uid}}},
    };
}

Json pod_selector(std::string_view cluster) {
    return {{cluster_label, cluster}, {"app.kubernetes.io/name", "postgresql"}};
}

std::string pod_selector_text(std::string_view cluster) {
    const Json selector = pod_selector(cluster);
    std::string text;
    for (const auto& item : selector.items()) {
        text += (text.empty() ? "" : ",") + item.key() + "=" + item.value().get<std::string>();
    }
    return text;
}

}  // namespace bestgres::manifests
