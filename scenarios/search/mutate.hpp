// Neighbours of a scenario that showed something new: where one rare situation was, others are.
#pragma once

#include <vector>

#include "lib/base/random.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/search/run.hpp"

namespace bestgres::scenarios {

// One change: a fault is added (from `other`), left out, moved in time, aimed elsewhere, given
// another kind of moment, or the faults of `other` join. Within the budget, and with unique ids;
// the scenario itself where nothing fits.
Scenario mutated(const Scenario& scenario, const Scenario& other, RandomStream& draw);

// What has shown something new, and how often its situations were met: rare ones are drawn more.
class Corpus {
public:
    explicit Corpus(std::size_t most) : most_(most) {}

    // Whether the run showed anything new. If so the scenario is kept, in place of the oldest.
    bool add(const Scenario& scenario, const Seen& seen);
    bool empty() const { return kept_.empty(); }
    // What was added last and drawn least is the likeliest.
    const Scenario& draw(RandomStream& stream);
    const Seen& seen() const { return seen_; }

private:
    struct Kept {
        Scenario scenario;
        std::uint64_t novelty = 0;
        std::uint64_t drawn = 0;
    };

    std::size_t most_;
    std::vector<Kept> kept_;
    Seen seen_;
};

}  // namespace bestgres::scenarios
