// Letting go of everything, before the operator is removed for good or its namespace ends. Our
// finalizers are taken away, each by its exact entry, so that nothing waits for an operator that
// will not be there. A value like the rest of the core: it says which call comes next, and is told
// the answer.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "lib/kube/cluster.hpp"
#include "operator/core/store.hpp"

namespace bestgres::core {

// Of the holder of the lease: it keeps no cluster.
inline constexpr std::string_view release_identity = "release-";

bool is_ending(const kube::Object& ns);
// A cluster is being deleted, so that the namespace is worth a look: it cannot be watched without
// rights beyond it, and nothing that is at rest is asked about.
bool does_anybody_leave(const Store& store);

struct ReleaseSettings {
    std::string ns;
    std::string identity;  // without the words above
};

class Release {
public:
    // Takes the lease from whoever leads, and does not give it back: an operator that still runs
    // would put the finalizers on again. It leads again when the lease has run out, unless it was
    // removed.
    static Release under_the_lease(ReleaseSettings settings, Instant now);
    // Without the lease, which nobody can take for long there: for an operator that was told to
    // stop, and lets go if its namespace ends. It has less than the grace period of a pod.
    static Release if_namespace_ends(ReleaseSettings settings, Instant now);

    // What is to be asked now; absent until `due`, and when it is over.
    std::optional<kube::Call> next(Instant now) const;
    Instant due() const { return due_; }
    void hear(const Result<kube::Outcome, kube::Error>& answer, Instant now);
    // How many objects were let go; absent until it is over.
    const std::optional<Result<std::int64_t>>& outcome() const { return outcome_; }
    void hash_into(Hasher& hasher) const;

private:
    enum class Stage { read_namespace, read_lease, take_lease, list, let_go };

    Release(ReleaseSettings settings, Stage stage, Instant now, Instant end);
    void hear_namespace(const Result<kube::Outcome, kube::Error>& answer, Instant now);
    void hear_lease(const Result<kube::Outcome, kube::Error>& answer, Instant now);
    void hear_taken(const Result<kube::Outcome, kube::Error>& answer, Instant now);
    void hear_list(const Result<kube::Outcome, kube::Error>& answer, Instant now);
    void hear_let_go(const Result<kube::Outcome, kube::Error>& answer, Instant now);
    void try_lease_again(std::string problem, Instant now);
    void go_on(Instant now);

    ReleaseSettings settings_;
    Stage stage_;
    Instant due_;
    Instant end_;  // of what comes first, and then of letting go
    kube::Object lease_ = {};
    std::size_t kind_ = 0;
    std::deque<kube::Object> held_ = {};  // of that kind, still to be let go
    std::string left_ = {};  // of this round: what could not be let go, and why; empty: nothing
    std::int64_t let_go_ = 0;
    std::optional<Result<std::int64_t>> outcome_ = std::nullopt;
};

}  // namespace bestgres::core
