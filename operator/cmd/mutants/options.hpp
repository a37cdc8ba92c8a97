// What `bestgres mutants` is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::cmd::mutants {

struct Options {
    std::string only;    // mutants whose id holds this
    bool own = false;    // each with its own scenario alone; those without one are left out
    bool quick = false;  // likewise, and only those that every test run looks for
    std::uint64_t seeds = 50;
    std::uint64_t attempts = 200;
    Duration longest = std::chrono::seconds(60);  // of the search for one, and of making it small
    std::uint64_t jobs = 1;
    std::string kept;   // file of what was found in earlier calls; empty: none
    std::string table;  // file of the page; empty: none
    bool list = false;
    bool help = false;
};

extern const char* const usage;

Result<Options> parse_options(const std::vector<std::string>& arguments);

}  // namespace bestgres::cmd::mutants
