// M4. Two members more and then two fewer again leave no trace, the volumes aside that the user
// wants kept.
#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

constexpr LawText m4_text{"M4",
                          "Scaling there and back leaves a cluster as it was, but for volumes "
                          "that are to be kept."};
constexpr std::int64_t more = 2;

std::int64_t instances_of(const Scenario& workload) {
    const auto& apply = std::get<ApplyManifest>(workload.edits.front().action);
    const Json* const instances = bestgres::find(apply.manifest, {"spec", "instances"});
    return instances == nullptr ? 1 : instances->get<std::int64_t>();
}

Scenario there_and_back(Scenario workload) {
    const std::int64_t instances = instances_of(workload);
    workload.edits.push_back(
        workloads::patch_spec("there", when_done(workload), {{"instances", instances + more}}));
    workload.edits.push_back(
        workloads::patch_spec("back", when_done(workload), {{"instances", instances}}));
    return workload;
}

// Claims of members that are not wanted any more.
NormalEnd without_kept_volumes(NormalEnd end, std::int64_t instances) {
    for (std::int64_t ordinal = instances; ordinal < instances + more; ++ordinal) {
        std::erase_if(end, [suffix = "db-" + std::to_string(ordinal)](const auto& entry) {
            return entry.first.starts_with("PersistentVolumeClaim/") &&
                   entry.first.ends_with(suffix);
        });
    }
    return end;
}

std::vector<Violation> judge_m4(const Scenario& workload, const Player& play) {
    Verdict verdict(m4_text);
    for (const char* retention : {"Retain", "Delete"}) {
        const Scenario wanted = with_cluster_spec(
            workload, {{"volumeSpec", {{"retention", {{"whenScaled", retention}}}}}});
        const Played reference = play(wanted);
        const Played run = play(there_and_back(wanted));
        const std::string what = std::string("there and back, volumes: ") + retention;
        if (!verdict.expect_sound(reference, "as it is") || !verdict.expect_sound(run, what)) {
            continue;
        }
        const bool kept = std::string_view(retention) == "Retain";
        const NormalEnd end = without_its_history(run.end);
        verdict.expect_same(without_its_history(reference.end),
                            kept ? without_kept_volumes(end, instances_of(workload)) : end,
                            run.scenario + ", " + what);
    }
    return verdict.take();
}

}  // namespace

Relation m4_there_and_back() {
    return {.text = m4_text, .workloads = {"W01"}, .judge = judge_m4};
}

}  // namespace bestgres::scenarios::relations
