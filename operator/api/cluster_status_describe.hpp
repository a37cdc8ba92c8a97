// BGCluster's status, described.
#pragma once

#include "operator/api/cluster_status.hpp"
#include "operator/api/cluster_words.hpp"

namespace bestgres::api {

template <class Visitor>
void describe(Visitor& visit, Condition& condition) {
    visit("type", condition.type,
          Field{.doc = "What it is about: Ready, SpecValid, Progressing, ...",
                .required = true,
                .max_length = 316});
    visit("status", condition.status, Field{.doc = "True, False or Unknown.", .required = true});
    visit("reason", condition.reason, Field{.doc = "One word for programs.", .max_length = 1024});
    visit("message", condition.message,
          Field{.doc = "A sentence for people.", .max_length = 32768});
    visit("lastTransitionTime", condition.last_transition_time,
          Field{.doc = "When the status last changed."});
    visit("observedGeneration", condition.observed_generation,
          Field{.doc = "The metadata.generation that this is about.",
                .no_default = true,
                .minimum = 0});
}

template <class Visitor>
void describe(Visitor& visit, MemberStatus& member) {
    visit("name", member.name, Field{.doc = "The pod.", .required = true});
    visit("role", member.role, Field{.doc = "As Patroni says; absent while it does not."});
    visit("state", member.state, Field{.doc = "Patroni's word: running, streaming, starting, ..."});
    visit("timeline", member.timeline, Field{.doc = "PostgreSQL's timeline.", .no_default = true});
    visit("lag", member.lag,
          Field{.doc = "How far a replica is behind, in classes; exact bytes are in the metrics."});
    visit("ready", member.ready, Field{.doc = "Whether the pod is ready.", .no_default = true});
    visit("pendingRestart", member.pending_restart,
          Field{.doc = "A parameter waits for a restart of PostgreSQL.", .no_default = true});
    visit("version", member.version, Field{.doc = "Of PostgreSQL."});
    visit("patroni", member.patroni, Field{.doc = "Version of Patroni."});
    visit("node", member.node, Field{.doc = "Where the pod runs."});
}

template <class Visitor>
void describe(Visitor& visit, ServicesStatus& services) {
    visit("primary", services.primary, Field{.doc = "Address for reads and writes."});
    visit("replicas", services.replicas, Field{.doc = "Address for reads."});
}

template <class Visitor>
void describe(Visitor& visit, WaitingStatus& waiting) {
    visit("rule", waiting.rule, Field{.doc = "The rule that waits."});
    visit("because", waiting.because, Field{.doc = "What it waits for."});
    visit("since", waiting.since, Field{.doc = "Since when."});
    visit("deadline", waiting.deadline, Field{.doc = "Until when, before something else happens."});
}

template <class Visitor>
void describe(Visitor& visit, DecisionStatus& decision) {
    visit("time", decision.time, Field{.doc = "When."});
    visit("rule", decision.rule, Field{.doc = "The rule that asked for it."});
    visit("effect", decision.effect, Field{.doc = "What was done."});
    visit("because", decision.because, Field{.doc = "Why."});
}

template <class Visitor>
void describe(Visitor& visit, PendingStatus& pending) {
    visit(
        "restarts", pending.restarts,
        Field{.doc = "Members whose PostgreSQL must restart for a parameter.", .no_default = true});
    visit("updates", pending.updates,
          Field{.doc = "Members whose pod is of an older template.", .no_default = true});
    visit("summary", pending.summary, Field{.doc = "Both as text."});
}

template <class Visitor>
void describe(Visitor& visit, VolumeStatus& volume) {
    visit("name", volume.name, Field{.doc = "The PersistentVolumeClaim.", .required = true});
    visit("requested", volume.requested, Field{.doc = "What was asked for."});
    visit("capacity", volume.capacity, Field{.doc = "What there is."});
    visit("state", volume.state,
          Field{.doc = "Bound, Pending, Growing; Retained or Quarantined where its member left."});
    visit("until", volume.until, Field{.doc = "When one that is quarantined is deleted."});
}

template <class Visitor>
void describe_overview(Visitor& visit, ClusterStatus& status) {
    visit("phase", status.phase,
          Field{.doc = "The state in one word, derived from facts at every look."});
    visit("ready", status.ready, Field{.doc = "Ready members of wanted members: 2/3."});
    visit("primary", status.primary, Field{.doc = "The member that accepts writes."});
    visit("version", status.version, Field{.doc = "Of PostgreSQL, as the primary runs it."});
    visit("lag", status.lag, Field{.doc = "The worst of all replicas, in classes."});
    visit("timeline", status.timeline, Field{.doc = "Of the primary.", .no_default = true});
    visit("observedGeneration", status.observed_generation,
          Field{.doc = "The metadata.generation that this status is about.", .no_default = true});
    visit("instances", status.instances, Field{.doc = "Pods that exist.", .no_default = true});
    visit("selector", status.selector, Field{.doc = "Their label selector."});
}

template <class Visitor>
void describe(Visitor& visit, ClusterStatus& status) {
    describe_overview(visit, status);
    visit("conditions", status.conditions,
          Field{.doc = "For `kubectl wait` and programs.", .max_items = 64, .list_key = "type"});
    visit("members", status.members, Field{.doc = "One entry a member.", .list_key = "name"});
    visit("services", status.services, Field{.doc = "Addresses."});
    visit("waitingFor", status.waiting_for,
          Field{.doc = "What the operator waits for, and until when."});
    visit("decisions", status.decisions, Field{.doc = "The last things it did, newest first."});
    visit("pending", status.pending, Field{.doc = "What is still to come."});
    visit("volumes", status.volumes, Field{.doc = "The data volumes.", .list_key = "name"});
}

}  // namespace bestgres::api
