#include "scenarios/invariants/k7_field_ownership.hpp"

#include <algorithm>

#include "operator/api/operation.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "scenarios/invariants/managed_fields.hpp"

namespace bestgres::scenarios {
namespace {

// Bookkeeping of the API server, and the status, which has writers of its own.
bool is_bookkeeping(const std::string& path) {
    return path == ".status" || path == ".metadata.managedFields" ||
           path == ".metadata.resourceVersion" || path == ".metadata.generation" ||
           path == ".metadata.deletionTimestamp" || path == ".metadata.deletionGracePeriodSeconds";
}

// Maps that Kubernetes takes as one value (mapType and structType atomic): who says such a one says
// all of it.
bool is_atomic(const std::string& path) {
    return path == ".spec.selector";
}

// The operator's: of clusters, and of operations while they run.
bool is_own(const Json& entry) {
    return entry == Json(manifests::finalizer) || entry == Json(api::operation_finalizer);
}

// A list of which everybody owns the entries that are his.
void find_lost_finalizers(const Json& before, const Json& after,
                          std::vector<std::string>& touched) {
    for (const Json& entry : before) {
        const bool stays = std::find(after.begin(), after.end(), entry) != after.end();
        if (!stays && !is_own(entry)) {
            touched.push_back(".metadata.finalizers had " + dump(entry) + ", which is gone");
        }
    }
}

struct Comparison {
    const Json& said;   // what the call carries here; null: nothing
    const Json* owned;  // what the operator applied before, here
    const Json& after;
    std::string path;
};

void find_touched(const Json& before, const Comparison& here, std::vector<std::string>& touched) {
    for (const auto& [key, value] : before.items()) {
        const std::string path = here.path + "." + key;
        const auto said = here.said.is_object() ? here.said.find(key) : here.said.end();
        const bool speaks = here.said.is_object() && said != here.said.end();
        const auto after = here.after.is_object() ? here.after.find(key) : here.after.end();
        const bool stays = here.after.is_object() && after != here.after.end();
        if (is_bookkeeping(path) || (stays && *after == value)) {
            continue;
        }
        static const Json nothing;
        const Json* const owned = fields_below(here.owned, key);
        // Who nulls a whole map says nothing of what others have in it.
        const bool goes_deeper =
            !speaks || said->is_null() || (said->is_object() && !is_atomic(path));
        if (path == ".metadata.finalizers") {
            find_lost_finalizers(value, stays ? *after : nothing, touched);
        } else if (value.is_object() && goes_deeper) {
            find_touched(value, {speaks ? *said : nothing, owned, stays ? *after : nothing, path},
                         touched);
        } else if (!speaks && owned == nullptr) {
            touched.push_back(path + " was " + dump(value).substr(0, 120) +
                              (stays ? ", is " + dump(*after).substr(0, 120) : ", is gone"));
        }
    }
}

bool is_judged(const kube::Call& call) {
    const auto* const replace = std::get_if<kube::Replace>(&call);
    return std::holds_alternative<kube::Apply>(call) || std::holds_alternative<kube::Patch>(call) ||
           (replace != nullptr && replace->kind != kube::kinds::lease);
}

}  // namespace

void K7FieldOwnership::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (by_operator(arrived->actor) && is_judged(arrived->call)) {
            met_.insert_or_assign(arrived->actor.name, arrived->before);
        }
        return;
    }
    const auto* const performed = std::get_if<CallPerformed>(&occurrence);
    if (performed == nullptr || !by_operator(performed->actor) || !is_judged(performed->call)) {
        return;
    }
    const kube::Object before = std::exchange(met_[performed->actor.name], kube::Object());
    const auto* const after =
        performed->outcome.ok() ? std::get_if<kube::Object>(&*performed->outcome) : nullptr;
    if (after == nullptr || before.uid() != after->uid()) {
        return;
    }
    // A status is replaced with the whole object around it, of which the server takes the status.
    static const Json nothing;
    const bool status_only = std::holds_alternative<kube::Replace>(performed->call);
    std::vector<std::string> touched;
    const Json owned = fields_owned(before);
    find_touched(before.json(),
                 {status_only ? nothing : written_body(performed->call), &owned, after->json(), ""},
                 touched);
    if (!touched.empty()) {
        touched.push_back(identify(before));
        findings.add(text,
                     performed->actor.name + ": " + kube::describe(performed->call) +
                         " changes what it does not own: " + touched.front(),
                     touched);
    }
}

void K7FieldOwnership::hash_into(Hasher& hasher) const {
    for (const auto& [name, object] : met_) {
        hasher.add(name);
        hasher.add(object.hash());
    }
}

}  // namespace bestgres::scenarios
