// The two lists with their watches that a Patroni lives on: pods and config maps of its scope. Each
// behaves as Patroni's own thread does: list, watch from there, list again when the watch ends. A
// pure state machine: events in, requests out.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/cluster_view.hpp"
#include "fakepatroni/settings.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::fakepatroni {

// Decimal numbers only, as Patroni insists; 0 for anything else.
std::uint64_t version_number(std::string_view version);

// What a change of an object means for the HA loop.
enum class Wakes { no, yes };

// One list with its watch.
class Feed {
public:
    enum class State { unstarted, listing, watching, pausing };

    State state() const { return state_; }
    bool ready() const { return state_ == State::watching; }
    // When it wants to go on by itself: the next list, or the deadline of this one.
    std::optional<Instant> due() const { return due_; }
    kube::CallId list_id() const { return list_; }
    kube::WatchId watch_id() const { return watch_; }

    void begin_list(kube::CallId id, Instant gives_up);
    void listed(kube::WatchId watch);
    // A list that failed: the first failure is repeated at once, as the HTTP client does; then a
    // second passes. Whether to list at once.
    bool failed(Instant now);
    void ended();  // the watch is over

    std::uint64_t hash() const;

private:
    State state_ = State::unstarted;
    kube::CallId list_ = 0;
    kube::WatchId watch_ = 0;
    std::optional<Instant> due_;
    bool repeated_ = false;
};

// The objects themselves, parsed. Pods and config maps share the rule that only a higher resource
// version replaces what is there.
class ObjectCache {
public:
    explicit ObjectCache(const MemberSettings& settings);

    void replace_pods(const std::vector<kube::Object>& pods);
    void replace_config_maps(const std::vector<kube::Object>& maps);
    // From a watch, or from the answer to a write.
    Wakes store(const kube::Object& object);
    Wakes remove(const kube::Object& object);

    // All that is known; the leader is filled in by whoever knows whether the lock has expired.
    const ClusterView& view();
    std::uint64_t hash() const;

private:
    enum class Part { leader, config, sync, failover, other };

    // Config maps of other groups: their leaders are all that matters.
    bool is_of_another_group(const kube::Object& map) const;
    void store_leader_of_group(const kube::Object& map);
    void forget_leader_of_group(const kube::Object& map);
    Part part_of(std::string_view name) const;
    Wakes store_map(Part part, const kube::Object& object);
    void store_part(Part part, const kube::Object& object);
    std::uint64_t version_of(Part part) const;
    void forget(Part part);

    std::string member_;  // its own name: renewals by others wake it
    std::string role_key_;
    std::string prefix_;  // "<scope>-", "<scope>-<group>-"
    std::string scope_prefix_;
    std::optional<std::int64_t> group_;
    struct LeaderOfGroup {
        std::uint64_t version = 0;
        std::string holder = {};
    };
    std::map<std::int64_t, LeaderOfGroup> leaders_of_groups_;
    std::map<std::string, std::shared_ptr<const MemberRecord>> pods_;
    ClusterView view_;
    bool members_changed_ = false;
};

}  // namespace bestgres::fakepatroni
