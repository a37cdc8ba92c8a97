#include "fakekube/rest/route.hpp"

#include <algorithm>
#include <utility>

#include "lib/base/encoding.hpp"
#include "lib/kube/selector.hpp"

namespace bestgres::fakekube {
namespace {

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> parts;
    while (path.starts_with('/')) {
        path.remove_prefix(1);
    }
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        parts.emplace_back(path.substr(0, slash));
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return parts;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return result;
}

std::string verb_of_method(std::string_view method) {
    if (method == "POST") {
        return "create";
    }
    if (method == "GET" || method == "HEAD") {
        return "get";
    }
    if (method == "PUT") {
        return "update";
    }
    if (method == "PATCH") {
        return "patch";
    }
    if (method == "DELETE") {
        return "delete";
    }
    return "";
}

bool is_namespace_subresource(std::string_view part) {
    return part == "status" || part == "finalize";
}

// The name that a field selector pins, so that resourceNames rules can match lists.
std::string selected_name(const Query& query) {
    const auto parsed = kube::parse_field_selector(first(query, "fieldSelector"));
    if (!parsed.ok()) {
        return "";
    }
    for (const kube::FieldRequirement& requirement : parsed->requirements) {
        if (requirement.field == "metadata.name" && requirement.equal) {
            return requirement.value;
        }
    }
    return "";
}

void read_resource(Route& route, std::vector<std::string> parts) {
    const auto drop = [&parts](std::ptrdiff_t count) {
        parts.erase(parts.begin(), parts.begin() + count);
    };
    if (parts.size() > 1 && parts[0] == "namespaces") {
        route.ns = parts[1];
        if (parts.size() > 2 && !is_namespace_subresource(parts[2])) {
            route.has_ns = true;
            drop(2);
        }
    }
    if (!parts.empty()) {
        route.resource = parts[0];
    }
    if (parts.size() > 1) {
        route.name = parts[1];
    }
    if (parts.size() > 2) {
        route.subresource = parts[2];
        route.rest.assign(parts.begin() + 3, parts.end());
    }
}

void read_verb(Route& route, const Query& query, bool watch_prefix) {
    if (watch_prefix) {
        route.verb = "watch";
        return;
    }
    if (!route.name.empty()) {
        return;
    }
    if (route.verb == "get") {
        route.verb = is_true(query, "watch") ? "watch" : "list";
    } else if (route.verb == "delete") {
        route.verb = "deletecollection";
    }
}

}  // namespace

Query parse_query(std::string_view query) {
    Query parsed;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        const std::size_t equals = pair.find('=');
        const Result<std::string> name = decode_percent(pair.substr(0, equals), true);
        const Result<std::string> value = equals == std::string_view::npos
                                              ? Result<std::string>(std::string())
                                              : decode_percent(pair.substr(equals + 1), true);
        if (name.ok() && value.ok() && !pair.empty()) {
            parsed.emplace(*name, *value);
        }
    }
    return parsed;
}

std::string first(const Query& query, const std::string& name) {
    const auto found = query.lower_bound(name);
    return found != query.end() && found->first == name ? found->second : std::string();
}

bool is_true(const Query& query, const std::string& name) {
    const auto found = query.lower_bound(name);
    return found != query.end() && found->first == name && found->second != "false" &&
           found->second != "0";
}

Attributes Route::attributes() const {
    if (!is_resource) {
        return {.verb = verb, .path = path};
    }
    return {.verb = verb,
            .group = group,
            .resource = resource,
            .subresource = subresource,
            .ns = ns,
            .name = name};
}

Route parse_route(const Request& request, const Query& query) {
    const Result<std::string> decoded = decode_percent(request.path, false);
    Route route{.path = decoded.ok() ? *decoded : request.path, .verb = lower(request.method)};
    std::vector<std::string> parts = split_path(route.path);
    std::size_t prefix = 0;
    if (parts.size() > 2 && parts[0] == "api") {
        route.version = parts[1];
        prefix = 2;
    } else if (parts.size() > 3 && parts[0] == "apis") {
        route.group = parts[1];
        route.version = parts[2];
        prefix = 3;
    } else {
        return route;
    }
    route.is_resource = true;
    route.verb = verb_of_method(request.method);
    parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(prefix));
    const bool watch_prefix = parts.size() > 1 && parts[0] == "watch";
    if (watch_prefix) {
        parts.erase(parts.begin());
    }
    read_resource(route, std::move(parts));
    read_verb(route, query, watch_prefix);
    return route;
}

Attributes authorized_attributes(const Route& route, const Query& query) {
    Attributes attributes = route.attributes();
    if (route.is_resource && route.name.empty() &&
        (route.verb == "list" || route.verb == "watch")) {
        attributes.name = selected_name(query);
    }
    return attributes;
}

}  // namespace bestgres::fakekube
