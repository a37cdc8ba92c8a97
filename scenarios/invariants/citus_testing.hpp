// A court with a sharded cluster `shop`: a coordinator and two workers, each a group of one member
// whose name is its address, and a table of eight shards.
#pragma once

#include <string>

#include "fakepatroni/citus_server.hpp"
#include "fakepatroni/postgres_testing.hpp"
#include "scenarios/invariants/sharding.hpp"
#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios::testing {

inline std::string cluster_of_group(GroupId group) {
    return group == 0 ? "shop-coordinator" : "shop-worker-" + std::to_string(group);
}
inline std::string pod_of_group(GroupId group) {
    return cluster_of_group(group) + "-0";
}
inline Json group_json(GroupId group) {
    Json cluster = cluster_json(1);
    cluster["metadata"]["name"] = cluster_of_group(group);
    cluster["metadata"]["uid"] = "uid-of-" + cluster_of_group(group);
    cluster["spec"]["citus"] = {{"scope", "shop"}, {"group", group}, {"database", "app"}};
    return cluster;
}

inline Json sharded_json(std::int64_t shards, std::int64_t generation = 1) {
    const Json group = object_at(cluster_json(1), {"spec"});
    return {
        {"metadata", {{"name", "shop"}, {"generation", generation}}},
        {"spec",
         {{"shards", shards}, {"database", "app"}, {"coordinator", group}, {"workers", group}}}};
}

template <class Law>
struct CitusCourt : Court<Law> {
    fakepatroni::testing::Servers servers;
    postgres::CallId last = 0;

    CitusCourt() {
        servers.now = this->truth.at;
        for (const GroupId group : {0, 1, 2}) {
            add_group(group);
        }
        ask(fakepatroni::SetCoordinatorHost{pod_of_group(0)});
        ask(fakepatroni::AddNode{pod_of_group(1), 5432, 1});
        ask(fakepatroni::AddNode{pod_of_group(2), 5432, 2});
        ask(fakepatroni::CreateTable{{"orders", fakepatroni::TableKind::distributed, true}, 8});
        this->truth.at = servers.now;
        this->truth.disturbed_until = servers.now;
    }
    static fakepatroni::Parameters preloaded() {
        return {{"shared_preload_libraries", "citus"}, {"max_prepared_transactions", "200"}};
    }
    static std::string uid(GroupId group) { return "uid-of-pods-" + pod_of_group(group); }
    void add_group(GroupId group) {
        const std::string pod = pod_of_group(group);
        servers.primary(pod, preloaded());
        servers[pod].make_citus({}, servers.now);
        this->truth.put(kube::kinds::bg_cluster, group_json(group));
        Json object = pod_json(pod, true);
        object["metadata"]["labels"][std::string(manifests::cluster_label)] =
            cluster_of_group(group);
        object["status"]["podIP"] = pod;
        this->truth.put(kube::kinds::pod, std::move(object));
        MemberTruth member;
        member.pod = pod;
        member.pod_uid = uid(group);
        member.cluster = cluster_of_group(group);
        member.scope = "shop";
        member.group = group;
        member.claim_uid = "uid-of-persistentvolumeclaims-pgdata-" + pod;
        member.patroni_runs = true;
        member.believes_to_lead = true;
        member.postgres = &servers[pod];
        this->truth.who_runs.push_back(std::move(member));
    }
    MemberTruth& member(GroupId group) {
        for (MemberTruth& one : this->truth.who_runs) {
            if (one.group == group) {
                return one;
            }
        }
        return this->truth.who_runs.front();
    }
    fakepatroni::Postgres& server(GroupId group) { return servers[pod_of_group(group)]; }
    const CitusTables& tables(GroupId group = 0) { return server(group).citus_tables(); }
    fakepatroni::NodeId node(GroupId group) { return tables().primary_of(group)->id; }

    void begin(fakepatroni::CitusOperation operation) {
        server(0).run_citus_call(++last, std::move(operation), servers.now);
    }
    void run_for(Duration span) {
        servers.run_for(span);
        this->truth.at = this->truth.at + span;
    }
    void ask(fakepatroni::CitusOperation operation, Duration within = std::chrono::seconds(2)) {
        begin(std::move(operation));
        run_for(within);
        const auto answer = servers.answers.find(last);
        EXPECT_TRUE(answer != servers.answers.end() && answer->second.outcome.ok());
    }
    // Behind Citus' back.
    void write(GroupId group, fakepatroni::Changes changes) {
        EXPECT_TRUE(server(group).change(std::move(changes), servers.now).ok());
        run_for(std::chrono::seconds(1));
    }
    void changed(GroupId group = 0) { this->tell(CitusChanged{uid(group)}); }
    void lose_server(GroupId group) {
        servers[pod_of_group(group)].kill("SIGKILL", servers.now);
        run_for(std::chrono::seconds(1));
    }
    // The member and its process are gone.
    void lose(GroupId group) {
        lose_server(group);
        std::erase_if(this->truth.who_runs,
                      [group](const MemberTruth& one) { return one.group == group; });
    }
    void drain(GroupId group) {
        ask(fakepatroni::DrainNode{pod_of_group(group)}, std::chrono::minutes(1));
    }
    void register_away(GroupId group) { ask(fakepatroni::RemoveNode{pod_of_group(group)}); }
};

}  // namespace bestgres::scenarios::testing
