// Words for tests of operations: a healthy cluster `db`, BGDbOps on it, and a world in which what
// the plan asks for happens as it does to the core: disruptive steps only as fresh reads have them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "operator/plan/plan_operations.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan::testing {

class TestOperations {
public:
    explicit TestOperations(std::string_view cluster = "instances: 3\n") : db(cluster) {}

    TestCluster db;
    std::vector<std::string> done;  // effects on the cluster and ends of operations
    // Patroni says no to the effects of operations; what a hand-over left behind stays to be seen.
    bool refuses = false;

    // `spec` is a YAML map without bgCluster. Later ones are created later.
    TestOperations& ask(const std::string& name, std::string_view spec);
    TestOperations& edit(const std::string& name, const TestCluster::Edit& change);
    TestOperations& remove(const std::string& name);  // kubectl delete
    TestOperations& hand_over_to(const std::string& pod);
    TestOperations& restart(const std::string& pod);  // by somebody else

    // The one Job that has not ended does, and its program's last words were these.
    TestOperations& end_job(bool well, const std::string& words = "");
    std::vector<std::string> jobs() const;  // names of those that exist
    kube::Object job() const;               // the one that has not ended

    bool exists(const std::string& name) const;
    api::OperationStatus status(const std::string& name) const;
    std::string phase(const std::string& name) const;
    std::vector<std::string> journal(const std::string& name) const;  // "restart db-1: Done"

    OperationsPlan plan(bool fresh = false);
    // One pass of the core. Whether there was something to do.
    bool pass();
    // Until nothing is to be done.
    TestOperations& run();

private:
    void perform(const Step& step);
    void act(const Effect& effect);
    kube::Object& object(const std::string& name);
    void make_job(const kube::Object& job);
    void remove_job(const std::string& name);

    std::map<std::string, int> processes_;  // how often PostgreSQL was started, by member
    int versions_ = 100;
};

}  // namespace bestgres::plan::testing
