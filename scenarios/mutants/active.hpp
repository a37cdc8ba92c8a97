// Planted defects of the operator. generate.py writes them into copies of the operator's sources,
// which only the program `bestgres-mutants` is made of; production code knows nothing of them.
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
};

// In the order of the files that describe them.
std::span<const Mutant> all();

// The one state of a process in this repository: mutated code has no place to be handed a value
// through. Set before any world begins and never while one runs.
void activate(std::optional<std::size_t> mutant);
bool is_active(std::size_t mutant);

}  // namespace bestgres::mutants
