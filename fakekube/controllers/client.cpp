#include "fakekube/controllers/client.hpp"

#include <algorithm>

#include "lib/base/hash.hpp"

namespace bestgres::fakekube::controllers {
namespace {

constexpr std::size_t remembered_events = 4096;
constexpr int name_attempts = 64;

std::uint64_t happening_hash(const kube::Object& about, const Happening& happening) {
    Hasher hasher;
    hasher.add(about.uid());
    hasher.add(happening.reason);
    hasher.add(happening.message);
    return hasher.value();
}

Json involved_object(const kube::Object& about) {
    Json involved = {{"apiVersion", about.api_version()},
                     {"kind", about.kind()},
                     {"name", about.name()},
                     {"resourceVersion", about.resource_version()},
                     {"uid", about.uid()}};
    if (!about.ns().empty()) {
        involved["namespace"] = about.ns();
    }
    return involved;
}

Json event_object(const kube::Object& about, const Happening& happening) {
    const std::string ns = about.ns().empty() ? "default" : std::string(about.ns());
    return {{"apiVersion", "v1"},
            {"kind", "Event"},
            {"metadata", {{"namespace", ns}}},
            {"involvedObject", involved_object(about)},
            {"type", happening.type},
            {"reason", happening.reason},
            {"message", happening.message},
            {"count", 1}};
}

}  // namespace

Target Target::of(const kube::Kind& kind, const Key& key) {
    return {.group = std::string(kind.group),
            .version = std::string(kind.version),
            .plural = std::string(kind.plural),
            .ns = key.ns,
            .name = key.name};
}

Client::Client(ApiServer& server, std::string_view controller, EventMemory& memory, Instant now)
    : server_(&server), controller_(controller), memory_(&memory), now_(now) {}

RequestContext Client::context(std::string_view subresource) const {
    return {.now = now_,
            .user = {.name = "system:serviceaccount:kube-system:" + controller_,
                     .groups = {"system:serviceaccounts", "system:serviceaccounts:kube-system",
                                "system:authenticated"},
                     .uid = ""},
            .options = {.field_manager = "kube-controller-manager"},
            .subresource = std::string(subresource)};
}

ResourcePtr Client::resource_of(const Target& target) const {
    return server_->find_resource(target.group, target.version, target.plural);
}

ResourcePtr Client::find_resource(std::string_view api_version, std::string_view kind) const {
    return server_->find_kind(api_version, kind);
}

std::optional<kube::Object> Client::get(const Target& target) const {
    const ResourcePtr resource = resource_of(target);
    if (resource == nullptr) {
        return std::nullopt;
    }
    const Outcome<kube::Object> found =
        server_->get(*resource, {.ns = target.ns, .name = target.name});
    return found.ok() ? std::optional(*found) : std::nullopt;
}

std::vector<kube::Object> Client::list(const Target& target) const {
    const ResourcePtr resource = resource_of(target);
    if (resource == nullptr) {
        return {};
    }
    const Outcome<ListResult> listing = server_->list(*resource, target.ns, {});
    return listing.ok() ? listing->items : std::vector<kube::Object>();
}

std::optional<kube::Object> Client::create(const kube::Kind& kind, Json object) {
    object["apiVersion"] = kind.api_version();
    object["kind"] = kind.name;
    const Outcome<Written> written =
        server_->create(context(""), server_->resource(kind), std::move(object));
    if (!written.ok()) {
        note(written.error());
        return std::nullopt;
    }
    wrote_ = true;
    return written->object;
}

std::optional<kube::Object> Client::update(const kube::Kind& kind, const Json& object,
                                           std::string_view subresource) {
    const Outcome<Written> written =
        server_->update(context(subresource), server_->resource(kind), object);
    if (!written.ok()) {
        note(written.error());
        return std::nullopt;
    }
    wrote_ = true;
    return written->object;
}

std::optional<kube::Object> Client::patch(const Target& target, const Json& patch,
                                          std::string_view subresource) {
    const ResourcePtr resource = resource_of(target);
    if (resource == nullptr) {
        return std::nullopt;
    }
    const Outcome<Written> written =
        server_->patch(context(subresource), *resource, {.ns = target.ns, .name = target.name},
                       {.type = PatchType::merge, .body = patch});
    if (!written.ok()) {
        note(written.error());
        return std::nullopt;
    }
    wrote_ = true;
    return written->object;
}

bool Client::bind(const Key& pod, std::string_view node) {
    const Outcome<Done> bound = server_->bind(context(""), pod, node);
    if (!bound.ok()) {
        return note(bound.error());
    }
    wrote_ = true;
    return true;
}

bool Client::remove(const Target& target, const DeleteOptions& options) {
    const ResourcePtr resource = resource_of(target);
    if (resource == nullptr) {
        return true;
    }
    const Outcome<Deleted> deleted =
        server_->remove(context(""), *resource, {.ns = target.ns, .name = target.name}, options);
    if (!deleted.ok()) {
        return note(deleted.error());
    }
    wrote_ = true;
    return true;
}

// Answers whether the refusal means that nothing is left to do.
bool Client::note(const Status& status) {
    last_refusal_ = status;
    if (status.code == 404) {
        return true;
    }
    const Json& causes = array_at(status.details, {"causes"});
    const bool namespace_ends = std::any_of(causes.begin(), causes.end(), [](const Json& cause) {
        return string_at(cause, {"reason"}) == "NamespaceTerminating";
    });
    if (!failure_ && !namespace_ends) {
        failure_ = status;
    }
    return false;
}

void Client::record(const kube::Object& about, const Happening& happening) {
    if (!memory_->wanted) {
        return;
    }
    const std::uint64_t hash = happening_hash(about, happening);
    Json event = event_object(about, happening);
    const std::string ns = event["metadata"]["namespace"];
    const auto told = memory_->names.find(hash);
    if (told != memory_->names.end() && count_again({.ns = ns, .name = told->second})) {
        return;
    }
    event["source"] = {
        {"component", controller_ == "scheduler" ? "default-scheduler" : controller_}};
    event["firstTimestamp"] = format_seconds(now_);
    event["lastTimestamp"] = format_seconds(now_);
    event["metadata"]["namespace"] = ns;
    if (memory_->names.size() >= remembered_events) {
        memory_->names.clear();
    }
    // Names carry the time; a simulation may tell several things at one instant.
    for (int attempt = 0; attempt < name_attempts; ++attempt) {
        const auto stamp = static_cast<std::uint64_t>(now_.ns) + static_cast<unsigned>(attempt);
        const std::string name = std::string(about.name()) + "." + to_hex(stamp);
        event["metadata"]["name"] = name;
        const Outcome<Written> written =
            server_->create(context(""), server_->resource(kube::kinds::event), event);
        if (written.ok()) {
            memory_->names[hash] = name;
            return;
        }
        if (written.error().code != 409) {
            return;
        }
    }
}

bool Client::count_again(const Key& event) {
    const Resource& resource = server_->resource(kube::kinds::event);
    const Outcome<kube::Object> found = server_->get(resource, event);
    if (!found.ok()) {
        return false;
    }
    const std::int64_t count = find_int(found->json(), {"count"}).value_or(1);
    const Json patch = {{"count", count + 1}, {"lastTimestamp", format_seconds(now_)}};
    return server_->patch(context(""), resource, event, {.type = PatchType::merge, .body = patch})
        .ok();
}

}  // namespace bestgres::fakekube::controllers
