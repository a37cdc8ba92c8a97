#include "scenarios/swarm/swarm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/base/check.hpp"
#include "lib/base/random.hpp"
#include "scenarios/replay/words.hpp"
#include "scenarios/swarm/budget.hpp"
#include "scenarios/swarm/draw.hpp"
#include "scenarios/swarm/fault_profile.hpp"
#include "scenarios/swarm/subject.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A workload is over within this, when all goes well.
constexpr Duration horizon = minutes(8);

std::vector<std::string> names_to_draw_from(const SwarmOptions& options) {
    if (!options.workloads.empty()) {
        return options.workloads;
    }
    // The fleet costs as much as fifty others: it is asked for by name.
    std::vector<std::string> names = workloads::workload_names();
    std::erase_if(names, [](const std::string& name) { return name.rfind("W45", 0) == 0; });
    return names;
}

// Each name draws a number of its own and the highest wins: a workload that is added or left out
// moves only the seeds that it wins, not all.
Scenario drawn_workload(std::uint64_t seed, const SwarmOptions& options) {
    const std::vector<std::string> names = names_to_draw_from(options);
    const auto winner = std::ranges::max_element(names, {}, [seed](const std::string& name) {
        return RandomStream(seed, fmt::format("workload {}", name)).next();
    });
    Result<Scenario> scenario = workloads::make_workload(*winner);
    BG_CHECK(scenario.ok(), "workloads are asked for by their names");
    return std::move(*scenario);
}

Knobs drawn_knobs(std::uint64_t seed) {
    RandomStream draw(seed, "knobs");
    return {.call_latency = log_uniform(draw, milliseconds(1), milliseconds(20)),
            .watch_latency = log_uniform(draw, milliseconds(1), milliseconds(500)),
            .proxy_lag = log_uniform(draw, milliseconds(1), seconds(4)),
            .container_start = log_uniform(draw, milliseconds(200), seconds(10)),
            .write_every = log_uniform(draw, milliseconds(200), seconds(5)),
            .jitter_per_mille = static_cast<std::int64_t>(draw.below(400)),
            .agent_watchdog = true};
}

// Which kinds are on in this run, and how often each is drawn.
std::vector<WeightedKind> drawn_kinds(std::uint64_t seed, const SwarmOptions& options) {
    std::vector<WeightedKind> kinds;
    for (const FaultKind kind : all_fault_kinds()) {
        RandomStream draw(seed, fmt::format("kind {}", to_string(kind)));
        const bool on = draw.chance(500);
        const std::uint64_t weight = static_cast<std::uint64_t>(log_uniform(draw, 1, 100));
        const bool left_out = std::find(options.without.begin(), options.without.end(), kind) !=
                              options.without.end();
        if (on && !left_out && profile_of(kind).harm != Harm::licenses_loss) {
            kinds.push_back({.kind = kind, .weight = weight});
        }
    }
    return kinds;
}

std::size_t drawn_count(std::uint64_t seed, std::size_t most) {
    RandomStream draw(seed, "count");
    const std::uint64_t tenth = draw.below(10);
    if (tenth < 2) {
        return 0;
    }
    if (tenth < 4) {
        return std::min<std::size_t>(tenth - 1, most);
    }
    return std::min(static_cast<std::size_t>(log_uniform(draw, 3, 30)), most);
}

// A burst has all its faults within a minute; else they come whenever they like.
struct Correlation {
    bool burst = false;
    Duration begins{};
};

Correlation drawn_correlation(std::uint64_t seed) {
    RandomStream draw(seed, "correlation");
    return {.burst = draw.chance(300), .begins = log_uniform(draw, seconds(5), horizon)};
}

CallPattern drawn_pattern(RandomStream& draw) {
    static constexpr std::array verbs = {"create", "patch", "delete", "get", "list", "switchover"};
    static constexpr std::array kinds = {"",
                                         "",
                                         "",
                                         "Pod",
                                         "StatefulSet",
                                         "Secret",
                                         "ConfigMap",
                                         "PersistentVolumeClaim",
                                         "BGCluster",
                                         "Service"};
    return {.actor = draw.chance(800) ? "operator" : "patroni",
            .verb = verbs[draw.below(verbs.size())],
            .kind = kinds[draw.below(kinds.size())],
            .name = ""};
}

// With the first thing that the operator then does for the cluster, or for the sharded whole.
WhenState drawn_step(RandomStream& draw, const Scenario& scenario) {
    static constexpr std::array steps = {"EvictPod", "Switchover", "ScaleIn", "PatchPatroniConfig",
                                         "RestartPostgres"};
    static constexpr std::array of_sharded = {"CreateObject", "RunCitus give", "RunCitus move",
                                              "RunCitus remove", "DeleteObject"};
    const Subject subject = subject_of(scenario);
    const std::size_t at = draw.below(steps.size());
    return {.condition = Condition::step,
            .subject = subject.name,
            .value = subject.sharded ? of_sharded.at(at) : steps.at(at)};
}

Trigger drawn_trigger(RandomStream& draw, const Scenario& scenario,
                      const Correlation& correlation) {
    if (correlation.burst) {
        const Duration later = log_uniform(draw, milliseconds(10), seconds(60));
        return {.when = AtTime{correlation.begins + later}};
    }
    switch (draw.below(4)) {
        case 0:
            return {.when = AtTime{log_uniform(draw, milliseconds(100), horizon)}};
        case 1:
            return {.when = AfterCall{.pattern = drawn_pattern(draw),
                                      .point = Words<CallPoint>::table[draw.below(4)].first,
                                      .nth = static_cast<std::int64_t>(log_uniform(draw, 1, 40))}};
        case 2: {
            const Edit& edit = scenario.edits[draw.below(scenario.edits.size())];
            return {.when = WhenState{.condition = Condition::edit_made, .subject = edit.id},
                    .delay = log_uniform(draw, milliseconds(1), minutes(2))};
        }
        default:
            return {.when = drawn_step(draw, scenario),
                    .delay = log_uniform(draw, milliseconds(1), seconds(30))};
    }
}

Fault drawn_fault(std::size_t number, const Scenario& scenario,
                  const std::vector<WeightedKind>& kinds, const Correlation& correlation) {
    RandomStream draw(scenario.seed, fmt::format("fault {}", number));
    const FaultProfile& profile = profile_of(drawn_kind(draw, kinds));
    Fault fault{.id = fmt::format("f{}", number),
                .kind = profile.kind,
                .target = drawn_target(draw, profile, scenario),
                .when = drawn_trigger(draw, scenario, correlation),
                .lasts = log_uniform(draw, profile.shortest, profile.longest),
                .amount = drawn_amount(draw, profile)};
    const bool may_stay = profile.longest > Duration{} &&
                          (profile.target == TargetSort::node || profile.target == TargetSort::pod);
    // Nobody but a person brings back a corrupt copy, or a slot that Patroni 3 does not drop.
    if ((may_stay && draw.chance(30)) || profile.kind == FaultKind::copy_corrupt ||
        (profile.kind == FaultKind::slot_lost &&
         scenario.topology.patroni == PatroniVersion::v3_0)) {
        fault.for_ever = true;
        fault.lasts = Duration{};
    }
    return fault;
}

}  // namespace

Scenario swarm_scenario(std::uint64_t seed, const SwarmOptions& options) {
    Scenario scenario = drawn_workload(seed, options);
    scenario.seed = seed;
    scenario.knobs = drawn_knobs(seed);
    scenario.topology.operators = RandomStream(seed, "operators").chance(300) ? 2 : 1;
    const std::vector<WeightedKind> kinds = drawn_kinds(seed, options);
    const Correlation correlation = drawn_correlation(seed);
    const std::size_t count = kinds.empty() ? 0 : drawn_count(seed, options.most_faults);
    for (std::size_t number = 1; number <= count; ++number) {
        scenario.faults.push_back(drawn_fault(number, scenario, kinds, correlation));
        if (beyond_budget(scenario)) {
            scenario.faults.pop_back();
        }
    }
    return scenario;
}

}  // namespace bestgres::scenarios
