// The programs that replay the whole corpus: their options, the files they read and what they
// print. How the server is reached is theirs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/controller_manager.hpp"
#include "fakekube/corpus/transport.hpp"

namespace bestgres::fakekube::corpus {

struct ReplayOptions {
    std::string corpus;      // a directory
    std::string deviations;  // a file
    std::string topic = {};
    std::string test_case = {};
    bool verbose = false;
};

// To a server of its own for every case.
using TransportMaker = std::function<std::unique_ptr<Transport>(bool with_controllers)>;

ReplayOptions parse_replay_options(int count, char** values, ReplayOptions arguments);
// The exit code: 0 when all steps agree but for the listed deviations and, in a whole run, none of
// these is idle; or when there is no corpus, which it says.
int replay(const ReplayOptions& arguments, const TransportMaker& make);

// The server that was recorded: its version, identities and addresses.
ServerOptions recorded_server(Instant now);
// Node life-cycle, pod garbage collection and the scheduler did not run.
controllers::ControllerManagerOptions recorded_controllers();

}  // namespace bestgres::fakekube::corpus
