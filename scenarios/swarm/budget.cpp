#include "scenarios/swarm/budget.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/swarm/fault_profile.hpp"

namespace bestgres::scenarios {
namespace {

// Of the smallest of its clusters.
std::optional<std::int64_t> members_in(const Json& json) {
    const auto of_coordinator = find_int(json, {"spec", "coordinator", "instances"});
    const auto of_workers = find_int(json, {"spec", "workers", "instances"});
    if (of_coordinator && of_workers) {
        return std::min(*of_coordinator, *of_workers);
    }
    return find_bool(json, {"spec", "hibernate"}).value_or(false)
               ? std::optional<std::int64_t>(0)
               : find_int(json, {"spec", "instances"});
}

std::optional<std::int64_t> members_asked(const Edit& edit) {
    if (const auto* apply = std::get_if<ApplyManifest>(&edit.action)) {
        return members_in(apply->manifest);
    }
    const auto* const patch = std::get_if<MergePatch>(&edit.action);
    return patch == nullptr ? std::nullopt : members_in(patch->body);
}

const Fault* first_with(const Scenario& scenario, Harm harm) {
    const auto found =
        std::find_if(scenario.faults.begin(), scenario.faults.end(),
                     [harm](const Fault& fault) { return profile_of(fault.kind).harm == harm; });
    return found == scenario.faults.end() ? nullptr : &*found;
}

std::int64_t count_with(const Scenario& scenario, Harm harm) {
    return std::count_if(
        scenario.faults.begin(), scenario.faults.end(),
        [harm](const Fault& fault) { return profile_of(fault.kind).harm == harm; });
}

std::optional<std::string> beyond_copies(const Scenario& scenario) {
    const Fault* takes = first_with(scenario, Harm::takes_a_copy);
    if (takes == nullptr) {
        return std::nullopt;
    }
    if (count_with(scenario, Harm::takes_a_copy) > 1) {
        return "more than one copy of the data is taken";
    }
    if (fewest_members(scenario) < 2) {
        return fmt::format("{} takes the only copy", takes->id);
    }
    if (const Fault* holds = first_with(scenario, Harm::holds_back_replication)) {
        return fmt::format("{} takes a copy while {} may hold back the other", takes->id,
                           holds->id);
    }
    return std::nullopt;
}

std::optional<std::string> beyond_permanence(const Scenario& scenario) {
    std::int64_t permanent = 0;
    for (const Fault& fault : scenario.faults) {
        if (!fault.for_ever) {
            continue;
        }
        const TargetSort hits = profile_of(fault.kind).target;
        if (hits != TargetSort::node && hits != TargetSort::pod) {
            return fmt::format("{} lasts for ever, and is more than a node", fault.id);
        }
        if (++permanent > 1 || fewest_members(scenario) < 3) {
            return fmt::format("{} lasts for ever, and too few members are left", fault.id);
        }
    }
    return std::nullopt;
}

}  // namespace

std::int64_t fewest_members(const Scenario& scenario) {
    std::optional<std::int64_t> fewest;
    for (const Edit& edit : scenario.edits) {
        if (const auto asked = members_asked(edit)) {
            fewest = std::min(fewest.value_or(*asked), *asked);
        }
    }
    return fewest.value_or(0);
}

std::optional<std::string> beyond_budget(const Scenario& scenario) {
    if (const Fault* licence = first_with(scenario, Harm::licenses_loss)) {
        return fmt::format("{} ({}) licenses loss", licence->id, to_string(licence->kind));
    }
    if (auto copies = beyond_copies(scenario)) {
        return copies;
    }
    return beyond_permanence(scenario);
}

}  // namespace bestgres::scenarios
