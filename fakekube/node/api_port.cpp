#include "fakekube/node/api_port.hpp"

namespace bestgres::fakekube::node {

void ApiPort::call(kube::Call call, OnAnswer done) {
    const kube::CallId id = next_id_++;
    calls_[id] = std::move(done);
    cluster_.submit(id, std::move(call));
}

kube::WatchId ApiPort::watch(kube::WatchSpec spec, OnWatch on_event) {
    const kube::WatchId id = next_id_++;
    watches_[id] = std::move(on_event);
    cluster_.watch(id, std::move(spec));
    return id;
}

void ApiPort::unwatch(kube::WatchId id) {
    if (watches_.erase(id) != 0) {
        cluster_.unwatch(id);
    }
}

void ApiPort::deliver(const kube::Answer& answer) {
    const auto found = calls_.find(answer.id);
    if (found == calls_.end()) {
        return;
    }
    const OnAnswer done = std::move(found->second);
    calls_.erase(found);
    if (done) {
        done(answer.outcome);
    }
}

void ApiPort::deliver(const kube::WatchEvent& event) {
    const auto found = watches_.find(event.id);
    if (found == watches_.end()) {
        return;
    }
    const OnWatch on_event = found->second;
    const bool over =
        event.type == kube::WatchEventType::gone || event.type == kube::WatchEventType::closed;
    if (over) {
        watches_.erase(found);
    }
    on_event(event);
}

}  // namespace bestgres::fakekube::node
