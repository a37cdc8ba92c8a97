// A replica that will never follow its primary again: PostgreSQL on it runs, does not stream, and
// Patroni is done with it. So it is where pg_rewind failed (Patroni does not try it twice), and
// where two members were promoted at one place: their timelines have one number, and neither
// Patroni nor pg_rewind sees that they are not the same. It copies the primary's data anew.
#include <algorithm>

#include "operator/plan/compose.hpp"
#include "operator/plan/health.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Patroni rewinds while PostgreSQL is stopped, so that one which runs on unchanged is left as it
// is.
constexpr Duration patience_with_the_parted = minutes(2);
// Without proof it may be cut off from its primary, and come back.
constexpr Duration patience_with_the_silent = minutes(5);
// A copy that did not help is not made again and again.
constexpr Duration one_copy_in = hours(1);

bool says_that_it_follows(const Member& member) {
    const auto published = [](const auto& said) { return said && said->replication_state; };
    const bool cascades = !find_string(member.status->tags, {"replicatefrom"}).value_or("").empty();
    return published(member.status) || published(member.rest) || cascades;
}

bool is_behind(const ClusterView& view, const Member& primary, const Member& member) {
    const std::optional<std::int64_t>& timeline = member.status->timeline;
    if (timeline && primary.status->timeline && *timeline != *primary.status->timeline) {
        return true;
    }
    return member.status->written && view.leader.optime &&
           *member.status->written < *view.leader.optime;
}

// What was read may be older than it is: before anything is thrown away, both have to say so now.
bool is_confirmed(const ClusterView& view, const Member& primary, const Member& member) {
    if (!view.facts.fresh) {
        return true;
    }
    const auto is_fed = [&member](const std::vector<std::string>& fed) {
        return std::ranges::find(fed, member.name) != fed.end();
    };
    return member.rest && member.rest->role == patroni::Role::replica &&
           member.rest->state == patroni::State::running && primary.rest &&
           !is_fed(primary.rest->streaming_standbys);
}

bool is_left_behind(const ClusterView& view, const Member& primary, const Member& member) {
    return is_wanted(view, member) && runs(member) && !member.pod.being_deleted() &&
           !member.holds_lock && member.status && member.status->role == patroni::Role::replica &&
           member.status->state == patroni::State::running && !says_that_it_follows(member) &&
           is_behind(view, primary, member) && is_confirmed(view, primary, member);
}

// It wrote what the primary never had: past the end of its timeline, or as the leader of one that
// another member leads now. A leader that follows begins a timeline of its own.
bool has_parted(const ClusterView& view, const Member& primary, const Member& member) {
    const std::optional<std::int64_t>& timeline = member.status->timeline;
    const auto has_written_past = [&](const patroni::HistoryEntry& entry) {
        return timeline && entry.timeline == *timeline && member.status->written &&
               *member.status->written > entry.switched_at;
    };
    const auto has_led_it = [&](const patroni::HistoryEntry& entry) {
        return timeline && entry.timeline + 1 == *timeline && entry.new_leader == member.name &&
               primary.status->timeline == timeline;
    };
    return std::ranges::any_of(view.config.history, [&](const patroni::HistoryEntry& entry) {
        return has_written_past(entry) || has_led_it(entry);
    });
}

// On no older timeline, and with as much of it.
bool has_as_much(const ClusterView& view, const Member& primary, const Member& member) {
    const std::optional<std::int64_t>& timeline = member.status->timeline;
    return timeline && primary.status->timeline && *timeline <= *primary.status->timeline &&
           member.status->written && view.leader.optime &&
           *member.status->written <= *view.leader.optime;
}

// Nobody else is missing; and without proof there is another copy than the primary's.
bool may_go(const ClusterView& view, const Member& member, bool parted) {
    bool another_copy = parted;
    for (const Member& other : view.members) {
        const bool healthy = is_healthy(view, other);
        if (other.name != member.name && is_wanted(view, other) && !healthy) {
            return false;
        }
        another_copy = another_copy || (healthy && !other.holds_lock);
    }
    return another_copy;
}

bool was_rebuilt(const ClusterView& view, const Effect& effect) {
    const std::string text = describe(effect);
    return std::ranges::any_of(view.decisions, [&](const api::DecisionStatus& decision) {
        return decision.effect.starts_with(text) && view.now() - decision.time < one_copy_in;
    });
}

}  // namespace

Opinion rebuild_replica(const ClusterView& view) {
    const Member* const primary = view.primary();
    if (primary == nullptr || !is_healthy(view, *primary) || !interference(view).empty()) {
        return {};
    }
    Opinion later;
    for (const Member& member : view.members) {
        if (!is_left_behind(view, *primary, member)) {
            continue;
        }
        const bool parted = has_parted(view, *primary, member);
        const Effect effect = ReinitMember{.member = target_of(member)};
        if (!has_as_much(view, *primary, member) || !may_go(view, member, parted) ||
            was_rebuilt(view, effect)) {
            continue;
        }
        const Duration patience = parted ? patience_with_the_parted : patience_with_the_silent;
        const Duration waited = view.unchanged_for({kube::kinds::pod, view.ns, member.name});
        if (waited < patience) {
            keep_earlier(later.look_again, view.now() + (patience - waited));
            continue;
        }
        return just(Step{.effect = effect,
                         .rule = RuleId::rebuild_replica,
                         .because = member.name + " does not stream from " + primary->name +
                                    (parted ? ": its history has left the primary's"
                                            : ", and has not moved for five minutes")});
    }
    return later;
}

}  // namespace bestgres::plan
