#include "operator/core/store.hpp"

#include <charconv>

#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/core/kept.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::core {
namespace {

constexpr std::size_t kept_graves = 10'000;

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && stop == text.data() + text.size() ? number : 0;
}

Store::Entry entry_of(const kube::Ref& ref, const kube::Object& object, Instant now) {
    Kept kept = kept_of(ref.kind, object);
    return {.object = std::move(kept.object),
            .since = now,
            .text = std::move(kept.text),
            .stands_as = 0};
}

}  // namespace

std::string to_string(const ClusterKey& key) {
    return key.ns + "/" + key.name;
}

bool is_older(std::string_view version, std::string_view than) {
    const std::uint64_t left = number_of(version);
    const std::uint64_t right = number_of(than);
    return left != 0 && right != 0 && left < right;
}

ClusterKey Store::cluster_of(const kube::Ref& ref, const kube::Object& object) {
    if (ref.kind == kube::kinds::bg_cluster || ref.kind == kube::kinds::bg_sharded_cluster) {
        return {ref.ns, ref.name};
    }
    if (ref.kind == kube::kinds::bg_db_ops) {
        return {ref.ns, std::string(object.text_at({"spec", "bgCluster"}))};
    }
    if (ref.kind == kube::kinds::bg_sharded_db_ops) {
        return {ref.ns, std::string(object.text_at({"spec", "bgShardedCluster"}))};
    }
    return {ref.ns, std::string(object.label(manifests::cluster_label))};
}

bool Store::put(const kube::Ref& ref, const kube::Object& object, Instant now) {
    if (is_echo(ref, object)) {
        return false;
    }
    buried_.erase(ref);
    const auto found = entries_.find(ref);
    if (found == entries_.end()) {
        entries_.emplace(ref, entry_of(ref, object, now));
        by_cluster_[cluster_of(ref, object)].insert(ref);
        note_group(ref, {}, object);
        return true;
    }
    Entry& entry = found->second;
    if (entry.object.resource_version() == object.resource_version() ||
        is_older(object.resource_version(), entry.object.resource_version())) {
        return false;
    }
    const ClusterKey before = cluster_of(ref, entry.object);
    const ClusterKey after = cluster_of(ref, object);
    if (before != after) {
        by_cluster_[before].erase(ref);
        by_cluster_[after].insert(ref);
    }
    note_group(ref, entry.object, object);
    entry = entry_of(ref, object, now);
    return true;
}

bool Store::is_echo(const kube::Ref& ref, const kube::Object& object) const {
    const auto found = buried_.find(ref);
    if (found == buried_.end() || found->second.uid != object.uid()) {
        return false;
    }
    // An object that only left the selection may come back to it, as a later version.
    const std::string& end = found->second.version;
    return end.empty() || end == object.resource_version() ||
           is_older(object.resource_version(), end);
}

bool Store::drop(const kube::Ref& ref, Grave grave) {
    const auto found = entries_.find(ref);
    if (found == entries_.end()) {
        return false;
    }
    const auto index = by_cluster_.find(cluster_of(ref, found->second.object));
    if (index != by_cluster_.end()) {
        index->second.erase(ref);
        if (index->second.empty()) {
            by_cluster_.erase(index);
        }
    }
    note_group(ref, found->second.object, {});
    entries_.erase(found);
    buried_[ref] = std::move(grave);
    burials_.push_back(ref);
    if (burials_.size() > kept_graves) {
        buried_.erase(burials_.front());
        burials_.pop_front();
    }
    return true;
}

bool Store::remove(const kube::Ref& ref, std::string_view version) {
    const Entry* const entry = find(ref);
    return entry != nullptr &&
           drop(ref, {.uid = std::string(entry->object.uid()), .version = std::string(version)});
}

void Store::bury(const kube::Ref& ref, std::string_view uid) {
    const Entry* const entry = find(ref);
    if (entry != nullptr && entry->object.uid() == uid) {
        drop(ref, {.uid = std::string(uid), .version = {}});
    }
}

void Store::found_standing(const kube::Ref& ref, std::uint64_t manifest_hash) {
    if (const auto found = entries_.find(ref); found != entries_.end()) {
        found->second.text.reset();
        found->second.stands_as = manifest_hash;
    }
}

std::set<ClusterKey> Store::replace(const Scope& scope, const Fresh& fresh, Instant now) {
    std::set<ClusterKey> changed;
    std::set<kube::Ref> listed;
    for (const kube::Object& item : fresh.items) {
        const kube::Ref ref{scope.kind, std::string(item.ns()), std::string(item.name())};
        listed.insert(ref);
        const bool is_new = find(ref) == nullptr;
        if (put(ref, item, now)) {
            changed.merge(is_new ? concerned_by_existence(ref, item) : concerned_by(ref, item));
        }
    }
    std::vector<kube::Ref> gone;
    const auto judge = [&](const kube::Ref& ref, const kube::Object& object) {
        const bool in_scope = ref.kind == scope.kind && (scope.ns.empty() || ref.ns == scope.ns);
        if (in_scope && is_of_scope(ref, object) == scope.of_scopes && !listed.contains(ref) &&
            !is_older(fresh.version, object.resource_version())) {
            gone.push_back(ref);
        }
    };
    if (scope.cluster != nullptr && scope.of_scopes) {
        for (const kube::Ref& ref : shared_with(*scope.cluster)) {
            judge(ref, entries_.at(ref).object);
        }
    } else if (scope.cluster != nullptr) {
        for (const kube::Ref& ref : of_cluster(*scope.cluster)) {
            judge(ref, entries_.at(ref).object);
        }
    } else {
        for (const auto& [ref, entry] : entries_) {
            judge(ref, entry.object);
        }
    }
    for (const kube::Ref& ref : gone) {
        changed.merge(concerned_by_existence(ref, entries_.at(ref).object));
        remove(ref, fresh.version);
    }
    return changed;
}

const Store::Entry* Store::find(const kube::Ref& ref) const {
    const auto found = entries_.find(ref);
    return found == entries_.end() ? nullptr : &found->second;
}

const std::set<kube::Ref>& Store::of_cluster(const ClusterKey& key) const {
    static const std::set<kube::Ref> none;
    const auto found = by_cluster_.find(key);
    return found == by_cluster_.end() ? none : found->second;
}

Store::Group Store::group_of(const ClusterKey& key) const {
    const Entry* const entry = find({kube::kinds::bg_cluster, key.ns, key.name});
    return entry == nullptr ? std::nullopt : api::citus_of(entry->object);
}

void Store::note_group(const kube::Ref& ref, const kube::Object& before,
                       const kube::Object& after) {
    if (ref.kind != kube::kinds::bg_cluster) {
        return;
    }
    if (const Group group = api::citus_of(before)) {
        const auto scope = groups_.find({ref.ns, group->scope});
        if (scope != groups_.end()) {
            scope->second.erase(ref.name);
            if (scope->second.empty()) {
                groups_.erase(scope);
            }
        }
    }
    if (const Group group = api::citus_of(after)) {
        groups_[{ref.ns, group->scope}].insert(ref.name);
    }
}

std::set<ClusterKey> Store::groups_of(const ClusterKey& scope) const {
    std::set<ClusterKey> keys;
    if (const auto found = groups_.find(scope); found != groups_.end()) {
        for (const std::string& name : found->second) {
            keys.insert({scope.ns, name});
        }
    }
    return keys;
}

std::vector<kube::Ref> Store::shared_with(const ClusterKey& key) const {
    std::vector<kube::Ref> refs;
    const Group group = group_of(key);
    if (!group) {
        return refs;
    }
    for (const std::string& name : manifests::dcs_names(manifests::dcs_prefix(key.name, group))) {
        const kube::Ref ref{kube::kinds::config_map, key.ns, name};
        const Entry* const entry = find(ref);
        if (entry != nullptr && is_of_scope(ref, entry->object)) {
            refs.push_back(ref);
        }
    }
    const kube::Ref secret{kube::kinds::secret, key.ns, manifests::secret_name(key.name, group)};
    if (find(secret) != nullptr) {
        refs.push_back(secret);
    }
    return refs;
}

std::set<ClusterKey> Store::siblings_of(const ClusterKey& key, const Group& group) const {
    std::set<ClusterKey> keys = group ? groups_of({key.ns, group->scope}) : std::set<ClusterKey>{};
    keys.erase(key);
    return keys;
}

// Found by name, not by a walk over all clusters: a cluster of its own that is called after a scope
// or after one of its groups, and two that are one group.
std::set<ClusterKey> Store::rivals_of(const ClusterKey& key, const Group& group) const {
    std::set<ClusterKey> rivals;
    if (group) {
        rivals = groups_of({key.ns, group->scope});
        rivals.insert({key.ns, group->scope});
        rivals.insert({key.ns, manifests::dcs_prefix(key.name, group)});
    } else if (has_groups()) {
        rivals = groups_of({key.ns, key.name});
        rivals.merge(groups_of({key.ns, key.name.substr(0, key.name.rfind('-'))}));
    }
    rivals.erase(key);
    std::erase_if(rivals, [&](const ClusterKey& other) {
        return find({kube::kinds::bg_cluster, other.ns, other.name}) == nullptr ||
               !manifests::shared_object({key.name, group}, {other.name, group_of(other)});
    });
    return rivals;
}

bool Store::is_of_scope(const kube::Ref& ref, const kube::Object& object) {
    return ref.kind == kube::kinds::config_map && !object.label(manifests::scope_label).empty() &&
           object.label(manifests::cluster_label).empty();
}

// An object under a name of Patroni's concerns both who would be called so: the group, and a
// cluster of its own that waits until what a group left behind is gone, or the reverse.
std::set<ClusterKey> Store::concerned_by(const kube::Ref& ref, const kube::Object& object) const {
    std::set<ClusterKey> keys = {cluster_of(ref, object)};
    if (is_of_scope(ref, object)) {
        keys = {{ref.ns, std::string(object.label(manifests::scope_label)) + "-" +
                             std::string(object.label(manifests::citus_group_label))}};
    }
    if (ref.kind == kube::kinds::secret) {
        keys.merge(groups_of({ref.ns, ref.name}));
    } else if (ref.kind == kube::kinds::config_map && has_groups()) {
        const std::string prefix = keys.begin()->name;
        for (const ClusterKey& key : groups_of({ref.ns, prefix.substr(0, prefix.rfind('-'))})) {
            if (manifests::dcs_prefix(key.name, group_of(key)) == prefix) {
                keys.insert(key);
            }
        }
    }
    return keys;
}

std::set<ClusterKey> Store::concerned_by_existence(const kube::Ref& ref,
                                                   const kube::Object& object) const {
    std::set<ClusterKey> keys = concerned_by(ref, object);
    if (ref.kind == kube::kinds::bg_cluster) {
        const ClusterKey key{ref.ns, ref.name};
        const Group group = api::citus_of(object);
        keys.merge(siblings_of(key, group));
        keys.merge(rivals_of(key, group));
    }
    return keys;
}

std::vector<ClusterKey> Store::keys_of(const kube::Kind& kind) const {
    std::vector<ClusterKey> keys;
    for (auto at = entries_.lower_bound(kube::Ref{kind, "", ""});
         at != entries_.end() && at->first.kind == kind; ++at) {
        keys.push_back({at->first.ns, at->first.name});
    }
    return keys;
}

std::vector<ClusterKey> Store::clusters() const {
    return keys_of(kube::kinds::bg_cluster);
}

bool Store::has(const kube::Kind& kind) const {
    const auto first = entries_.lower_bound(kube::Ref{kind, "", ""});
    return first != entries_.end() && first->first.kind == kind;
}

std::set<ClusterKey> Store::with_sharded_operations() const {
    std::set<ClusterKey> keys;
    for (const ClusterKey& operation : keys_of(kube::kinds::bg_sharded_db_ops)) {
        const kube::Ref ref{kube::kinds::bg_sharded_db_ops, operation.ns, operation.name};
        keys.insert(cluster_of(ref, find(ref)->object));
    }
    return keys;
}

std::vector<ClusterKey> Store::sharded() const {
    return keys_of(kube::kinds::bg_sharded_cluster);
}

void Store::hash_into(Hasher& hasher) const {
    for (const auto& [ref, entry] : entries_) {
        hasher.add(to_string(ref));
        hasher.add(entry.object.hash());
        hasher.add(entry.stands_as);
    }
    for (const auto& [ref, grave] : buried_) {
        hasher.add(to_string(ref));
        hasher.add(grave.uid);
        hasher.add(grave.version);
    }
}

}  // namespace bestgres::core
