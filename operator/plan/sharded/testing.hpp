// Words for tests of the rules of a BGShardedCluster: `TestSharded` is `shop` in namespace
// `default`, settled, with a coordinator and shards that all agree; a test makes it worse.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/plan/sharded/plan.hpp"

namespace bestgres::plan::testing {

class TestSharded {
public:
    // `more` is YAML lines beside database, coordinator and workers.
    explicit TestSharded(std::string_view more = "shards: 2\n");

    // What the user changed; the groups are as they were.
    TestSharded& asks(std::string_view more);
    TestSharded& edit(const kube::Kind& kind, const std::string& name,
                      const std::function<void(Json&)>& change);
    TestSharded& without(const kube::Kind& kind, const std::string& name);
    // Pods and lock of a group are gone, as when it was stopped.
    TestSharded& stopped(std::int64_t group);
    // The status that the last plan wanted is written.
    TestSharded& told();
    TestSharded& later(Duration span);
    // Citus was asked just now.
    TestSharded& asked();

    CitusReading& reading(std::int64_t group) { return facts_.readings[group]; }
    // On every node that answers.
    TestSharded& everywhere(const std::function<void(CitusReading&)>& change);
    CitusNode* node(CitusReading& reading, std::int64_t group);
    // A group that is there, or is not, to Kubernetes and to Citus.
    TestSharded& add_group(std::int64_t group);
    TestSharded& register_group(std::int64_t group, std::int64_t placements);

    // A BGShardedDbOps on it, one second younger than the one before.
    TestSharded& operation(const std::string& name, std::string_view spec);
    // The status of it, as written.
    api::ShardedOperationStatus report(const std::string& name) const;
    // The BGDbOps of a group ends so.
    TestSharded& ends(const std::string& child, std::string_view phase,
                      std::string_view message = "");
    // Performs until nothing is to be done, and says which groups were begun.
    std::vector<std::string> run_on();

    ShardedFacts& facts() { return facts_; }
    ShardedView view() const { return read_sharded_view(facts_); }
    ShardedPlan plan() const { return plan_sharded(view()); }
    // "RunCitus rebalance on shop-coordinator-0", or nothing.
    std::string step() const;
    std::vector<std::string> waits() const;
    std::string removal_step() const;
    // All that the Citus command of the step says.
    std::string statement() const;
    // Kubernetes and Citus do what the step asks for, and Citus was asked again.
    TestSharded& perform();

private:
    void put(const kube::Kind& kind, const std::string& name, Json json);
    void obey(const RunCitus& run);
    void write(const JournalShardedOperation& journal);

    ShardedFacts facts_;
};

}  // namespace bestgres::plan::testing
