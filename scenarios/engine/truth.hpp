// The truth of a world as laws may read it. An interface, so that a law's test can state its truth
// in a few lines; the world is the one that counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/invariants/law.hpp"

namespace bestgres::fakepatroni {
class Postgres;
struct Volume;
}  // namespace bestgres::fakepatroni

namespace bestgres::scenarios {

// One container with a member in it, as it really is: also when its pod's object is gone or says
// otherwise.
struct MemberTruth {
    std::string pod_uid;
    std::string pod;
    std::string cluster;  // the BGCluster; a cluster of its own has it for a scope, too
    std::string scope;    // of Patroni
    std::optional<std::int64_t> group;  // of a sharded cluster
    std::string node;
    std::string claim_uid;
    bool patroni_runs = false;      // its process exists
    bool patroni_frozen = false;    // and stands still
    bool believes_to_lead = false;  // its lease has not ended, by its own clock
    bool ready = false;             // what the agent would answer now
    bool reachable = false;         // some client's node has a route and a path to it now
    bool connected = false;         // some client has a session with it, and a path
    bool half_made = false;         // initdb made its data, and nobody has led from it
    const fakepatroni::Postgres* postgres = nullptr;  // null: no process
};

struct OperatorTruth {
    std::string name;
    std::int64_t revision = 0;
    bool runs = false;
    bool paused = false;
    bool leads = false;  // its lease has not ended, by its own clock
};

class Truth {
public:
    virtual ~Truth() = default;

    virtual Instant now() const = 0;
    virtual std::uint64_t event() const = 0;  // counts from the start of the run
    virtual const Scenario& scenario() const = 0;

    // What the server has stored; empty where there is none.
    virtual kube::Object object(const kube::Ref& ref) const = 0;
    virtual std::vector<kube::Object> objects(const kube::Kind& kind) const = 0;

    virtual std::vector<MemberTruth> members() const = 0;
    // Null where there never was one, or it was deleted.
    virtual const fakepatroni::Volume* volume(const std::string& claim_uid) const = 0;
    // Where this node's proxy sends clients of a Service: uids of pods.
    virtual std::vector<std::string> route(const std::string& node,
                                           const std::string& service) const = 0;

    virtual std::vector<OperatorTruth> operators() const = 0;
    virtual std::vector<Fault> active_faults() const = 0;
    // Whether a fault, an edit or their consequence by a person is still under way.
    virtual bool undisturbed_since(Instant at) const = 0;
    virtual Instant last_disturbance() const = 0;  // end of the last fault or edit; T0 of L1
    virtual const Exposure& exposure() const = 0;
};

}  // namespace bestgres::scenarios
