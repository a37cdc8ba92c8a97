// The operator's core in the world: its events, and where its calls go.
#include <fmt/format.h>

#include "lib/base/random.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {

void World::start_operator() {
    core::CoreSettings settings;
    settings.watch_namespace = options_.ns;
    settings.operator_image = "bestgres-operator:test";
    settings.leader.ns = options_.ns;
    settings.leader.identity = "bestgres-operator-1";
    operator_.emplace(settings);
    watches_.clear();
    feed_operator(core::Tick{});
}

void World::stop_operator() {
    operator_.reset();
    watches_.clear();
    operator_wake_.reset();
}

void World::feed_operator(const core::Event& event) {
    if (operator_) {
        take_outbox(operator_->on(event, now_));
    }
}

void World::take_outbox(core::Outbox outbox) {
    for (core::KubeCall& call : outbox.kube_calls) {
        after(options_.call_latency, OperatorCall{std::move(call)});
    }
    for (core::PatroniCall& call : outbox.patroni_calls) {
        after(options_.call_latency, OperatorPatroni{std::move(call)});
    }
    for (const core::SqlCall& call : outbox.sql_calls) {
        after(options_.call_latency,
              OperatorEvent{
                  postgres::Answer{.id = call.id,
                                   .outcome = postgres::Failure{.index = std::nullopt,
                                                                .sqlstate = "",
                                                                .message = "this model has no SQL",
                                                                .unknown = false}}});
    }
    for (core::OpenWatch& watch : outbox.watches) {
        watches_.insert_or_assign(watch.id, fakekube::WatchCursor(server_, std::move(watch.spec)));
        after(options_.watch_latency, WatchesDue{});
    }
    for (const kube::WatchId id : outbox.unwatches) {
        watches_.erase(id);
    }
    for (const core::Record& record : outbox.records) {
        if (record.message == "step performed") {
            steps_.push_back(string_at(record.fields, {"effect"}));
        }
    }
    if (outbox.wants_entropy) {
        RandomStream stream(options_.seed, fmt::format("entropy/{}", entropy_drawn_++));
        core::Entropy entropy;
        for (int byte = 0; byte < 512; ++byte) {
            entropy.bytes += static_cast<char>(stream.below(256));
        }
        after(options_.call_latency, OperatorEvent{std::move(entropy)});
    }
    if (outbox.wake_at &&
        (!operator_wake_ || *outbox.wake_at < *operator_wake_ || *operator_wake_ <= now_)) {
        operator_wake_ = std::max(*outbox.wake_at, now_ + std::chrono::milliseconds(1));
        after(*operator_wake_ - now_, OperatorWake{});
    }
}

void World::poll_watches() {
    // The answers may open and close watches: work on what there is now.
    std::vector<kube::WatchEvent> events;
    for (auto& [id, cursor] : watches_) {
        for (kube::WatchEvent& event : cursor.poll(server_, id)) {
            events.push_back(std::move(event));
        }
    }
    for (kube::WatchEvent& event : events) {
        feed_operator(event);
    }
}

void World::ask_member(const core::PatroniCall& call) {
    for (auto& [uid, pod] : pods_) {
        if (pod.name == call.call.pod && uid == call.call.pod_uid && pod.member) {
            feed_member(uid, pod.restarts,
                        fakepatroni::RestRequest{
                            .id = call.id, .verb = call.call.verb, .body = call.call.body});
            return;
        }
    }
    after(options_.call_latency,
          OperatorEvent{patroni::Answer{
              .id = call.id,
              .outcome =
                  patroni::Failure{.sent = false, .message = call.call.pod + " does not answer"}}});
}

}  // namespace bestgres::scenarios
