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

void add_group_labels(const Identity& identity, Json& labels) {
    if (identity.citus) {
        labels[std::string(scope_label)] = identity.citus->scope;
        labels[std::string(citus_group_label)] = std::to_string(identity.citus->group);
    }
}

Json metadata(const Identity& identity, std::string_view name) {
    Json labels = common_labels(identity.name);
    add_group_labels(identity, labels);
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

Json dcs_labels(const Identity& identity) {
    if (!identity.citus) {
        return pod_selector(identity.name);
    }
    Json labels = {{"app.kubernetes.io/name", "postgresql"}};
    add_group_labels(identity, labels);
    return labels;
}

std::string scope_selector_text(const api::CitusSpec& citus) {
    return std::string(scope_label) + "=" + citus.scope + "," + std::string(citus_group_label) +
           "=" + std::to_string(citus.group) + ",!" + std::string(cluster_label);
}

std::string all_scopes_selector_text() {
    return std::string(scope_label) + ",!" + std::string(cluster_label);
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
