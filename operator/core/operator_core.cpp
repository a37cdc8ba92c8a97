#include "operator/core/operator_core.hpp"

#include <algorithm>

#include "lib/base/overloaded.hpp"
#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/core/heartbeat.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::core {
namespace {

std::vector<Informer> make_informers(const std::string& ns) {
    const std::string labelled(manifests::cluster_label);
    std::vector<Informer> informers;
    informers.push_back(Informer({kube::kinds::bg_cluster, ns, ""}));
    for (const kube::Kind& kind :
         {kube::kinds::pod, kube::kinds::config_map, kube::kinds::stateful_set,
          kube::kinds::persistent_volume_claim, kube::kinds::service, kube::kinds::secret,
          kube::kinds::service_account, kube::kinds::role, kube::kinds::role_binding,
          kube::kinds::pod_disruption_budget}) {
        informers.push_back(Informer({kind, ns, labelled}));
    }
    informers.push_back(Informer(
        {.kind = kube::kinds::bg_db_ops, .ns = ns, .label_selector = "", .optional = true}));
    informers.push_back(Informer({.kind = kube::kinds::config_map,
                                  .ns = ns,
                                  .label_selector = manifests::all_scopes_selector_text(),
                                  .of_scopes = true}));
    informers.push_back(Informer(
        {.kind = kube::kinds::job, .ns = ns, .label_selector = labelled, .optional = true}));
    for (const kube::Kind& kind :
         {kube::kinds::bg_sharded_cluster, kube::kinds::bg_sharded_db_ops}) {
        informers.push_back(
            Informer({.kind = kind, .ns = ns, .label_selector = "", .optional = true}));
    }
    return informers;
}

constexpr std::size_t entropy_kept = 4096;

}  // namespace

OperatorCore::OperatorCore(CoreSettings settings)
    : settings_(std::move(settings)),
      informers_(make_informers(settings_.watch_namespace)),
      leader_(settings_.leader),
      next_id_(settings_.first_id) {}

bool OperatorCore::is_wanted(const Informer& informer) const {
    // What the last group left behind may keep a name from others: once watched, always watched.
    return !informer.spec().of_scopes || store_.has_groups() || informer.synced();
}

bool OperatorCore::synced() const {
    return std::ranges::all_of(informers_, [this](const Informer& one) {
        return one.spec().optional || one.synced() || !is_wanted(one);
    });
}

bool OperatorCore::current(Instant now) const {
    return std::ranges::all_of(informers_, [this, now](const Informer& one) {
        return one.spec().optional || one.current(now) || !is_wanted(one);
    });
}

Outbox OperatorCore::on(const Event& event, Instant now) {
    Outbox out;
    Turn turn{now, out};
    ++metrics_.events;
    std::visit(
        Overloaded{[](const Tick&) {},
                   [this](const Entropy& entropy) {
                       entropy_ += entropy.bytes;
                       for (const ClusterKey& key : store_.clusters()) {
                           if (waits_for_passwords(key)) {
                               queue_.add(key, Instant{});
                           }
                       }
                   },
                   [this](const Shutdown&) { shutting_down_ = true; },
                   [this, &turn](const kube::Answer& answer) { on_kube(answer, turn); },
                   [this, &turn](const kube::WatchEvent& seen) { on_watch(seen, turn); },
                   [this, &turn](const patroni::Answer& answer) { on_patroni(answer, turn); },
                   [this, &turn](const postgres::Answer& answer) { on_sql(answer, turn); }},
        event);
    advance(turn);
    return out;
}

bool OperatorCore::waits_for_passwords(const ClusterKey& key) const {
    return store_.find({kube::kinds::secret, key.ns,
                        manifests::secret_name(key.name, store_.group_of(key))}) == nullptr;
}

void OperatorCore::advance(Turn& turn) {
    // A write that arrived after the lease was given back could undo what the next one has done.
    if (shutting_down_ && !awaits_a_write()) {
        leader_.shut_down();
    }
    advance_leader(turn);
    if (!shutting_down_) {
        advance_caches(turn);
        advance_clusters(turn);
        advance_sharded(turn);
    }
    report_problems(turn);
    turn.out.finished = shutting_down_ && leader_.released();
    turn.out.wants_entropy = entropy_.size() < entropy_kept / 2;
    turn.out.wake_at = wake_at(turn.now);
}

void OperatorCore::advance_leader(Turn& turn) {
    if (std::optional<kube::Call> call = leader_.next_call(turn.now)) {
        Pending pending;
        pending.purpose = Purpose::lease;
        call_kube(std::move(pending), *std::move(call), turn);
    }
    const bool leads = leader_.may_act(turn.now);
    if (leads != was_leading_) {
        was_leading_ = leads;
        turn.out.records.push_back(
            {Severity::info, leads ? "leading" : "not leading", {{"holder", leader_.holder()}}});
        for (const ClusterKey& key : store_.clusters()) {
            works_[key].is_new_to_us = leads;
            queue_.add(key, turn.now);
        }
        for (const ClusterKey& key : store_.sharded()) {
            sharded_works_[key].readings.clear();
            sharded_works_[key].read_as = 0;
            sharded_queue_.add(key, turn.now);
        }
        for (const ClusterKey& key : store_.with_sharded_operations()) {
            sharded_queue_.add(key, turn.now);
        }
    }
}

void OperatorCore::advance_caches(Turn& turn) {
    for (std::size_t index = 0; index < informers_.size(); ++index) {
        if (!is_wanted(informers_[index])) {
            continue;
        }
        if (std::optional<kube::Call> list = informers_[index].next_list(turn.now)) {
            Pending pending;
            pending.purpose = Purpose::list;
            pending.informer = index;
            ++metrics_.lists;
            call_kube(std::move(pending), *std::move(list), turn);
        }
        if (std::optional<kube::WatchSpec> spec = informers_[index].next_watch(turn.now)) {
            open_watch(index, *std::move(spec), turn);
        }
    }
}

void OperatorCore::advance_clusters(Turn& turn) {
    if (!leader_.may_act(turn.now) || !current(turn.now)) {
        return;
    }
    for (WorkQueue* const queue : {&queue_, &polls_}) {
        for (ClusterKey& key : queue->take_due(turn.now)) {
            if (std::ranges::find(ready_, key) == ready_.end()) {
                ready_.push_back(std::move(key));
            }
        }
    }
    if (ready_.empty()) {
        return;
    }
    const auto busy = [this] {
        return static_cast<std::size_t>(std::ranges::count_if(works_, [](const auto& entry) {
            return entry.second.stage != ClusterWork::Stage::idle;
        }));
    };
    std::size_t active = busy();
    while (!ready_.empty() && active < settings_.clusters_at_once) {
        const ClusterKey key = std::move(ready_.front());
        ready_.pop_front();
        reconcile(key, turn);
        const auto work = works_.find(key);
        active += work != works_.end() && work->second.stage != ClusterWork::Stage::idle ? 1 : 0;
    }
}

std::optional<Instant> OperatorCore::wake_at(Instant now) const {
    std::optional<Instant> earliest = leader_.wake_at();
    const auto keep = [&earliest](std::optional<Instant> other) {
        if (other && (!earliest || *other < *earliest)) {
            earliest = other;
        }
    };
    if (shutting_down_) {
        return earliest;
    }
    for (const Informer& informer : informers_) {
        keep(is_wanted(informer) ? informer.wake_at() : std::nullopt);
    }
    if (was_leading_ && current(now)) {
        keep(queue_.next_due());
        keep(polls_.next_due());
        keep(knows_sharded(now) ? sharded_queue_.next_due() : std::nullopt);
    }
    return earliest;
}

void OperatorCore::open_watch(std::size_t index, kube::WatchSpec spec, Turn& turn) {
    const kube::WatchId id = next_id_++;
    watches_[id] = index;
    ++metrics_.watches;
    turn.out.watches.push_back({id, std::move(spec)});
}

std::uint64_t OperatorCore::expect(Pending pending) {
    const std::uint64_t id = next_id_++;
    pending_.emplace(id, std::move(pending));
    return id;
}

bool OperatorCore::awaits_a_write() const {
    return std::ranges::any_of(pending_, [](const auto& entry) { return entry.second.writes; });
}

void OperatorCore::call_kube(Pending pending, kube::Call call, Turn& turn) {
    pending.writes = pending.purpose != Purpose::lease && kube::is_write(call);
    const std::string_view site = name_of(pending.purpose);
    turn.out.kube_calls.push_back({expect(std::move(pending)), std::move(call), site});
}

std::string_view OperatorCore::name_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::list:
            return "list";
        case Purpose::lease:
            return "lease";
        case Purpose::prove:
            return "prove";
        case Purpose::act:
            return "act";
        case Purpose::look:
            return "look";
        case Purpose::ask:
            return "ask";
        case Purpose::status:
            return "status";
        case Purpose::announce:
            return "announce";
        case Purpose::sharded_look:
            return "look at sharded";
        case Purpose::sharded_ask:
            return "ask citus";
        case Purpose::sharded_act:
            return "act on sharded";
        case Purpose::sharded_status:
            return "status of sharded";
    }
    return "act";
}

std::optional<Instant> OperatorCore::next_work() const {
    const bool busy = std::ranges::any_of(works_,
                                          [](const auto& entry) {
                                              return entry.second.stage != ClusterWork::Stage::idle;
                                          }) ||
                      std::ranges::any_of(sharded_works_, [](const auto& entry) {
                          return entry.second.stage != ShardedWork::Stage::idle;
                      });
    if (busy || !ready_.empty() || !synced()) {
        return Instant{};
    }
    const std::optional<Instant> sharded = sharded_queue_.next_due();
    const std::optional<Instant> due = queue_.next_due();
    return due && sharded ? std::min(due, sharded) : due ? due : sharded;
}

std::optional<OperatorCore::Pending> OperatorCore::take_pending(std::uint64_t id) {
    const auto found = pending_.find(id);
    if (found == pending_.end()) {
        return std::nullopt;
    }
    Pending pending = std::move(found->second);
    pending_.erase(found);
    return pending;
}

void OperatorCore::on_kube(const kube::Answer& answer, Turn& turn) {
    const std::optional<Pending> pending = take_pending(answer.id);
    if (!pending) {
        return;
    }
    switch (pending->purpose) {
        case Purpose::list:
            on_listed(pending->informer, answer, turn);
            return;
        case Purpose::lease:
            leader_.on_answer(answer.outcome, turn.now);
            return;
        case Purpose::prove:
            on_proof(pending->key, answer, turn);
            return;
        case Purpose::act:
            on_act(pending->key, answer, turn);
            return;
        case Purpose::look:
            on_look(*pending, answer, turn);
            return;
        case Purpose::status:
            on_status(pending->key, answer, turn);
            return;
        case Purpose::sharded_look:
            on_sharded_look(*pending, answer, turn);
            return;
        case Purpose::sharded_act:
            on_sharded_act(*pending, answer, turn);
            return;
        case Purpose::sharded_status:
            on_sharded_status(pending->key, answer, turn);
            return;
        case Purpose::ask:
        case Purpose::sharded_ask:
        case Purpose::announce:
            return;  // an Event that could not be written is not worth a second try
    }
}

void OperatorCore::on_listed(std::size_t index, const kube::Answer& answer, Turn& turn) {
    Informer& informer = informers_[index];
    std::optional<kube::WatchSpec> spec = informer.on_listed(answer.outcome, turn.now);
    if (!spec) {
        return;
    }
    const kube::Listing& listing = informer.listing();
    const std::set<ClusterKey> changed =
        store_.replace({.kind = informer.spec().kind,
                        .ns = informer.spec().ns,
                        .of_scopes = informer.spec().of_scopes},
                       {.items = listing.items, .version = listing.resource_version}, turn.now);
    informer.forget_listing();
    wake(changed, turn);
    open_watch(index, *std::move(spec), turn);
}

void OperatorCore::on_watch(const kube::WatchEvent& event, Turn& turn) {
    const auto watch = watches_.find(event.id);
    if (watch == watches_.end()) {
        return;
    }
    Informer& informer = informers_[watch->second];
    informer.on_watch_event(event, turn.now);
    const kube::Ref ref{informer.spec().kind, std::string(event.object.ns()),
                        std::string(event.object.name())};
    switch (event.type) {
        case kube::WatchEventType::added:
        case kube::WatchEventType::modified: {
            const Store::Entry* const known = store_.find(ref);
            const bool is_new = known == nullptr;
            const kube::Object before = is_new ? kube::Object() : known->object;
            if (store_.put(ref, event.object, turn.now) &&
                !is_heartbeat(ref, before, event.object)) {
                wake(is_new ? store_.concerned_by_existence(ref, event.object)
                            : store_.concerned_by(ref, event.object),
                     turn);
            }
            return;
        }
        case kube::WatchEventType::deleted: {
            const Store::Entry* const entry = store_.find(ref);
            if (entry == nullptr ||
                !is_older(event.object.resource_version(), entry->object.resource_version())) {
                store_.remove(ref, event.object.resource_version());
                wake(store_.concerned_by_existence(ref, event.object), turn);
            }
            return;
        }
        case kube::WatchEventType::bookmark:
            return;
        case kube::WatchEventType::gone:
        case kube::WatchEventType::closed:
            watches_.erase(watch);
            return;
    }
}

void OperatorCore::wake(const std::set<ClusterKey>& keys, Turn& turn) {
    for (const ClusterKey& key : keys) {
        queue_.add(key, turn.now);
        wake_sharded(key, turn);
    }
}

void OperatorCore::report_problems(Turn& turn) {
    const auto report = [this, &turn](const std::string& source, const std::string& problem) {
        std::string& told = reported_[source];
        if (told == problem) {
            return;
        }
        told = problem;
        if (!problem.empty()) {
            turn.out.records.push_back(
                {Severity::warning, "cannot reach what is needed", {{"error", problem}}});
        }
    };
    // A server that cannot be reached is told once, not once a kind.
    std::string server = leader_.problem();
    for (const Informer& informer : informers_) {
        const std::string scopes = informer.spec().of_scopes ? " of scopes" : "";
        const bool too_old =
            informer.synced() && !informer.current(turn.now) && is_wanted(informer);
        const std::string consequence =
            informer.spec().optional ? "no operation is begun" : "nothing is done for any cluster";
        report("age of " + std::string(informer.spec().kind.plural) + scopes,
               too_old ? consequence + ": what is known of " +
                             std::string(informer.spec().kind.plural) + " is too old"
                       : "");
        const bool own = informer.problem_is_own();
        report(std::string(informer.spec().kind.plural) + scopes, own ? informer.problem() : "");
        if (!own && server.empty()) {
            server = informer.problem();
        }
    }
    report("server", server);
}

std::vector<kube::WatchId> OperatorCore::open_watches() const {
    std::vector<kube::WatchId> ids;
    for (const auto& [id, informer] : watches_) {
        ids.push_back(id);
    }
    return ids;
}

Metrics OperatorCore::metrics(Instant now) const {
    Metrics metrics = metrics_;
    metrics.clusters = store_.clusters().size();
    metrics.queue = queue_.size() + ready_.size();
    metrics.objects = store_.size();
    metrics.leading = leading(now);
    for (const auto& [key, work] : works_) {
        if (!work.phase.empty()) {
            ++metrics.phases[work.phase];
        }
    }
    return metrics;
}

std::uint64_t OperatorCore::hash() const {
    Hasher hasher;
    store_.hash_into(hasher);
    leader_.hash_into(hasher);
    queue_.hash_into(hasher);
    polls_.hash_into(hasher);
    for (const Informer& informer : informers_) {
        informer.hash_into(hasher);
    }
    for (const auto& [key, work] : works_) {
        hasher.add(to_string(key));
        work.hash_into(hasher);
    }
    sharded_queue_.hash_into(hasher);
    for (const auto& [key, work] : sharded_works_) {
        hasher.add(to_string(key));
        work.hash_into(hasher);
    }
    for (const auto& [id, pending] : pending_) {
        hasher.add(id);
        hasher.add(static_cast<std::uint64_t>(pending.purpose));
        hasher.add(to_string(pending.key));
        hasher.add(pending.pod_uid);
    }
    for (const ClusterKey& key : ready_) {
        hasher.add(to_string(key));
    }
    hasher.add(next_id_);
    hasher.add(entropy_);
    hasher.add(static_cast<std::uint64_t>(was_leading_) * 2 +
               static_cast<std::uint64_t>(shutting_down_));
    return hasher.value();
}

}  // namespace bestgres::core
