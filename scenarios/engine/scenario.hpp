// A run, whole and as data: what there is, what users do, what goes wrong. The same scenario on the
// same code gives the same trace; taking one fault out moves nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"
#include "scenarios/engine/fault.hpp"
#include "scenarios/engine/trigger.hpp"

namespace bestgres::scenarios {

enum class PatroniVersion { v3_0, v4_1 };

struct Topology {
    std::string ns = "shop";
    std::int64_t nodes = 3;
    std::int64_t api_replicas = 2;  // whoever watches is connected to one of them
    std::int64_t operators = 1;
    std::int64_t clients = 1;  // writers for each cluster
    PatroniVersion patroni = PatroniVersion::v4_1;

    bool operator==(const Topology&) const = default;
};

// What a fault-free world is like. Jitter is drawn from the seed, by entity and purpose.
struct Knobs {
    Duration call_latency = std::chrono::milliseconds(5);  // each way
    Duration watch_latency = std::chrono::milliseconds(10);
    Duration proxy_lag = std::chrono::milliseconds(200);  // from EndpointSlice to a node's proxy
    Duration container_start = std::chrono::seconds(1);
    Duration write_every = std::chrono::seconds(1);         // of each client
    Duration copy_takes = std::chrono::milliseconds(1500);  // a base backup
    std::int64_t jitter_per_mille = 100;                    // of every latency
    bool agent_watchdog = true;

    bool operator==(const Knobs&) const = default;
};

// --- what users do. A text that names a role ("the leader of db", target.hpp) stands for the name
// of whoever has it at that moment: as a node, and as a value anywhere in a manifest or patch. An
// image with the tag "absent" cannot be pulled.
struct ApplyManifest {
    Json manifest = {};
    bool operator==(const ApplyManifest&) const = default;
};
struct MergePatch {
    kube::Ref ref = {};
    Json body = {};
    bool operator==(const MergePatch&) const = default;
};
struct DeleteResource {
    kube::Ref ref = {};
    kube::Propagation propagation = kube::Propagation::background;
    bool operator==(const DeleteResource&) const = default;
};
struct DrainNode {
    std::string node = {};
    bool operator==(const DrainNode&) const = default;
};
struct UncordonNode {
    std::string node = {};
    bool operator==(const UncordonNode&) const = default;
};
// The operator's Deployment gets another revision, an image of its own: the old process ends, a new
// one starts.
struct UpgradeOperator {
    std::int64_t revision = 0;
    bool operator==(const UpgradeOperator&) const = default;
};
// Every operator is told to stop for good, as when its Deployment is deleted. `released`: as helm
// removes it, `bestgres-operator --release` comes first.
struct EndOperators {
    bool released = false;
    bool operator==(const EndOperators&) const = default;
};
// In a sharded cluster, with a client that writes into it and reads it from then on.
struct MakeTable {
    std::string scope = {};  // the sharded cluster
    std::string table = {};
    std::string kind = "distributed";  // "single-shard", "reference"
    std::int64_t shards = 8;
    bool replica_identity = true;
    bool operator==(const MakeTable&) const = default;
};
struct Edit {
    std::string id = {};  // "e1": unique in its scenario
    Trigger when = {};
    std::variant<ApplyManifest, MergePatch, DeleteResource, DrainNode, UncordonNode,
                 UpgradeOperator, EndOperators, MakeTable>
        action = {};

    bool operator==(const Edit&) const = default;
};

// Among events of one instant the order is a choice; what is not named here comes first in, first
// out. `event` counts from the start of the run.
struct Choice {
    std::uint64_t event = 0;
    std::uint64_t index = 0;
    bool operator==(const Choice&) const = default;
};

// What a replay must find again.
struct Expectation {
    std::string law = {};  // "K1"; empty: no violation
    std::vector<std::string> facts = {};
    std::uint64_t trace = 0;  // zero: not compared
    bool operator==(const Expectation&) const = default;
};

struct Scenario {
    std::string name = {};  // of a workload: "W07 scale 3 to 5 to 3"
    std::uint64_t seed = 1;
    Topology topology = {};
    Knobs knobs = {};
    std::vector<Edit> edits = {};
    std::vector<Fault> faults = {};
    std::vector<Choice> choices = {};
    Duration longest = std::chrono::minutes(30);  // after the last edit and the last fault
    std::optional<Expectation> expect = std::nullopt;

    bool operator==(const Scenario&) const = default;
};

}  // namespace bestgres::scenarios
