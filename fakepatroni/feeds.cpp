// The two threads that keep the caches: list, watch from there, list again.
#include "fakepatroni/member.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {

void Member::begin_list(Feed& feed, Turn& turn) {
    const kube::Kind& kind = &feed == &pods_ ? kube::kinds::pod : kube::kinds::config_map;
    const kube::CallId id = ++counter_;
    feed.begin_list(id, turn.now + applied_->retry_timeout);
    turn.out.calls.push_back({id, list_call(*settings_, kind)});
}

void Member::take_list(Feed& feed, const kube::Answer& answer, Turn& turn) {
    if (!answer.outcome.ok()) {
        if (feed.failed(turn.now)) {
            begin_list(feed, turn);
        }
        return;
    }
    const auto& listing = std::get<kube::Listing>(*answer.outcome);
    const bool pods = &feed == &pods_;
    if (pods) {
        cache_.replace_pods(listing.items);
    } else {
        cache_.replace_config_maps(listing.items);
    }
    const kube::WatchId watch = ++counter_;
    feed.listed(watch);
    turn.out.watches.push_back(
        {watch, kube::WatchSpec{.kind = pods ? kube::kinds::pod : kube::kinds::config_map,
                                .ns = settings_->ns,
                                .label_selector = label_selector(*settings_),
                                .field_selector = "",
                                .from_version = listing.resource_version}});
    if (caches_ready()) {
        loop_.awaits_caches_until.reset();
    }
}

// A loop that is woken already has to know the object all the same.
void Member::wake_if(Wakes wakes) {
    woken_ = woken_ || wakes == Wakes::yes;
}

void Member::take_watch_event(const kube::WatchEvent& event, Turn& turn) {
    Feed* feed = pods_.watch_id() == event.id   ? &pods_
                 : maps_.watch_id() == event.id ? &maps_
                                                : nullptr;
    if (feed == nullptr || !feed->ready()) {
        return;
    }
    switch (event.type) {
        case kube::WatchEventType::added:
        case kube::WatchEventType::modified:
            wake_if(cache_.store(event.object));
            return;
        case kube::WatchEventType::deleted:
            wake_if(cache_.remove(event.object));
            return;
        case kube::WatchEventType::bookmark:
            return;
        case kube::WatchEventType::gone:
        case kube::WatchEventType::closed:
            feed->ended();
            begin_list(*feed, turn);
            return;
    }
}

// Somebody else was faster although the caches did not show it: they may have gone deaf.
void Member::open_watches_anew(Turn& turn) {
    for (Feed* feed : {&maps_, &pods_}) {
        if (feed->ready()) {
            turn.out.unwatches.push_back(feed->watch_id());
            feed->ended();
            begin_list(*feed, turn);
        }
    }
}

}  // namespace bestgres::fakepatroni
