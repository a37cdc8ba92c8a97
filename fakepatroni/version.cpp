#include "fakepatroni/version.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr Traits three{.number = "3.0.2",
                       .primary_role = "master",
                       .publishes_replication = false,
                       .says_why_restart_is_pending = false,
                       .rest_names_member = false,
                       .leader_label_is_settable = false,
                       .writes_null_slots = true,
                       .writes_slots = false,
                       .rereads_on_conflict = false,
                       .accepts_own_lost_update = false,
                       .retries_forbidden = false,
                       .primary_checks_timeline = false,
                       .role_word_counts_as_primary = false,
                       .sync_leader_races = false,
                       .failover_priority = false,
                       .former_leader_yields = false,
                       .quorum_mode = false,
                       .sync_has_quorum = false,
                       .failover_reaches_async = false,
                       .clamps_timing = false,
                       .always_waits_half_a_second = true,
                       .keeps_leader_without_heir = false,
                       .every_node_keeps_slots = false,
                       .replaces_lost_slots = false,
                       .readiness_needs_streaming = false,
                       .registers_secondaries = false,
                       .overdue_pause_yields = false,
                       .group_path = "/citus"};

constexpr Traits four{.number = "4.1.4",
                      .primary_role = "primary",
                      .publishes_replication = true,
                      .says_why_restart_is_pending = true,
                      .rest_names_member = true,
                      .leader_label_is_settable = true,
                      .writes_null_slots = false,
                      .writes_slots = true,
                      .rereads_on_conflict = true,
                      .accepts_own_lost_update = true,
                      .retries_forbidden = true,
                      .primary_checks_timeline = true,
                      .role_word_counts_as_primary = true,
                      .sync_leader_races = true,
                      .failover_priority = true,
                      .former_leader_yields = true,
                      .quorum_mode = true,
                      .sync_has_quorum = true,
                      .failover_reaches_async = true,
                      .clamps_timing = true,
                      .always_waits_half_a_second = false,
                      .keeps_leader_without_heir = true,
                      .every_node_keeps_slots = true,
                      .replaces_lost_slots = true,
                      .readiness_needs_streaming = true,
                      .registers_secondaries = true,
                      .overdue_pause_yields = true,
                      .group_path = "/citus"};

}  // namespace

const Traits& traits_of(Version version) {
    switch (version) {
        case Version::v3_0_2:
            return three;
        case Version::v4_1:
            return four;
    }
    return four;
}

}  // namespace bestgres::fakepatroni
