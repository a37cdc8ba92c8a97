// Keeps the Node object true and its Lease fresh: registers at the start, renews every 10 s, and
// says at once that it is ready when somebody wrote that it is not.
#pragma once

#include "fakekube/node/api_port.hpp"
#include "fakekube/node/complaints.hpp"
#include "fakekube/node/node_object.hpp"
#include "fakekube/node/reactor.hpp"
#include "lib/base/log.hpp"

namespace bestgres::fakekube::node {

// What this machine offers.
Machine measure_machine(const std::string& directory);

class NodeRegistration {
public:
    NodeRegistration(Reactor& reactor, ApiPort& api, const Log& log, const NodeSettings& settings);

    void start(const Machine& machine, int log_port);
    // The Node as the API server has it now; empty: it was deleted.
    void on_node(const std::optional<kube::Object>& node);
    bool is_registered() const { return patched_at_.ns != 0; }

private:
    void register_node();
    void patch_status();
    void renew_lease();
    void create_lease();

    Reactor& reactor_;
    ApiPort& api_;
    const Log& log_;
    Complaints complaints_;
    const NodeSettings& settings_;
    Machine machine_;
    int log_port_ = 0;
    std::string uid_;
    bool patching_ = false;
    bool registering_ = false;
    Instant patched_at_;
};

}  // namespace bestgres::fakekube::node
