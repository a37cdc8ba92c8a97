#include "fakekube/rest/impersonation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fakekube/authentication.hpp"
#include "fakekube/field_error.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view account_prefix = "system:serviceaccount:";
constexpr const char* authenticated = "system:authenticated";

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::vector<std::string> values_of(const Headers& headers, std::string_view wanted) {
    std::vector<std::string> values;
    for (const auto& [name, value] : headers) {
        const bool same =
            std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                       [](char left, char right) { return lower(left) == lower(right); });
        if (same) {
            values.push_back(value);
        }
    }
    return values;
}

// What must be allowed to act as this user.
Attributes attributes_of_user(const std::string& name) {
    const std::size_t colon = name.find(':', account_prefix.size());
    if (name.starts_with(account_prefix) && colon != std::string::npos) {
        return {.verb = "impersonate",
                .resource = "serviceaccounts",
                .ns = name.substr(account_prefix.size(), colon - account_prefix.size()),
                .name = name.substr(colon + 1)};
    }
    return {.verb = "impersonate", .resource = "users", .name = name};
}

User impersonated(const std::string& name, std::vector<std::string> groups) {
    const Attributes asked = attributes_of_user(name);
    if (groups.empty() && asked.resource == "serviceaccounts") {
        return service_account_user(asked.ns, asked.name, "");
    }
    if (name != "system:anonymous" &&
        std::find(groups.begin(), groups.end(), authenticated) == groups.end()) {
        groups.emplace_back(authenticated);
    }
    return {.name = name, .groups = std::move(groups)};
}

}  // namespace

Outcome<User> impersonate(ServerState& state, const Request& request, const User& real) {
    const std::vector<std::string> names = values_of(request.headers, "Impersonate-User");
    std::vector<std::string> groups = values_of(request.headers, "Impersonate-Group");
    if (names.empty() && groups.empty()) {
        return real;
    }
    if (names.empty() || names.front().empty()) {
        return Status{.code = 500,
                      .reason = "InternalError",
                      .message =
                          "Internal error occurred: groups are to be impersonated without "
                          "impersonating a user"};
    }
    std::vector<Attributes> needed{attributes_of_user(names.front())};
    for (const std::string& group : groups) {
        needed.push_back({.verb = "impersonate", .resource = "groups", .name = group});
    }
    for (const Attributes& asked : needed) {
        const bool allowed = !state.options.authorize || is_allowed(state.grants(), real, asked);
        state.audit.add(real.name, asked, allowed);
        if (!allowed) {
            return forbidden_request(real, asked);
        }
    }
    return impersonated(names.front(), std::move(groups));
}

Status forbidden_request(const User& user, const Attributes& asked) {
    if (!asked.path.empty()) {
        return {.code = 403,
                .reason = "Forbidden",
                .message = fmt::format("forbidden: User {} cannot {} path {}", go_quote(user.name),
                                       asked.verb, go_quote(asked.path)),
                .details = Json::object()};
    }
    const Resource resource{.group = asked.group, .plural = asked.resource};
    std::string what = asked.resource;
    if (!asked.subresource.empty()) {
        what += "/" + asked.subresource;
    }
    const std::string scope = asked.ns.empty()
                                  ? std::string("at the cluster scope")
                                  : fmt::format("in the namespace {}", go_quote(asked.ns));
    return forbidden(
        resource, asked.name,
        fmt::format("User {} cannot {} resource {} in API group {} {}", go_quote(user.name),
                    asked.verb, go_quote(what), go_quote(asked.group), scope));
}

}  // namespace bestgres::fakekube
