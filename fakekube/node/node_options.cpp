#include "fakekube/node/node_options.hpp"

#include "lib/base/command_line.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr std::uint64_t slices = 250;  // of 127.64.0.0/16

}  // namespace

std::string node_usage() {
    return R"(usage: fakekube node --name NAME [options]

Joins a node to the API server that the kubeconfig names and runs its pods as processes of this
machine, under bubblewrap. When it ends, in whatever way, its containers end with it; started again
under the same name and root directory it runs the same pods again.

  --kubeconfig FILE     how to reach the API server (default: $KUBECONFIG, ~/.kube/config)
  --context NAME        of the kubeconfig (default: the current one)
  --name NAME           of the Node object
  --root-dir DIR        pods' files (default: ./fakekube-node-NAME)
  --volumes-dir DIR     provisioned PersistentVolumes, shared by the nodes of a machine
                        (default: the path that each volume names)
  --pod-cidr CIDR       pod addresses (default: a slice of 127.64.0.0/16 chosen by the name)
  --address IP          of this node, where logs are served (default: 127.0.0.1)
  --images FILE         image table: which directory stands for an image (default: all are /)
  --node-labels K=V,..  further labels of the Node
  --init FILE           pid 1 of containers (default: fakekube-init beside this program)
  --log-level LEVEL     debug, info, warn or error (default: info)
)";
}

Result<NodeOptions> parse_node_options(const std::vector<std::string>& arguments) {
    NodeOptions options;
    const Result<CommandLine> line = parse_command_line(
        arguments, {.values = {{"--kubeconfig", into(options.kubeconfig)},
                               {"--context", into(options.context)},
                               {"--name", into(options.name)},
                               {"--root-dir", into(options.root_directory)},
                               {"--pod-cidr", into(options.pod_cidr)},
                               {"--volumes-dir", into(options.volumes_directory)},
                               {"--address", into(options.address)},
                               {"--images", into(options.images)},
                               {"--node-labels", into(options.labels)},
                               {"--init", into(options.init_program)},
                               {"--log-level", into(options.log_level)}},
                    .switches = {}});
    BG_TRY(line);
    if (line->help) {
        options.wants_help = true;
        return options;
    }
    if (!line->words.empty()) {
        return Error{"\"" + line->words.front() + "\" is no flag"};
    }
    if (options.name.empty()) {
        return Error{"--name is required"};
    }
    if (options.root_directory.empty()) {
        options.root_directory = "fakekube-node-" + options.name;
    }
    if (options.pod_cidr.empty()) {
        options.pod_cidr =
            "127.64." + std::to_string(1 + hash_text(options.name) % slices) + ".0/24";
    }
    return options;
}

}  // namespace bestgres::fakekube::node
