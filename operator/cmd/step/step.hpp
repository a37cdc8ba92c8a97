// `bestgres step FILE`: walking through a run by commands from the standard input.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "scenarios/step/session.hpp"

namespace bestgres::cmd {

// Exit status: 0; 1 where the file cannot be read; 2 for wrong arguments.
int step_main(const std::vector<std::string>& arguments);

struct Walk {
    // A person types; without one the commands are repeated, so that the output of a script can be
    // read.
    bool prompt = false;
    // Before each line is read; returns when there is one.
    std::function<void()> pause = [] {};
};

// Until the session is done or the lines are over.
void walk(scenarios::Session& session, std::istream& lines, std::ostream& out, const Walk& how);

}  // namespace bestgres::cmd
