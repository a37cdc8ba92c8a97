#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C2Registration {
    static constexpr LawText text{
        "C2",
        "The coordinator and every node with metadata know each group by the address of the "
        "member that holds its lock, two minutes after the last fault, and at no time has a group "
        "two primaries there."};
    static constexpr Duration bound = std::chrono::minutes(2);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Wrong {
        Instant since;
        std::string how;
        bool told = false;
    };
    void look(const std::string& scope, const Truth& truth, Findings& findings);
    void note(const GroupKey& key, const std::string& how, const Truth& truth);
    void judge(const Truth& truth, Findings& findings);

    bool sharded_ = false;  // something here is
    std::map<GroupKey, Wrong> wrong_;
};

}  // namespace bestgres::scenarios
