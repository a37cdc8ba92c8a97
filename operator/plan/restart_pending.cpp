// Settings that need a restart of PostgreSQL. Of standby-bound settings a standby must never have
// less than the primary: replicas go first, except for those whose only change is a lower
// standby-bound value; they go after the primary. (A standby started too early keeps the greater
// value of its control file, and its restart stays pending.)
#include <algorithm>

#include "lib/postgres/settings.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"
#include "operator/plan/stuck.hpp"

namespace bestgres::plan {
namespace {

bool is_pending(const Member& member) {
    return (member.status && member.status->pending_restart) ||
           (member.rest && member.rest->pending_restart);
}

// Members find out one after the other what a new configuration means for them, each in its next
// loop. Before all have, the right order cannot be known.
Duration until_all_know(const ClusterView& view) {
    const kube::Ref config{kube::kinds::config_map, view.ns,
                           manifests::dcs_config_name(view.dcs_prefix)};
    const Duration loop = std::chrono::seconds(view.spec->patroni.loop_wait + 2);
    return std::max(Duration::zero(), loop - view.unchanged_for(config));
}

// Patroni 3 does not say which settings wait. Without that knowledge replicas go first.
bool waits_for_the_primary(const Member& replica) {
    const auto& settings = replica.status->pending_settings;
    return !settings.empty() && std::ranges::all_of(settings, [](const auto& entry) {
        return postgres::is_standby_bound(entry.first) &&
               postgres::is_lowered(Json(entry.second.old_value), Json(entry.second.new_value));
    });
}

// Where the outcome is unknown, the member's own word decides.
bool tells_of_a_restart(const api::DecisionStatus& decision, const Member& member) {
    const std::string effect = "RestartPostgres " + member.name;
    return decision.effect == effect ||
           (decision.effect == effect + std::string(outcome_unknown) && !is_pending(member));
}

// Whether the member was restarted after the settings changed and, as a replica, after the primary
// was. Where it still waits then, restarting it again would only go on for ever: Patroni 3 does not
// say that a replica keeps a greater value until the primary has the lower one.
bool was_restarted(const ClusterView& view, const Member& member) {
    const Member* const primary = view.primary();
    bool restarted = false;
    for (const api::DecisionStatus& decision : view.decisions) {
        if (decision.effect == "RestartPostgres " + member.name) {
            restarted = true;
        } else if (decision.effect.starts_with("PatchPatroniConfig") ||
                   (primary != nullptr && tells_of_a_restart(decision, *primary))) {
            restarted = false;
        }
    }
    return restarted;
}

const Member* find_replica(const ClusterView& view, bool primary_is_done) {
    const Member* found = nullptr;
    for (const Member& member : view.members) {
        const bool due = !member.holds_lock && is_pending(member) && !was_restarted(view, member) &&
                         (primary_is_done || !waits_for_the_primary(member));
        if (due && (found == nullptr || (found->synchronous && !member.synchronous))) {
            found = &member;
        }
    }
    return found;
}

// A replica that the restart may heal: its settings are less than those of the primary, so that it
// cannot follow.
const Member* find_stuck_until_restarted(const ClusterView& view) {
    const auto found = std::ranges::find_if(view.members, [&view](const Member& member) {
        return !member.holds_lock && is_pending(member) && !was_restarted(view, member) &&
               is_stuck(view, member);
    });
    return found == view.members.end() ? nullptr : &*found;
}

Step restart(const Member& member, std::string because) {
    return {.effect = RestartPostgres{.member = target_of(member)},
            .rule = RuleId::restart_pending,
            .because = std::move(because)};
}

std::string names_of(const Member& member) {
    std::string names;
    for (const auto& [name, change] : member.status->pending_settings) {
        names += (names.empty() ? ": " : ", ") + name;
    }
    return names;
}

}  // namespace

Opinion restart_pending(const ClusterView& view) {
    if (std::ranges::none_of(view.members, is_pending)) {
        return {};
    }
    if (const Duration wait = until_all_know(view); wait > Duration::zero()) {
        Opinion opinion = just(Waiting{.rule = RuleId::restart_pending,
                                       .because = "every member to read the new configuration",
                                       .patience = std::chrono::minutes(1)});
        opinion.look_again = view.now() + wait;
        return opinion;
    }
    const Member* const stuck =
        interference(view).empty() ? find_stuck_until_restarted(view) : nullptr;
    if (stuck != nullptr) {
        return just(restart(
            *stuck,
            stuck->name + " does not become ready with settings not in force" + names_of(*stuck)));
    }
    if (std::string obstacle = obstacle_to_disruption(view); !obstacle.empty()) {
        Opinion opinion =
            just(Waiting{.rule = RuleId::restart_pending, .because = std::move(obstacle)});
        opinion.look_again = next_stuck_at(view);
        return opinion;
    }
    const Member& primary = *view.primary();
    if (const Member* const replica = find_replica(view, !is_pending(primary))) {
        return just(restart(*replica, replica->name + " is a replica with settings not in force" +
                                          names_of(*replica)));
    }
    if (!is_pending(primary) || was_restarted(view, primary)) {
        return just(Waiting{.rule = RuleId::restart_pending,
                            .because = "settings that are not in force although every member was "
                                       "restarted for them"});
    }
    return just(restart(primary, primary.name + " is the last member with settings not in force" +
                                     names_of(primary)));
}

}  // namespace bestgres::plan
