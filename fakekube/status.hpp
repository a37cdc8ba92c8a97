// A metav1.Status to be answered: the one form in which the API server says no.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/field_error.hpp"
#include "fakekube/resource.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"

namespace bestgres::fakekube {

struct Cause {
    std::string reason = {};
    std::string message = {};
    std::string field = {};

    bool operator==(const Cause&) const = default;
};

struct Status {
    int code = 500;
    std::string reason = {};  // may be empty: some 500s have none
    std::string message = {};
    Json details = {};               // null: the body has no `details`
    Json metadata = Json::object();  // of a 410 list answer: a usable `continue`

    bool operator==(const Status&) const = default;
};

template <class T>
using Outcome = Result<T, Status>;

// As the body of the answer: kind, apiVersion, metadata, status "Failure", message, ...
Json status_json(const Status& status);
Json cause_json(const Cause& cause);

Status not_found(const Resource& resource, std::string_view name);
Status already_exists(const Resource& resource, std::string_view name);
// "Operation cannot be fulfilled on configmaps "a": the object has been modified; ..."
Status conflict(const Resource& resource, std::string_view name);
Status conflict(const Resource& resource, std::string_view name, std::string_view why);
// 422: `ConfigMap "a" is invalid: ` + the errors.
Status invalid(const Resource& resource, std::string_view name, const FieldErrors& errors);
Status invalid(std::string_view group, std::string_view kind, std::string_view name,
               const FieldErrors& errors);
Status bad_request(std::string message);
// 403 with `configmaps "a" is forbidden: why`.
Status forbidden(const Resource& resource, std::string_view name, std::string_view why);
Status unauthorized();
Status expired(std::string message);
Status method_not_allowed();
// "the server could not find the requested resource": unknown resource of a served group.
Status unknown_resource();
Status unsupported_media_type(std::string message);
Status not_acceptable(std::string message);
// 500 without reason and details, as plain Go errors are answered.
Status plain_error(std::string message);
// 500 with reason InternalError: "Internal error occurred: why".
Status internal_error(std::string_view why);

}  // namespace bestgres::fakekube
