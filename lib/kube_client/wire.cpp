#include "lib/kube_client/wire.hpp"

#include <charconv>

#include "lib/base/encoding.hpp"
#include "lib/base/json_nesting.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::kube_client {
namespace {

using kube::Applied;
using kube::ErrorCode;

std::string collection_path(const kube::Kind& kind, std::string_view ns) {
    std::string path = kind.api_path();
    if (kind.namespaced && !ns.empty()) {
        path += "/namespaces/" + encode_percent(ns);
    }
    return path + "/" + std::string(kind.plural);
}

std::string object_path(const kube::Ref& ref, std::string_view subresource) {
    return collection_path(ref.kind, ref.ns) + "/" + encode_percent(ref.name) +
           (subresource.empty() ? "" : "/" + std::string(subresource));
}

kube::Ref ref_of(const kube::Kind& kind, const kube::Object& object) {
    return {.kind = kind, .ns = std::string(object.ns()), .name = std::string(object.name())};
}

class Query {
public:
    void add(std::string_view key, std::string_view value) {
        if (!value.empty()) {
            text_ += (text_.empty() ? "?" : "&") + std::string(key) + "=" + encode_percent(value);
        }
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

http::Request with_body(std::string method, std::string target, std::string type, Json body) {
    return {.method = std::move(method),
            .target = std::move(target),
            .headers = {{"Accept", "application/json"}, {"Content-Type", std::move(type)}},
            .body = dump(body)};
}

http::Request reading(std::string target) {
    return {.method = "GET",
            .target = std::move(target),
            .headers = {{"Accept", "application/json"}},
            .body = {}};
}

std::string_view media_type(kube::PatchType type) {
    switch (type) {
        case kube::PatchType::merge:
            return "application/merge-patch+json";
        case kube::PatchType::json:
            return "application/json-patch+json";
        case kube::PatchType::strategic:
            return "application/strategic-merge-patch+json";
    }
    return "";
}

std::string_view policy_text(kube::Propagation propagation) {
    switch (propagation) {
        case kube::Propagation::background:
            return "Background";
        case kube::Propagation::foreground:
            return "Foreground";
        case kube::Propagation::orphan:
            return "Orphan";
    }
    return "";
}

Json preconditions_of(const kube::Preconditions& only_if) {
    Json json = Json::object();
    if (only_if.uid) {
        json["uid"] = *only_if.uid;
    }
    if (only_if.resource_version) {
        json["resourceVersion"] = *only_if.resource_version;
    }
    return json;
}

Json delete_options(const kube::Delete& call) {
    Json options{{"apiVersion", "v1"},
                 {"kind", "DeleteOptions"},
                 {"propagationPolicy", policy_text(call.propagation)}};
    if (call.grace_period_seconds) {
        options["gracePeriodSeconds"] = *call.grace_period_seconds;
    }
    if (Json only_if = preconditions_of(call.only_if); !only_if.empty()) {
        options["preconditions"] = std::move(only_if);
    }
    return options;
}

Json eviction_of(const kube::Evict& call) {
    Json eviction{{"apiVersion", "policy/v1"},
                  {"kind", "Eviction"},
                  {"metadata", {{"name", call.pod.name}, {"namespace", call.pod.ns}}}};
    if (Json only_if = preconditions_of(call.only_if); !only_if.empty()) {
        eviction["deleteOptions"] = {{"preconditions", std::move(only_if)}};
    }
    return eviction;
}

http::Request apply_request(const kube::Apply& call) {
    Query query;
    query.add("fieldManager", call.field_manager);
    query.add("force", call.force ? "true" : "");
    Json body = call.object.json();
    body["apiVersion"] = call.kind.api_version();
    body["kind"] = call.kind.name;
    return with_body("PATCH",
                     object_path(ref_of(call.kind, call.object), call.subresource) + query.text(),
                     "application/apply-patch+yaml", std::move(body));
}

http::Request create_request(const kube::Create& call, const Query& manager) {
    Json body = call.object.json();
    body["apiVersion"] = call.kind.api_version();
    body["kind"] = call.kind.name;
    return with_body("POST", collection_path(call.kind, call.object.ns()) + manager.text(),
                     "application/json", std::move(body));
}

http::Request replace_request(const kube::Replace& call, const Query& manager) {
    Json body = call.object.json();
    if (call.subresource != "scale") {
        body["apiVersion"] = call.kind.api_version();
        body["kind"] = call.kind.name;
    }
    return with_body("PUT",
                     object_path(ref_of(call.kind, call.object), call.subresource) + manager.text(),
                     "application/json", std::move(body));
}

// What RBAC calls a call.
struct Permission {
    std::string_view verb;
    kube::Kind kind;
    std::string ns;
    std::string subresource;
};

Permission permission_parts(const kube::Call& call) {
    return std::visit(
        Overloaded{
            [](const kube::Get& get) {
                return Permission{"get", get.ref.kind, get.ref.ns, ""};
            },
            [](const kube::List& list) {
                return Permission{"list", list.kind, list.ns, ""};
            },
            [](const kube::Create& create) {
                return Permission{"create", create.kind, std::string(create.object.ns()), ""};
            },
            [](const kube::Apply& apply) {
                return Permission{"patch", apply.kind, std::string(apply.object.ns()),
                                  apply.subresource};
            },
            [](const kube::Patch& patch) {
                return Permission{"patch", patch.ref.kind, patch.ref.ns, patch.subresource};
            },
            [](const kube::Replace& replace) {
                return Permission{"update", replace.kind, std::string(replace.object.ns()),
                                  replace.subresource};
            },
            [](const kube::Delete& remove) {
                return Permission{"delete", remove.ref.kind, remove.ref.ns, ""};
            },
            [](const kube::Evict& evict) {
                return Permission{"create", evict.pod.kind, evict.pod.ns, "eviction"};
            },
        },
        call);
}

ErrorCode code_of(int status, std::string_view reason) {
    switch (status) {
        case 401:
            return ErrorCode::unauthorized;
        case 403:
            return ErrorCode::forbidden;
        case 404:
            return ErrorCode::not_found;
        case 408:
        case 504:
            return ErrorCode::timeout;
        case 409:
            return reason == "AlreadyExists" ? ErrorCode::already_exists : ErrorCode::conflict;
        case 410:
            return ErrorCode::gone;
        case 429:
            return ErrorCode::throttled;
        default:
            return status >= 400 && status < 500 ? ErrorCode::invalid : ErrorCode::unavailable;
    }
}

std::optional<Duration> retry_after_of(const http::Response& response, const Json& status) {
    std::int64_t seconds = find_int(status, {"details", "retryAfterSeconds"}).value_or(0);
    const std::string header = response.headers.get("Retry-After");
    std::from_chars(header.data(), header.data() + header.size(), seconds);
    return seconds > 0 ? std::optional<Duration>(std::chrono::seconds(seconds)) : std::nullopt;
}

std::string message_of(const http::Response& response, const Json& status) {
    if (std::string message = string_at(status, {"message"}); !message.empty()) {
        return message;
    }
    return "the server answered " + std::to_string(response.status) + " " +
           std::string(http::reason_phrase(response.status)) +
           (response.body.empty() || status.is_object() ? "" : ": " + response.body.substr(0, 200));
}

}  // namespace

http::Request request_of(const kube::Call& call, const std::string& field_manager) {
    Query manager;
    manager.add("fieldManager", field_manager);
    return std::visit(
        Overloaded{
            [](const kube::Get& get) { return reading(object_path(get.ref, "")); },
            [](const kube::List& list) { return page_request(list, 0, ""); },
            [&](const kube::Create& create) { return create_request(create, manager); },
            [](const kube::Apply& apply) { return apply_request(apply); },
            [&](const kube::Patch& patch) {
                return with_body("PATCH",
                                 object_path(patch.ref, patch.subresource) + manager.text(),
                                 std::string(media_type(patch.type)), patch.body);
            },
            [&](const kube::Replace& replace) { return replace_request(replace, manager); },
            [](const kube::Delete& remove) {
                return with_body("DELETE", object_path(remove.ref, ""), "application/json",
                                 delete_options(remove));
            },
            [](const kube::Evict& evict) {
                return with_body("POST", object_path(evict.pod, "eviction"), "application/json",
                                 eviction_of(evict));
            },
        },
        call);
}

http::Request page_request(const kube::List& list, std::size_t limit, const std::string& token) {
    Query query;
    query.add("labelSelector", list.label_selector);
    query.add("fieldSelector", list.field_selector);
    query.add("limit", limit > 0 ? std::to_string(limit) : "");
    query.add("continue", token);
    return reading(collection_path(list.kind, list.ns) + query.text());
}

http::Request watch_request(const kube::WatchSpec& spec, Duration timeout) {
    Query query;
    query.add("watch", "true");
    query.add("allowWatchBookmarks", "true");
    query.add("resourceVersion", spec.from_version);
    query.add("labelSelector", spec.label_selector);
    query.add("fieldSelector", spec.field_selector);
    query.add("timeoutSeconds",
              std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
    return reading(collection_path(spec.kind, spec.ns) + query.text());
}

std::string permission_of(const kube::Call& call) {
    const Permission permission = permission_parts(call);
    std::string resource(permission.kind.plural);
    if (!permission.kind.group.empty()) {
        resource += "." + std::string(permission.kind.group);
    }
    if (!permission.subresource.empty()) {
        resource += "/" + permission.subresource;
    }
    return "\"" + std::string(permission.verb) + "\" on \"" + resource + "\"" +
           (permission.ns.empty() ? "" : " in namespace \"" + permission.ns + "\"");
}

kube::Error error_of(const kube::Call& call, const http::Response& response) {
    const Result<Json> parsed = parse_json_leniently(response.body);
    const Json status = parsed.ok() && parsed->is_object() ? *parsed : Json();
    kube::Error error;
    error.code = code_of(response.status, string_at(status, {"reason"}));
    // A failing server may have written before it failed; a refusal says that it did not.
    const bool is_server_failure = response.status >= 500 || response.status == 408;
    error.applied = is_write(call) && is_server_failure ? Applied::unknown : Applied::no;
    error.message = describe(call) + ": " + message_of(response, status);
    if (error.code == ErrorCode::forbidden) {
        // RBAC's own sentence names the right, quotas and other admission have nothing to do with
        // it.
        const bool says_more = error.message.find(" is forbidden: ") != std::string::npos;
        const bool is_rbac = error.message.find(" cannot ") != std::string::npos;
        error.message += is_rbac ? "; a Role that is bound to this user must allow it" : "";
        error.message += says_more || is_rbac ? "" : " (it needs " + permission_of(call) + ")";
    }
    error.retry_after = retry_after_of(response, status);
    for (const Json& cause : array_at(status, {"details", "causes"})) {
        if (std::string field = string_at(cause, {"field"}); !field.empty()) {
            error.fields.push_back(std::move(field));
        }
    }
    return error;
}

kube::Error error_of(const kube::Call& call, const http::Failure& failure) {
    kube::Error error;
    error.code = failure.cause == http::Failure::Cause::timeout ? ErrorCode::timeout
                                                                : ErrorCode::unavailable;
    error.applied = failure.sent && is_write(call) ? Applied::unknown : Applied::no;
    error.message = describe(call) + ": " + failure.message;
    return error;
}

Result<kube::Outcome, kube::Error> outcome_of(const kube::Call& call, std::string_view body) {
    Result<Json> parsed = parse_json_leniently(body);
    if (!parsed.ok() || !parsed->is_object()) {
        // It was carried out, but nobody knows what the object is now.
        kube::Error error;
        error.applied = is_write(call) ? Applied::unknown : Applied::no;
        error.message = describe(call) + ": the answer is not a JSON object";
        return error;
    }
    if (string_at(*parsed, {"kind"}) == "Status" && !parsed->contains("spec")) {
        return kube::Outcome(Done{});
    }
    return kube::Outcome(kube::Object(*std::move(parsed)));
}

kube::WatchEvent watch_event_of(kube::WatchId id, std::string_view line) {
    kube::WatchEvent event{
        .id = id, .type = kube::WatchEventType::closed, .object = {}, .message = {}};
    Result<Json> parsed = parse_json_leniently(line);
    if (!parsed.ok()) {
        event.message = "the server sent a line that is not JSON";
        return event;
    }
    const std::string type = string_at(*parsed, {"type"});
    if (type == "ADDED") {
        event.type = kube::WatchEventType::added;
    } else if (type == "MODIFIED") {
        event.type = kube::WatchEventType::modified;
    } else if (type == "DELETED") {
        event.type = kube::WatchEventType::deleted;
    } else if (type == "BOOKMARK") {
        event.type = kube::WatchEventType::bookmark;
    } else {
        event.message = string_at(*parsed, {"object", "message"}, "the server sent " + type);
        if (find_int(*parsed, {"object", "code"}) == 410) {
            event.type = kube::WatchEventType::gone;
        }
        return event;
    }
    event.object = kube::Object(std::move((*parsed)["object"]));
    return event;
}

}  // namespace bestgres::kube_client
