// What the simulator's commands are asked: `bestgres simulate`, `crash-points`, `explore`,
// `shrink`, `replay` and `relations`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::cmd::simulate {

struct Options {
    std::vector<std::string> words;  // workloads, files or relations
    std::optional<std::uint64_t> seed;
    std::optional<std::uint64_t> seeds;
    std::optional<Duration> lasting;  // of wall time
    std::uint64_t from = 1;           // the first seed
    std::size_t jobs = 1;             // processes
    bool twice = false;               // every run again, and the traces compared
    bool guided = false;             // half of the runs are neighbours of what showed something new
    std::size_t per_site = 0;        // calls of each site that are varied; 0: every
    std::size_t faults = 30;         // at the most, beside those of the workload
    std::uint64_t attempts = 2'000;  // of a minimisation
    Duration start{};                // of an exploration, on the world's clock
    std::uint64_t events = 40;
    std::uint64_t states = 100'000;
    std::string directory = ".";  // where replay files are put
    std::string file;             // for the smaller scenario, or the report

    bool operator==(const Options&) const = default;
};

// Errors name the argument, what it takes, and the usage of the command.
Result<Options> parse_options(const std::string& command, const std::vector<std::string>& arguments,
                              std::size_t processors);

std::string usage(const std::string& command);

}  // namespace bestgres::cmd::simulate
