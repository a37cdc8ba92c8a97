#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K7FieldOwnership {
    static constexpr LawText text{
        "K7",
        "A write of the operator changes only what it says and what it said before: whatever "
        "users, controllers or the API server put into the object stands there unchanged."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    std::map<std::string, kube::Object> met_;  // by operator: what its call on its way has met
};

}  // namespace bestgres::scenarios
