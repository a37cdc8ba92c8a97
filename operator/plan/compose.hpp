// Puts opinions together to a plan: harmless ones are all taken, of the others the first that has
// one wins; keeps "at most one disruptive step, and it is last".
#pragma once

#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::plan {

class PlanBuilder {
public:
    using Rule = Opinion (*)(const ClusterView&);

    explicit PlanBuilder(const ClusterView& view) : view_(view) {}

    // Takes steps and waits of a rule, whatever others say.
    void add_all(Rule rule);
    // Asks the rules in order until one has steps or waits. Returns whether one had.
    template <class... Rules>
    bool add_first(Rules... rules) {
        return (add_if_any(rules) || ...);
    }

    bool has_steps() const { return !plan_.steps.empty(); }
    Plan build() &&;

private:
    bool add_if_any(Rule rule);
    void take(Opinion opinion);

    const ClusterView& view_;
    Plan plan_;
};

// One step, or one wait, as an opinion.
Opinion just(Step step);
Opinion just(Waiting waiting);

}  // namespace bestgres::plan
