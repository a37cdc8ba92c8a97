// `bestgres undelete CLUSTER`: a deletion cannot be taken back in Kubernetes, but while it is held
// the resource can be replaced by one that nobody deletes. Members and data belong to their cluster
// by label, not by ownerReference: nothing happens to them meanwhile.
#pragma once

#include <functional>
#include <string>

#include "lib/kube/cluster.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::cmd {

// Why the resource cannot be brought back, and what can be done; empty where it can.
std::string objection_to_undelete(const kube::Object& live);
// The manifest of the resource as it is to be made anew.
kube::Object born_again(const kube::Object& live);

struct Undeletion {
    std::function<Result<kube::Outcome, kube::Error>(kube::Call)> ask;
    // Before the resource is let go: its manifest, in case that this program ends in between.
    std::function<Result<Done>(const kube::Object& manifest)> save;
    std::function<void()> pause;  // half a second
};
// Errors name the object, what was tried, and what to do next.
Result<Done> undelete(const Undeletion& with, const kube::Ref& ref);

}  // namespace bestgres::cmd
