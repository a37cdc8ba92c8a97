#include "fakekube/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bestgres::fakekube {
namespace {

// Of a resource as 404, 403 and 409 name it: `kind` holds the plural.
Json resource_details(const Resource& resource, std::string_view name) {
    Json details = {{"kind", resource.plural}};
    if (!name.empty()) {
        details["name"] = name;
    }
    if (!resource.group.empty()) {
        details["group"] = resource.group;
    }
    return details;
}

std::string quoted_name(const Resource& resource, std::string_view name) {
    return resource.qualified_plural() + " " + go_quote(name);
}

// The message tells each error once, though `causes` repeat those that two rules found.
std::string join_errors(const FieldErrors& errors) {
    std::vector<std::string> texts;
    for (const FieldError& error : errors) {
        std::string told = text(error);
        if (std::find(texts.begin(), texts.end(), told) == texts.end()) {
            texts.push_back(std::move(told));
        }
    }
    return texts.size() == 1 ? texts.front() : fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace

Json status_json(const Status& status) {
    Json body = {{"kind", "Status"},    {"apiVersion", "v1"},        {"metadata", status.metadata},
                 {"status", "Failure"}, {"message", status.message}, {"code", status.code}};
    if (!status.reason.empty()) {
        body["reason"] = status.reason;
    }
    if (!status.details.is_null()) {
        body["details"] = status.details;
    }
    return body;
}

Json cause_json(const Cause& cause) {
    Json json = Json::object();
    if (!cause.reason.empty()) {
        json["reason"] = cause.reason;
    }
    if (!cause.message.empty()) {
        json["message"] = cause.message;
    }
    if (!cause.field.empty()) {
        json["field"] = cause.field;
    }
    return json;
}

Status not_found(const Resource& resource, std::string_view name) {
    return {.code = 404,
            .reason = "NotFound",
            .message = quoted_name(resource, name) + " not found",
            .details = resource_details(resource, name)};
}

Status already_exists(const Resource& resource, std::string_view name) {
    return {.code = 409,
            .reason = "AlreadyExists",
            .message = quoted_name(resource, name) + " already exists",
            .details = resource_details(resource, name)};
}

Status conflict(const Resource& resource, std::string_view name) {
    return conflict(resource, name,
                    "the object has been modified; please apply your changes to the latest "
                    "version and try again");
}

Status conflict(const Resource& resource, std::string_view name, std::string_view why) {
    return {.code = 409,
            .reason = "Conflict",
            .message = fmt::format("Operation cannot be fulfilled on {}: {}",
                                   quoted_name(resource, name), why),
            .details = resource_details(resource, name)};
}

Status invalid(const Resource& resource, std::string_view name, const FieldErrors& errors) {
    return invalid(resource.storage_group.value_or(resource.group), resource.kind, name, errors);
}

Status invalid(std::string_view group, std::string_view kind, std::string_view name,
               const FieldErrors& errors) {
    Json details = Json::object();
    for (const auto& [key, value] : {std::pair("kind", kind), {"group", group}, {"name", name}}) {
        if (!value.empty()) {
            details[key] = value;
        }
    }
    for (const FieldError& error : errors) {
        details["causes"].push_back(cause_json({.reason = std::string(cause_reason(error.type)),
                                                .message = body_text(error),
                                                .field = error.field}));
    }
    return {.code = 422,
            .reason = "Invalid",
            .message = fmt::format("{}{}{} {} is invalid: {}", kind, group.empty() ? "" : ".",
                                   group, go_quote(name), join_errors(errors)),
            .details = std::move(details)};
}

Status bad_request(std::string message) {
    return {.code = 400, .reason = "BadRequest", .message = std::move(message)};
}

Status forbidden(const Resource& resource, std::string_view name, std::string_view why) {
    const std::string subject =
        name.empty() ? resource.qualified_plural() : quoted_name(resource, name);
    return {.code = 403,
            .reason = "Forbidden",
            .message = fmt::format("{} is forbidden: {}", subject, why),
            .details = resource_details(resource, name)};
}

Status unauthorized() {
    return {.code = 401, .reason = "Unauthorized", .message = "Unauthorized"};
}

Status expired(std::string message) {
    return {.code = 410, .reason = "Expired", .message = std::move(message)};
}

Status method_not_allowed() {
    return {.code = 405,
            .reason = "MethodNotAllowed",
            .message = "the server does not allow this method on the requested resource",
            .details = Json::object()};
}

Status unknown_resource() {
    return {.code = 404,
            .reason = "NotFound",
            .message = "the server could not find the requested resource",
            .details = Json::object()};
}

Status unsupported_media_type(std::string message) {
    return {.code = 415, .reason = "UnsupportedMediaType", .message = std::move(message)};
}

Status not_acceptable(std::string message) {
    return {.code = 406, .reason = "NotAcceptable", .message = std::move(message)};
}

Status plain_error(std::string message) {
    return {.code = 500, .message = std::move(message)};
}

Status internal_error(std::string_view why) {
    return {.code = 500,
            .reason = "InternalError",
            .message = fmt::format("Internal error occurred: {}", why),
            .details = {{"causes", Json::array({Json{{"message", why}}})}}};
}

}  // namespace bestgres::fakekube
