// A fleet of clusters on a served fakekube, watched over by an operator in a process of its own:
// creates it, plays its members, and measures what the operator costs and how soon it acts.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "lib/http/event_loop.hpp"
#include "lib/http/server.hpp"
#include "lib/kube_client/api_client.hpp"
#include "operator/cmd/fleet/measure.hpp"
#include "operator/cmd/fleet/member_player.hpp"

namespace bestgres::cmd {

struct FleetOptions {
    std::string kubeconfig;
    std::string ns = "default";
    int clusters = 100;
    int members = 3;
    pid_t operator_process = 0;
    pid_t server_process = 0;
    Duration create_limit = std::chrono::seconds(180);
    Duration steady = std::chrono::seconds(60);
    int changes = 100;
    Duration change_gap = std::chrono::milliseconds(200);
    bool traffic = false;  // the members' WAL moves: four writes a cluster and loop, not one
};

class Fleet {
public:
    static Result<std::unique_ptr<Fleet>> make(const FleetOptions& options);

    // Prints each figure when it has it. False when a phase did not end in time.
    bool run();

private:
    using Then = std::function<void(const Result<kube::Outcome, kube::Error>&)>;
    // What the server has counted, at a moment when no call of ours was on its way.
    struct Count {
        std::uint64_t version = 0;
        std::uint64_t requests = 0;
        std::uint64_t own_writes = 0;
        std::uint64_t own_requests = 0;
    };

    explicit Fleet(const FleetOptions& options);

    // fleet.cpp: calls and watches
    void call(kube::Call call, Then then = {});
    void submit_queued();
    void on_event(kube_client::ClusterEvent event);
    void on_watched(const kube::WatchEvent& event);
    void follow(kube::WatchSpec spec);
    kube::Outcome wait_for(kube::Call call);
    bool drain();
    Count count();
    void on_pod(const kube::Object& pod);
    void renew_next();
    void renew_nodes();

    // fleet_phases.cpp: what is measured
    void add_nodes();
    bool create_clusters();
    bool settle();
    void measure_steady();
    void measure_reaction();
    void change(int number);
    std::string cluster_name(int number) const;
    Json cluster_manifest(int number) const;

    FleetOptions options_;
    http::EventLoop loop_;
    std::unique_ptr<kube_client::ApiClient> client_;
    MemberPlayer player_;
    http::Server rest_;  // of Patroni, for all members
    std::uint64_t last_id_ = 0;
    std::deque<std::pair<kube::Call, Then>> queued_;
    std::map<std::uint64_t, Then> open_;
    std::map<std::uint64_t, kube::WatchSpec> watches_;
    std::uint64_t own_writes_ = 0;
    std::uint64_t own_requests_ = 0;
    std::string first_failure_;
    Json dcs_;                          // bootstrap.dcs of the first patroni.yml
    std::deque<kube::Object> waiting_;  // pods that wait for it
    bool asked_for_dcs_ = false;
    std::set<std::string> running_;           // clusters with phase Running
    std::set<std::uint64_t> lease_versions_;  // of the operator's lease
    std::map<std::string, Instant> changed_;  // by cluster: not yet answered by an action
    std::vector<Duration> reactions_;
    bool beats_ = false;
    bool holds_ = false;  // no new calls: a count is under way
    int next_beat_ = 0;
};

}  // namespace bestgres::cmd
