// Planted defects of the operator, of its agent, and of what they stand on: Patroni and PostgreSQL
// as the simulator models them. generate.py writes them into copies of the sources, which only the
// program `bestgres-mutants` is made of; the sources themselves know nothing of them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace bestgres::mutants {

struct Mutant {
    std::string_view id;
    std::string_view says;  // the defect, in one sentence
    std::string_view bugs;  // ids of the catalogue that it stands for
    std::string_view file;
    std::string_view law;   // that has to notice; empty: any
    std::string_view bait;  // the scenario that reaches it; empty: not known beforehand
    bool quick = false;     // every test run looks for it
};

// In the order of the files that describe them.
std::span<const Mutant> all();

// The one state of a process in this repository: mutated code has no place to be handed a value
// through. Set before any world begins and never while one runs.
void activate(std::optional<std::size_t> mutant);
bool is_active(std::size_t mutant);

}  // namespace bestgres::mutants
