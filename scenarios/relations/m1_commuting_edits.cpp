// M1. A user changes three things that have nothing to do with each other, one right after the
// other, while the operator is still at work on the first.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::seconds;

constexpr LawText m1_text{"M1",
                          "Edits that have nothing to do with each other come to the same end "
                          "in every order."};
constexpr std::size_t count = 3;

Json change(std::size_t number) {
    switch (number) {
        case 0:
            return {{"postgresql", {{"parameters", {{"work_mem", "16MB"}}}}}};
        case 1:
            return {{"resources", {{"requests", {{"cpu", "200m"}}}}}};
        default:
            return {{"pod", {{"labels", {{"team", "shop"}}}}}};
    }
}

std::string id_of(std::size_t number) {
    return fmt::format("change-{}", number);
}

Scenario in_order(Scenario workload, const std::array<std::size_t, count>& order) {
    Trigger when = when_done(workload);
    for (const std::size_t number : order) {
        workload.edits.push_back(
            workloads::patch_spec(id_of(number), std::move(when), change(number)));
        when = workloads::after_edit(id_of(number), seconds(3));
    }
    return workload;
}

std::vector<Violation> judge_m1(const Scenario& workload, const Player& play) {
    Verdict verdict(m1_text);
    const Played reference = play(in_order(workload, {0, 1, 2}));
    if (!verdict.expect_sound(reference, "edited in order")) {
        return verdict.take();
    }
    for (std::array<std::size_t, count> order :
         {std::array<std::size_t, count>{2, 1, 0}, std::array<std::size_t, count>{1, 2, 0}}) {
        verdict.expect_same_end(
            reference, play(in_order(workload, order)),
            fmt::format("edited in the order {}, {}, {}", order[0], order[1], order[2]));
    }
    return verdict.take();
}

}  // namespace

Relation m1_commuting_edits() {
    return {.text = m1_text, .workloads = {"W01"}, .judge = judge_m1};
}

}  // namespace bestgres::scenarios::relations
