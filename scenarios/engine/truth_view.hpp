// The world as laws see it.
#pragma once

#include "scenarios/engine/truth.hpp"
#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

class TruthView final : public Truth {
public:
    explicit TruthView(const WorldState& world) : world_(world) {}

    Instant now() const override { return world_.now; }
    std::uint64_t event() const override { return world_.event; }
    const Scenario& scenario() const override { return *world_.scenario; }
    kube::Object object(const kube::Ref& ref) const override;
    std::vector<kube::Object> objects(const kube::Kind& kind) const override;
    std::vector<MemberTruth> members() const override;
    const fakepatroni::Volume* volume(const std::string& claim_uid) const override;
    std::vector<std::string> route(const std::string& node,
                                   const std::string& service) const override;
    std::vector<OperatorTruth> operators() const override;
    std::vector<Fault> active_faults() const override;
    bool undisturbed_since(Instant at) const override;
    Instant last_disturbance() const override { return world_.last_disturbance; }
    const Exposure& exposure() const override { return world_.exposure; }

private:
    const WorldState& world_;
};

}  // namespace bestgres::scenarios
