#include "scenarios/invariants/o5_groups_in_order.hpp"

#include <algorithm>

#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

using api::GroupOperationStatus;
using api::OperationPhase;
using api::ShardedOperationStatus;

bool is_coordinator(const GroupOperationStatus& group) {
    const auto called = manifests::group_called(group.name);
    return called && called->group == 0;
}

bool runs(const GroupOperationStatus& group) {
    return group.phase == OperationPhase::running;
}

bool has_failed(const GroupOperationStatus& group) {
    return group.phase == OperationPhase::failed || group.phase == OperationPhase::cancelled;
}

const GroupOperationStatus* find_group(const ShardedOperationStatus& status,
                                       const std::string& name) {
    const auto found = std::ranges::find(status.groups, name, &GroupOperationStatus::name);
    return found == status.groups.end() ? nullptr : &*found;
}

ShardedOperationStatus status_of(const kube::Object& object) {
    return api::parse_sharded_operation_status(object_at(object.json(), {"status"}));
}

// Why the group should not have begun with the others as the journal has them; empty where it may.
std::string objection_to_begin(const GroupOperationStatus& begun, const ShardedOperationStatus& now,
                               const api::ShardedOperationSpec& spec) {
    std::int64_t running = 0;
    for (const GroupOperationStatus& other : now.groups) {
        running += runs(other) ? 1 : 0;
        if (&other == &begun) {
            continue;
        }
        if (runs(other) && (is_coordinator(begun) || is_coordinator(other))) {
            return "while " + other.name + " runs";
        }
        const bool comes_first =
            is_coordinator(begun) != is_coordinator(other) &&
            is_coordinator(begun) == (spec.order == api::GroupOrder::workers_first);
        if (comes_first && !api::is_finished(other.phase)) {
            return "before " + other.name;
        }
        if (has_failed(other) && spec.on_failure == api::GroupFailure::stop) {
            return "after " + other.name + " failed";
        }
    }
    return running > spec.parallelism ? "beside too many others" : "";
}

// A group that is reported as done was done by its BGDbOps.
std::string objection_to_report(const GroupOperationStatus& group, const ObjectChanged& changed,
                                const Truth& truth) {
    const kube::Object child =
        truth.object({kube::kinds::bg_db_ops, std::string(changed.after.ns()), group.operation});
    const bool is_done =
        child.uid() == group.uid && child.text_at({"status", "phase"}) == "Completed";
    return is_done ? "" : "which BGDbOps " + group.operation + " has not done";
}

void judge_groups(const ObjectChanged& changed, const Truth& truth, Findings& findings) {
    const auto spec = api::parse_sharded_operation_spec(object_at(changed.after.json(), {"spec"}));
    const ShardedOperationStatus before = status_of(changed.before);
    const ShardedOperationStatus now = status_of(changed.after);
    const auto find = [&](const std::string& what, const std::string& why) {
        findings.add(O5GroupsInOrder::text,
                     changed.actor.name + " " + what + " in " + std::string(changed.after.name()) +
                         " " + why,
                     {dump(api::to_json(now))});
    };
    for (const GroupOperationStatus& group : now.groups) {
        const GroupOperationStatus* const known = find_group(before, group.name);
        const bool is_news = known == nullptr || known->phase != group.phase;
        if (known != nullptr && !known->uid.empty() && known->uid != group.uid) {
            find("forgets the BGDbOps of " + group.name, "which it has made");
        }
        if (is_news && runs(group) && spec) {
            if (std::string why = objection_to_begin(group, now, *spec); !why.empty()) {
                find("begins " + group.name, why);
            }
        }
        if (is_news && group.phase == OperationPhase::completed) {
            if (std::string why = objection_to_report(group, changed, truth); !why.empty()) {
                find("reports " + group.name, why);
            }
        }
    }
    const bool all_done = std::ranges::all_of(now.groups, [](const GroupOperationStatus& group) {
        return group.phase == OperationPhase::completed;
    });
    if (now.phase == OperationPhase::completed && before.phase != now.phase && !all_done) {
        find("reports the whole as done", "though a group is not");
    }
}

// Once the journal knows the uid of one, another is not made for it.
void judge_child(const ObjectChanged& changed, const Truth& truth, Findings& findings) {
    const std::string owner(changed.after.annotation(manifests::owner_uid_key));
    const std::string name(changed.after.name());
    bool is_awaited = owner.empty();  // a user's own
    for (const kube::Object& whole : truth.objects(kube::kinds::bg_sharded_db_ops)) {
        const ShardedOperationStatus status = status_of(whole);
        is_awaited = is_awaited ||
                     (whole.uid() == owner &&
                      std::ranges::any_of(status.groups, [&](const GroupOperationStatus& group) {
                          return group.operation == name && runs(group) && group.uid.empty();
                      }));
    }
    if (!is_awaited) {
        findings.add(
            O5GroupsInOrder::text,
            changed.actor.name + " makes BGDbOps " + name + " that its journal does not wait for",
            {identify(changed.after)});
    }
}

}  // namespace

void O5GroupsInOrder::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    const auto* const changed = std::get_if<ObjectChanged>(&occurrence);
    if (changed == nullptr || !by_operator(changed->actor)) {
        return;
    }
    if (is_operation(changed->after) && changed->before.uid().empty()) {
        judge_child(*changed, truth, findings);
    } else if (changed->after.kind() == kube::kinds::bg_sharded_db_ops.name) {
        judge_groups(*changed, truth, findings);
    }
}

}  // namespace bestgres::scenarios
