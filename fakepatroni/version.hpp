// The two Patronis that are modelled, and every difference between them that another program can
// see, in one table. Source: Patroni 3.0.2 (Debian 12) and 4.1.4.
#pragma once

#include <string_view>

namespace bestgres::fakepatroni {

enum class Version { v3_0_2, v4_1 };

struct Traits {
    std::string_view number;        // as `version` in the pod's status and over REST
    std::string_view primary_role;  // word for a primary, in the status, the label and over REST
    // Words beside the role in the pod's status: replication_state, replay_lsn, receive_lsn.
    bool publishes_replication = false;
    bool says_why_restart_is_pending = false;
    bool rest_names_member = false;  // `name` in the patroni block of GET /patroni
    bool leader_label_is_settable = false;
    // The leader object.
    bool writes_null_slots = false;        // `slots: null` beside each optime
    bool writes_slots = false;             // `slots` of all members and `retain_slots`
    bool rereads_on_conflict = false;      // a lost answer of an acquire is found by GET
    bool accepts_own_lost_update = false;  // 409, but the object says what was sent: success
    bool retries_forbidden = false;        // 403 on the leader's renewal is tried again
    // The race.
    bool primary_checks_timeline = false;      // a running primary of an old timeline does not race
    bool role_word_counts_as_primary = false;  // a peer whose query failed still counts as primary
    bool sync_leader_races = false;            // the leader that /sync names may race, too
    bool failover_priority = false;
    bool former_leader_yields = false;  // its priority does not hold others back
    // Modes and objects.
    bool quorum_mode = false;
    bool sync_has_quorum = false;             // `quorum` in the sync object
    bool failover_reaches_async = false;      // POST /failover may name an asynchronous member
    bool clamps_timing = false;               // ttl, loop_wait and retry_timeout are held apart
    bool always_waits_half_a_second = false;  // after each loop, not only where another one leads
    bool keeps_leader_without_heir = false;   // SIGTERM, no healthy replica: released at the end
    bool every_node_keeps_slots = false;
    bool replaces_lost_slots = false;  // those with wal_status lost
    bool readiness_needs_streaming = false;
    // Citus.
    bool registers_secondaries = false;  // running replicas stand in pg_dist_node, too
    bool overdue_pause_yields = false;   // the loop ends a hand-over whose member stays silent
    std::string_view group_path;         // where members tell the coordinator
};

const Traits& traits_of(Version version);

}  // namespace bestgres::fakepatroni
