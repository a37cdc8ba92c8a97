// The fields of a scenario's parts, under the names that replay files give them.
#pragma once

#include "scenarios/replay/fields.hpp"

namespace bestgres::scenarios {

template <Is<Topology> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("ns", self.ns);
    fields("nodes", self.nodes);
    fields("api_replicas", self.api_replicas);
    fields("operators", self.operators);
    fields("clients", self.clients);
    fields("patroni", self.patroni);
}

template <Is<Knobs> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("call_latency", self.call_latency);
    fields("watch_latency", self.watch_latency);
    fields("proxy_lag", self.proxy_lag);
    fields("container_start", self.container_start);
    fields("write_every", self.write_every);
    fields("copy_takes", self.copy_takes);
    fields("jitter_per_mille", self.jitter_per_mille);
    fields("agent_watchdog", self.agent_watchdog);
}

template <Is<CallPattern> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("actor", self.actor);
    fields("verb", self.verb);
    fields("kind", self.kind);
    fields("name", self.name);
}

template <Is<AtTime> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("at", self.since_start);
}

template <Is<AfterCall> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("after_call", self.pattern);
    fields("point", self.point);
    fields("nth", self.nth);
}

template <Is<WhenState> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("state", self.condition);
    fields("of", self.subject);
    fields("is", self.value);
    fields("nth", self.nth);
}

void read_value(const Json& json, Trigger& trigger, const FieldPlace& place);
Json written(const Trigger& trigger);

template <Is<kube::Ref> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("kind", self.kind);
    fields("ns", self.ns);
    fields("name", self.name);
}

template <Is<Fault> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("id", self.id);
    fields("kind", self.kind);
    fields("target", self.target);
    fields("when", self.when);
    fields("lasts", self.lasts);
    fields("for_ever", self.for_ever);
    fields("amount", self.amount);
}

Json written(const Fault& fault);  // its kind stands always

template <Is<ApplyManifest> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("apply", self.manifest);
}

template <Is<MergePatch> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("patch", self.ref);
    fields("body", self.body);
}

template <Is<DeleteResource> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("delete", self.ref);
    fields("propagation", self.propagation);
}

template <Is<DrainNode> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("drain", self.node);
}

template <Is<UncordonNode> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("uncordon", self.node);
}

template <Is<UpgradeOperator> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("upgrade_operator", self.revision);
}

template <Is<EndOperators> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("end_operators", self.released);
}

template <Is<MakeTable> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("make_table", self.table);
    fields("scope", self.scope);
    fields("kind", self.kind);
    fields("shards", self.shards);
    fields("replica_identity", self.replica_identity);
}

void read_value(const Json& json, Edit& edit, const FieldPlace& place);
Json written(const Edit& edit);

template <Is<Choice> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("event", self.event);
    fields("index", self.index);
}

template <Is<Expectation> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("law", self.law);
    fields("facts", self.facts);
    fields("trace", self.trace);
}

// What the first line says beside the format's version.
template <Is<Scenario> Self, class Fields>
void describe(Self& self, Fields& fields) {
    fields("name", self.name);
    fields("seed", self.seed);
    fields("topology", self.topology);
    fields("knobs", self.knobs);
    fields("longest", self.longest);
}

}  // namespace bestgres::scenarios
