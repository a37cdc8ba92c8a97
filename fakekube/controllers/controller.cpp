#include "fakekube/controllers/controller.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr Duration first_retry = std::chrono::milliseconds(5);
constexpr int most_doublings = 17;  // about eleven minutes

Change change_of(const StoredEvent& event) {
    return {.kind = *event.kind,
            .before = event.type == EventType::added ? nullptr : &event.before,
            .after = event.type == EventType::deleted ? nullptr : &event.object};
}

}  // namespace

Controller::Controller(std::string name, std::vector<kube::Kind> watches)
    : name_(std::move(name)), watches_(std::move(watches)), caches_(watches_.size()) {}

bool Controller::has_work(const ApiServer& server, Instant now, Reach reach) const {
    const bool is_due = std::any_of(later_.begin(), later_.end(),
                                    [now](const auto& entry) { return entry.second <= now; });
    if (!cursor_ || !queue_.empty() || is_due) {
        return true;
    }
    for (std::uint64_t at = std::max(*cursor_, reach.passed) + 1; at <= reach.visible; ++at) {
        const StoredEvent* event = server.find_event(at);
        if (event == nullptr || concerns(*event)) {
            return true;
        }
    }
    return false;
}

bool Controller::run(ApiServer& server, Instant now, Reach reach, int& looks) {
    bool progressed = false;
    if (!cursor_) {
        list_everything(server);
        started(now);
        progressed = true;
    }
    cursor_ = std::max(*cursor_, reach.passed);
    progressed = read_log(server, reach.visible) || progressed;
    collect_due(now);
    const bool lags = reach.visible < server.version();
    while (const std::optional<Key> key = looks > 0 ? next_key() : std::nullopt) {
        look_at(*key, server, now);
        --looks;
        progressed = true;
        if (!lags) {
            read_log(server, server.version());
        }
        collect_due(now);
    }
    return progressed;
}

std::optional<Instant> Controller::next_due() const {
    std::optional<Instant> next;
    for (const auto& [key, at] : later_) {
        next = next ? std::min(*next, at) : at;
    }
    return next;
}

void Controller::restart() {
    cursor_.reset();
    for (Cache& cache : caches_) {
        cache.clear();
    }
    queue_.clear();
    later_.clear();
    failures_.clear();
    barriers_.clear();
    events_.names.clear();
    forget();
}

const Cache& Controller::objects(const kube::Kind& kind) const {
    const auto found = std::find(watches_.begin(), watches_.end(), kind);
    BG_CHECK(found != watches_.end(), "a controller reads only kinds that it watches");
    return caches_[static_cast<std::size_t>(found - watches_.begin())];
}

void Controller::find_by(const kube::Kind& kind, WordsOf words_of, Filing filing) {
    const auto found = std::find(watches_.begin(), watches_.end(), kind);
    BG_CHECK(found != watches_.end(), "a controller reads only kinds that it watches");
    caches_[static_cast<std::size_t>(found - watches_.begin())].find_by(words_of, filing);
}

void Controller::enqueue_at(const Key& key, Instant at) {
    const auto [entry, inserted] = later_.emplace(key, at);
    if (!inserted) {
        entry->second = std::min(entry->second, at);
    }
}

void Controller::enqueue_controller(const kube::Object* object, std::string_view owner_kind) {
    if (object == nullptr) {
        return;
    }
    const auto owner = object->controller();
    if (owner && owner->kind == owner_kind) {
        enqueue({.ns = std::string(object->ns()), .name = owner->name});
    }
}

// A lagging view begins with the present all the same: a new process lists before it watches.
void Controller::list_everything(ApiServer& server) {
    cursor_ = server.version();
    if (watches_everything()) {
        for (const ResourcePtr& resource : server.resources()) {
            list_kind(server, *resource);
        }
        return;
    }
    for (const kube::Kind& kind : watches_) {
        list_kind(server, server.resource(kind));
    }
}

void Controller::list_kind(const ApiServer& server, const Resource& resource) {
    const StorageKind kind{.group = resource.storage_group.value_or(resource.group),
                           .plural = resource.plural};
    const Outcome<ListResult> listing = server.list(resource, "", {});
    if (!listing.ok()) {
        return;
    }
    Cache* cache = find_cache(kind);
    for (const kube::Object& object : listing->items) {
        if (cache != nullptr) {
            cache->put(object);
        }
    }
    for (const kube::Object& object : listing->items) {
        observe({.kind = kind, .before = nullptr, .after = &object});
    }
}

bool Controller::read_log(ApiServer& server, std::uint64_t visible) {
    bool progressed = false;
    while (*cursor_ < visible) {
        const StoredEvent* event = server.find_event(*cursor_ + 1);
        if (event == nullptr) {
            restart();
            list_everything(server);
            return true;
        }
        ++*cursor_;
        const std::size_t waiting = queue_.size();
        take(*event);
        progressed = progressed || queue_.size() != waiting;
    }
    return progressed;
}

bool Controller::keeps(const StorageKind& kind) const {
    return std::any_of(watches_.begin(), watches_.end(),
                       [&](const kube::Kind& one) { return kind.is(one); });
}

bool Controller::concerns(const StoredEvent& event) const {
    return keeps(*event.kind) || (watches_everything() && cares_about(change_of(event)));
}

void Controller::take(const StoredEvent& event) {
    Cache* cache = find_cache(*event.kind);
    if (cache == nullptr && !watches_everything()) {
        return;
    }
    const Change change = change_of(event);
    if (cache != nullptr) {
        if (change.after == nullptr) {
            cache->erase(key_of(event.object));
        } else {
            cache->put(event.object);
        }
    }
    if (event.only_annotations && event.kind->is(kube::kinds::pod)) {
        return;  // members tell their state there, every few seconds: no controller decides on it
    }
    observe(change);
}

Cache* Controller::find_cache(const StorageKind& kind) {
    const auto found = std::find_if(watches_.begin(), watches_.end(),
                                    [&](const kube::Kind& one) { return kind.is(one); });
    return found == watches_.end() ? nullptr
                                   : &caches_[static_cast<std::size_t>(found - watches_.begin())];
}

void Controller::collect_due(Instant now) {
    for (auto at = later_.begin(); at != later_.end();) {
        if (at->second > now) {
            ++at;
            continue;
        }
        queue_.insert(at->first);
        at = later_.erase(at);
    }
}

std::optional<Key> Controller::next_key() const {
    for (const Key& key : queue_) {
        const auto barrier = barriers_.find(key);
        if (barrier == barriers_.end() || barrier->second <= *cursor_) {
            return key;
        }
    }
    return std::nullopt;
}

void Controller::look_at(const Key& key, ApiServer& server, Instant now) {
    queue_.erase(key);
    barriers_.erase(key);
    Client client(server, name_, events_, now);
    sync(key, client);
    if (waits_for_own_writes() && client.wrote()) {
        barriers_[key] = server.version();
    }
    if (!client.failure()) {
        failures_.erase(key);
        return;
    }
    const int doublings = std::min(failures_[key]++, most_doublings);
    enqueue_at(key, now + first_retry * (1LL << doublings));
}

}  // namespace bestgres::fakekube::controllers
