#pragma once

#include <map>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct L9BackOff {
    static constexpr LawText text{
        "L9",
        "A step that failed is tried again within a minute and a half, and a settled cluster "
        "complains of no failed step."};

    static constexpr Duration longest_pause = std::chrono::seconds(90);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void tried(const std::string& pod_uid, const Truth& truth, Duration deadline);

    AbleOperator able_;
    std::map<ClusterId, Instant> failed_;  // since the last sign of work on it
};

}  // namespace bestgres::scenarios
