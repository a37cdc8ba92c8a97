// fakekube: `serve` is an API server, `node` is a node that runs pods on this machine.
#include <iostream>
#include <string_view>

#include "fakekube/node/node_main.hpp"
#include "fakekube/server/serve_main.hpp"

namespace {

constexpr std::string_view usage =
    "usage: fakekube COMMAND [options]; fakekube COMMAND --help says more\n"
    "  serve    an API server with its controllers\n"
    "  node     a node that runs pods as processes of this machine\n";

}  // namespace

int main(int argc, char** argv) {
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "serve") {
        return bestgres::fakekube::serve_main(argc - 1, argv + 1);
    }
    if (command == "node") {
        return bestgres::fakekube::node_main(argc - 1, argv + 1);
    }
    if (command == "--help" || command == "-h" || command == "help") {
        std::cout << usage;
        return 0;
    }
    if (command.empty()) {
        std::cerr << usage;
    } else {
        std::cerr << "fakekube: there is no command \"" << command << "\"; see fakekube --help\n";
    }
    return 2;
}
