#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K14Fencing {
    static constexpr LawText text{
        "K14",
        "An operator whose lease has ended by its own clock writes nothing, and at no time do two "
        "operators hold the lease."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const { hasher.add(static_cast<std::uint64_t>(two_lead_)); }

private:
    void judge_call(const CallArrived& arrived, const Truth& truth, Findings& findings) const;
    void judge_lease(const Truth& truth, Findings& findings);

    bool two_lead_ = false;  // an alarm for each time, not for each event in it
};

}  // namespace bestgres::scenarios
