// Keeps the cache of one kind in step with the server: list, watch from there, resume from the last
// version seen when the stream ends, list again when that version is gone. Where streams end as
// soon as they begin (a right that is missing, a server that is ill) it lives on lists, with
// growing pauses, and says when even those are too old to act on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"
#include "operator/core/event.hpp"
#include "operator/core/store.hpp"

namespace bestgres::core {

struct InformerSpec {
    kube::Kind kind;
    std::string ns;  // empty: all namespaces
    std::string label_selector;
    // What depends on this kind waits for it; nothing else does. Its definition may be missing
    // where the operator is newer than the definitions.
    bool optional = false;
    // Patroni's objects of the groups of sharded clusters: of no use, and not asked for, where
    // there are none.
    bool of_scopes = false;
};

class Informer {
public:
    explicit Informer(InformerSpec spec) : spec_(std::move(spec)) {}

    const InformerSpec& spec() const { return spec_; }
    // Listed at least once: the cache holds what existed then.
    bool synced() const { return synced_; }
    // Whether the cache may be acted on: a stream is open, or the server was heard not long ago.
    bool current(Instant now) const;
    const std::string& problem() const { return problem_; }
    // The problem is this kind's alone (a missing right), not that of every call to the server.
    bool problem_is_own() const { return problem_is_own_; }
    std::optional<Instant> wake_at() const;

    // The list call to make now, if one is due.
    std::optional<kube::Call> next_list(Instant now);
    // Each gives the watch to open, if there is one to open.
    std::optional<kube::WatchSpec> on_listed(const Result<kube::Outcome, kube::Error>& outcome,
                                             Instant now);
    std::optional<kube::WatchSpec> next_watch(Instant now);
    void on_watch_event(const kube::WatchEvent& event, Instant now);
    // What a successful listing held; to be put into the store by the caller.
    const kube::Listing& listing() const { return listing_; }
    void forget_listing() { listing_.items.clear(); }
    void hash_into(Hasher& hasher) const;

private:
    enum class State { to_list, listing, to_watch, watching };

    kube::WatchSpec open(Instant now);
    // Until when nothing is tried after so many failures in a row.
    Instant pause_after(std::uint32_t failures, Instant now) const;
    void on_end(const kube::WatchEvent& event, Instant now);
    void prove(Instant now);

    InformerSpec spec_;
    State state_ = State::to_list;
    Instant due_;
    Instant opened_at_;
    Instant heard_at_;                  // the last that the server told of this kind
    std::optional<Instant> proves_at_;  // an open stream is then trusted again
    std::uint32_t failed_lists_ = 0;    // in a row
    std::uint32_t short_streams_ = 0;   // in a row
    bool synced_ = false;
    std::string version_;
    std::string problem_;
    bool problem_is_own_ = false;
    kube::Listing listing_;
};

}  // namespace bestgres::core
