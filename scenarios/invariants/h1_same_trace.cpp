#include "scenarios/invariants/h1_same_trace.hpp"

#include <algorithm>
#include <string>

namespace bestgres::scenarios {
namespace {

constexpr std::size_t events_a_block = 1024;

std::size_t first_difference(const std::vector<std::uint64_t>& left,
                             const std::vector<std::uint64_t>& right) {
    const auto [at, other] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    return static_cast<std::size_t>(at - left.begin());
}

}  // namespace

std::optional<Violation> H1SameTrace::judge(const RunTrace& once, const RunTrace& again) {
    if (once.hash == again.hash && once.violations == again.violations) {
        return std::nullopt;
    }
    const std::size_t block = first_difference(once.blocks, again.blocks);
    return Violation{
        .law = std::string(text.id),
        .sentence = "two runs differ between events " + std::to_string(block * events_a_block) +
                    " and " + std::to_string((block + 1) * events_a_block),
        .facts = {std::to_string(once.events) + " events, then " + std::to_string(again.events)}};
}

}  // namespace bestgres::scenarios
