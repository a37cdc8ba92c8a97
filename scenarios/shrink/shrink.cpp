#include "scenarios/shrink/shrink.hpp"

#include "scenarios/replay/replay_file.hpp"
#include "scenarios/shrink/search.hpp"

namespace bestgres::scenarios {
namespace {

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

// Runs of digits become one sign each: positions, versions, ordinals, parts of uids.
std::string without_numbers(const std::string& text) {
    std::string plain;
    for (const char letter : text) {
        if (!is_digit(letter)) {
            plain += letter;
        } else if (plain.empty() || plain.back() != '#') {
            plain += '#';
        }
    }
    return plain;
}

}  // namespace

std::string shape_of(const Violation& violation) {
    return violation.law + ": " + without_numbers(violation.sentence);
}

ShrinkSearch::ShrinkSearch(Shrunk first, const Attempt& attempt, const ShrinkLimits& limits)
    : attempt_(attempt),
      limits_(limits),
      shape_(shape_of(first.failure.violation)),
      best_(std::move(first)) {}

bool ShrinkSearch::accept(const Scenario& candidate) {
    if (candidate == best_.scenario || best_.attempts >= limits_.attempts ||
        !problems_of(candidate).empty()) {
        return false;
    }
    ++best_.attempts;
    std::optional<Failure> failure = attempt_(candidate);
    if (!failure || shape_of(failure->violation) != shape_) {
        return false;
    }
    best_.scenario = candidate;
    best_.failure = std::move(*failure);
    return true;
}

std::optional<Shrunk> shrink(const Scenario& failing, const Attempt& attempt,
                             const ShrinkLimits& limits) {
    const std::optional<Failure> failure = attempt(failing);
    if (!failure) {
        return std::nullopt;
    }
    ShrinkSearch search({.scenario = failing, .failure = *failure, .attempts = 1}, attempt, limits);
    // What one pass makes possible another one finds, until nothing is found.
    for (Scenario before; before != search.best();) {
        before = search.best();
        leave_out_what_never_began(search);
        leave_out(search, &Scenario::faults);
        leave_out(search, &Scenario::edits);
        leave_out(search, &Scenario::choices);
        make_topology_small(search);
        make_members_few(search);
        make_knobs_plain(search);
        make_triggers_causal(search);
        make_spans_round(search);
    }
    return std::move(search).result();
}

}  // namespace bestgres::scenarios
