#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct L3Replication {
    static constexpr LawText text{
        "L3",
        "Every member of a settled cluster but the primary streams, and none copies all data anew "
        "more than twice for one cause; what a fault that stands breaks off does not count."};

    static constexpr int most_copies = 2;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void note(const std::string& pod_uid, const Truth& truth, Findings& findings);

    struct Copies {
        bool copying = false;
        bool is_counted = false;  // when it began
        int times = 0;
    };
    std::map<std::string, Copies> copies_;  // by claim
};

}  // namespace bestgres::scenarios
