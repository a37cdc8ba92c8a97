// Forwards connections to Service addresses to ready endpoints, in user space, on a thread of its
// own. Several nodes of one machine listen on the same address (SO_REUSEPORT). A connection to an
// endpoint that is no longer ready is cut, as a client of a real proxy would find out at failover.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fakekube/node/reactor.hpp"
#include "fakekube/node/service_view.hpp"

namespace bestgres::fakekube::node {

class Forwarder {
public:
    // `report` is called on the forwarder's thread, once for each address that cannot be bound.
    explicit Forwarder(std::function<void(const std::string& problem)> report);
    ~Forwarder();
    Forwarder(const Forwarder&) = delete;
    Forwarder& operator=(const Forwarder&) = delete;

    void set_table(std::map<Endpoint, std::vector<Endpoint>> table);

private:
    class Table;

    Reactor reactor_;
    std::unique_ptr<Table> table_;  // belongs to the thread
    std::thread thread_;
};

}  // namespace bestgres::fakekube::node
