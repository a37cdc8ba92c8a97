// The hash of a member's whole state. What was read from an object of the store is named by its
// resourceVersion, which says all of it.
#include "fakepatroni/member.hpp"
#include "lib/base/structural_hash.hpp"

namespace bestgres::fakepatroni {
namespace {

template <class Record>
void add_record(Hasher& hasher, const std::shared_ptr<const Record>& record) {
    hasher.add(record ? std::string_view(record->version) : std::string_view("none"));
}

void add_view(Hasher& hasher, const ClusterView& view) {
    add_record(hasher, view.leader_object);
    add_record(hasher, view.config);
    add_record(hasher, view.sync);
    add_record(hasher, view.failover);
    hasher.add(static_cast<std::uint64_t>(view.members.size()));
    for (const auto& member : view.members) {
        hasher.add(member->name);
        hasher.add(member->version);
    }
    hasher.add(view.leader);
    for (const auto& [id, group] : view.groups) {
        hasher.add(static_cast<std::uint64_t>(id));
        hasher.add(group.leader);
        for (const auto& member : group.members) {
            hasher.add(member->name);
            hasher.add(member->version);
        }
    }
}

}  // namespace

void Write::hash_into(Hasher& hasher) const {
    hash_values(hasher, request_.kind, request_.call, request_.annotations, request_.version,
                reading_, stage_, after_pause_, wants_to_send_, id_, due_, deadline_, delay_,
                outcome_, distrusts_watches_);
}

void Member::PendingReply::hash_into(Hasher& hasher) const {
    hash_values(hasher, id, what, thread, then, otherwise, leader, candidate, request, verb,
                looks_left, registration);
}

std::uint64_t Member::hash() const {
    Hasher hasher;
    hash_values(hasher, settings_->name, random_, counter_, cache_, pods_, maps_);
    add_view(hasher, view_);
    add_view(hasher, last_led_);
    add_record(hasher, config_record_);
    hash_values(hasher, has_view_, lock_, config_json_, config_ == applied_, failsafe_list_,
                last_load_, last_wait_began_);
    hash_values(hasher, loop_, point_, woken_, skips_nap_, next_run_, wake_asked_, opening_,
                reloads_);
    hash_values(hasher, action_, source_, pending_, scheduled_restart_, started_, state_, role_,
                leader_until_, rewind_, checkpointed_, checkpoint_asked_, leader_in_recovery_,
                followed_, releases_, failsafe_tries_, failsafe_accepted_);
    hash_values(hasher, bootstrapping_, roles_are_set_up_, recovering_, crash_recovery_done_,
                work_succeeded_, terminating_, was_leader_, lost_race_at_, changes_leader_,
                was_paused_, failsafe_, standby_names_, names_changed_at_, sync_, quorum_began_,
                slots_seen_, registrar_, registers_, was_published_as_primary_);
    return hasher.value();
}

}  // namespace bestgres::fakepatroni
