#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct L7Progress {
    static constexpr LawText text{
        "L7",
        "Whoever else writes an object, the operator gets its write through within twelve tries."};

    static constexpr int most_tries = 12;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    std::map<std::pair<std::string, kube::Ref>, int> conflicts_;  // in a row
};

}  // namespace bestgres::scenarios
