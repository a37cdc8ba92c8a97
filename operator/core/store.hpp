// The cache of everything that the operator watches, with an index by cluster. It never goes back:
// an older version of an object is ignored, whoever brings it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"
#include "operator/api/cluster.hpp"

namespace bestgres::core {

// Namespace and name of a BGCluster, or of a BGShardedCluster.
struct ClusterKey {
    std::string ns;
    std::string name;

    auto operator<=>(const ClusterKey&) const = default;
};

std::string to_string(const ClusterKey& key);

class Store {
public:
    struct Entry {
        kube::Object object;                      // what rules ask about
        Instant since;                            // first sight of this version
        std::shared_ptr<const std::string> text;  // the whole; null where `object` is, or once
                                                  // it was found to stand
        std::uint64_t stands_as = 0;  // hash of the manifest as which it stands; 0: not known
    };

    // Whether anything changed.
    bool put(const kube::Ref& ref, const kube::Object& object, Instant now);
    // The object is gone, as of a version of the server: what is still on its way with an earlier
    // state of this incarnation (the answer to a call, above all) does not bring it back.
    bool remove(const kube::Ref& ref, std::string_view version);
    // The object was deleted by us and is gone: events about this incarnation that are still on
    // their way are ignored.
    void bury(const kube::Ref& ref, std::string_view uid);

    // Makes the objects of a kind (and, where given, of one cluster) those of a listing. An object
    // that is newer than the listing stays. Returns the clusters that saw a change.
    struct Scope {
        kube::Kind kind;
        std::string ns;                       // empty: all
        const ClusterKey* cluster = nullptr;  // null: all
        bool of_scopes = false;               // Patroni's objects of groups, or all others
    };
    struct Fresh {
        const std::vector<kube::Object>& items;
        std::string_view version;
    };
    std::set<ClusterKey> replace(const Scope& scope, const Fresh& fresh, Instant now);

    // The object was compared with the manifest of this hash and stands as it says: its text, which
    // is most of the memory of a fleet at rest, is not kept any longer.
    void found_standing(const kube::Ref& ref, std::uint64_t manifest_hash);

    const Entry* find(const kube::Ref& ref) const;
    // All objects with the cluster's label, and operations that name it, in the order of their
    // refs.
    const std::set<kube::Ref>& of_cluster(const ClusterKey& key) const;
    // What a group of a sharded cluster has without its cluster's label: Patroni's objects, and the
    // Secret of its scope. Those that exist.
    std::vector<kube::Ref> shared_with(const ClusterKey& key) const;
    using Group = std::optional<api::CitusSpec>;  // that a BGCluster is; absent: of its own
    // Other groups of the same scope, by their BGClusters.
    std::set<ClusterKey> siblings_of(const ClusterKey& key, const Group& group) const;
    // Other BGClusters that would take one of its objects for theirs.
    std::set<ClusterKey> rivals_of(const ClusterKey& key, const Group& group) const;
    // Of the BGCluster of that name.
    Group group_of(const ClusterKey& key) const;
    // Who has to look again: clusters that the object is, or belongs to. Where a BGCluster comes or
    // goes, its siblings and rivals too.
    std::set<ClusterKey> concerned_by(const kube::Ref& ref, const kube::Object& object) const;
    std::set<ClusterKey> concerned_by_existence(const kube::Ref& ref,
                                                const kube::Object& object) const;
    // A ConfigMap that the Patroni of a group keeps: it carries the scope's label, no cluster's.
    static bool is_of_scope(const kube::Ref& ref, const kube::Object& object);
    bool has_groups() const { return !groups_.empty(); }
    std::vector<ClusterKey> clusters() const;  // that have a BGCluster
    std::vector<ClusterKey> sharded() const;   // BGShardedClusters
    // BGShardedClusters that operations name, whether or not they are there.
    std::set<ClusterKey> with_sharded_operations() const;
    bool has(const kube::Kind& kind) const;  // any object of it
    std::size_t size() const { return entries_.size(); }
    void hash_into(Hasher& hasher) const;

    // The cluster that an object belongs to: a BGCluster itself, what carries the label, and an
    // operation that names it.
    static ClusterKey cluster_of(const kube::Ref& ref, const kube::Object& object);

private:
    struct Grave {
        std::string uid;
        std::string version;  // of the end; empty: whatever still comes of it is an echo
    };
    bool is_echo(const kube::Ref& ref, const kube::Object& object) const;
    bool drop(const kube::Ref& ref, Grave grave);
    std::set<ClusterKey> groups_of(const ClusterKey& scope) const;
    std::vector<ClusterKey> keys_of(const kube::Kind& kind) const;
    void note_group(const kube::Ref& ref, const kube::Object& before, const kube::Object& after);

    std::map<kube::Ref, Entry> entries_;
    std::map<ClusterKey, std::set<kube::Ref>> by_cluster_;
    std::map<ClusterKey, std::set<std::string>> groups_;  // by scope: names of BGClusters
    std::map<kube::Ref, Grave> buried_;
    std::deque<kube::Ref> burials_;  // oldest first: echoes do not come after thousands of others
};

// Versions are compared as numbers, as Patroni does and Kubernetes promises since 1.35. Texts that
// are no numbers compare as equal: the later arrival wins.
bool is_older(std::string_view version, std::string_view than);

}  // namespace bestgres::core
