#include <utility>

#include "fakekube/api_server.hpp"
#include "fakekube/kinds/built_in.hpp"

namespace bestgres::fakekube {

ApiServer::ApiServer(ServerOptions options)
    : ApiServer(options, built_in_resources(
                             {.kubernetes_minor = kubernetes_minor_of(options.kubernetes_version),
                              .allow_loopback_endpoints = options.allow_loopback_endpoints})) {}

}  // namespace bestgres::fakekube
