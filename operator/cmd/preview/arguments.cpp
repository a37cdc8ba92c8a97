#include "operator/cmd/preview/arguments.hpp"

#include "lib/base/command_line.hpp"

namespace bestgres::cmd {
namespace {

Flags connection_flags(Arguments& arguments) {
    return {.values = {{"-n", into(arguments.ns)},
                       {"--namespace", into(arguments.ns)},
                       {"--kubeconfig", into(arguments.kubeconfig)},
                       {"--context", into(arguments.context)}},
            .switches = {}};
}

}  // namespace

const std::string_view plan_usage =
    "usage: bestgres plan -f FILE [options]\n"
    "\n"
    "Says step by step what the operator would do about the BGCluster in FILE, and why: against\n"
    "what exists, or against an empty cluster. Nothing is changed.\n"
    "\n"
    "  -f FILE               the manifest; - is the standard input\n"
    "  --offline             as if nothing existed: no API server is asked\n"
    "  -n, --namespace NAME  where the manifest names none (default: that of the context)\n"
    "  --kubeconfig FILE     how to reach the API server (default: $KUBECONFIG, ~/.kube/config)\n"
    "  --context NAME        of the kubeconfig (default: the current one)\n"
    "\n"
    "Exit status: 0; 1 when the spec is refused or the server cannot be asked; 2 for a wrong\n"
    "command line.\n";

const std::string_view status_usage =
    "usage: bestgres status CLUSTER [options]\n"
    "\n"
    "Shows a BGCluster's members or a BGShardedCluster's groups, its conditions, what it waits "
    "for,\n"
    "and the last decisions.\n"
    "\n"
    "  -n, --namespace NAME  of the cluster (default: that of the context)\n"
    "  --kubeconfig FILE     how to reach the API server (default: $KUBECONFIG, ~/.kube/config)\n"
    "  --context NAME        of the kubeconfig (default: the current one)\n"
    "\n"
    "Exit status: 0; 1 when it does not exist or the server cannot be asked; 2 for a wrong "
    "command\n"
    "line.\n";

const std::string_view undelete_usage =
    "usage: bestgres undelete CLUSTER [options]\n"
    "\n"
    "Brings back a BGCluster whose deletion is held by spec.deletionProtection: it is replaced by\n"
    "one of the same name and spec that nobody deletes. Members, clients and data notice nothing.\n"
    "\n"
    "Of a BGCluster that nobody deletes it takes back the volumes of members that left, which\n"
    "whenScaled: Quarantine is going to delete: they are kept from now on.\n"
    "\n"
    "  --member NAME         take back the volume of this member alone, such as CLUSTER-2\n"
    "  --save FILE           where the manifest is kept meanwhile, in case that this is "
    "interrupted\n"
    "                        (default: CLUSTER.undelete.json)\n"
    "  -n, --namespace NAME  of the cluster (default: that of the context)\n"
    "  --kubeconfig FILE     how to reach the API server (default: $KUBECONFIG, ~/.kube/config)\n"
    "  --context NAME        of the kubeconfig (default: the current one)\n"
    "\n"
    "Exit status: 0; 1 when it is not brought back, with the reason; 2 for a wrong command line.\n";

Result<Arguments> parse_plan_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    Flags flags = connection_flags(arguments);
    flags.values["-f"] = into(arguments.file);
    flags.switches["--offline"] = &arguments.offline;
    const Result<CommandLine> line = parse_command_line(words, flags);
    BG_TRY(line);
    arguments.help = line->help;
    if (!line->help && !line->words.empty()) {
        return Error{"\"" + line->words.front() + "\" is no flag: the manifest comes behind -f"};
    }
    if (!line->help && arguments.file.empty()) {
        return Error{"-f FILE is missing"};
    }
    return arguments;
}

namespace {

Result<Arguments> parse_of_one_cluster(const std::vector<std::string>& words, Arguments& arguments,
                                       const Flags& flags) {
    const Result<CommandLine> line = parse_command_line(words, flags);
    BG_TRY(line);
    arguments.help = line->help;
    if (line->help) {
        return arguments;
    }
    if (line->words.size() != 1) {
        return Error{line->words.empty()
                         ? "the name of a cluster is missing"
                         : "one cluster at a time, not " + std::to_string(line->words.size())};
    }
    arguments.cluster = line->words.front();
    return arguments;
}

}  // namespace

Result<Arguments> parse_status_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    return parse_of_one_cluster(words, arguments, connection_flags(arguments));
}

Result<Arguments> parse_undelete_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    Flags flags = connection_flags(arguments);
    flags.values["--save"] = into(arguments.file);
    flags.values["--member"] = into(arguments.member);
    Result<Arguments> parsed = parse_of_one_cluster(words, arguments, flags);
    if (parsed.ok() && parsed->file.empty()) {
        parsed->file = parsed->cluster + ".undelete.json";
    }
    return parsed;
}

}  // namespace bestgres::cmd
