#include "fakekube/controllers/controller.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr std::size_t events_a_read = 512;
constexpr Duration first_retry = std::chrono::milliseconds(5);
constexpr int most_doublings = 17;  // about eleven minutes

}  // namespace

Controller::Controller(std::string name, std::vector<kube::Kind> watches)
    : name_(std::move(name)), watches_(std::move(watches)), caches_(watches_.size()) {}

bool Controller::run(ApiServer& server, Instant now, std::uint64_t visible) {
    bool progressed = false;
    if (!cursor_) {
        list_everything(server);
        started(now);
        progressed = true;
    }
    progressed = read_log(server, visible) || progressed;
    collect_due(now);
    const bool lags = visible < server.version();
    while (const std::optional<Key> key = next_key()) {
        look_at(*key, server, now);
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
        const auto events = server.events_after(*cursor_, events_a_read);
        if (!events.ok()) {
            restart();
            list_everything(server);
            return true;
        }
        if (events->empty()) {
            cursor_ = visible;
            return progressed;
        }
        for (const StoredEvent& event : *events) {
            if (event.version > visible) {
                return progressed;
            }
            cursor_ = event.version;
            const std::size_t waiting = queue_.size();
            take(event);
            progressed = progressed || queue_.size() != waiting;
        }
    }
    return progressed;
}

void Controller::take(const StoredEvent& event) {
    Cache* cache = find_cache(*event.kind);
    if (cache == nullptr && !watches_everything()) {
        return;
    }
    const bool deleted = event.type == EventType::deleted;
    const Change change{.kind = *event.kind,
                        .before = event.type == EventType::added ? nullptr : &event.before,
                        .after = deleted ? nullptr : &event.object};
    if (cache != nullptr) {
        if (deleted) {
            cache->erase(key_of(event.object));
        } else {
            cache->put(event.object);
        }
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
