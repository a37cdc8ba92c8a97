// A world in which every step succeeds at once, and the rest comes up by itself: small enough to
// follow a plan to its end thousands of times.
#include "lib/base/overloaded.hpp"
#include "lib/kube/workload.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/testing.hpp"

namespace bestgres::plan::testing {
namespace {

using kube::kinds::config_map;
using kube::kinds::persistent_volume_claim;
using kube::kinds::pod;
using kube::kinds::stateful_set;

const kube::Ref set_ref{stateful_set, "shop", "db"};

std::string claim_of(const std::string& member) {
    return "pgdata-" + member;
}

// A container whose image cannot be pulled starts only after its pod was replaced.
bool can_run(const kube::Object& object) {
    return kube::container_is_running(object, postgres_container);
}

}  // namespace

void TestCluster::set_role(const std::string& name, bool leads) {
    edit(pod, name, [leads](Json& json) {
        json["metadata"]["labels"][std::string(manifests::role_label)] =
            leads ? "master" : "replica";
    });
    member_says(name, leads ? Json{{"role", "primary"}, {"replication_state", nullptr}}
                            : Json{{"role", "replica"}, {"replication_state", "streaming"}});
}

void TestCluster::hand_over_to(const std::string& name) {
    for (const Member& member : view().members) {
        if (member.has_pod() && member.status) {
            set_role(member.name, member.name == name);
        }
    }
    dcs("db-leader", {{"leader", name}});
}

TestCluster& TestCluster::perform(const Effect& effect) {
    const auto replace = [this](const kube::Ref& ref, const Edit& change) {
        edit(ref.kind, ref.name, change);
    };
    std::visit(
        Overloaded{
            [&](const ApplyObject& apply) {
                add({apply.kind, "shop", std::string(apply.object.name())}, apply.object.json());
            },
            [&](const CreateSecret& create) {
                add({kube::kinds::secret, "shop", std::string(create.object.name())},
                    create.object.json());
            },
            [&](const PatchObject& patch) {
                replace(patch.ref, [&patch](Json& json) {
                    merge_patch(json, patch.merge);
                    if (patch.ref.kind == persistent_volume_claim) {
                        json["status"]["capacity"] = json["spec"]["resources"]["requests"];
                    }
                });
            },
            [&](const DeleteObject& remove) { facts_.objects.erase(remove.ref); },
            [&](const DeletePod& remove) {
                facts_.objects.erase({pod, "shop", remove.pod});
            },
            [&](const EvictPod& evict) {
                facts_.objects.erase({pod, "shop", evict.pod});
            },
            [&](const ScaleIn& scale) {
                replace(set_ref, [&scale](Json& json) { json["spec"]["replicas"] = scale.to; });
                facts_.objects.erase({pod, "shop", manifests::pod_name("db", scale.to)});
            },
            [&](const Switchover& over) { hand_over_to(over.candidate); },
            [&](const RestartPostgres& restart) {
                member_says(restart.member.pod,
                            {{"pending_restart", nullptr}, {"pending_restart_reason", nullptr}});
            },
            [](const ReinitMember&) {},
            [&](const PatchPatroniConfig& settings) {
                edit(config_map, "db-config", [&settings](Json& json) {
                    Json& text = json["metadata"]["annotations"]["config"];
                    Json config = *parse_json(text.get<std::string>());
                    merge_patch(config, settings.patch);
                    text = dump(config);
                });
            },
            [](const RunSql&) {}, [](const StartJob&) {}, [](const AddFinalizer&) {},
            [](const DropFinalizer&) {}, [](const JournalOperation&) {},
            [](const HoldOperation&) {}, [](const ReleaseOperation&) {}, [](const Announce&) {}},
        effect);
    return *this;
}

// Where commits wait for a standby, Patroni takes one that is there.
void TestCluster::choose_standby() {
    const ClusterView now = view();
    if (now.sync.leader.empty()) {
        return;
    }
    std::string standby;
    for (const Member& member : now.members) {
        if (member.has_pod() && can_run(member.pod) && !member.pod.being_deleted() &&
            !member.holds_lock) {
            standby = member.name;
        }
    }
    dcs("db-sync", {{"leader", now.leader.holder}, {"sync_standby", standby}});
}

TestCluster& TestCluster::goes_on() {
    const ClusterView now = view();
    const kube::Object* const set = now.object(set_ref);
    const std::int64_t replicas = set == nullptr ? 0 : kube::desired_replicas(*set);
    for (std::int64_t ordinal = 0; ordinal < replicas; ++ordinal) {
        const std::string name = manifests::pod_name("db", ordinal);
        const kube::Ref ref{pod, "shop", name};
        const auto found = facts_.objects.find(ref);
        if (found != facts_.objects.end() && found->second.being_deleted()) {
            facts_.objects.erase(ref);
        } else if (found != facts_.objects.end()) {
            if (can_run(found->second)) {
                edit(pod, name,
                     [](Json& json) { json["status"]["conditions"][0]["status"] = "True"; });
            }
            continue;
        }
        // A claim that is being deleted goes with the pod that used it.
        facts_.objects.erase({persistent_volume_claim, "shop", claim_of(name)});
        add_member(ordinal);
        set_role(name, view().leader.holder == name);
    }
    if (view().primary() == nullptr) {
        for (const Member& member : view().members) {
            if (member.has_pod() && can_run(member.pod) && !member.pod.being_deleted()) {
                hand_over_to(member.name);
                break;
            }
        }
    }
    choose_standby();
    return *this;
}

}  // namespace bestgres::plan::testing
