// M13. Neighbours do not matter: what an operator does to a cluster is the same whether it is alone
// or has two others beside it, one of them sick for its first minutes.
#include <fmt/format.h>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

constexpr LawText m13_text{"M13",
                           "What is done to a cluster, and what becomes of it, is the same with "
                           "and without others beside it."};

Scenario with_neighbours(Scenario workload) {
    const Json well = workloads::cluster_manifest({.members = 1});
    const Json sick = workloads::with_spec(well, {{"image", {{"tag", "bestgres-patroni:absent"}}}});
    workload.edits.insert(
        workload.edits.begin(),
        {workloads::apply("neighbour", workloads::at_start(), workloads::named(well, "aa")),
         workloads::apply("sick", workloads::at_start(), workloads::named(sick, "zz")),
         workloads::apply("cured", workloads::after_edit("sick", std::chrono::minutes(3)),
                          workloads::named(well, "zz"))});
    return workload;
}

bool is_neighbours(std::string_view name) {
    const std::string_view rest = name.substr(name.find('/') + 1);
    const auto is = [rest](std::string_view cluster) {
        return rest == cluster || rest.starts_with(std::string(cluster) + "-") ||
               rest.ends_with("-" + std::string(cluster)) ||
               rest.find("-" + std::string(cluster) + "-") != std::string_view::npos;
    };
    return is("aa") || is("zz");
}

NormalEnd own(NormalEnd end) {
    std::erase_if(end, [](const auto& entry) { return is_neighbours(entry.first); });
    return end;
}

std::vector<std::string> steps_for(const Played& run, std::string_view cluster) {
    std::vector<std::string> steps;
    for (const Deed& deed : run.steps) {
        if (deed.cluster == cluster) {
            steps.push_back(deed.what);
        }
    }
    return steps;
}

// The same steps in the same order.
std::vector<std::string> difference(const std::vector<std::string>& expected,
                                    const std::vector<std::string>& found) {
    for (std::size_t at = 0; at < std::max(expected.size(), found.size()); ++at) {
        const std::string one = at < expected.size() ? expected[at] : "nothing";
        const std::string other = at < found.size() ? found[at] : "nothing";
        if (one != other) {
            return {fmt::format("step {}", at + 1), "alone: " + one, "beside others: " + other};
        }
    }
    return {};
}

std::vector<Violation> judge_m13(const Scenario& workload, const Player& play) {
    Verdict verdict(m13_text);
    const Played alone = play(without_jitter(workload));
    const Played beside = play(without_jitter(with_neighbours(workload)));
    if (!verdict.expect_sound(alone, "alone") || !verdict.expect_sound(beside, "beside others")) {
        return verdict.take();
    }
    verdict.expect_same(alone.end, own(beside.end), alone.scenario + ", beside others");
    verdict.expect_none(difference(steps_for(alone, "shop/db"), steps_for(beside, "shop/db")),
                        alone.scenario + ": other steps beside others");
    return verdict.take();
}

}  // namespace

Relation m13_isolation() {
    return {.text = m13_text, .workloads = {"W10-1-async"}, .judge = judge_m13};
}

}  // namespace bestgres::scenarios::relations
