// Since when no client of a cluster has been able to write, and since when a member could have led
// it meanwhile.
#pragma once

#include <map>
#include <optional>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

// Runs, sees the world, has data no further behind than the spec allows, and may lead.
bool is_eligible(const Truth& truth, const ClusterId& id, const MemberTruth& member);

// A writable primary is wanted now: the cluster exists, has data, and nobody stopped or paused it.
bool wants_writer(const Truth& truth, const ClusterId& id);

class WriterWatch {
public:
    struct Gap {
        Instant since;
        std::optional<Instant> eligible_since;
        std::string eligible;  // the pod
    };

    void on(const Occurrence& occurrence, const Truth& truth);
    // Clusters without a writer.
    const std::map<ClusterId, Gap>& gaps() const { return gaps_; }
    // How long a writer has been due: nothing has happened since, and somebody could have led.
    std::optional<Duration> overdue(const ClusterId& id, const Truth& truth) const;
    // Until when a failover may take.
    static Duration bound(const Truth& truth, const ClusterId& id);
    void hash_into(Hasher& hasher) const;

private:
    void look(const Truth& truth, const ClusterId& id);

    std::map<ClusterId, Gap> gaps_;
    Instant looked_;
};

}  // namespace bestgres::scenarios
