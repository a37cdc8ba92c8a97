// The rules that can ask for a step or a wait. Every step names its rule: logs, Events, status,
// `bestgres plan` and test reports share the word.
#pragma once

#include <string_view>

namespace bestgres::plan {

enum class RuleId {
    accept_spec,         // the accepted spec is written before it is acted on
    hold_finalizer,      // a finalizer while there is something to tear down
    create_secret,       // credentials, once
    keep_objects,        // missing or drifted objects
    fence_stale_leader,  // a leader label that the leader object contradicts
    repair_bootstrap,    // an empty `initialize` left by a dead bootstrapper
    repair_hand_over,    // a failover key for a member that has no data
    recover_volume,      // a member whose volume is gone
    rebuild_replica,     // a replica that can never follow again
    hibernate,           // all members stop, member 0 last
    grow_storage,        // volumes smaller than asked for
    follow_settings,     // Patroni's dynamic configuration
    run_bootstrap_sql,   // once, on the leader
    scale_in,            // members beyond the wanted number
    left_volumes,        // claims of members that left, or have come back
    update_members,      // pods on an old template
    restart_pending,     // settings that need a restart
    await_members,       // members that are still coming up
    tear_down,           // deletion
    govern_operations,   // queue, journal and end of BGDbOps
    run_operation,       // what the open step of a BGDbOps asks for
};

std::string_view to_string(RuleId rule);
// Rules of plan_operations.cpp: their steps are no part of the cluster's plan.
bool is_of_operations(RuleId rule);

}  // namespace bestgres::plan
