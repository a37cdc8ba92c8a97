// One snapshot of a cluster, in the words that the rules use. Read once from raw objects
// (read_view), then never changed; `now` is the only time a rule knows.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"
#include "lib/patroni/member.hpp"
#include "operator/api/cluster.hpp"
#include "operator/manifests/input.hpp"
#include "operator/manifests/objects.hpp"
#include "operator/plan/memory.hpp"

namespace bestgres::plan {

inline constexpr std::string_view postgres_container = "postgres";
// On the ConfigMap of the accepted spec: how far bootstrap SQL got ("done").
inline constexpr std::string_view bootstrap_sql_annotation = "bestgres.io/bootstrap-sql";

// What an own apply made of an object: when both still hold, whatever differs from the manifest is
// the API server's doing (defaults, admission), and writing again would change nothing.
struct Settled {
    std::uint64_t desired_hash = 0;
    std::uint64_t content_hash = 0;

    bool operator==(const Settled&) const = default;
};

// Rows of the ledger of bootstrap SQL: position -> finished.
using Ledger = std::map<std::int64_t, bool>;

// Another BGCluster of the namespace that would take an object of this one for its own.
struct Rival {
    kube::Object resource;
    bool accepted = false;  // its spec is in force

    bool operator==(const Rival&) const = default;
};

// What a group of a sharded cluster has to know of the others.
struct Siblings {
    bool exist = false;
    bool hold_volumes = false;  // bound ones

    bool operator==(const Siblings&) const = default;
};

// Everything that a plan may depend on, as it was read.
struct Facts {
    Instant now;
    // All of this comes from quorum reads and members' own answers made for this plan.
    bool fresh = false;
    kube::Object resource;
    // All that carry the cluster's label, and what its Patroni shares with others: see
    // core::Store::shared_with.
    std::map<kube::Ref, kube::Object> objects;
    std::map<kube::Ref, Instant> unchanged_since;  // first sight of the version in `objects`
    // The whole of those of which `objects` has only what rules ask about.
    std::map<kube::Ref, std::shared_ptr<const std::string>> texts;
    // Hash of the manifest as which the version in `objects` was found to stand: its whole need not
    // be known any more.
    std::map<kube::Ref, std::uint64_t> standing;
    std::map<kube::Ref, Settled> settled;
    std::vector<Rival> rivals;
    // Objects under the names of this cluster's Patroni that it would not see.
    std::vector<kube::Ref> left_behind;
    Siblings siblings;
    std::map<kube::Ref, std::string> foreign;  // names taken by objects that are not ours: uid
    std::map<std::string, patroni::RestStatus> rest;  // by pod uid; fresh views only
    std::string operator_image;
    std::optional<manifests::Passwords> passwords;  // for a Secret that has to be made
    std::optional<Ledger> ledger;                   // of bootstrap SQL, as the leader last answered
    std::string sqlstate;                           // of the last failure of bootstrap SQL
    std::string failure;                         // why the last step failed; empty after a success
    std::vector<api::DecisionStatus> decisions;  // steps that this operator performed
    std::map<std::string, std::int64_t> server_versions;  // of PostgreSQL, by pod uid
    std::vector<kube::Object> operations;                 // every BGDbOps that names this cluster
    bool operations_known = true;  // those are all of them, and the Jobs in `objects` all of theirs
    std::string operation_refused;  // why the open step's last try failed; empty: it has not
    // Claims that some pod mounts which is no member, with its name; as far as it was looked for.
    std::map<std::string, std::string> mounted;
    Memory memory;  // of earlier readings; empty is fine
};

// An object that the cluster should have now, as it is to be applied.
struct Wanted {
    kube::Ref ref;
    kube::Object object;
};

struct Member {
    std::int64_t ordinal = 0;
    std::string name;
    kube::Object pod;    // empty where there is none
    kube::Object claim;  // the volume claim; empty where there is none
    std::optional<patroni::MemberStatus> status;
    std::optional<patroni::RestStatus> rest;
    bool ready = false;  // the pod is
    bool holds_lock = false;
    bool synchronous = false;  // published in the sync object
    bool stale = false;        // its pod is of an older template

    bool has_pod() const { return !pod.name().empty(); }
    bool has_claim() const { return !claim.name().empty(); }
};

struct ClusterView {
    Facts facts;
    std::string ns;
    std::string name;

    // What the resource asks for, what is in force, and why they differ.
    api::Problems problems;
    std::optional<manifests::AcceptedSpec> accepted;  // as stored
    std::optional<api::ClusterSpec> spec;             // in force; absent: none was ever valid
    std::int64_t spec_generation = 0;
    bool paused = false;
    bool going = false;  // deletion was asked for, and nothing holds it
    bool bootstrap_sql_done = false;

    std::string dcs_prefix;  // of the names of Patroni's objects
    manifests::Input input;  // valid while `spec` is
    std::string template_hash;
    kube::Object stateful_set;    // empty where there is none
    std::vector<Member> members;  // by ordinal: all that are wanted or exist as a pod
    // How many members are to run: as the spec says, but while a cluster that is to rest cannot,
    // those that there are.
    std::int64_t wanted = 0;
    std::int64_t replicas = 0;  // what the StatefulSet is told now
    // Of the objects that the cluster should have, those that are missing or have drifted.
    std::vector<Wanted> unlike;
    // Those that were compared and found to stand, with the hash of their manifest.
    std::vector<std::pair<kube::Ref, std::uint64_t>> found_standing;

    patroni::LeaderLock leader;
    patroni::SyncState sync;
    patroni::ConfigState config;
    patroni::FailoverRequest failover;
    api::ClusterStatus previous;  // as last written
    // The last steps, oldest first: those of the status and those that this operator added.
    std::vector<api::DecisionStatus> decisions;
    Memory memory;  // for the next reading

    Instant now() const { return facts.now; }
    const kube::Object& resource() const { return facts.resource; }
    // The object, or null.
    const kube::Object* object(const kube::Ref& ref) const;
    // All of an object that exists, where object() may lack what no rule asks about.
    kube::Object whole(const kube::Ref& ref) const;
    // How long the object has been as it is, as far as this operator can know.
    Duration unchanged_for(const kube::Ref& ref) const;
    const Member* member(std::string_view member_name) const;
    // The member that holds the lock and runs as primary; null where nobody does.
    const Member* primary() const;
    // Patroni's record names the data, or the status says that there was some: the record of a
    // cluster that has run may be gone, as that of a shard is while it is removed.
    bool has_run() const;
};

ClusterView read_view(Facts facts);

// The kind of an object as this code names it; absent for kinds it does not know.
std::optional<kube::Kind> kind_of(const kube::Object& object);
std::optional<kube::Ref> ref_of(const kube::Object& object);

}  // namespace bestgres::plan
