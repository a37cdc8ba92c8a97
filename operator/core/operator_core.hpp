// The operator as a value: an event goes in, calls come out. It contains everything that decides
// and nothing that does: no thread, socket, clock or random number. A copy is a second operator in
// the same state; the same events give the same calls.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/core/cluster_work.hpp"
#include "operator/core/event.hpp"
#include "operator/core/informer.hpp"
#include "operator/core/leader.hpp"
#include "operator/core/metrics.hpp"
#include "operator/core/sharded_work.hpp"
#include "operator/core/store.hpp"
#include "operator/core/work_queue.hpp"
#include "operator/plan/plan.hpp"
#include "operator/plan/plan_operations.hpp"
#include "operator/plan/sharded/plan.hpp"

namespace bestgres::core {

struct CoreSettings {
    std::string watch_namespace;  // empty: all namespaces
    std::string operator_image;
    LeaderSettings leader;
    std::uint64_t jitter_seed = 0;
    // Of calls and watches: a successor in the same process begins above the ids of this one, so
    // that no late answer is taken for its own.
    std::uint64_t first_id = 1;
    std::size_t clusters_at_once = 32;  // that have a call in flight
};

class OperatorCore {
public:
    explicit OperatorCore(CoreSettings settings);

    Outbox on(const Event& event, Instant now);

    bool synced() const;
    // Synced, and nothing in the caches is known to be too old to act on.
    bool current(Instant now) const;
    bool leading(Instant now) const { return leader_.may_act(now); }
    // Nobody else can hold the lease yet, whether or not this one still acts.
    bool holds_lease(Instant now) const { return leader_.holds(now); }
    // When a cluster is looked at again without any event; long ago while something is under way.
    // Absent: nothing is planned.
    std::optional<Instant> next_work() const;
    Metrics metrics(Instant now) const;
    const Store& store() const { return store_; }
    // No answer is awaited: nothing is lost if a new core takes over now.
    bool idle() const { return pending_.empty(); }
    // Above every id that was given out.
    std::uint64_t next_id() const { return next_id_; }
    std::vector<kube::WatchId> open_watches() const;
    std::uint64_t hash() const;

private:
    enum class Purpose {
        list,
        lease,
        prove,
        act,
        look,
        ask,
        status,
        announce,
        sharded_look,
        sharded_ask,
        sharded_act,
        sharded_status
    };
    static std::string_view name_of(Purpose purpose);
    struct Pending {
        Purpose purpose = Purpose::announce;
        std::size_t informer = 0;
        ClusterKey key;
        kube::Ref ref;  // of a look: the kind listed, or the object
        std::string pod_uid;
        bool of_scopes = false;  // of a look: Patroni's objects of a group
        bool of_mounts = false;  // of a look: who mounts the cluster's claims
        bool member_is_ready = false;
        std::int64_t group = 0;  // of Citus, that was asked
        bool writes = false;     // the API server's answer to it is awaited
    };
    struct Turn {
        Instant now;
        Outbox& out;
    };
    struct Planned {
        plan::ClusterView view;
        plan::Plan plan;
        plan::OperationsPlan operations;
    };
    struct PlannedSharded {
        plan::ShardedView view;
        plan::ShardedPlan plan;
    };

    // operator_core.cpp: events and the caches
    void on_kube(const kube::Answer& answer, Turn& turn);
    void on_watch(const kube::WatchEvent& event, Turn& turn);
    bool is_wanted(const Informer& informer) const;
    void wake(const std::set<ClusterKey>& keys, Turn& turn);
    void on_listed(std::size_t index, const kube::Answer& answer, Turn& turn);
    bool waits_for_passwords(const ClusterKey& key) const;
    void advance(Turn& turn);
    void advance_caches(Turn& turn);
    void advance_leader(Turn& turn);
    void advance_clusters(Turn& turn);
    void open_watch(std::size_t index, kube::WatchSpec spec, Turn& turn);
    void report_problems(Turn& turn);
    std::optional<Instant> wake_at(Instant now) const;
    std::optional<Pending> take_pending(std::uint64_t id);
    std::uint64_t expect(Pending pending);
    bool awaits_a_write() const;
    void call_kube(Pending pending, kube::Call call, Turn& turn);

    // reconcile.cpp: one pass over one cluster
    void reconcile(const ClusterKey& key, Turn& turn);
    plan::Facts observe(const ClusterKey& key, bool fresh, Turn& turn);
    std::optional<Planned> make_plan(const ClusterKey& key, bool fresh, Turn& turn);
    void remember(const ClusterKey& key, const plan::Memory& memory);
    void choose(const ClusterKey& key, Planned planned, Turn& turn);
    bool status_is_due(const ClusterWork& work, const Planned& planned) const;
    void write_status(const ClusterKey& key, const Planned& planned, Turn& turn);
    void on_status(const ClusterKey& key, const kube::Answer& answer, Turn& turn);
    void announce(const ClusterKey& key, plan::Announce notice, Turn& turn);
    void announce_about(const kube::Ref& resource, plan::Announce notice, Turn& turn);
    void settle(const ClusterKey& key, Instant due);

    // act.cpp: one step
    void start(const ClusterKey& key, const plan::Step& step, const Planned& planned, Turn& turn);
    void perform(const ClusterKey& key, const plan::ClusterView& view, Turn& turn);
    void give_up_if_overtaken(const ClusterKey& key, Turn& turn);
    void on_proof(const ClusterKey& key, const kube::Answer& answer, Turn& turn);
    void on_act(const ClusterKey& key, const kube::Answer& answer, Turn& turn);
    void on_patroni(const patroni::Answer& answer, Turn& turn);
    void on_sql(const postgres::Answer& answer, Turn& turn);
    void keep_answer(const ClusterKey& key, const kube::Answer& answer, Turn& turn);
    void succeeded(const ClusterKey& key, Turn& turn);
    struct StepFailure {
        std::string message;
        bool unknown = false;
        bool harmless = false;  // somebody else wrote first: nothing to report
        std::optional<Duration> retry_after = std::nullopt;
    };
    void failed(const ClusterKey& key, StepFailure failure, Turn& turn);

    // operate.cpp: steps for BGDbOps
    bool knows_operations(Instant now) const;
    std::vector<kube::Object> operations_of(const ClusterKey& key, Instant now) const;
    void reconcile_orphans(const ClusterKey& key, Turn& turn);
    bool operate(const ClusterKey& key, const Planned& planned, Turn& turn);
    void conclude_operation(const ClusterKey& key, const Planned& planned, Turn& turn);
    void operation_succeeded(const ClusterKey& key, const plan::Step& step, Turn& turn);
    void operation_failed(const ClusterKey& key, const StepFailure& failure, Turn& turn);

    // look.cpp: fresh reads
    void begin_look(const ClusterKey& key, std::optional<plan::Step> step, Turn& turn);
    void on_look(const Pending& pending, const kube::Answer& answer, Turn& turn);
    void ask_members(const ClusterKey& key, Turn& turn);
    void on_asked(const Pending& pending, const patroni::Answer& answer, Turn& turn);
    void conclude_look(const ClusterKey& key, Turn& turn);

    // sharded.cpp: one pass over one BGShardedCluster
    bool knows_sharded(Instant now) const;
    void wake_sharded(const ClusterKey& cluster, Turn& turn);
    void advance_sharded(Turn& turn);
    void reconcile_sharded(const ClusterKey& key, Turn& turn);
    std::optional<PlannedSharded> plan_of_sharded(const ClusterKey& key, Turn& turn);
    void choose_sharded(const ClusterKey& key, const PlannedSharded& planned, Turn& turn);
    bool write_sharded_status(const ClusterKey& key, const PlannedSharded& planned, Turn& turn);
    void on_sharded_status(const ClusterKey& key, const kube::Answer& answer, Turn& turn);
    void settle_sharded(const ClusterKey& key, Instant due);
    void announce_sharded(const ClusterKey& key, plan::Announce notice, Turn& turn);

    // sharded_operate.cpp: operations on sharded clusters
    bool knows_sharded_operations(Instant now) const;
    void reconcile_sharded_orphans(const ClusterKey& key, Turn& turn);

    // sharded_act.cpp: fresh reads of the API server and of Citus, and one step
    void look_at_sharded(const ClusterKey& key, const std::optional<plan::ShardedStep>& step,
                         Turn& turn);
    void on_sharded_look(const Pending& pending, const kube::Answer& answer, Turn& turn);
    void ask_citus(const ClusterKey& key, const PlannedSharded& planned, Turn& turn);
    void on_citus(const Pending& pending, const postgres::Answer& answer, Turn& turn);
    void conclude_citus(const ClusterKey& key, Turn& turn);
    void perform_sharded(const ClusterKey& key, const PlannedSharded& planned, Turn& turn);
    void on_sharded_act(const Pending& pending, const kube::Answer& answer, Turn& turn);
    void on_citus_command(const ClusterKey& key, const postgres::Answer& answer, Turn& turn);
    void sharded_succeeded(const ClusterKey& key, Turn& turn);
    void sharded_failed(const ClusterKey& key, const StepFailure& failure, Turn& turn);

    CoreSettings settings_;
    Store store_;
    std::vector<Informer> informers_;
    std::map<kube::WatchId, std::size_t> watches_;
    Leader leader_;
    std::deque<ClusterKey> remembered_;  // that have a memory, the oldest first
    WorkQueue queue_;
    WorkQueue polls_;  // what no watch tells: names that others hold. No work until it is due.
    std::deque<ClusterKey> ready_;  // due, and waiting for a free place
    std::map<ClusterKey, ClusterWork> works_;
    WorkQueue sharded_queue_;
    std::map<ClusterKey, ShardedWork> sharded_works_;
    std::map<std::uint64_t, Pending> pending_;
    std::uint64_t next_id_;
    std::string entropy_;
    bool was_leading_ = false;
    bool shutting_down_ = false;
    std::map<std::string, std::string> reported_;  // the last problem told, by its source
    Metrics metrics_;
};

}  // namespace bestgres::core
