#include <utility>

#include "fakekube/api_server.hpp"
#include "fakekube/kinds/built_in.hpp"

namespace bestgres::fakekube {

ApiServer::ApiServer(ServerOptions options) : ApiServer(std::move(options), built_in_resources()) {}

}  // namespace bestgres::fakekube
