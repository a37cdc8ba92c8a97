#include "scenarios/invariants/t4_phases.hpp"

#include "operator/api/cluster_words.hpp"

namespace bestgres::scenarios {
namespace {

std::string word(api::Phase phase) {
    return std::string(api::word(phase));
}

}  // namespace

void T4Phases::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || changed->after.kind() != kube::kinds::bg_cluster.name ||
        !by_operator(changed->actor) || changed->before.uid() != changed->after.uid()) {
        return;
    }
    const std::string before(changed->before.text_at({"status", "phase"}));
    const std::string after(changed->after.text_at({"status", "phase"}));
    const std::string what = "Cluster " + to_string(cluster_of(changed->after));
    const auto alarm = [&](const std::string& sentence) {
        findings.add(text, what + sentence, {identify(changed->before), identify(changed->after)});
    };
    if (before == word(api::Phase::deleting) && after != word(api::Phase::deleting)) {
        alarm(" was being deleted and is now " + after);
    }
    const std::string uid(changed->after.uid());
    if (after == word(api::Phase::creating) && has_run_.contains(uid)) {
        alarm(" has run and says that it is being created");
    }
    if (after == word(api::Phase::running)) {
        has_run_.insert(uid);
    }
    for (const char* const field : {"version", "phase"}) {
        const std::string_view said = changed->before.text_at({"status", field});
        if (!said.empty() && changed->after.text_at({"status", field}).empty()) {
            alarm(" takes back its " + std::string(field) + " " + std::string(said));
        }
    }
}

void T4Phases::hash_into(Hasher& hasher) const {
    for (const std::string& uid : has_run_) {
        hasher.add(uid);
    }
}

}  // namespace bestgres::scenarios
