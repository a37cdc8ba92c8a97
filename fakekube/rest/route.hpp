// What a path and a method ask for, as kube-apiserver's RequestInfo tells it: enough for
// authorisation, before anybody knows whether such a resource is served.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/authorization.hpp"
#include "fakekube/request.hpp"

namespace bestgres::fakekube {

// Query parameters, decoded; a name may come more than once.
using Query = std::multimap<std::string, std::string>;
Query parse_query(std::string_view query);
// The first value; "" where absent.
std::string first(const Query& query, const std::string& name);

struct Route {
    bool is_resource = false;
    std::string path;  // decoded
    std::string verb;  // get, list, watch, create, ...; of other paths the lower-case method
    std::string group = {};
    std::string version = {};
    std::string resource = {};
    std::string subresource = {};
    std::string ns = {};
    std::string name = {};
    std::vector<std::string> rest = {};  // behind the subresource
    bool has_ns = false;                 // "/namespaces/x/" is in the path

    Attributes attributes() const;
};

// As route.attributes(), with the name that a field selector pins for list and watch.
Attributes authorized_attributes(const Route& route, const Query& query);

Route parse_route(const Request& request, const Query& query);

// Anything but false and 0, as Kubernetes reads boolean parameters.
bool is_true(const Query& query, const std::string& name);

}  // namespace bestgres::fakekube
