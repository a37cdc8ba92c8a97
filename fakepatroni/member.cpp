#include "fakepatroni/member.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/hash.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

constexpr Duration initdb_takes = seconds(2);
constexpr Duration copy_takes = seconds(2);
constexpr Duration restart_takes = seconds(1);
constexpr std::string_view scope_label = "bestgres.io/cluster";
constexpr std::uint64_t first_position = 67'108'864;

// Parameters that Patroni keeps in the dynamic configuration and that need a restart.
Json restart_parameters(const Seen& seen) {
    Json wanted = Json::object();
    const Json config = seen.config.config.value_or(Json::object());
    for (const char* name :
         {"max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
          "max_locks_per_transaction", "shared_buffers"}) {
        if (const Json* value = find(config, {"postgresql", "parameters", name})) {
            wanted[name] = *value;
        }
    }
    return wanted;
}

}  // namespace

Member::Member(MemberSettings settings, Disk disk) : settings_(std::move(settings)) {
    local_.name = settings_.pod;
    local_.disk = std::move(disk);
}

bool Member::is_ready() const {
    if (!local_.runs || terminated_) {
        return false;
    }
    return local_.primary ? seen_.leader.holder == local_.name : !seen_.leader.holder.empty();
}

std::uint64_t Member::hash() const {
    Hasher hasher;
    hasher.add(local_.name);
    hasher.add(local_.disk.system_identifier);
    hasher.add(static_cast<std::uint64_t>(local_.disk.timeline));
    hasher.add(local_.disk.lsn);
    hasher.add(static_cast<std::uint64_t>(local_.runs) * 2 +
               static_cast<std::uint64_t>(local_.primary));
    hasher.add(static_cast<std::uint64_t>(local_.work));
    hasher.add(published_);
    return hasher.value();
}

MemberOutbox Member::on(const MemberEvent& event, Instant now) {
    MemberOutbox out;
    if (terminated_) {
        return out;
    }
    finish_work(now);
    std::visit(Overloaded{
                   [&](const Wake&) { begin_cycle(now, out); },
                   [&](const kube::Answer& answer) { take_answer(answer, now, out); },
                   [&](const RestRequest& request) { answer_rest(request, now, out); },
                   [&](const Terminate&) { terminate(out); },
               },
               event);
    return out;
}

void Member::submit(kube::Call call, MemberOutbox& out) {
    out.calls.emplace_back(next_call_++, std::move(call));
}

void Member::begin_cycle(Instant now, MemberOutbox& out) {
    phase_ = Phase::reading;
    lists_missing_ = 2;
    expected_.clear();
    const std::string selector = fmt::format("{}={}", scope_label, settings_.scope);
    for (const kube::Kind& kind : {kube::kinds::config_map, kube::kinds::pod}) {
        expected_[next_call_] = kind == kube::kinds::pod ? "pods" : "configs";
        submit(
            kube::List{
                .kind = kind, .ns = settings_.ns, .label_selector = selector, .field_selector = ""},
            out);
    }
    const Timing timing = timing_of(seen_);
    Instant next = now + timing.loop_wait;
    if (local_.work != Work::none) {
        next = std::min(next, std::max(local_.work_ends, now + seconds(1)));
    }
    out.wake_at = next;
}

void Member::take_answer(const kube::Answer& answer, Instant now, MemberOutbox& out) {
    const auto found = expected_.find(answer.id);
    if (found == expected_.end()) {
        return;
    }
    const std::string what = found->second;
    expected_.erase(found);
    if (what == "write") {
        finish_write(answer, now, out);
        return;
    }
    // Asked for over REST: it must not disturb the step that the HA loop is at.
    if (what == "request") {
        if (answer.outcome.ok()) {
            const auto& object = std::get<kube::Object>(*answer.outcome);
            read({.items = {object}, .resource_version = ""}, now);
        }
        return;
    }
    if (what == "pod" || !answer.outcome.ok()) {
        // An unreadable API server: the next cycle tries again. A primary keeps the lock until its
        // ttl is over.
        if (what != "pod" && local_.primary && !lock_is_held(local_, seen_, now)) {
            become_replica();
        }
        return;
    }
    if (what == "configs") {
        // What is not listed does not exist any more.
        seen_.config = {};
        seen_.leader = {};
        seen_.failover = {};
        seen_.versions.clear();
    }
    read(std::get<kube::Listing>(*answer.outcome), now);
    if (--lists_missing_ == 0) {
        decision_ = decide(local_, seen_, now);
        last_sentence_ = decision_.because;
        act(decision_, now, out);
    }
}

void Member::read(const kube::Listing& objects, Instant now) {
    const bool pods = !objects.items.empty() && objects.items.front().kind() == "Pod";
    if (pods) {
        seen_.peers.clear();
    }
    for (const kube::Object& object : objects.items) {
        if (pods) {
            const auto status = patroni::parse_member_status(object.annotation("status"));
            if (object.name() != settings_.pod) {
                seen_.peers.push_back(
                    {.name = std::string(object.name()),
                     .status = status.value_or({}),
                     .pod_runs = kube::pod_phase(object) == "Running" && !object.being_deleted()});
            }
            continue;
        }
        const Json& annotations = object_at(object.json(), {"metadata", "annotations"});
        const std::string name(object.name());
        if (name == settings_.scope + "-config") {
            seen_.config = patroni::parse_config(annotations);
        } else if (name == settings_.scope + "-failover") {
            seen_.failover = patroni::parse_failover(annotations);
        } else if (name == settings_.scope + "-leader") {
            seen_.leader = patroni::parse_leader(annotations);
            if (local_.leader_version != object.resource_version()) {
                local_.leader_version = object.resource_version();
                local_.leader_seen_changing = now;
            }
        } else {
            continue;
        }
        seen_.versions[name.substr(settings_.scope.size() + 1)] = object.resource_version();
    }
}

void Member::become_replica() {
    local_.primary = false;
    local_.work = Work::none;
}

void Member::act(const Decision& decision, Instant now, MemberOutbox& out) {
    phase_ = Phase::writing;
    switch (decision.action) {
        case Action::begin_bootstrap:
            write_object("config", {{"initialize", ""}}, out);
            return;
        case Action::finish_bootstrap:
            local_.disk = {.initialized = true,
                           .system_identifier = settings_.system_identifier,
                           .timeline = 1,
                           .lsn = first_position};
            local_.runs = true;
            local_.work = Work::none;
            fresh_cluster_ = true;
            write_object("config",
                         {{"initialize", local_.disk.system_identifier},
                          {"config", dump(settings_.bootstrap_config)}},
                         out);
            return;
        case Action::renew:
            write_object("leader", leader_annotations(now, false), out);
            return;
        case Action::acquire:
            write_object("leader", leader_annotations(now, true), out);
            return;
        case Action::hand_over:
            become_replica();
            write_object("leader", {{"leader", nullptr}}, out);
            return;
        case Action::demote:
            become_replica();
            break;
        case Action::copy:
            local_.work = Work::base_backup;
            local_.work_ends = now + copy_takes;
            out.wake_at = std::min(out.wake_at.value_or(local_.work_ends), local_.work_ends);
            break;
        case Action::start:
            local_.runs = true;
            local_.primary = seen_.leader.holder == local_.name;
            local_.parameters_in_force = restart_parameters(seen_);
            break;
        case Action::follow:
            local_.disk.timeline = std::max<std::int64_t>(
                local_.disk.timeline, static_cast<std::int64_t>(seen_.config.history.size()) + 1);
            if (seen_.leader.optime) {
                local_.disk.lsn = std::max(local_.disk.lsn, seen_.leader.optime->bytes);
            }
            break;
        case Action::wait:
            break;
    }
    publish(now, out);
}

void Member::finish_write(const kube::Answer& answer, Instant now, MemberOutbox& out) {
    const bool done = answer.outcome.ok();
    if (done) {
        const auto& object = std::get<kube::Object>(*answer.outcome);
        read({.items = {object}, .resource_version = ""}, now);
    }
    switch (decision_.action) {
        case Action::begin_bootstrap:
            if (done) {
                local_.work = Work::initdb;
                local_.work_ends = now + initdb_takes;
                out.wake_at = local_.work_ends;
            }
            break;
        case Action::finish_bootstrap:
            local_.parameters_in_force = restart_parameters(seen_);
            decision_.action = Action::acquire;
            write_object("leader", leader_annotations(now, true), out);
            return;
        case Action::acquire:
            if (done && take_lock(out)) {
                return;
            }
            break;
        case Action::renew:
            // 404 and a changed holder: Patroni demotes at once.
            if (!done && answer.outcome.error().code == kube::ErrorCode::not_found) {
                become_replica();
            }
            // The lock without a primary: an interrupted promotion is made good.
            if (done && !local_.primary && local_.runs && take_lock(out)) {
                return;
            }
            if (done && seen_.failover.pending() && seen_.failover.candidate == local_.name) {
                decision_.action = Action::wait;
                write_object("failover", {{"leader", nullptr}, {"member", nullptr}}, out);
                return;
            }
            break;
        case Action::wait:
        case Action::demote:
        case Action::hand_over:
        case Action::copy:
        case Action::follow:
        case Action::start:
            break;
    }
    publish(now, out);
}

// True when a further write is under way: the promotion's line of history.
bool Member::take_lock(MemberOutbox& out) {
    const bool was_primary = local_.primary;
    local_.primary = true;
    if (fresh_cluster_ || was_primary) {
        fresh_cluster_ = false;
        return false;
    }
    Json history = Json::array();
    for (const patroni::HistoryEntry& entry : seen_.config.history) {
        history.push_back({entry.timeline, entry.switched_at.bytes, entry.reason});
    }
    history.push_back({local_.disk.timeline, local_.disk.lsn, "no recovery target specified"});
    ++local_.disk.timeline;
    decision_.action = Action::wait;
    write_object("config", {{"history", dump(history)}}, out);
    return true;
}

void Member::finish_work(Instant now) {
    if (local_.work == Work::none || local_.work == Work::initdb || now < local_.work_ends) {
        return;
    }
    if (local_.work == Work::base_backup && !seen_.leader.holder.empty() &&
        seen_.config.initialize) {
        local_.disk = {.initialized = true,
                       .system_identifier = *seen_.config.initialize,
                       .timeline = static_cast<std::int64_t>(seen_.config.history.size()) + 1,
                       .lsn = seen_.leader.optime ? seen_.leader.optime->bytes : first_position};
        local_.runs = true;
        local_.primary = false;
    }
    if (local_.work == Work::restart) {
        local_.runs = true;
    }
    local_.parameters_in_force = restart_parameters(seen_);
    local_.work = Work::none;
}

}  // namespace bestgres::fakepatroni
