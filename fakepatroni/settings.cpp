#include "fakepatroni/settings.hpp"

#include <fmt/format.h>

namespace bestgres::fakepatroni {

MemberSettings read_settings(const Json& file) {
    MemberSettings settings;
    settings.scope = string_at(file, {"scope"});
    settings.ns = string_at(file, {"kubernetes", "namespace"});
    for (const auto& [key, value] : object_at(file, {"kubernetes", "labels"}).items()) {
        settings.labels.fixed[key] = value.get<std::string>();
    }
    const auto word = [&file](std::string_view key, std::string_view fallback) {
        return string_at(file, {"kubernetes", key}, fallback);
    };
    settings.labels.scope = word("scope_label", settings.labels.scope);
    settings.labels.role = word("role_label", settings.labels.role);
    settings.labels.leader_value = word("leader_label_value", "");
    settings.labels.follower_value = word("follower_label_value", settings.labels.follower_value);
    settings.labels.standby_leader_value = word("standby_leader_label_value", "");
    if (const auto group = find_int(file, {"citus", "group"})) {
        settings.citus = CitusGroup{*group, string_at(file, {"citus", "database"})};
    }
    settings.tags = object_at(file, {"tags"});
    settings.bootstrap_config = object_at(file, {"bootstrap", "dcs"});
    settings.postgresql = object_at(file, {"postgresql"});
    return settings;
}

std::string conn_url(const MemberSettings& settings) {
    return fmt::format("postgres://{}:{}/postgres", settings.address, settings.postgres_port);
}

std::string api_url(const MemberSettings& settings) {
    return fmt::format("http://{}:{}/patroni", settings.address, settings.rest_port);
}

std::string object_name(const MemberSettings& settings, std::string_view suffix) {
    return settings.citus ? fmt::format("{}-{}-{}", settings.scope, settings.citus->group, suffix)
                          : fmt::format("{}-{}", settings.scope, suffix);
}

std::string label_selector(const MemberSettings& settings) {
    std::string selector;
    for (const auto& [key, value] : settings.labels.fixed) {
        selector += fmt::format("{}={},", key, value);
    }
    return selector + fmt::format("{}={}", settings.labels.scope, settings.scope);
}

std::string_view leader_label(const MemberSettings& settings) {
    const Traits& traits = traits_of(settings.version);
    const bool own_word = traits.leader_label_is_settable && !settings.labels.leader_value.empty();
    return own_word ? std::string_view(settings.labels.leader_value) : traits.primary_role;
}

}  // namespace bestgres::fakepatroni
