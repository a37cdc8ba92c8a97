// Violations that a search has found: one replay file for each mistake, however often it shows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "lib/base/json.hpp"
#include "scenarios/engine/world.hpp"
#include "scenarios/replay/replay_file.hpp"

namespace bestgres::cmd::simulate {

// One violation with the scenario that shows it, as workers report it.
struct Finding {
    std::string shape;     // what all violations of one mistake share
    std::string sentence;  // "K1: ..."
    std::string replay;    // the text of the replay file
    bool shrunk = false;

    Json to_json() const;
    static Finding from_json(const Json& json);
};

// Shrinks what fails, with at most so many attempts; 0: as it is.
Finding make_finding(const scenarios::Ground& ground, const scenarios::Scenario& scenario,
                     const scenarios::Violation& violation, std::uint64_t attempts);

class Findings {
public:
    Findings(const scenarios::Ground& ground, std::string directory)
        : ground_(ground), directory_(std::move(directory)) {}

    // Prints and writes the first of each mistake, a replay file and beside it a page that tells
    // it; counts the others.
    void add(const Finding& finding);
    std::uint64_t count() const { return count_; }
    std::size_t distinct() const { return files_.size(); }
    void print_summary() const;

private:
    struct File {
        std::string name;
        std::string sentence;
        std::uint64_t count = 1;
        bool shrunk = false;
    };

    bool write(const std::string& name, const Finding& finding) const;

    const scenarios::Ground& ground_;
    std::string directory_;
    std::map<std::string, File> files_;  // by shape
    std::uint64_t count_ = 0;
};

// The shipped manifest, in the namespace of scenarios. Aborts where that cannot be: it is compiled
// into this program.
scenarios::Ground shipped_ground();
scenarios::Ground shipped_ground(const std::string& ns);

}  // namespace bestgres::cmd::simulate
