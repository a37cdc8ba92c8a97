// A whole world on virtual time: API server, nodes, network, members, operators, clients, users,
// faults and laws, as one copyable, hashable value. A copy has the same future; the same scenario
// on the same code has the same trace.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/truth_view.hpp"
#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

// What every world of a kind begins with: an API server with the definitions, the Role and the
// binding that are shipped. Made once, shared by all runs.
class Ground {
public:
    // `operator_manifest` is the text of deploy/bestgres-operator.yaml.
    static Result<Ground> make(std::string_view operator_manifest, const std::string& ns);

    const fakekube::ApiServer& server() const { return *server_; }
    const std::string& ns() const { return ns_; }

private:
    Ground() = default;

    std::shared_ptr<const fakekube::ApiServer> server_;
    std::string ns_;
};

// Of everything that decides the future.
std::uint64_t hash_of_world(const WorldState& world);

class World {
public:
    // The namespace of the scenario is that of the ground.
    World(const Ground& ground, Scenario scenario, TraceDetail detail = TraceDetail::none);
    // Compiled once, elsewhere: whoever copies a world would compile the copy of all its parts.
    World(const World&);
    World(World&&) noexcept;
    World& operator=(const World&);
    World& operator=(World&&) noexcept;
    ~World();

    // Performs the next event, or the `choice`-th of those that are ready at this instant. False
    // when the run is over: nothing is left to do, or it took too long.
    bool step(std::size_t choice = 0);
    // To the end of the run, or to the first violation if so wished.
    void run(bool stop_at_violation = false);
    // Performs every event up to `at`; the run may end before.
    void run_to(Instant at);

    bool over() const { return state_.over; }
    bool settled() const { return state_.settled; }
    Instant now() const { return state_.now; }
    Instant start() const { return state_.start; }
    std::uint64_t event() const { return state_.event; }
    // Names of the events that are ready at the next instant, in order.
    std::vector<std::string_view> ready() const;

    // Equal hashes, equal futures.
    std::uint64_t hash() const;
    // Of the history, and its value after each 1,024 events.
    std::uint64_t trace_hash() const { return state_.trace.value(); }
    const std::vector<std::uint64_t>& trace_blocks() const { return state_.trace_blocks; }
    // What a person would call the situation: reference/simulation.md 5.2.
    std::uint64_t abstract_state() const;

    const std::vector<Violation>& violations() const { return state_.violations; }
    const Exposure& exposure() const { return state_.exposure; }
    TruthView truth() const { return TruthView(state_); }
    const Scenario& scenario() const { return *state_.scenario; }
    // Ids of faults and edits whose triggers have not held.
    std::vector<std::string> never_triggered() const;

    // --- for those who try every outcome at every call of an operator
    std::uint64_t operator_calls() const { return state_.operator_calls; }
    // Recorded with TraceDetail::full only.
    const std::vector<OperatorCall>& calls() const { return state_.calls; }
    // The call with this number, from 1, gets this outcome.
    void force(std::uint64_t number, Forced outcome) { state_.forced[number] = outcome; }
    // Forgets what has been recorded so far.
    void set_detail(TraceDetail detail);
    const std::vector<Noted>& log() const { return state_.log; }
    const std::vector<Performed>& history() const { return state_.history; }

    // --- for people and tests that step through a world
    // As a user, at once.
    void make(const Edit& edit);
    void begin(const Fault& fault);
    const fakekube::ApiServer& server() const { return state_.server; }
    kube::Object get(const kube::Ref& ref) const;
    const WorldState& state() const { return state_; }

private:
    WorldState state_;
};

}  // namespace bestgres::scenarios
