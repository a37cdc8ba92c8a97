// The cluster that workloads act upon, `db` in namespace `shop`, and the edits that users make.
#pragma once

#include <string>
#include <string_view>

#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios::workloads {

enum class Replication { asynchronous, synchronous, quorum };

// In which size and mode a workload runs.
struct Shape {
    std::int64_t members = 3;
    Replication replication = Replication::asynchronous;
    PatroniVersion patroni = PatroniVersion::v4_1;

    bool operator==(const Shape&) const = default;
};

// "3-sync": as after the dash of "W13-3-sync".
std::string to_string(const Shape& shape);

Json cluster_manifest(const Shape& shape);
// For workloads that come down to one member or none, where no standby can be required.
Json ready_to_shrink(const Shape& shape);
// Every group is a cluster of this shape, with room for all that an hour of rows brings.
Json sharded_manifest(const Shape& shape, std::int64_t shards);
Json named(Json manifest, std::string_view name);
Json with_spec(Json manifest, const Json& merge);

// --- triggers
Trigger at_start();
// `nth`: settled for the nth time.
Trigger when_settled(std::int64_t nth = 1);
Trigger when_settled_after(const std::string& edit);
Trigger after_edit(const std::string& edit, Duration delay);
Trigger when_exists(const std::string& object);
Trigger when_absent(const std::string& object);
Trigger when_leads(const std::string& pod);
Trigger when_step(const std::string& effect, std::int64_t nth = 1);
Trigger after_fault(const std::string& fault, Duration delay);
Trigger after_call(CallPattern pattern, std::int64_t nth = 1,
                   CallPoint point = CallPoint::after_apply);
Trigger then(std::vector<Trigger> parts);
Trigger delayed(Trigger trigger, Duration delay);

// --- edits
Edit apply(std::string id, Trigger when, Json manifest);
Edit patch_spec(std::string id, Trigger when, const Json& spec);
Edit annotate(std::string id, Trigger when, const Json& annotations);
Edit delete_cluster(std::string id, Trigger when);
Edit drain(std::string id, Trigger when, std::string node);
Edit uncordon(std::string id, Trigger when, std::string node);
// As patronictl asks for it when no REST API answers: Patroni's failover object.
Edit switch_over(std::string id, Trigger when, const std::string& candidate);

Fault fault(std::string id, FaultKind kind, std::string target, Trigger when);
Fault lasting(Fault fault, Duration lasts);
Fault amounting(Fault fault, std::int64_t amount);

}  // namespace bestgres::scenarios::workloads
