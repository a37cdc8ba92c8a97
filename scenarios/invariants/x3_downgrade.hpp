#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct X3Downgrade {
    static constexpr LawText text{
        "X3",
        "The operator never lets a connection in with less proof than a password by SCRAM, but "
        "where the user's own pg_hba says so, and never takes the credentials from Patroni's "
        "REST interface."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
