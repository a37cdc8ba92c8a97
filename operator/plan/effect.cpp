#include "operator/plan/effect.hpp"

#include "lib/base/overloaded.hpp"

namespace bestgres::plan {
namespace {

std::string object_name(const kube::Kind& kind, const kube::Object& object) {
    return std::string(kind.name) + " " + std::string(object.name());
}

std::string ref_name(const kube::Ref& ref) {
    return std::string(ref.kind.name) + " " + ref.name;
}

}  // namespace

bool is_disruptive(const Effect& effect) {
    return std::visit(
        Overloaded{
            [](const ApplyObject& apply) { return apply.on_fresh_reads; },
            [](const CreateSecret&) { return false; }, [](const PatchObject&) { return true; },
            [](const DeleteObject&) { return true; }, [](const DeletePod&) { return true; },
            [](const EvictPod&) { return true; }, [](const ScaleIn&) { return true; },
            [](const Switchover&) { return true; }, [](const RestartPostgres&) { return true; },
            [](const ReinitMember&) { return true; },
            [](const PatchPatroniConfig&) { return false; }, [](const RunSql&) { return false; },
            [](const StartJob&) { return true; }, [](const AddFinalizer&) { return false; },
            [](const DropFinalizer&) { return true; },
            [](const JournalOperation& journal) { return journal.on_fresh_reads; },
            [](const HoldOperation&) { return false; },
            [](const ReleaseOperation&) { return false; }, [](const Announce&) { return false; }},
        effect);
}

std::string_view name_of(const Effect& effect) {
    using Name = std::string_view;
    return std::visit(
        Overloaded{[](const ApplyObject&) { return Name("ApplyObject"); },
                   [](const CreateSecret&) { return Name("CreateSecret"); },
                   [](const PatchObject&) { return Name("PatchObject"); },
                   [](const DeleteObject&) { return Name("DeleteObject"); },
                   [](const DeletePod&) { return Name("DeletePod"); },
                   [](const EvictPod&) { return Name("EvictPod"); },
                   [](const ScaleIn&) { return Name("ScaleIn"); },
                   [](const Switchover&) { return Name("Switchover"); },
                   [](const RestartPostgres&) { return Name("RestartPostgres"); },
                   [](const ReinitMember&) { return Name("ReinitMember"); },
                   [](const PatchPatroniConfig&) { return Name("PatchPatroniConfig"); },
                   [](const RunSql&) { return Name("RunSql"); },
                   [](const StartJob&) { return Name("StartJob"); },
                   [](const AddFinalizer&) { return Name("AddFinalizer"); },
                   [](const DropFinalizer&) { return Name("DropFinalizer"); },
                   [](const JournalOperation&) { return Name("JournalOperation"); },
                   [](const HoldOperation&) { return Name("HoldOperation"); },
                   [](const ReleaseOperation&) { return Name("ReleaseOperation"); },
                   [](const Announce&) { return Name("Announce"); }},
        effect);
}

std::string describe(const Effect& effect) {
    const std::string rest = std::visit(
        Overloaded{[](const ApplyObject& apply) { return object_name(apply.kind, apply.object); },
                   [](const CreateSecret& create) { return std::string(create.object.name()); },
                   [](const PatchObject& patch) { return ref_name(patch.ref) + ": " + patch.what; },
                   [](const DeleteObject& remove) { return ref_name(remove.ref); },
                   [](const DeletePod& remove) { return remove.pod; },
                   [](const EvictPod& evict) { return evict.pod; },
                   [](const ScaleIn& scale) {
                       return std::to_string(scale.from) + " to " + std::to_string(scale.to);
                   },
                   [](const Switchover& over) { return over.leader.pod + " to " + over.candidate; },
                   [](const RestartPostgres& restart) { return restart.member.pod; },
                   [](const ReinitMember& reinit) { return reinit.member.pod; },
                   [](const PatchPatroniConfig& patch) { return dump(patch.patch); },
                   [](const RunSql& run) { return run.purpose + " on " + run.leader.pod; },
                   [](const StartJob& start) { return std::string(start.job.name()); },
                   [](const AddFinalizer&) { return std::string(); },
                   [](const DropFinalizer&) { return std::string(); },
                   [](const JournalOperation& journal) {
                       return journal.operation.name + ": " + journal.what;
                   },
                   [](const HoldOperation& hold) { return hold.operation.name; },
                   [](const ReleaseOperation& release) { return release.operation.name; },
                   [](const Announce& announce) { return announce.reason; }},
        effect);
    return std::string(name_of(effect)) + (rest.empty() ? "" : " " + rest);
}

bool same_intent(const Effect& left, const Effect& right) {
    if (left.index() != right.index()) {
        return false;
    }
    if (const auto* pod = std::get_if<DeletePod>(&left)) {
        return pod->uid == std::get<DeletePod>(right).uid;
    }
    if (const auto* evict = std::get_if<EvictPod>(&left)) {
        return evict->uid == std::get<EvictPod>(right).uid;
    }
    if (const auto* scale = std::get_if<ScaleIn>(&left)) {
        const auto& other = std::get<ScaleIn>(right);
        return scale->set_uid == other.set_uid && scale->to == other.to;
    }
    if (const auto* object = std::get_if<DeleteObject>(&left)) {
        const auto& other = std::get<DeleteObject>(right);
        return object->ref == other.ref && object->uid == other.uid &&
               object->propagation == other.propagation;
    }
    if (const auto* patch = std::get_if<PatchObject>(&left)) {
        const auto& other = std::get<PatchObject>(right);
        return patch->ref == other.ref && patch->uid == other.uid && patch->what == other.what;
    }
    if (const auto* start = std::get_if<StartJob>(&left)) {
        return start->job.name() == std::get<StartJob>(right).job.name();
    }
    if (const auto* journal = std::get_if<JournalOperation>(&left)) {
        return journal->operation.uid == std::get<JournalOperation>(right).operation.uid;
    }
    return left == right;
}

}  // namespace bestgres::plan
