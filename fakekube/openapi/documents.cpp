#include <fmt/format.h>

#include <utility>

#include "fakekube/openapi/definitions.hpp"
#include "fakekube/openapi/openapi.hpp"

namespace bestgres::fakekube {
namespace {

std::string base_path(const Resource& resource) {
    return resource.group.empty() ? fmt::format("api/{}", resource.version)
                                  : fmt::format("apis/{}/{}", resource.group, resource.version);
}

Json query_parameter(std::string_view name, std::string_view type, Dialect dialect) {
    Json parameter = {{"name", name}, {"in", "query"}};
    if (dialect == Dialect::swagger_2) {
        parameter["type"] = type;
        parameter["uniqueItems"] = true;
    } else {
        parameter["schema"] = {{"type", type}, {"uniqueItems", true}};
    }
    return parameter;
}

Json response_of(const Resource& resource, Dialect dialect) {
    Json schema = reference_to(definition_name(resource), dialect);
    if (dialect == Dialect::swagger_2) {
        return {{"200", {{"description", "OK"}, {"schema", std::move(schema)}}}};
    }
    return {{"200",
             {{"description", "OK"},
              {"content", {{"application/json", {{"schema", std::move(schema)}}}}}}}};
}

struct Action {
    const Resource& resource;
    std::string_view name;  // "list", "get", "patch", "post", "put", "delete"
    bool writes = false;
    Dialect dialect;
};

Json operation_of(const Action& action) {
    Json operation = {{"x-kubernetes-action", action.name},
                      {"x-kubernetes-group-version-kind",
                       {{"group", action.resource.group},
                        {"version", action.resource.version},
                        {"kind", action.resource.kind}}},
                      {"responses", response_of(action.resource, action.dialect)}};
    if (action.writes) {
        Json parameters = Json::array();
        for (const char* name : {"dryRun", "fieldManager", "fieldValidation"}) {
            parameters.push_back(query_parameter(name, "string", action.dialect));
        }
        if (action.name == "patch") {
            parameters.push_back(query_parameter("force", "boolean", action.dialect));
        }
        operation["parameters"] = std::move(parameters);
    }
    return operation;
}

void add_paths(Json& paths, const Resource& resource, Dialect dialect) {
    const std::string scope = resource.namespaced ? "/namespaces/{namespace}" : "";
    const std::string all = fmt::format("/{}{}/{}", base_path(resource), scope, resource.plural);
    const std::string one = all + "/{name}";
    const auto operation = [&](std::string_view name, bool writes) {
        return operation_of(
            Action{.resource = resource, .name = name, .writes = writes, .dialect = dialect});
    };
    if (resource.has_verb("list")) {
        paths[all]["get"] = operation("list", false);
    }
    if (resource.has_verb("create")) {
        paths[all]["post"] = operation("post", true);
    }
    if (resource.has_verb("get")) {
        paths[one]["get"] = operation("get", false);
    }
    if (resource.has_verb("update")) {
        paths[one]["put"] = operation("put", true);
    }
    if (resource.has_verb("patch")) {
        paths[one]["patch"] = operation("patch", true);
    }
}

}  // namespace

Json openapi_v2(const std::vector<ResourcePtr>& resources, std::string_view version) {
    Json definitions = Json::object();
    Json paths = Json::object();
    for (const ResourcePtr& resource : resources) {
        add_definitions(definitions, *resource, Dialect::swagger_2);
        add_paths(paths, *resource, Dialect::swagger_2);
    }
    return {{"swagger", "2.0"},
            {"info", {{"title", "Kubernetes"}, {"version", version}}},
            {"securityDefinitions",
             {{"BearerToken", {{"type", "apiKey"}, {"name", "authorization"}, {"in", "header"}}}}},
            {"security", {{{"BearerToken", Json::array()}}}},
            {"paths", std::move(paths)},
            {"definitions", std::move(definitions)}};
}

Json openapi_v3(const std::vector<ResourcePtr>& resources, std::string_view path,
                std::string_view version) {
    Json schemas = Json::object();
    Json paths = Json::object();
    for (const ResourcePtr& resource : resources) {
        if (base_path(*resource) == path) {
            add_definitions(schemas, *resource, Dialect::open_api_3);
            add_paths(paths, *resource, Dialect::open_api_3);
        }
    }
    return {{"openapi", "3.0.0"},
            {"info", {{"title", "Kubernetes"}, {"version", version}}},
            {"paths", std::move(paths)},
            {"components", {{"schemas", std::move(schemas)}}}};
}

}  // namespace bestgres::fakekube
