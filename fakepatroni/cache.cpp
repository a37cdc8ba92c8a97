#include "fakepatroni/cache.hpp"

#include <charconv>

#include "lib/base/hash.hpp"

namespace bestgres::fakepatroni {

using std::chrono::seconds;

std::uint64_t version_number(std::string_view version) {
    std::uint64_t number = 0;
    const auto end = version.data() + version.size();
    const auto parsed = std::from_chars(version.data(), end, number);
    return parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
}

void Feed::begin_list(kube::CallId id, Instant gives_up) {
    state_ = State::listing;
    list_ = id;
    watch_ = 0;
    due_ = gives_up;
}

void Feed::listed(kube::WatchId watch) {
    state_ = State::watching;
    list_ = 0;
    watch_ = watch;
    due_.reset();
    repeated_ = false;
}

bool Feed::failed(Instant now) {
    list_ = 0;
    repeated_ = !repeated_;
    state_ = State::pausing;
    due_ = repeated_ ? now : now + seconds(1);
    return repeated_;
}

void Feed::ended() {
    state_ = State::unstarted;
    watch_ = 0;
    repeated_ = false;
}

std::uint64_t Feed::hash() const {
    Hasher hasher;
    hasher.add(static_cast<std::uint64_t>(state_));
    hasher.add(static_cast<std::uint64_t>(due_ ? due_->ns : 0));
    return hasher.value();
}

ObjectCache::ObjectCache(const MemberSettings& settings)
    : member_(settings.name),
      role_key_(settings.labels.role),
      prefix_(object_name(settings, "")),
      scope_prefix_(settings.scope + "-") {
    if (settings.citus) {
        group_ = settings.citus->group;
    }
}

bool ObjectCache::is_of_another_group(const kube::Object& map) const {
    return group_ && map.label("citus-group") != std::to_string(*group_);
}

void ObjectCache::store_leader_of_group(const kube::Object& map) {
    const std::string label(map.label("citus-group"));
    if (label.empty() || map.name() != scope_prefix_ + label + "-leader") {
        return;
    }
    const auto group = static_cast<std::int64_t>(version_number(label));
    LeaderOfGroup& known = leaders_of_groups_[group];
    const std::uint64_t version = version_number(map.resource_version());
    if (version > known.version) {
        known = {version, std::string(map.annotation("leader"))};
        members_changed_ = true;
    }
}

void ObjectCache::forget_leader_of_group(const kube::Object& map) {
    const std::string label(map.label("citus-group"));
    if (map.name() == scope_prefix_ + label + "-leader") {
        leaders_of_groups_.erase(static_cast<std::int64_t>(version_number(label)));
        members_changed_ = true;
    }
}

ObjectCache::Part ObjectCache::part_of(std::string_view name) const {
    if (name.substr(0, prefix_.size()) != prefix_) {
        return Part::other;
    }
    const std::string_view suffix = name.substr(prefix_.size());
    return suffix == "leader"     ? Part::leader
           : suffix == "config"   ? Part::config
           : suffix == "sync"     ? Part::sync
           : suffix == "failover" ? Part::failover
                                  : Part::other;
}

std::uint64_t ObjectCache::version_of(Part part) const {
    const auto number = [](const auto& record) {
        return record ? version_number(record->version) : std::uint64_t{0};
    };
    switch (part) {
        case Part::leader:
            return number(view_.leader_object);
        case Part::config:
            return number(view_.config);
        case Part::sync:
            return number(view_.sync);
        case Part::failover:
            return number(view_.failover);
        case Part::other:
            return 0;
    }
    return 0;
}

void ObjectCache::forget(Part part) {
    switch (part) {
        case Part::leader:
            view_.leader_object = nullptr;
            return;
        case Part::config:
            view_.config = nullptr;
            return;
        case Part::sync:
            view_.sync = nullptr;
            return;
        case Part::failover:
            view_.failover = nullptr;
            return;
        case Part::other:
            return;
    }
}

void ObjectCache::store_part(Part part, const kube::Object& object) {
    switch (part) {
        case Part::leader:
            view_.leader_object = std::make_shared<const LeaderRecord>(parse_leader(object));
            return;
        case Part::config:
            view_.config = std::make_shared<const ConfigRecord>(parse_config(object));
            return;
        case Part::sync:
            view_.sync = std::make_shared<const SyncRecord>(parse_sync(object));
            return;
        case Part::failover:
            view_.failover = std::make_shared<const FailoverRecord>(parse_failover(object));
            return;
        case Part::other:
            return;
    }
}

void ObjectCache::replace_pods(const std::vector<kube::Object>& pods) {
    pods_.clear();
    for (const kube::Object& pod : pods) {
        pods_[std::string(pod.name())] =
            std::make_shared<const MemberRecord>(parse_member(pod, role_key_));
    }
    members_changed_ = true;
}

void ObjectCache::replace_config_maps(const std::vector<kube::Object>& maps) {
    for (const Part part : {Part::leader, Part::config, Part::sync, Part::failover}) {
        forget(part);
    }
    leaders_of_groups_.clear();
    members_changed_ = true;
    for (const kube::Object& map : maps) {
        if (is_of_another_group(map)) {
            store_leader_of_group(map);
        } else {
            store_part(part_of(map.name()), map);
        }
    }
}

// The rule of Patroni's watch threads: the loop is woken by a new leader and a new configuration,
// and by every word on a lock that somebody else holds; nothing else wakes it.
Wakes ObjectCache::store_map(Part part, const kube::Object& object) {
    const std::string holder = view_.leader_object ? view_.leader_object->holder : std::string();
    const std::optional<Json> config =
        part == Part::config && view_.config ? view_.config->config : std::optional<Json>();
    store_part(part, object);
    if (part == Part::leader) {
        const std::string& now = view_.leader_object->holder;
        return now != holder || now != member_ ? Wakes::yes : Wakes::no;
    }
    const bool configured =
        part == Part::config && config && view_.config->config && *config != *view_.config->config;
    return configured ? Wakes::yes : Wakes::no;
}

Wakes ObjectCache::store(const kube::Object& object) {
    const std::uint64_t version = version_number(object.resource_version());
    if (object.kind() == "Pod") {
        auto& pod = pods_[std::string(object.name())];
        if (!pod || version > version_number(pod->version)) {
            pod = std::make_shared<const MemberRecord>(parse_member(object, role_key_));
            members_changed_ = true;
        }
        return Wakes::no;
    }
    if (is_of_another_group(object)) {
        store_leader_of_group(object);
        return Wakes::no;
    }
    const Part part = part_of(object.name());
    if (part == Part::other || version <= version_of(part)) {
        return Wakes::no;
    }
    return store_map(part, object);
}

Wakes ObjectCache::remove(const kube::Object& object) {
    const std::uint64_t version = version_number(object.resource_version());
    if (object.kind() == "Pod") {
        const auto pod = pods_.find(std::string(object.name()));
        if (pod != pods_.end() && version > version_number(pod->second->version)) {
            pods_.erase(pod);
            members_changed_ = true;
        }
        return Wakes::no;
    }
    if (is_of_another_group(object)) {
        forget_leader_of_group(object);
        return Wakes::no;
    }
    const Part part = part_of(object.name());
    if (version_of(part) == 0 || version <= version_of(part)) {
        return Wakes::no;
    }
    forget(part);
    return part == Part::leader ? Wakes::yes : Wakes::no;
}

const ClusterView& ObjectCache::view() {
    if (members_changed_) {
        members_changed_ = false;
        view_.members.clear();
        view_.groups.clear();
        for (const auto& [group, leader] : leaders_of_groups_) {
            view_.groups[group].leader = leader.holder;
        }
        for (const auto& [name, pod] : pods_) {
            if (pod->group == group_ || !group_) {
                view_.members.push_back(pod);
            } else if (pod->group) {
                view_.groups[*pod->group].members.push_back(pod);
            }
        }
    }
    return view_;
}

std::uint64_t ObjectCache::hash() const {
    Hasher hasher;
    for (const Part part : {Part::leader, Part::config, Part::sync, Part::failover}) {
        hasher.add(version_of(part));
    }
    for (const auto& [name, pod] : pods_) {
        hasher.add(name);
        hasher.add(version_number(pod->version));
    }
    for (const auto& [group, leader] : leaders_of_groups_) {
        hasher.add(static_cast<std::uint64_t>(group));
        hasher.add(leader.version);
    }
    return hasher.value();
}

}  // namespace bestgres::fakepatroni
