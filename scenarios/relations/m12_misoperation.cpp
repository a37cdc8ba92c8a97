// M12. A user may be wrong: a spec that cannot work, and the way back to the one that did, leave
// the cluster as if nothing had been.
#include <fmt/format.h>

#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {
namespace {

using std::chrono::minutes;

constexpr LawText m12_text{"M12",
                           "A wrong spec and the way back to the right one leave the cluster as "
                           "it was."};

struct Mistake {
    const char* what;
    Json wrong;
    Json right;
};

std::vector<Mistake> mistakes() {
    const auto parameter = [](const char* name, const Json& value) {
        return Json{{"postgresql", {{"parameters", {{name, value}}}}}};
    };
    const auto cpu = [](const Json& value) {
        return Json{{"resources", {{"requests", {{"cpu", value}}}}}};
    };
    return {{"an image that does not exist",
             {{"image", {{"tag", "bestgres-patroni:absent"}}}},
             {{"image", {{"tag", "bestgres-patroni:15"}}}}},
            {"more than any node has", cpu("4000"), cpu(nullptr)},
            // The operator refuses it; the API server cannot know.
            {"a setting that Patroni governs", parameter("archive_cleanup_command", "true"),
             parameter("archive_cleanup_command", nullptr)},
            {"a setting of a value that PostgreSQL refuses", parameter("max_connections", "many"),
             parameter("max_connections", nullptr)}};
}

Scenario mistaken(Scenario workload, const Mistake& mistake) {
    workload.edits.push_back(workloads::patch_spec("wrong", when_done(workload), mistake.wrong));
    workload.edits.push_back(
        workloads::patch_spec("right", workloads::after_edit("wrong", minutes(2)), mistake.right));
    return workload;
}

// The resource itself is the user's: what he took out leaves empty parents behind.
NormalEnd what_was_made(NormalEnd end) {
    for (auto& [name, content] : end) {
        if (name.starts_with("BGCluster/")) {
            content.erase("spec");
        }
    }
    return without_its_history(std::move(end));
}

std::vector<Violation> judge_m12(const Scenario& workload, const Player& play) {
    Verdict verdict(m12_text);
    const Played reference = play(workload);
    if (!verdict.expect_sound(reference, "as it is")) {
        return verdict.take();
    }
    for (const Mistake& mistake : mistakes()) {
        const Played run = play(mistaken(workload, mistake));
        verdict.expect_sound(run, mistake.what);
        verdict.expect_same(what_was_made(reference.end), what_was_made(run.end),
                            fmt::format("{}, {}", run.scenario, mistake.what));
    }
    return verdict.take();
}

}  // namespace

Relation m12_misoperation() {
    return {.text = m12_text, .workloads = {"W02"}, .judge = judge_m12};
}

}  // namespace bestgres::scenarios::relations
