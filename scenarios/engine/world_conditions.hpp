// The conditions of triggers, answered by the world.
#pragma once

#include "scenarios/engine/trigger_progress.hpp"
#include "scenarios/engine/world_state.hpp"

namespace bestgres::scenarios {

class WorldConditions final : public StateReader {
public:
    explicit WorldConditions(const WorldState& world) : world_(world) {}

    bool holds(const WhenState& state) const override;

private:
    bool exists(std::string_view subject) const;
    bool is_settled(const std::string& cluster) const;
    bool is_over(std::string_view fault) const;
    bool is_made(std::string_view edit) const;
    kube::Object resource(const std::string& name) const;
    kube::Object in_namespace(const kube::Kind& kind, const std::string& name) const;

    const WorldState& world_;
};

}  // namespace bestgres::scenarios
