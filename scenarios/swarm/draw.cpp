#include "scenarios/swarm/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lib/base/check.hpp"
#include "scenarios/swarm/subject.hpp"

namespace bestgres::scenarios {
namespace {

using Choices = std::vector<std::string>;

const std::string& one_of(RandomStream& draw, const Choices& choices) {
    return choices[draw.below(choices.size())];
}

std::string numbered(RandomStream& draw, std::string_view what, std::int64_t count) {
    return fmt::format("{}-{}", what, 1 + draw.below(static_cast<std::uint64_t>(count)));
}

// Who has one cluster alone draws nothing for it.
std::string a_cluster(RandomStream& draw, const Scenario& scenario) {
    const Choices clusters = subject_of(scenario).clusters;
    return clusters.size() == 1 ? clusters.front() : one_of(draw, clusters);
}

std::string a_node(RandomStream& draw, const Scenario& scenario) {
    return draw.chance(300) ? "the node of the leader of " + a_cluster(draw, scenario)
                            : numbered(draw, "node", scenario.topology.nodes);
}

std::string a_pod(RandomStream& draw, const Scenario& scenario) {
    static const Choices roles = {"the leader of ",
                                  "the leader of ",
                                  "a replica of ",
                                  "another replica of ",
                                  "the synchronous standby of ",
                                  "-0",
                                  "-1",
                                  "-2"};
    const std::string role = one_of(draw, roles);
    const std::string cluster = a_cluster(draw, scenario);
    return role.starts_with("-") ? cluster + role : role + cluster;
}

std::string an_actor(RandomStream& draw, const Scenario& scenario) {
    switch (draw.below(5)) {
        case 0:
            return "";
        case 1:
            return a_pod(draw, scenario);
        case 2:
            return "patroni";
        default:
            return numbered(draw, "operator", scenario.topology.operators);
    }
}

std::string a_watcher(RandomStream& draw, const Scenario& scenario) {
    static const Choices kinds = {
        "",        "/Pod",       "/ConfigMap", "/StatefulSet", "/PersistentVolumeClaim",
        "/Secret", "/BGCluster", "/Service"};
    if (draw.chance(150)) {
        return a_pod(draw, scenario) + "/ConfigMap";
    }
    return numbered(draw, "operator", scenario.topology.operators) + one_of(draw, kinds);
}

std::string a_link(RandomStream& draw, const Scenario& scenario) {
    const std::string from = draw.chance(300)
                                 ? numbered(draw, "operator", scenario.topology.operators)
                                 : a_node(draw, scenario);
    const std::string to = draw.chance(400) ? "api" : a_node(draw, scenario);
    return from + (draw.chance(500) ? "=" : ">") + to;
}

std::string an_object(RandomStream& draw, const Scenario& scenario) {
    static const Choices objects = {
        "Service/{}", "Service/{}-repl", "Service/{}-headless", "PodDisruptionBudget/{}",
        "Role/{}",    "RoleBinding/{}",  "ServiceAccount/{}",   "StatefulSet/{}"};
    const std::string& object = one_of(draw, objects);
    return fmt::format(fmt::runtime(object), a_cluster(draw, scenario));
}

}  // namespace

std::int64_t log_uniform(RandomStream& draw, std::int64_t least, std::int64_t most) {
    BG_CHECK(least >= 0 && least <= most, "a range of magnitudes");
    // Each doubling of `least` is as likely as the next; within it all are alike.
    std::uint64_t doublings = 1;
    const std::int64_t base = std::max<std::int64_t>(least, 1);
    while (doublings < 62 && (base << doublings) <= most) {
        ++doublings;
    }
    const std::uint64_t doubling = draw.below(doublings);
    const std::int64_t low = doubling == 0 ? least : base << doubling;
    const std::int64_t high = std::min(most, (base << (doubling + 1)) - 1);
    const std::uint64_t width = static_cast<std::uint64_t>(std::max(high, low) - low) + 1;
    return low + static_cast<std::int64_t>(draw.below(width));
}

Duration log_uniform(RandomStream& draw, Duration least, Duration most) {
    constexpr std::int64_t unit = 1'000'000;
    return Duration(unit * log_uniform(draw, least.count() / unit, most.count() / unit));
}

FaultKind drawn_kind(RandomStream& draw, const std::vector<WeightedKind>& kinds) {
    std::uint64_t total = 0;
    for (const WeightedKind& one : kinds) {
        total += one.weight;
    }
    std::uint64_t left = draw.below(total);
    for (const WeightedKind& one : kinds) {
        if (left < one.weight) {
            return one.kind;
        }
        left -= one.weight;
    }
    check_failed(__FILE__, __LINE__, "left < total", "a draw is below the sum of the weights");
}

std::int64_t drawn_amount(RandomStream& draw, const FaultProfile& profile) {
    if (profile.kind == FaultKind::server_error) {
        static constexpr std::array<std::int64_t, 3> statuses = {500, 503, 504};
        return statuses[draw.below(statuses.size())];
    }
    if (profile.kind == FaultKind::refused) {
        return draw.chance(500) ? 401 : 403;
    }
    if (profile.least < 0) {
        const auto width = static_cast<std::uint64_t>(profile.most - profile.least);
        return profile.least + static_cast<std::int64_t>(draw.below(width + 1));
    }
    return log_uniform(draw, profile.least, profile.most);
}

std::string drawn_target(RandomStream& draw, const FaultProfile& profile,
                         const Scenario& scenario) {
    switch (profile.target) {
        case TargetSort::actor:
            return an_actor(draw, scenario);
        case TargetSort::watcher:
            return a_watcher(draw, scenario);
        case TargetSort::api_replica:
            return numbered(draw, "api", scenario.topology.api_replicas);
        case TargetSort::operator_core:
            return profile.kind == FaultKind::second_operator
                       ? fmt::format("operator-{}", scenario.topology.operators + 1)
                       : numbered(draw, "operator", scenario.topology.operators);
        case TargetSort::clock:
            return draw.chance(500) ? numbered(draw, "operator", scenario.topology.operators)
                                    : a_node(draw, scenario);
        case TargetSort::node:
            return a_node(draw, scenario);
        case TargetSort::pod:
            return a_pod(draw, scenario);
        case TargetSort::link:
            return a_link(draw, scenario);
        case TargetSort::cluster:
            return a_cluster(draw, scenario);
        case TargetSort::object:
            return an_object(draw, scenario);
        case TargetSort::nothing:
            return "";
    }
    check_failed(__FILE__, __LINE__, "target", "a target without names");
}

}  // namespace bestgres::scenarios
