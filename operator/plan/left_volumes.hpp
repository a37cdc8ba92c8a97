// The volume claim of a member that left says itself how long it is kept: its marks are all that is
// remembered, so that neither a restart of the operator nor another one in its place changes it.
#pragma once

#include <optional>

#include "lib/base/time.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

struct Quarantine {
    Instant since;
    Instant until;

    bool operator==(const Quarantine&) const = default;
};

// As the marks of the claim say it; absent where it has none that can be read.
std::optional<Quarantine> quarantine_of(const kube::Object& claim);
// Its user took it back: no policy about members that left concerns it.
bool is_kept(const kube::Object& claim);
// A merge patch of metadata that takes the marks of a quarantine off; empty where it has none.
Json without_quarantine(const kube::Object& claim);

}  // namespace bestgres::plan
