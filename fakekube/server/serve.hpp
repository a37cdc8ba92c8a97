// A served fakekube put together from its options: what `fakekube serve` runs and what tests start
// in their own process.
#pragma once

#include <memory>
#include <string>

#include "fakekube/server/credentials.hpp"
#include "fakekube/server/host.hpp"
#include "fakekube/server/serve_options.hpp"
#include "lib/base/log.hpp"

namespace bestgres::fakekube {

class Serving {
public:
    // Listens, and has written the kubeconfig.
    static Result<std::unique_ptr<Serving>> start(http::EventLoop& loop,
                                                  const ServeOptions& options, const Log& log);

    const std::string& url() const { return url_; }
    // The administrator's.
    const std::string& kubeconfig() const { return kubeconfig_; }
    void shut_down(std::function<void()> stopped);

private:
    Serving() = default;

    std::string url_;
    std::string kubeconfig_;
    std::unique_ptr<Host> host_;
    std::unique_ptr<http::Server> server_;
};

}  // namespace bestgres::fakekube
