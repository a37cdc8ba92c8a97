#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C7WritePause {
    static constexpr LawText text{
        "C7",
        "While a group hands over, Citus holds writes to it back for at most ttl, the cooldown and "
        "two loops in which it has a primary, whatever becomes of the members that asked for it "
        "(Patroni 3.0.2 keeps that "
        "only where no call between members is lost)."};
    static constexpr Duration bound = std::chrono::seconds(70);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Pause {
        Instant begun;
        std::optional<Instant>
            counted_from;  // absent: the group has nobody who could be written to
        bool told = false;
    };
    void look(const Truth& truth);

    std::map<GroupKey, Pause> pauses_;
};

}  // namespace bestgres::scenarios
