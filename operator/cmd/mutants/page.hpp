// docs/mutants.md: which planted defect is noticed by which law.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "operator/cmd/mutants/outcome.hpp"
#include "scenarios/mutants/active.hpp"

namespace bestgres::cmd::mutants {

struct Sought {
    std::span<const bestgres::mutants::Mutant> mutants;
    std::map<std::string, Outcome> outcomes;
    std::vector<std::string_view> laws;   // ids, in their order
    std::vector<std::string> conditions;  // sentences
};

std::string page_of(const Sought& sought);
// One line of its long table, with a line feed.
std::string row_of(const bestgres::mutants::Mutant& mutant, const Outcome& outcome);

}  // namespace bestgres::cmd::mutants
