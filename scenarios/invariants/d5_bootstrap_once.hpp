#pragma once

#include <map>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct D5BootstrapOnce {
    static constexpr LawText text{
        "D5",
        "A cluster is bootstrapped once: all its data comes from one system, the data of a volume "
        "that anybody has led from is never replaced by that of another, and the operator never "
        "writes `initialize`."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge_data(const std::string& pod_uid, const Truth& truth, Findings& findings);
    void judge_key(const ObjectChanged& changed, const Truth& truth, Findings& findings) const;

    struct Data {
        std::string system;
        bool half_made = false;    // what is left of a bootstrap that failed binds nobody
        std::string pod_uid = {};  // that runs on it

        bool operator==(const Data&) const = default;
    };
    std::map<std::string, Data> systems_;  // by claim
};

}  // namespace bestgres::scenarios
