#include "fakekube/server/serve_main.hpp"

#include <csignal>
#include <iostream>

#include "fakekube/server/serve.hpp"

namespace bestgres::fakekube {
namespace {

int run(const ServeOptions& options) {
    http::EventLoop loop;
    const Log log(
        LogLevel::info, [&loop] { return loop.now(); },
        [](std::string_view line) { std::cerr << line << std::flush; });
    Result<std::unique_ptr<Serving>> serving = Serving::start(loop, options, log);
    if (!serving.ok()) {
        std::cerr << "fakekube serve: " << serving.error().message << "\n";
        return 1;
    }
    log.info("serving", {{"url", (*serving)->url()}, {"kubeconfig", options.kubeconfig}});
    loop.on_signals({SIGTERM, SIGINT},
                    [&](int) { (*serving)->shut_down([&loop] { loop.stop(); }); });
    loop.run();
    return 0;
}

}  // namespace

int serve_main(int argc, char** argv) {
    const Result<ServeOptions> options = parse_serve_options({argv + 1, argv + argc});
    if (!options.ok()) {
        std::cerr << "fakekube serve: " << options.error().message
                  << "; see fakekube serve --help\n";
        return 2;
    }
    if (options->help) {
        std::cout << serve_usage();
        return 0;
    }
    return run(*options);
}

}  // namespace bestgres::fakekube
