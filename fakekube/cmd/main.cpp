// fakekube: `serve` is an API server, `node` is a node that runs pods on this machine.
#include <iostream>
#include <string_view>

#include "fakekube/node/node_main.hpp"
#include "fakekube/server/serve_main.hpp"

namespace {

int usage(std::ostream& out, int code) {
    out << "usage: fakekube serve|node [options]; --help after either says more\n";
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "serve") {
        return bestgres::fakekube::serve_main(argc - 1, argv + 1);
    }
    if (command == "node") {
        return bestgres::fakekube::node_main(argc - 1, argv + 1);
    }
    if (command == "--help") {
        return usage(std::cout, 0);
    }
    return usage(std::cerr, 2);
}
