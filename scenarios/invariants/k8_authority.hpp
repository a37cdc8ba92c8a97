#pragma once

#include "scenarios/invariants/wishes.hpp"

namespace bestgres::scenarios {

struct K8Authority {
    static constexpr LawText text{
        "K8",
        "What belongs to Patroni (its four ConfigMaps, role labels and status annotations of "
        "pods) the operator changes through Patroni only. One exception: an empty `initialize` "
        "is nulled, by version, while no PostgreSQL runs and no volume holds data. They go with "
        "their cluster where its volumes go, and with a shard that is no longer wanted once none "
        "of its processes is left."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { wishes_.hash_into(hasher); }

private:
    // Why the write of a ConfigMap of Patroni's is unlawful; empty where it is lawful.
    std::string objection(const CallArrived& arrived, const ClusterId& id,
                          const Truth& truth) const;

    // Likewise of its deletion.
    std::string objection_to_deletion(const ClusterId& id, const Truth& truth) const;
    // Fewer shards are asked for than would need this group.
    bool is_unwanted_shard(const ClusterId& id, const Truth& truth) const;

    Wishes wishes_;
};

}  // namespace bestgres::scenarios
