#include "fakekube/node/object_cache.hpp"

#include <algorithm>
#include <set>

namespace bestgres::fakekube::node {
namespace {

constexpr Duration first_retry = std::chrono::milliseconds(200);
constexpr Duration longest_retry = std::chrono::seconds(5);
constexpr Duration ordinary_life = std::chrono::seconds(5);

kube::Ref ref_of(const kube::Kind& kind, const kube::Object& object) {
    return {kind, std::string(object.ns()), std::string(object.name())};
}

}  // namespace

Selection selection_of(const kube::Ref& ref) {
    return {ref.kind, ref.ns, "metadata.name=" + ref.name};
}

struct ObjectCache::Stream {
    Selection selection;
    int users = 0;
    bool dropped = false;
    bool known = false;
    std::string version, trouble;
    std::optional<kube::WatchId> watch;
    Duration retry = first_retry;
    Instant watched_at;
    std::map<kube::Ref, kube::Object> objects;
};

ObjectCache::ObjectCache(Reactor& reactor, ApiPort& api, OnChange on_change)
    : reactor_(reactor), api_(api), on_change_(std::move(on_change)) {}

ObjectCache::~ObjectCache() {
    for (const auto& entry : streams_) {
        entry.second->dropped = true;
    }
}

void ObjectCache::want(const Selection& selection) {
    std::shared_ptr<Stream>& stream = streams_[selection];
    if (!stream) {
        stream = std::make_shared<Stream>();
        stream->selection = selection;
        list(stream);
    }
    ++stream->users;
}

void ObjectCache::drop(const Selection& selection) {
    const auto found = streams_.find(selection);
    if (found == streams_.end() || --found->second->users > 0) {
        return;
    }
    found->second->dropped = true;
    if (found->second->watch) {
        api_.unwatch(*found->second->watch);
    }
    streams_.erase(found);
}

bool ObjectCache::is_known(const Selection& selection) const {
    const auto found = streams_.find(selection);
    return found != streams_.end() && found->second->known;
}

std::string ObjectCache::trouble(const Selection& selection) const {
    const auto found = streams_.find(selection);
    return found == streams_.end() ? "" : found->second->trouble;
}

std::optional<kube::Object> ObjectCache::find(const kube::Ref& ref) const {
    for (const auto& entry : streams_) {
        if (entry.first.kind == ref.kind) {
            const auto found = entry.second->objects.find(ref);
            if (found != entry.second->objects.end()) {
                return found->second;
            }
        }
    }
    return std::nullopt;
}

std::vector<kube::Object> ObjectCache::all(const Selection& selection) const {
    std::vector<kube::Object> objects;
    if (const auto found = streams_.find(selection); found != streams_.end()) {
        for (const auto& entry : found->second->objects) {
            objects.push_back(entry.second);
        }
    }
    return objects;
}

void ObjectCache::list(const std::shared_ptr<Stream>& stream) {
    const Selection& selection = stream->selection;
    api_.call(kube::List{.kind = selection.kind,
                         .ns = selection.ns,
                         .label_selector = "",
                         .field_selector = selection.field_selector},
              [this, stream](const auto& outcome) {
                  if (!stream->dropped) {
                      on_listed(stream, outcome);
                  }
              });
}

void ObjectCache::on_listed(const std::shared_ptr<Stream>& stream,
                            const Result<kube::Outcome, kube::Error>& outcome) {
    const kube::Listing* listing = outcome.ok() ? std::get_if<kube::Listing>(&*outcome) : nullptr;
    if (listing == nullptr) {
        stream->trouble = outcome.ok() ? "no list" : outcome.error().message;
        later(stream, true);
        return;
    }
    stream->known = true;
    stream->trouble.clear();
    stream->retry = first_retry;
    stream->version = listing->resource_version;
    std::set<kube::Ref> listed;
    for (const kube::Object& object : listing->items) {
        listed.insert(ref_of(stream->selection.kind, object));
        put(*stream, object);
    }
    std::vector<kube::Ref> gone;
    for (const auto& entry : stream->objects) {
        if (listed.count(entry.first) == 0) {
            gone.push_back(entry.first);
        }
    }
    for (const kube::Ref& ref : gone) {
        remove(*stream, ref);
    }
    if (!stream->dropped) {
        watch(stream);
    }
}

void ObjectCache::watch(const std::shared_ptr<Stream>& stream) {
    const Selection& selection = stream->selection;
    stream->watched_at = wall_clock();
    stream->watch = api_.watch(kube::WatchSpec{.kind = selection.kind,
                                               .ns = selection.ns,
                                               .label_selector = "",
                                               .field_selector = selection.field_selector,
                                               .from_version = stream->version},
                               [this, stream](const kube::WatchEvent& event) {
                                   if (!stream->dropped) {
                                       on_event(stream, event);
                                   }
                               });
}

void ObjectCache::on_event(const std::shared_ptr<Stream>& stream, const kube::WatchEvent& event) {
    if (const std::string_view version = event.object.resource_version(); !version.empty()) {
        stream->version = version;
        stream->retry = first_retry;
        stream->trouble.clear();
    }
    switch (event.type) {
        case kube::WatchEventType::added:
        case kube::WatchEventType::modified:
            put(*stream, event.object);
            break;
        case kube::WatchEventType::deleted:
            remove(*stream, ref_of(stream->selection.kind, event.object));
            break;
        case kube::WatchEventType::bookmark:
            break;
        case kube::WatchEventType::gone:
            stream->watch.reset();
            later(stream, true);
            break;
        case kube::WatchEventType::closed:
            // Every watch ends some time; one that ends at once was refused.
            stream->trouble =
                wall_clock() - stream->watched_at < ordinary_life ? event.message : std::string();
            stream->watch.reset();
            later(stream, false);
            break;
    }
}

void ObjectCache::later(const std::shared_ptr<Stream>& stream, bool list_again) {
    reactor_.after(stream->retry, [this, stream, list_again] {
        if (!stream->dropped) {
            list_again ? list(stream) : watch(stream);
        }
    });
    stream->retry = std::min(2 * stream->retry, longest_retry);
}

void ObjectCache::put(Stream& stream, const kube::Object& object) {
    const kube::Ref ref = ref_of(stream.selection.kind, object);
    const auto found = stream.objects.find(ref);
    if (found != stream.objects.end() &&
        found->second.resource_version() == object.resource_version()) {
        return;
    }
    stream.objects[ref] = object;
    on_change_(ref, object);
}

void ObjectCache::remove(Stream& stream, const kube::Ref& ref) {
    if (stream.objects.erase(ref) != 0) {
        on_change_(ref, std::nullopt);
    }
}

}  // namespace bestgres::fakekube::node
