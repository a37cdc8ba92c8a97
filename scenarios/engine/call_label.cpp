#include "scenarios/engine/call_label.hpp"

#include "lib/base/overloaded.hpp"

namespace bestgres::scenarios {
namespace {

std::string_view verb_of(const kube::Call& call) {
    return std::visit(
        Overloaded{[](const kube::Get&) { return "get"; }, [](const kube::List&) { return "list"; },
                   [](const kube::Create&) { return "create"; },
                   [](const kube::Apply&) { return "patch"; },
                   [](const kube::Patch&) { return "patch"; },
                   [](const kube::Replace&) { return "update"; },
                   [](const kube::Delete&) { return "delete"; },
                   [](const kube::Evict&) { return "evict"; }},
        call);
}

std::string_view verb_of(patroni::Verb verb) {
    switch (verb) {
        case patroni::Verb::status:
            return "status";
        case patroni::Verb::patch_config:
            return "patch_config";
        case patroni::Verb::restart:
            return "restart";
        case patroni::Verb::switchover:
            return "switchover";
        case patroni::Verb::failover:
            return "failover";
        case patroni::Verb::reinitialize:
            return "reinitialize";
        case patroni::Verb::reload:
            return "reload";
    }
    return "status";
}

}  // namespace

std::string_view to_string(ActorSort sort) {
    switch (sort) {
        case ActorSort::user:
            return "user";
        case ActorSort::operator_core:
            return "operator";
        case ActorSort::patroni:
            return "patroni";
        case ActorSort::kubelet:
            return "kubelet";
        case ActorSort::controller:
            return "controller";
        case ActorSort::competitor:
            return "competitor";
    }
    return "user";
}

kube::Ref ref_of(const kube::Call& call) {
    const auto of = [](const kube::Kind& kind, const kube::Object& object) {
        return kube::Ref{kind, std::string(object.ns()), std::string(object.name())};
    };
    return std::visit(
        Overloaded{[](const kube::Get& get) { return get.ref; },
                   [](const kube::List& list) {
                       return kube::Ref{list.kind, list.ns, ""};
                   },
                   [&](const kube::Create& create) { return of(create.kind, create.object); },
                   [&](const kube::Apply& apply) { return of(apply.kind, apply.object); },
                   [](const kube::Patch& patch) { return patch.ref; },
                   [&](const kube::Replace& replace) { return of(replace.kind, replace.object); },
                   [](const kube::Delete& remove) { return remove.ref; },
                   [](const kube::Evict& evict) { return evict.pod; }},
        call);
}

CallLabel label_of(Actor actor, const kube::Call& call) {
    kube::Ref ref = ref_of(call);
    return {.actor = std::move(actor),
            .verb = verb_of(call),
            .kind = ref.kind.name,
            .name = std::move(ref.name)};
}

CallLabel label_of(Actor actor, const patroni::Call& call) {
    return {.actor = std::move(actor), .verb = verb_of(call.verb), .kind = {}, .name = call.pod};
}

CallLabel label_of(Actor actor, const postgres::Call& call) {
    return {.actor = std::move(actor), .verb = "sql", .kind = {}, .name = call.pod};
}

bool is_meant(std::string_view who, const Actor& actor) {
    return who.empty() || who == actor.name || who == to_string(actor.sort);
}

bool matches(const CallPattern& pattern, const CallLabel& label) {
    return is_meant(pattern.actor, label.actor) &&
           (pattern.verb.empty() || pattern.verb == label.verb) &&
           (pattern.kind.empty() || pattern.kind == label.kind) &&
           (pattern.name.empty() || pattern.name == label.name);
}

}  // namespace bestgres::scenarios
