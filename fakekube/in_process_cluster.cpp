#include "fakekube/in_process_cluster.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "lib/base/overloaded.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::uint64_t events_per_poll = 4096;

kube::ErrorCode code_of(const Status& status) {
    switch (status.code) {
        case 401:
            return kube::ErrorCode::unauthorized;
        case 403:
            return kube::ErrorCode::forbidden;
        case 404:
            return kube::ErrorCode::not_found;
        case 409:
            return status.reason == "AlreadyExists" ? kube::ErrorCode::already_exists
                                                    : kube::ErrorCode::conflict;
        case 410:
            return kube::ErrorCode::gone;
        case 429:
            return kube::ErrorCode::throttled;
        case 504:
            return kube::ErrorCode::timeout;
        default:
            return status.code >= 500 ? kube::ErrorCode::unavailable : kube::ErrorCode::invalid;
    }
}

kube::Error error_of(const kube::Call& call, const Status& status) {
    kube::Error error;
    error.code = code_of(status);
    error.message = kube::describe(call) + ": " + status.message;
    for (const Json& cause : array_at(status.details, {"causes"})) {
        if (!string_at(cause, {"field"}).empty()) {
            error.fields.push_back(string_at(cause, {"field"}));
        }
    }
    return error;
}

// What a call needs: the resource, the permission, and the place.
struct Target {
    kube::Kind kind;
    std::string verb;
    std::string subresource;
    ObjectKey key;
};

Target target_of(const kube::Call& call) {
    const auto of_ref = [](const kube::Ref& ref, std::string verb, std::string subresource) {
        return Target{ref.kind, std::move(verb), std::move(subresource), {ref.ns, ref.name}};
    };
    const auto of_object = [](const kube::Kind& kind, const kube::Object& object,
                              std::string verb) {
        return Target{
            kind, std::move(verb), "", {std::string(object.ns()), std::string(object.name())}};
    };
    return std::visit(
        Overloaded{
            [&](const kube::Get& get) { return of_ref(get.ref, "get", ""); },
            [](const kube::List& list) {
                return Target{list.kind, "list", "", {list.ns, ""}};
            },
            [&](const kube::Create& create) {
                Target target = of_object(create.kind, create.object, "create");
                target.key.name.clear();
                return target;
            },
            [&](const kube::Apply& apply) {
                Target target = of_object(apply.kind, apply.object, "patch");
                target.subresource = apply.subresource;
                return target;
            },
            [&](const kube::Patch& patch) { return of_ref(patch.ref, "patch", patch.subresource); },
            [&](const kube::Replace& replace) {
                Target target = of_object(replace.kind, replace.object, "update");
                target.subresource = replace.subresource;
                return target;
            },
            [&](const kube::Delete& remove) { return of_ref(remove.ref, "delete", ""); },
            [&](const kube::Evict& evict) { return of_ref(evict.pod, "create", "eviction"); },
        },
        call);
}

DeleteOptions delete_options(const kube::Delete& remove) {
    DeleteOptions options;
    options.uid = remove.only_if.uid;
    options.resource_version = remove.only_if.resource_version;
    options.grace_period_seconds = remove.grace_period_seconds;
    switch (remove.propagation) {
        case kube::Propagation::background:
            options.propagation_policy = "Background";
            break;
        case kube::Propagation::foreground:
            options.propagation_policy = "Foreground";
            break;
        case kube::Propagation::orphan:
            options.propagation_policy = "Orphan";
            break;
    }
    return options;
}

PatchType patch_type(kube::PatchType type) {
    switch (type) {
        case kube::PatchType::merge:
            return PatchType::merge;
        case kube::PatchType::json:
            return PatchType::json;
        case kube::PatchType::strategic:
            return PatchType::strategic;
    }
    return PatchType::merge;
}

// One visitor that performs what request_of has described.
class Performer {
public:
    Performer(ApiServer& server, const Resource& resource, RequestContext context, ObjectKey key)
        : server_(server),
          resource_(resource),
          context_(std::move(context)),
          key_(std::move(key)) {}

    Outcome<kube::Outcome> operator()(const kube::Get&) const {
        auto object = server_.get(resource_, key_);
        BG_TRY(object);
        return kube::Outcome(*object);
    }
    Outcome<kube::Outcome> operator()(const kube::List& list) const {
        ListOptions options;
        options.label_selector = list.label_selector;
        options.field_selector = list.field_selector;
        const auto listed = server_.list(resource_, list.ns, options);
        BG_TRY(listed);
        return kube::Outcome(kube::Listing{.items = listed->items,
                                           .resource_version = std::to_string(listed->version)});
    }
    Outcome<kube::Outcome> operator()(const kube::Create& create) const {
        return written(server_.create(context_, resource_, create.object.json()));
    }
    Outcome<kube::Outcome> operator()(const kube::Apply& apply) const {
        RequestContext context = context_;
        context.options.field_manager = apply.field_manager;
        context.options.force = apply.force;
        return written(
            server_.patch(context, resource_, key_, {PatchType::apply, apply.object.json()}));
    }
    Outcome<kube::Outcome> operator()(const kube::Patch& patch) const {
        return written(
            server_.patch(context_, resource_, key_, {patch_type(patch.type), patch.body}));
    }
    Outcome<kube::Outcome> operator()(const kube::Replace& replace) const {
        return written(server_.update(context_, resource_, replace.object.json()));
    }
    Outcome<kube::Outcome> operator()(const kube::Delete& remove) const {
        const auto deleted = server_.remove(context_, resource_, key_, delete_options(remove));
        BG_TRY(deleted);
        return deleted->stays ? kube::Outcome(deleted->object) : kube::Outcome(Done{});
    }
    Outcome<kube::Outcome> operator()(const kube::Evict& evict) const {
        DeleteOptions options;
        options.uid = evict.only_if.uid;
        options.resource_version = evict.only_if.resource_version;
        const auto done = server_.evict(context_, key_, options);
        BG_TRY(done);
        return kube::Outcome(Done{});
    }

private:
    static Outcome<kube::Outcome> written(Outcome<Written> outcome) {
        BG_TRY(outcome);
        return kube::Outcome(outcome->object);
    }

    ApiServer& server_;
    const Resource& resource_;
    RequestContext context_;
    ObjectKey key_;
};

// Rights to one namespace are looked for in it, so that a Role there can grant them.
std::string namespace_of_rights(const Target& target) {
    return target.kind == kube::kinds::namespace_ ? target.key.name : target.key.ns;
}

}  // namespace

Result<kube::Outcome, kube::Error> perform(ApiServer& server, const Caller& caller,
                                           const kube::Call& call, Instant now) {
    Target target = target_of(call);
    const ResourcePtr resource =
        server.find_resource(target.kind.group, target.kind.version, target.kind.plural);
    if (!resource) {
        return error_of(call, unknown_resource());
    }
    Attributes attributes{.verb = target.verb,
                          .group = std::string(target.kind.group),
                          .resource = std::string(target.kind.plural),
                          .subresource = target.subresource,
                          .ns = namespace_of_rights(target),
                          .name = target.key.name};
    bool allowed = server.is_allowed(caller.user, attributes);
    if (allowed && std::holds_alternative<kube::Apply>(call) && target.subresource.empty() &&
        !server.get(*resource, target.key).ok()) {
        attributes.verb = target.verb = "create";
        allowed = server.is_allowed(caller.user, attributes);
    }
    if (!allowed) {
        return error_of(
            call, forbidden(*resource, target.key.name,
                            caller.user.name + " may not " + target.verb + " " +
                                std::string(target.kind.plural) + " in \"" + attributes.ns + "\""));
    }
    RequestContext context;
    context.now = now;
    context.user = caller.user;
    context.options.field_manager = caller.field_manager;
    context.subresource = target.subresource == "eviction" ? "" : target.subresource;
    auto outcome = std::visit(Performer(server, *resource, context, target.key), call);
    if (!outcome.ok()) {
        return error_of(call, outcome.error());
    }
    return *std::move(outcome);
}

kube::WatchEventType watch_type(EventType type) {
    switch (type) {
        case EventType::added:
            return kube::WatchEventType::added;
        case EventType::modified:
            return kube::WatchEventType::modified;
        case EventType::deleted:
            return kube::WatchEventType::deleted;
    }
    return kube::WatchEventType::modified;
}

WatchCursor::WatchCursor(const ApiServer& server, kube::WatchSpec spec) {
    const auto parsed =
        parse_selection(server.find_resource(spec.kind.group, spec.kind.version, spec.kind.plural),
                        spec.label_selector, spec.field_selector);
    if (!parsed.ok() || !parsed->resource) {
        refusal_ = parsed.ok() ? "the server does not serve this kind" : parsed.error().message;
        return;
    }
    selection_ = *parsed;
    selection_.ns = spec.ns;
    const char* const end = spec.from_version.data() + spec.from_version.size();
    if (std::from_chars(spec.from_version.data(), end, cursor_).ptr != end) {
        refusal_ = "not a version: " + spec.from_version;
    }
}

std::vector<kube::WatchEvent> WatchCursor::end(kube::WatchId id, kube::WatchEventType type,
                                               std::string message) {
    over_ = true;
    return {{.id = id, .type = type, .object = {}, .message = std::move(message)}};
}

std::vector<kube::WatchEvent> WatchCursor::poll(const ApiServer& server, kube::WatchId id) {
    if (over_) {
        return {};
    }
    if (!refusal_.empty()) {
        return end(id, kube::WatchEventType::closed, refusal_);
    }
    std::vector<kube::WatchEvent> events;
    const std::uint64_t last = std::min(server.version(), cursor_ + events_per_poll);
    while (cursor_ < last) {
        const StoredEvent* event = server.find_event(cursor_ + 1);
        if (event == nullptr) {
            return end(id, kube::WatchEventType::gone,
                       server.events_after(cursor_, 1).error().message);
        }
        ++cursor_;
        if (auto told = for_watcher(id, *event)) {
            events.push_back(std::move(*told));
        }
    }
    return events;
}

std::optional<kube::WatchEvent> WatchCursor::for_watcher(kube::WatchId id,
                                                         const StoredEvent& event) const {
    const bool of_kind = event.kind->plural == selection_.resource->plural &&
                         event.kind->group == selection_.resource->group;
    if (!of_kind || (!selection_.ns.empty() && event.object.ns() != selection_.ns)) {
        return std::nullopt;
    }
    std::optional<Told> told = told_of(selection_, event);
    if (!told) {
        return std::nullopt;
    }
    return kube::WatchEvent{
        .id = id, .type = watch_type(told->type), .object = std::move(told->object), .message = ""};
}

InProcessCluster::InProcessCluster(ApiServer& server, Caller caller, std::function<Instant()> now)
    : server_(server), caller_(std::move(caller)), now_(std::move(now)) {}

void InProcessCluster::submit(kube::CallId id, kube::Call call) {
    answers_.push_back({.id = id, .outcome = perform(server_, caller_, call, now_())});
}

void InProcessCluster::watch(kube::WatchId id, kube::WatchSpec spec) {
    watches_.insert_or_assign(id, WatchCursor(server_, std::move(spec)));
}

void InProcessCluster::unwatch(kube::WatchId id) {
    watches_.erase(id);
}

std::vector<InProcessCluster::Event> InProcessCluster::take_events() {
    std::vector<Event> events;
    for (kube::Answer& answer : answers_) {
        events.emplace_back(std::move(answer));
    }
    answers_.clear();
    for (auto& [id, cursor] : watches_) {
        for (kube::WatchEvent& event : cursor.poll(server_, id)) {
            events.emplace_back(std::move(event));
        }
    }
    return events;
}

}  // namespace bestgres::fakekube
