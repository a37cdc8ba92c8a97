// Plays the kubelet and Patroni for the pods of all clusters: what a fleet without faults writes to
// the API server, and what Patroni tells of each member. The member with ordinal 0 leads.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::cmd {

class MemberPlayer {
public:
    explicit MemberPlayer(std::string ns) : ns_(std::move(ns)) {}

    // The calls that a new state of a pod leads to: it runs, is ready and reports to Patroni's
    // cluster. `dcs` is bootstrap.dcs of the cluster's patroni.yml.
    std::vector<kube::Call> on_pod(const kube::Object& pod, const Json& dcs, Instant now);
    // What Patroni of the member at that address answers to GET /patroni; null where nobody is.
    Json rest_status(const std::string& address) const;
    // What Patroni's leader writes every loop_wait while nothing happens.
    kube::Call renewal(const std::string& cluster, Instant now) const;
    // What each member writes besides while the WAL moves.
    std::vector<kube::Call> reports(const std::string& cluster, std::int64_t members,
                                    Instant now) const;

private:
    kube::Call run(const kube::Object& pod, Instant now);
    kube::Call report(const std::string& cluster, std::int64_t ordinal, Instant now) const;
    kube::Call create_map(const std::string& cluster, std::string_view suffix,
                          Json annotations) const;

    std::string ns_;
    std::set<std::string> started_;                // uids
    std::map<std::string, kube::Object> members_;  // by address
};

}  // namespace bestgres::cmd
