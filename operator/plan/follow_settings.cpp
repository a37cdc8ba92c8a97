// Patroni's dynamic configuration follows the spec through Patroni's own REST API. Where one change
// raises some standby-bound settings and lowers others, raising goes first and alone: one restart
// order cannot serve both.
#include <algorithm>

#include "lib/kube/workload.hpp"
#include "lib/postgres/settings.hpp"
#include "operator/manifests/patroni_config.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

// The parameters of `patch` that lower, or no longer set, what binds standbys.
std::vector<std::string> lowered(const Json& current, const Json& patch) {
    std::vector<std::string> names;
    const Json& before = object_at(current, {"postgresql", "parameters"});
    for (const auto& [name, value] : object_at(patch, {"postgresql", "parameters"}).items()) {
        const bool down =
            before.contains(name) && (value.is_null() || postgres::is_lowered(before[name], value));
        if (postgres::is_standby_bound(name) && down) {
            names.push_back(name);
        }
    }
    return names;
}

bool raises_any(const Json& current, const Json& patch) {
    const Json& before = object_at(current, {"postgresql", "parameters"});
    for (const auto& [name, value] : object_at(patch, {"postgresql", "parameters"}).items()) {
        const Json known = before.contains(name) ? before[name] : Json();
        if (postgres::is_standby_bound(name) && !value.is_null() &&
            !postgres::is_lowered(known, value)) {
            return true;
        }
    }
    return false;
}

bool any_pending(const ClusterView& view) {
    return std::ranges::any_of(view.members, [](const Member& member) {
        return member.status && member.status->pending_restart;
    });
}

// The leader's Patroni wakes at once; any other serves as well.
const Member* find_ear(const ClusterView& view) {
    if (const Member* const primary = view.primary()) {
        return primary;
    }
    const auto found = std::ranges::find_if(view.members, [](const Member& member) {
        return runs(member) && member.status && !kube::pod_address(member.pod).empty();
    });
    return found == view.members.end() ? nullptr : &*found;
}

std::string summary(const Json& patch) {
    std::string names;
    const auto add = [&names](const std::string& name) {
        names += (names.empty() ? "" : ", ") + name;
    };
    for (const auto& [key, value] : patch.items()) {
        if (key != "postgresql") {
            add(key);
        }
    }
    for (const auto& [key, value] : object_at(patch, {"postgresql"}).items()) {
        if (key != "parameters") {
            add(key);
        }
    }
    for (const auto& [key, value] : object_at(patch, {"postgresql", "parameters"}).items()) {
        add(key);
    }
    return names;
}

}  // namespace

Opinion follow_settings(const ClusterView& view) {
    const Member* const ear = find_ear(view);
    if (!view.config.config || ear == nullptr) {
        return {};
    }
    Json patch = manifests::patroni_config_patch(*view.config.config,
                                                 manifests::patroni_dynamic_config(*view.spec),
                                                 manifests::owns_all_parameters(*view.spec));
    const std::vector<std::string> down = lowered(*view.config.config, patch);
    if (!down.empty() && (raises_any(*view.config.config, patch) || any_pending(view))) {
        for (const std::string& name : down) {
            patch["postgresql"]["parameters"].erase(name);
        }
        if (patch["postgresql"]["parameters"].empty()) {
            patch["postgresql"].erase("parameters");
        }
        if (patch["postgresql"].empty()) {
            patch.erase("postgresql");
        }
    }
    if (patch.empty()) {
        return {};
    }
    const std::string because = "settings differ from the spec: " + summary(patch);
    return just(
        Step{.effect = PatchPatroniConfig{.through = target_of(*ear), .patch = std::move(patch)},
             .rule = RuleId::follow_settings,
             .because = because});
}

}  // namespace bestgres::plan
