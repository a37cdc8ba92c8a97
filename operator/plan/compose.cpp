#include "operator/plan/compose.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "operator/plan/rules.hpp"

namespace bestgres::plan {
namespace {

// A wait keeps its beginning as long as it is for the same thing: the last status says since when.
api::WaitingStatus dated(const ClusterView& view, const Waiting& waiting) {
    const std::string rule(to_string(waiting.rule));
    Instant since{view.now().ns - view.now().ns % 1'000'000'000};  // as the status can say it
    for (const api::WaitingStatus& known : view.previous.waiting_for) {
        if (known.rule == rule && known.because == waiting.because) {
            since = known.since;
        }
    }
    return {.rule = rule,
            .because = waiting.because,
            .since = since,
            .deadline = since + waiting.patience};
}

}  // namespace

void PlanBuilder::add_all(Rule rule) {
    take(rule(view_));
}

bool PlanBuilder::add_if_any(Rule rule) {
    Opinion opinion = rule(view_);
    const bool any = !opinion.empty();
    take(std::move(opinion));
    return any;
}

void PlanBuilder::take(Opinion opinion) {
    for (Step& step : opinion.steps) {
        const bool blocked = !plan_.steps.empty() && is_disruptive(plan_.steps.back().effect);
        if (!blocked) {
            plan_.steps.push_back(std::move(step));
        }
    }
    for (const Waiting& waiting : opinion.waits) {
        api::WaitingStatus wait = dated(view_, waiting);
        if (wait.deadline > view_.now()) {
            keep_earlier(plan_.look_again, wait.deadline);
        }
        plan_.waits.push_back(std::move(wait));
    }
    keep_earlier(plan_.look_again, opinion.look_again);
}

Plan PlanBuilder::build() && {
    for (std::size_t index = 0; index + 1 < plan_.steps.size(); ++index) {
        BG_CHECK(!is_disruptive(plan_.steps[index].effect), "a disruptive step that is not last");
    }
    plan_.status = describe_status(view_, plan_);
    return std::move(plan_);
}

Opinion just(Step step) {
    Opinion opinion;
    opinion.steps.push_back(std::move(step));
    return opinion;
}

Opinion just(Waiting waiting) {
    Opinion opinion;
    opinion.waits.push_back(std::move(waiting));
    return opinion;
}

}  // namespace bestgres::plan
