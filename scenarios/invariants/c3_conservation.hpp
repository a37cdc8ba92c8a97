#pragma once

#include "scenarios/invariants/sharding.hpp"

namespace bestgres::scenarios {

struct C3Conservation {
    static constexpr LawText text{
        "C3",
        "Each shard of a distributed or single-shard table has one placement at any time, and its "
        "node has the shard; a settled cluster has no other copy of one, and in each table every "
        "row once that was acknowledged, but for what a failover lost by D2."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    struct Written {
        fakepatroni::RowSum acknowledged = {};
        fakepatroni::RowSum unknown = {};
        std::uint64_t open = 0;
    };
    void judge_shards(const std::string& scope, const Truth& truth, Findings& findings) const;
    void judge_copies(const std::string& scope, const Truth& truth, Findings& findings) const;
    void judge_rows(const std::string& scope, const Truth& truth, Findings& findings) const;

    std::map<std::pair<std::string, std::string>, Written> written_;  // by scope and table
    LostLogs lost_;
};

}  // namespace bestgres::scenarios
