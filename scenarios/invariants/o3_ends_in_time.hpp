#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {

struct O3EndsInTime {
    static constexpr LawText text{
        "O3",
        "An operation ends by its timeout: two minutes after it, where an operator has been able "
        "to work that long, it does not run any more, and one that was deleted is gone. What has "
        "ended does not begin again."};

    static constexpr Duration slack = std::chrono::minutes(2);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void note(const ObjectChanged& changed, const Truth& truth, Findings& findings);

    AbleOperator able_;
    std::map<std::string, Instant> due_;  // by uid
    std::map<std::string, std::string> names_;
};

}  // namespace bestgres::scenarios
