#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct L4DeletionCompletes {
    static constexpr LawText text{
        "L4",
        "A cluster that is deleted is gone ten minutes after that, the last fault and the last "
        "edit, where an operator has been able to work that long."};

    static constexpr Duration bound = std::chrono::minutes(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    AbleOperator able_;
    struct Going {
        ClusterId id;
        Instant since;
    };
    std::map<std::string, Going> deleting_;  // by uid, until it is gone or told of
};

}  // namespace bestgres::scenarios
