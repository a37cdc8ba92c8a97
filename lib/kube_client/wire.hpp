// Calls as HTTP requests and answers as outcomes, without any I/O.
#pragma once

#include <string>

#include "lib/http/client.hpp"
#include "lib/http/message.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::kube_client {

// Without credentials and path prefix. `field_manager` names whoever writes without an apply.
http::Request request_of(const kube::Call& call, const std::string& field_manager);
// One page of a list; an empty token is the first page, `limit` 0 asks for everything.
http::Request page_request(const kube::List& list, std::size_t limit, const std::string& token);
http::Request watch_request(const kube::WatchSpec& spec, Duration timeout);

// "patch" on "statefulsets.apps/status" in namespace "shop": what a Role must grant.
std::string permission_of(const kube::Call& call);

// Of a status outside 2xx.
kube::Error error_of(const kube::Call& call, const http::Response& response);
kube::Error error_of(const kube::Call& call, const http::Failure& failure);

// Of a 2xx answer to anything but a list.
Result<kube::Outcome, kube::Error> outcome_of(const kube::Call& call, std::string_view body);

// A line of a watch.
kube::WatchEvent watch_event_of(kube::WatchId id, std::string_view line);

}  // namespace bestgres::kube_client
