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
        "edit, where an operator has been able to work that long. What a release has let go of, "
        "and "
        "what is in a namespace that ends, waits for nobody: when all has come to rest, no "
        "finalizer of the operator's is left of it, and the namespace is gone, unless a fault came "
        "between."};

    static constexpr Duration bound = std::chrono::minutes(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void follow_endings(const Occurrence& occurrence, const Truth& truth);
    void judge_endings(const Truth& truth, Findings& findings) const;

    AbleOperator able_;
    bool ends_ = false;       // the operator is removed after a release, or a namespace is deleted
    bool disturbed_ = false;  // since then
    struct Going {
        ClusterId id;
        Instant since;
    };
    std::map<std::string, Going> deleting_;  // by uid, until it is gone or told of
};

}  // namespace bestgres::scenarios
