#include "scenarios/invariants/k9_write_amplification.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

bool counts(const kube::Call& call) {
    const std::optional<kube::Ref> ref = written_ref(call);
    return ref && ref->kind != kube::kinds::lease;
}

std::uint64_t budget(const Truth& truth) {
    std::uint64_t members = 0;
    for (const kube::Object& resource : truth.objects(kube::kinds::bg_cluster)) {
        const auto spec = asked_spec(resource);
        members += spec ? static_cast<std::uint64_t>(spec->instances) + 1 : 1;
    }
    members += truth.members().size();
    return K9WriteAmplification::writes_for_an_edit +
           K9WriteAmplification::writes_for_a_member * members;
}

}  // namespace

void K9WriteAmplification::judge(const CallPerformed& performed, const Truth& truth,
                                 Findings& findings) {
    const std::string met = std::exchange(met_[performed.actor.name], "");
    if (!performed.outcome.ok()) {
        return;
    }
    const std::string what = performed.actor.name + ": " + kube::describe(performed.call);
    const auto* const after = std::get_if<kube::Object>(&*performed.outcome);
    const bool removes = std::holds_alternative<kube::Delete>(performed.call) ||
                         std::holds_alternative<kube::Evict>(performed.call);
    const std::optional<kube::Ref> ref = written_ref(performed.call);
    // The last finalizer went: the object went with it, and its version stayed.
    const bool gone = ref && truth.object(*ref).name().empty();
    if (after != nullptr && !removes && !gone && !met.empty() && after->resource_version() == met) {
        findings.add(text, what + " changes nothing", {identify(*after)});
    }
    if (settled_) {
        findings.add(text, what + " although nothing has happened",
                     {after == nullptr ? "" : identify(*after)});
    }
    budget_ = std::max(budget_, budget(truth));
    if (++since_edit_ == budget_ + 1 && !faulty_) {
        findings.add(text,
                     "The last edit has cost " + std::to_string(since_edit_) +
                         " writes of the operator, and it goes on",
                     {what});
    }
}

void K9WriteAmplification::on(const Occurrence& occurrence, const Truth& truth,
                              Findings& findings) {
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (by_operator(arrived->actor)) {
            met_[arrived->actor.name] = arrived->before.resource_version();
        }
    } else if (const auto* performed = std::get_if<CallPerformed>(&occurrence)) {
        if (by_operator(performed->actor) && counts(performed->call)) {
            judge(*performed, truth, findings);
        }
    } else if (std::holds_alternative<EditMade>(occurrence)) {
        settled_ = false;
        since_edit_ = 0;
        budget_ = budget(truth);
    } else if (std::holds_alternative<FaultBegan>(occurrence) ||
               std::holds_alternative<FaultEnded>(occurrence)) {
        settled_ = false;
        faulty_ = true;
    } else if (std::holds_alternative<Settled>(occurrence)) {
        settled_ = true;
    }
}

void K9WriteAmplification::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(settled_));
    hasher.add(static_cast<std::uint64_t>(faulty_));
    hasher.add(since_edit_);
    hasher.add(budget_);
    for (const auto& [name, version] : met_) {
        hasher.add(name);
        hasher.add(version);
    }
}

}  // namespace bestgres::scenarios
