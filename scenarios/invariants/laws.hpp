// All laws of the simulator, as one value that a world owns and copies.
#pragma once

#include <tuple>
#include <vector>

#include "scenarios/invariants/c1_placements.hpp"
#include "scenarios/invariants/c2_registration.hpp"
#include "scenarios/invariants/c3_conservation.hpp"
#include "scenarios/invariants/c4_spindown.hpp"
#include "scenarios/invariants/c5_reads.hpp"
#include "scenarios/invariants/c6_one_job.hpp"
#include "scenarios/invariants/c7_write_pause.hpp"
#include "scenarios/invariants/d10_last_copy.hpp"
#include "scenarios/invariants/d1_one_writer.hpp"
#include "scenarios/invariants/d2_acknowledged.hpp"
#include "scenarios/invariants/d3_planned.hpp"
#include "scenarios/invariants/d4_history.hpp"
#include "scenarios/invariants/d5_bootstrap_once.hpp"
#include "scenarios/invariants/d7_slots.hpp"
#include "scenarios/invariants/d8_sync_truth.hpp"
#include "scenarios/invariants/d9_eligibility.hpp"
#include "scenarios/invariants/h3_bounded.hpp"
#include "scenarios/invariants/h4_no_escape.hpp"
#include "scenarios/invariants/h6_accepted_edits.hpp"
#include "scenarios/invariants/k10_one_way.hpp"
#include "scenarios/invariants/k11_deletion.hpp"
#include "scenarios/invariants/k12_rights.hpp"
#include "scenarios/invariants/k13_validity.hpp"
#include "scenarios/invariants/k14_fencing.hpp"
#include "scenarios/invariants/k15_eviction.hpp"
#include "scenarios/invariants/k16_load.hpp"
#include "scenarios/invariants/k17_removal.hpp"
#include "scenarios/invariants/k1_volume_deletion.hpp"
#include "scenarios/invariants/k2_disturb_primary.hpp"
#include "scenarios/invariants/k3_unready_budget.hpp"
#include "scenarios/invariants/k4_order.hpp"
#include "scenarios/invariants/k5_preconditions.hpp"
#include "scenarios/invariants/k6_ownership.hpp"
#include "scenarios/invariants/k7_field_ownership.hpp"
#include "scenarios/invariants/k8_authority.hpp"
#include "scenarios/invariants/k9_write_amplification.hpp"
#include "scenarios/invariants/l1_reached.hpp"
#include "scenarios/invariants/l2_writable_primary.hpp"
#include "scenarios/invariants/l3_replication.hpp"
#include "scenarios/invariants/l4_deletion_completes.hpp"
#include "scenarios/invariants/l5_no_dead_ends.hpp"
#include "scenarios/invariants/l6_core.hpp"
#include "scenarios/invariants/l7_progress.hpp"
#include "scenarios/invariants/l8_lost_partners.hpp"
#include "scenarios/invariants/l9_back_off.hpp"
#include "scenarios/invariants/o1_one_at_a_time.hpp"
#include "scenarios/invariants/o2_done_is_done.hpp"
#include "scenarios/invariants/o3_ends_in_time.hpp"
#include "scenarios/invariants/o4_done_once.hpp"
#include "scenarios/invariants/o5_groups_in_order.hpp"
#include "scenarios/invariants/r1_write_routing.hpp"
#include "scenarios/invariants/r2_read_routing.hpp"
#include "scenarios/invariants/r3_role_labels.hpp"
#include "scenarios/invariants/t1_honest_ready.hpp"
#include "scenarios/invariants/t2_observed_generation.hpp"
#include "scenarios/invariants/t3_conditions.hpp"
#include "scenarios/invariants/t4_phases.hpp"
#include "scenarios/invariants/x1_secrets.hpp"
#include "scenarios/invariants/x2_credentials.hpp"
#include "scenarios/invariants/x3_downgrade.hpp"

namespace bestgres::scenarios {

class Laws {
public:
    // Finds what is unlawful about this occurrence, or about what was due by now.
    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

    // In the order in which they are asked.
    static std::vector<LawText> texts();

private:
    using All = std::tuple<
        D1OneWriter, D2Acknowledged, D3Planned, D4History, D5BootstrapOnce, D7Slots, D8SyncTruth,
        D9Eligibility, D10LastCopy, R1WriteRouting, R2ReadRouting, R3RoleLabels, K1VolumeDeletion,
        K2DisturbPrimary, K3UnreadyBudget, K4Order, K5Preconditions, K6Ownership, K7FieldOwnership,
        K8Authority, K9WriteAmplification, K10OneWay, K11Deletion, K12Rights, K13Validity,
        K14Fencing, K15Eviction, K16Load, K17Removal, T1HonestReady, T2ObservedGeneration,
        T3Conditions, T4Phases, X1Secrets, X2Credentials, X3Downgrade, L1Reached, L2WritablePrimary,
        L3Replication, L4DeletionCompletes, L5NoDeadEnds, L6Core, L7Progress, L8LostPartners,
        L9BackOff, O1OneAtATime, O2DoneIsDone, O3EndsInTime, O4DoneOnce, O5GroupsInOrder,
        C1Placements, C2Registration, C3Conservation, C4Spindown, C5Reads, C6OneJob, C7WritePause,
        H3Bounded, H4NoEscape, H6AcceptedEdits>;

    All laws_;
};

}  // namespace bestgres::scenarios
