// The state of one shrinking: the smallest scenario so far, and the only way to a smaller one.
#pragma once

#include "scenarios/shrink/shrink.hpp"

namespace bestgres::scenarios {

class ShrinkSearch {
public:
    ShrinkSearch(Shrunk first, const Attempt& attempt, const ShrinkLimits& limits);

    const Scenario& best() const { return best_.scenario; }
    const Failure& failure() const { return best_.failure; }
    // Whether `candidate` is accepted as the best. Refused without a run: what makes no sense, what
    // is the same, and everything once the limit is reached.
    bool accept(const Scenario& candidate);
    // The best with one change.
    template <class Change>
    bool accept_with(Change change) {
        Scenario candidate = best_.scenario;
        change(candidate);
        return accept(candidate);
    }
    Shrunk result() && { return std::move(best_); }

private:
    const Attempt& attempt_;
    ShrinkLimits limits_;
    std::string shape_;
    Shrunk best_;
};

// Delta debugging: takes out as many elements of one list of the scenario as it can, large pieces
// first. `list` names it, e.g. &Scenario::faults.
template <class Element>
void leave_out(ShrinkSearch& search, std::vector<Element> Scenario::*list) {
    for (std::size_t size = (search.best().*list).size(); size > 0; size /= 2) {
        // From the end: what comes late is more often needless, and nothing depends on it.
        for (std::size_t end = (search.best().*list).size(); end > 0;) {
            const std::size_t begin = end > size ? end - size : 0;
            search.accept_with([&](Scenario& candidate) {
                auto& elements = candidate.*list;
                elements.erase(elements.begin() + static_cast<std::ptrdiff_t>(begin),
                               elements.begin() + static_cast<std::ptrdiff_t>(end));
            });
            end = begin;
        }
    }
}

// The passes, each from the best to a better one.
void leave_out_what_never_began(ShrinkSearch& search);
void make_topology_small(ShrinkSearch& search);
void make_members_few(ShrinkSearch& search);
void make_knobs_plain(ShrinkSearch& search);
void make_triggers_causal(ShrinkSearch& search);
void make_spans_round(ShrinkSearch& search);

}  // namespace bestgres::scenarios
