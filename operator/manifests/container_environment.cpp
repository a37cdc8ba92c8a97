#include "operator/api/cluster_words.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/patroni_config.hpp"
#include "operator/manifests/pod_template.hpp"

namespace bestgres::manifests {
namespace {

constexpr std::string_view password_reference = "$(PATRONI_RESTAPI_PASSWORD)";

Json plain(std::string_view name, std::string_view value) {
    return {{"name", name}, {"value", value}};
}

Json from_pod(std::string_view name, std::string_view path) {
    return {{"name", name},
            {"valueFrom", {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", path}}}}}};
}

Json from_secret(std::string_view name, const Identity& identity, std::string_view key) {
    const std::string secret = secret_name(identity.name, identity.citus);
    return {{"name", name}, {"valueFrom", {{"secretKeyRef", {{"name", secret}, {"key", key}}}}}};
}

// The kubelet expands $(NAME) in values; "$$(" stands for itself. Only our own reference is one.
std::string without_expansion(const std::string& text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool reference = text.compare(i, 2, "$(") == 0;
        if (reference && text.compare(i, password_reference.size(), password_reference) != 0) {
            escaped += '$';
        }
        escaped += text[i];
    }
    return escaped;
}

void add_common(const Input& input, Json& environment) {
    environment.push_back(plain("BESTGRES_FLAVOUR", api::word(api::flavour(input.spec))));
    environment.push_back(plain("BESTGRES_SCOPE", patroni_scope(input.identity)));
    environment.push_back(from_pod("POD_NAME", "metadata.name"));
    environment.push_back(from_pod("POD_NAMESPACE", "metadata.namespace"));
    environment.push_back(from_pod("POD_IP", "status.podIP"));
    environment.push_back(plain("PATRONI_RESTAPI_USERNAME", "patroni"));
    environment.push_back(
        from_secret("PATRONI_RESTAPI_PASSWORD", input.identity, "restapi-password"));
    const Places here = places(api::flavour(input.spec));
    environment.push_back(plain("PGDATA", here.data_directory));
    environment.push_back(plain("BESTGRES_SOCKET_DIR", here.socket_directory));
}

void add_patroni(const Input& input, Json& environment) {
    const Identity& identity = input.identity;
    environment.push_back(plain("BESTGRES_CONFIG", "/etc/bestgres/patroni.yml"));
    environment.push_back(
        from_secret("PATRONI_SUPERUSER_PASSWORD", identity, "superuser-password"));
    environment.push_back(
        from_secret("PATRONI_REPLICATION_PASSWORD", identity, "replication-password"));
    environment.push_back(from_secret("PATRONI_REWIND_PASSWORD", identity, "rewind-password"));
    // The root file system is read-only.
    environment.push_back(plain("PYTHONDONTWRITEBYTECODE", "1"));
    if (input.spec.postgresql.version) {
        environment.push_back(plain("BESTGRES_POSTGRES_VERSION", *input.spec.postgresql.version));
    }
}

// https://github.com/zalando/spilo/blob/master/ENVIRONMENT.rst
void add_spilo(const Input& input, Json& environment) {
    const Identity& identity = input.identity;
    const auto add = [&](std::string_view name, std::string_view value) {
        environment.push_back(plain(name, value));
    };
    add("SCOPE", patroni_scope(identity));
    add("PGROOT", "/home/postgres/pgdata/pgroot");
    add("SPILO_PROVIDER", "local");
    add("DCS_ENABLE_KUBERNETES_API", "true");
    add("KUBERNETES_USE_CONFIGMAPS", "true");
    add("KUBERNETES_BYPASS_API_SERVICE", "false");
    add("KUBERNETES_SCOPE_LABEL", identity.citus ? scope_label : cluster_label);
    add("KUBERNETES_ROLE_LABEL", role_label);
    add("KUBERNETES_LEADER_LABEL_VALUE", primary_role);
    add("KUBERNETES_STANDBY_LEADER_LABEL_VALUE", primary_role);
    add("KUBERNETES_LABELS", R"({"app.kubernetes.io/name":"postgresql"})");
    add("PGUSER_SUPERUSER", "postgres");
    environment.push_back(from_secret("PGPASSWORD_SUPERUSER", identity, "superuser-password"));
    add("PGUSER_STANDBY", "standby");
    environment.push_back(from_secret("PGPASSWORD_STANDBY", identity, "replication-password"));
    add("PGUSER_ADMIN", "admin");
    environment.push_back(from_secret("PGPASSWORD_ADMIN", identity, "admin-password"));
    if (input.spec.postgresql.version) {
        add("PGVERSION", *input.spec.postgresql.version);
    }
    add("SPILO_CONFIGURATION", without_expansion(dump(spilo_configuration(identity, input.spec))));
}

}  // namespace

Json container_environment(const Input& input) {
    Json environment = Json::array();
    add_common(input, environment);
    switch (api::flavour(input.spec)) {
        case api::Flavour::patroni:
            add_patroni(input, environment);
            break;
        case api::Flavour::spilo:
            add_spilo(input, environment);
            break;
    }
    return environment;
}

}  // namespace bestgres::manifests
