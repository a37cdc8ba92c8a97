// The local world on disk: a directory with the API server's state, one folder a node, the binaries
// that run, and a file that says how it was started, so that any later command finds everything
// again.
#pragma once

#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "operator/cmd/local/options.hpp"

namespace bestgres::cmd::local {

class World {
public:
    // `options.directory` need not exist.
    explicit World(Options options);
    // Reads how an existing world was started; `options` gives the directory and the command.
    static Result<World> open(const Options& options);

    const Options& options() const { return options_; }
    std::string path(const std::string& name) const { return options_.directory + "/" + name; }
    std::string kubeconfig() const { return path("kubeconfig"); }
    // Whether the API server is one of the world's own processes.
    bool serves() const { return options_.kubeconfig.empty(); }
    std::vector<std::string> node_names() const;

    Result<Done> save() const;

    // The command lines of the world's processes.
    std::vector<std::string> api_server_command() const;
    std::vector<std::string> node_command(const std::string& node) const;
    // The image table of the nodes, as YAML.
    std::string image_table() const;

private:
    Options options_;
};

}  // namespace bestgres::cmd::local
