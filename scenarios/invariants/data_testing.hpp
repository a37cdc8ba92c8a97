// A court whose cluster has databases: db-0 leads, db-1 and db-2 stream from it.
#pragma once

#include <string>

#include "fakepatroni/postgres_testing.hpp"
#include "scenarios/invariants/members.hpp"
#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios::testing {

template <class Law>
struct DataCourt : Court<Law> {
    fakepatroni::testing::Servers servers;

    DataCourt() {
        servers.primary("db-0");
        servers.standby("db-1", "db-0");
        servers.standby("db-2", "db-0");
        for (MemberTruth& member : this->truth.who_runs) {
            member.postgres = &servers[member.pod];
        }
        this->truth.who_operates[0].leads = true;
        this->tell(OperatorStarted{"operator-1"});
        this->tell(PostgresChanged{uid("db-0")});
    }
    static std::string uid(const std::string& pod) { return "uid-of-pods-" + pod; }
    MemberTruth& member(const std::string& pod) {
        for (MemberTruth& one : this->truth.who_runs) {
            if (one.pod == pod) {
                return one;
            }
        }
        return this->truth.who_runs.front();
    }
    void changed(const std::string& pod) { this->tell(PostgresChanged{uid(pod)}); }
    void lock(const std::string& pod) {
        this->change(a_member, kube::kinds::config_map,
                     config_map_json("db-leader", {{"leader", pod}}));
    }
    // A client's commit on `pod`; `acknowledged` as the client was told.
    void write(std::uint64_t commit, bool synchronous = false, const std::string& pod = "db-0") {
        this->tell(WriteBegun{"client-1", "db", commit, uid(pod)});
        EXPECT_TRUE(servers[pod].begin_commit({.id = commit}, servers.now).ok());
        servers.run_for(std::chrono::milliseconds(100));
        this->tell(WriteEnded{"client-1", "db", commit, WriteResult::acknowledged, synchronous});
    }
    // The standby hears no more of its primary.
    void cut_off(const std::string& pod) {
        fakepatroni::PostgresFaults faults;
        faults.receiver_stuck = true;
        servers[pod].set_faults(faults, servers.now);
    }
    void die(const std::string& pod) {
        servers[pod].kill("SIGKILL", servers.now);
        servers.run_for(std::chrono::seconds(1));
        member(pod).postgres = nullptr;
        member(pod).patroni_runs = false;
        member(pod).believes_to_lead = false;
        member(pod).ready = false;
        changed(pod);
    }
    void promote(const std::string& pod) {
        EXPECT_TRUE(servers[pod].promote(servers.now).ok());
        servers.run_for(std::chrono::seconds(5));
        member(pod).believes_to_lead = true;
        changed(pod);
    }
};

}  // namespace bestgres::scenarios::testing
