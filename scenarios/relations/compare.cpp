#include "scenarios/relations/compare.hpp"

#include <fmt/format.h>

#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::relations {

std::string last_edit(const Scenario& workload) {
    return workload.edits.empty() ? "" : workload.edits.back().id;
}

Trigger when_done(const Scenario& workload) {
    return workloads::when_settled_after(last_edit(workload));
}

Scenario with_fault(Scenario workload, Fault fault) {
    workload.faults.push_back(std::move(fault));
    return workload;
}

Scenario with_edit(Scenario workload, Edit edit) {
    workload.edits.push_back(std::move(edit));
    return workload;
}

Fault standing(FaultKind kind, std::string target, std::int64_t amount) {
    Fault fault = workloads::fault("standing", kind, std::move(target), workloads::at_start());
    fault.for_ever = true;
    fault.amount = amount;
    return fault;
}

Scenario with_cluster_spec(Scenario workload, const Json& merge) {
    for (Edit& edit : workload.edits) {
        auto* apply = std::get_if<ApplyManifest>(&edit.action);
        if (apply != nullptr && string_at(apply->manifest, {"kind"}) == "BGCluster") {
            merge_patch(apply->manifest["spec"], merge);
        }
    }
    return workload;
}

Scenario without_jitter(Scenario workload) {
    workload.knobs.jitter_per_mille = 0;
    return workload;
}

NormalEnd without_its_history(NormalEnd end) {
    std::erase_if(end, [](const auto& entry) {
        return entry.first.starts_with("ConfigMap/") && entry.first.ends_with("-failover");
    });
    for (auto& [name, content] : end) {
        if (name.ends_with("-accepted-spec")) {
            content["data"].erase("generation");
        }
    }
    return end;
}

bool Verdict::expect_sound(const Played& run, std::string_view what) {
    for (const Violation& violation : run.violations) {
        found_.push_back(violation);
        found_.back().facts.push_back(fmt::format("in {}, {}", run.scenario, what));
    }
    if (!run.settled) {
        add(fmt::format("{}, {}: never settled", run.scenario, what), {});
    }
    if (!run.never_triggered.empty()) {
        add(fmt::format("{}, {}: a trigger never matched", run.scenario, what),
            run.never_triggered);
    }
    return run.violations.empty() && run.settled && run.never_triggered.empty();
}

void Verdict::expect_same_end(const Played& reference, const Played& run, std::string_view what) {
    expect_sound(run, what);
    if (run.settled) {
        expect_same(reference.end, run.end, fmt::format("{}, {}", run.scenario, what));
    }
}

void Verdict::expect_same(const NormalEnd& reference, const NormalEnd& end, std::string_view what) {
    expect_none(differences(reference, end), fmt::format("{}: another end", what));
}

void Verdict::expect_none(std::vector<std::string> facts, std::string_view sentence) {
    if (!facts.empty()) {
        add(std::string(sentence), std::move(facts));
    }
}

void Verdict::add(std::string sentence, std::vector<std::string> facts) {
    found_.push_back(
        {.law = std::string(text_.id), .sentence = std::move(sentence), .facts = std::move(facts)});
}

}  // namespace bestgres::scenarios::relations
