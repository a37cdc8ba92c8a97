#include "scenarios/mutants/active.hpp"

namespace bestgres::mutants {
namespace {

std::optional<std::size_t>& active() {
    static std::optional<std::size_t> mutant;
    return mutant;
}

}  // namespace

void activate(std::optional<std::size_t> mutant) {
    active() = mutant;
}

bool is_active(std::size_t mutant) {
    return active() == mutant;
}

}  // namespace bestgres::mutants
