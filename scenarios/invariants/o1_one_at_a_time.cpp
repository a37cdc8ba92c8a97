#include "scenarios/invariants/o1_one_at_a_time.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

constexpr std::string_view rule_of_effects = "run_operation";
constexpr std::string_view naming = "BGDbOps ";

// "BGDbOps over: the user asks for it" is a step for `over`.
std::string operation_named_in(std::string_view because) {
    if (!because.starts_with(naming)) {
        return "";
    }
    because.remove_prefix(naming.size());
    return std::string(because.substr(0, because.find(':')));
}

ClusterId cluster_named(const std::string& text) {
    const std::size_t slash = text.find('/');
    return {text.substr(0, slash), text.substr(slash + 1)};
}

bool has_open_step(const OperationTruth& operation) {
    return std::any_of(
        operation.status.steps.begin(), operation.status.steps.end(),
        [](const api::OperationStepStatus& step) { return step.result == api::StepResult::open; });
}

void judge_step(const StepBegun& begun, const Truth& truth, Findings& findings) {
    if (begun.rule != rule_of_effects) {
        return;
    }
    const std::string name = operation_named_in(begun.because);
    const std::vector<OperationTruth> all = operations_of(truth, cluster_named(begun.cluster));
    const auto own = std::find_if(all.begin(), all.end(),
                                  [&name](const OperationTruth& one) { return one.name == name; });
    if (own == all.end() || !own->runs() || !has_open_step(*own)) {
        findings.add(O1OneAtATime::text,
                     begun.operator_name + ": " + begun.effect +
                         " for an operation whose journal has not begun it",
                     {begun.because,
                      own == all.end() ? "it does not exist" : dump(api::to_json(own->status))});
    }
}

void judge_journal(const ObjectChanged& changed, const Truth& truth, Findings& findings) {
    const OperationTruth now = read_operation(changed.after);
    if (!now.runs() || read_operation(changed.before).runs()) {
        return;
    }
    for (const OperationTruth& other : operations_of(truth, now.cluster)) {
        if (other.uid != now.uid && other.runs()) {
            findings.add(O1OneAtATime::text,
                         changed.actor.name + " begins " + now.name + " on " +
                             to_string(now.cluster) + " while " + other.name + " runs",
                         {identify(changed.after)});
        }
    }
}

}  // namespace

void O1OneAtATime::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    if (const auto* begun = std::get_if<StepBegun>(&occurrence)) {
        judge_step(*begun, truth, findings);
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        if (by_operator(changed->actor) && is_operation(changed->after)) {
            judge_journal(*changed, truth, findings);
        }
    }
}

}  // namespace bestgres::scenarios
