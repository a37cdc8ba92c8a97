#include "fakekube/rest/encode.hpp"

#include <fmt/format.h>

#include <utility>

#include "fakekube/go_yaml.hpp"
#include "fakekube/rest/table.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* flow_schema = "e9a0b3d2-5a56-4e4c-9c1d-6f0f2f1a7c11";
constexpr const char* priority_level = "0b0ea5ab-33d5-4a4e-8b0c-2d3f1c7e9a55";

void append_member(std::string& text, std::string_view key, const Json& value) {
    text += text.size() > 1 && text.back() != '{' ? "," : "";
    text.append(1, '"').append(key).append("\":").append(dump(value));
}

bool comes_first(std::string_view key) {
    return key == "kind" || key == "apiVersion" || key == "metadata";
}

// As object_text, without the type for items of lists.
void append_object(std::string& text, const Json& object, bool with_type) {
    std::string own = "{";
    for (const char* key : {"kind", "apiVersion", "metadata"}) {
        if (object.contains(key) && (with_type || std::string_view(key) == "metadata")) {
            append_member(own, key, object[key]);
        }
    }
    // A Status has its fields in another order than the alphabet's.
    const bool is_status = object.contains("code") && object.contains("message");
    if (is_status) {
        for (const char* key : {"status", "message", "reason", "details", "code"}) {
            if (object.contains(key)) {
                append_member(own, key, object[key]);
            }
        }
    } else {
        for (const auto& [key, value] : object.items()) {
            if (!comes_first(key)) {
                append_member(own, key, value);
            }
        }
    }
    text.append(own).append(1, '}');
}

Json list_metadata(const Resource& resource, const ListResult& list) {
    Json meta = {{"resourceVersion", std::to_string(list.version)}};
    if (!list.continue_token.empty() || resource.strategy->is_custom()) {
        meta["continue"] = list.continue_token;
    }
    if (list.remaining) {
        meta["remainingItemCount"] = *list.remaining;
    }
    return meta;
}

std::string list_kind(const Resource& resource) {
    return resource.list_kind.empty() ? resource.kind + "List" : resource.list_kind;
}

std::string list_text(const Resource& resource, const ListResult& list) {
    std::string text = fmt::format(R"({{"kind":"{}","apiVersion":"{}","metadata":{},"items":[)",
                                   list_kind(resource), resource.api_version(),
                                   dump(list_metadata(resource, list)));
    bool is_first = true;
    for (const kube::Object& item : list.items) {
        if (!is_first) {
            text += ',';
        }
        is_first = false;
        append_object(text, item.json(), resource.strategy->is_custom());
    }
    return text + "]}";
}

Json list_json(const Resource& resource, const ListResult& list) {
    Json items = Json::array();
    for (const kube::Object& item : list.items) {
        Json json = item.json();
        if (!resource.strategy->is_custom()) {
            json.erase("apiVersion");
            json.erase("kind");
        }
        items.push_back(std::move(json));
    }
    return {{"kind", list_kind(resource)},
            {"apiVersion", resource.api_version()},
            {"metadata", list_metadata(resource, list)},
            {"items", std::move(items)}};
}

Response body_response(int status, std::string body, bool yaml) {
    return {.status = status,
            .headers = {{"Content-Type", yaml ? "application/yaml" : "application/json"}},
            .body = std::move(body),
            .watch = {},
            .proxy = {}};
}

Status wrong_shape(std::string_view asked, const Resource& resource, bool is_list) {
    const std::string group =
        resource.group.empty() ? "core" : resource.group.substr(0, resource.group.find('.'));
    return not_acceptable(
        is_list ? fmt::format("you requested {}, but the requested object is a list (*{}.{})",
                              asked, group, list_kind(resource))
                : fmt::format("you requested {}, but the requested object is not a list (*{}.{})",
                              asked, group, resource.kind));
}

Json partial_list(const ListResult& list, const Resource& resource, const Format& format) {
    Json items = Json::array();
    for (const kube::Object& object : list.items) {
        items.push_back(partial_metadata(object, format));
    }
    return {{"kind", "PartialObjectMetadataList"},
            {"apiVersion", "meta.k8s.io/" + format.meta_version},
            {"metadata", list_metadata(resource, list)},
            {"items", std::move(items)}};
}

}  // namespace

std::string object_text(const Json& object) {
    std::string text;
    if (!object.is_object()) {
        return dump(object);
    }
    append_object(text, object, true);
    return text;
}

Response json_response(int status, const Json& body, const Format& format) {
    if (format.yaml) {
        return body_response(status, go_yaml(body), true);
    }
    if (format.pretty) {
        return body_response(status, dump_pretty(body), false);
    }
    return body_response(status, object_text(body) + "\n", false);
}

Response text_response(int status, std::string body, std::string_view content_type) {
    return {.status = status,
            .headers = {{"Content-Type", std::string(content_type)}},
            .body = std::move(body),
            .watch = {},
            .proxy = {}};
}

Response status_response(const Status& status, const Format& format) {
    Response response = json_response(status.code, status_json(status), format);
    const std::int64_t retry = find_int(status.details, {"retryAfterSeconds"}).value_or(0);
    if (retry > 0) {
        response.headers.emplace_back("Retry-After", std::to_string(retry));
    }
    return response;
}

Response deleted_response(const Resource& resource, const kube::Object& object,
                          const Format& format) {
    Json details = {{"name", object.name()}, {"kind", resource.plural}, {"uid", object.uid()}};
    if (!resource.group.empty()) {
        details["group"] = resource.group;
    }
    return json_response(200,
                         {{"kind", "Status"},
                          {"apiVersion", "v1"},
                          {"metadata", Json::object()},
                          {"status", "Success"},
                          {"details", std::move(details)}},
                         format);
}

Json partial_metadata(const kube::Object& object, const Format& format) {
    return {{"kind", "PartialObjectMetadata"},
            {"apiVersion", "meta.k8s.io/" + format.meta_version},
            {"metadata", object_at(object.json(), {"metadata"})}};
}

Outcome<Response> object_response(int status, const Resource& resource, const kube::Object& object,
                                  const Rendering& rendering) {
    const auto& [format, now, include_object] = rendering;
    switch (format.shape) {
        case Format::Shape::object:
            return json_response(status, object.json(), format);
        case Format::Shape::table:
            return json_response(status,
                                 table_of(resource, {object},
                                          {.include_object = include_object,
                                           .meta_version = format.meta_version,
                                           .now = now}),
                                 format);
        case Format::Shape::partial:
            return json_response(status, partial_metadata(object, format), format);
        case Format::Shape::partial_list:
            return wrong_shape("PartialObjectMetadataList", resource, false);
    }
    return plain_error("unknown format");
}

Outcome<Response> list_response(const Resource& resource, const ListResult& list,
                                const Rendering& rendering) {
    const auto& [format, now, include_object] = rendering;
    switch (format.shape) {
        case Format::Shape::object:
            if (format.yaml || format.pretty) {
                return json_response(200, list_json(resource, list), format);
            }
            return body_response(200, list_text(resource, list) + "\n", false);
        case Format::Shape::table: {
            Json table = table_of(resource, list.items,
                                  {.include_object = include_object,
                                   .meta_version = format.meta_version,
                                   .now = now});
            table["metadata"] = list_metadata(resource, list);
            return json_response(200, table, format);
        }
        case Format::Shape::partial:
            return wrong_shape("PartialObjectMetadata", resource, true);
        case Format::Shape::partial_list:
            return json_response(200, partial_list(list, resource, format), format);
    }
    return plain_error("unknown format");
}

std::string event_text(std::string_view type, const std::string& object) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object);
}

void add_common_headers(Response& response) {
    response.headers.emplace_back("Cache-Control", "no-cache, private");
    response.headers.emplace_back("X-Kubernetes-Pf-Flowschema-Uid", flow_schema);
    response.headers.emplace_back("X-Kubernetes-Pf-Prioritylevel-Uid", priority_level);
}

void add_warnings(Response& response, const std::vector<std::string>& warnings) {
    for (const std::string& warning : warnings) {
        response.headers.emplace_back("Warning", "299 - " + go_quote(warning));
    }
}

}  // namespace bestgres::fakekube
