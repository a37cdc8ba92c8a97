// What `bestgres local` is asked: one command word, its arguments and flags.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::cmd::local {

struct Options {
    std::string command;  // up, down, status, stop-node, start-node, stop-api, start-api
    std::vector<std::string> arguments;  // names of nodes
    std::string directory;               // where everything of the world lives
    std::uint16_t port = 6443;           // of the API server on 127.0.0.1; 0 takes any free one
    int nodes = 3;
    std::string pod_network = "127.64";  // the first two bytes; each node gets a /24 of it
    std::string service_cidr = "127.96.0.0/16";
    std::string patroni_4;   // folder for PYTHONPATH: makes images *-patroni-4
    std::string images;      // image table to use instead of the made one
    std::string kubeconfig;  // of an API server that is not this world's; empty: the world runs one
    std::string ns = "default";
    bool without_operator = false;
    bool help = false;

    bool operator==(const Options&) const = default;
};

// Errors name the argument and the choices.
Result<Options> parse_options(const std::vector<std::string>& arguments, const std::string& home);

std::string usage();

}  // namespace bestgres::cmd::local
