// The commands, and what they share.
#pragma once

#include <string>
#include <vector>

#include "operator/cmd/simulate/options.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::cmd::simulate {

int swarm(const Options& options);
int crash_points(const Options& options);
int explore_orders(const Options& options);
int shrink_file(const Options& options);
int replay_files(const Options& options);
int relate(const Options& options);

// Runs one scenario twice and tells everything about it; the exit status.
int tell_run(const scenarios::Ground& ground, const scenarios::Scenario& scenario,
             const Options& options);

// "fast" and "all" stand for many.
std::vector<scenarios::Scenario> workloads_named(const std::vector<std::string>& words);

bool output_goes_to_terminal();
bool errors_go_to_terminal();

}  // namespace bestgres::cmd::simulate
