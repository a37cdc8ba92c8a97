#include "scenarios/replay/in_words.hpp"

#include <fmt/format.h>

#include "lib/base/overloaded.hpp"

namespace bestgres::scenarios {
namespace {

std::string ordinal(std::int64_t nth) {
    return nth == 1 ? "" : fmt::format(" for the {}. time", nth);
}

std::string point_in_words(CallPoint point) {
    switch (point) {
        case CallPoint::before_send:
            return "before it is sent";
        case CallPoint::before_apply:
            return "before it is applied";
        case CallPoint::after_apply:
            return "applied and not yet answered";
        case CallPoint::after_answer:
            return "answered";
    }
    check_failed(__FILE__, __LINE__, "point", "a point without words");
}

std::string or_any(const std::string& text) {
    return text.empty() ? "anybody" : text;
}

std::string in_words(const CallPattern& pattern) {
    std::string words = or_any(pattern.actor) + " calls";
    for (const std::string* part : {&pattern.verb, &pattern.kind, &pattern.name}) {
        words += part->empty() ? "" : " " + *part;
    }
    return words;
}

std::string in_words(const WhenState& state) {
    const std::string words = [&]() -> std::string {
        switch (state.condition) {
            case Condition::settled:
                return fmt::format("{} has settled", state.subject);
            case Condition::exists:
                return fmt::format("{} exists", state.subject);
            case Condition::absent:
                return fmt::format("{} is gone", state.subject);
            case Condition::member_state:
                return fmt::format("{} is {}", state.subject, state.value);
            case Condition::leader:
                return fmt::format("{} leads {}", state.value, state.subject);
            case Condition::phase:
                return fmt::format("{} is {}", state.subject, state.value);
            case Condition::step:
                return fmt::format("the operator begins {} on {}", state.value, state.subject);
            case Condition::fault_over:
                return fmt::format("{} is over", state.subject);
            case Condition::edit_made:
                return fmt::format("{} was made", state.subject);
        }
        check_failed(__FILE__, __LINE__, "condition", "a condition without words");
    }();
    return words + ordinal(state.nth);
}

std::string in_words(const Combined& combined) {
    const std::string_view joint = combined.how == Combination::all_of   ? " and "
                                   : combined.how == Combination::any_of ? " or "
                                                                         : ", then ";
    std::string words;
    for (const Trigger& part : combined.parts) {
        words += (words.empty() ? "" : std::string(joint)) + in_words(part);
    }
    return words;
}

std::string subject_of(const Json& manifest) {
    std::string words = fmt::format("{} {}", string_at(manifest, {"kind"}),
                                    string_at(manifest, {"metadata", "name"}));
    const auto instances = find_int(manifest, {"spec", "instances"});
    return instances ? fmt::format("{} (instances {})", words, *instances) : words;
}

}  // namespace

std::string in_words(const Trigger& trigger) {
    const std::string words =
        std::visit(Overloaded{[](const AtTime& at) -> std::string {
                                  return at.since_start == Duration{}
                                             ? "at the start"
                                             : format_duration(at.since_start) + " after the start";
                              },
                              [](const AfterCall& call) {
                                  return fmt::format("when {}{}, {}", in_words(call.pattern),
                                                     ordinal(call.nth), point_in_words(call.point));
                              },
                              [](const WhenState& state) { return "when " + in_words(state); },
                              [](const Combined& combined) { return in_words(combined); }},
                   trigger.when);
    return trigger.delay == Duration{}
               ? words
               : fmt::format("{} later than {}", format_duration(trigger.delay), words);
}

std::string in_words(const Fault& fault) {
    std::string words = fmt::format("{}: {}", fault.id, to_string(fault.kind));
    words += fault.target.empty() ? "" : " of " + fault.target;
    words += fault.amount == 0 ? "" : fmt::format(" ({})", fault.amount);
    words += fault.for_ever ? ", for ever" : "";
    words += fault.lasts == Duration{} ? "" : ", for " + format_duration(fault.lasts);
    return words + ", " + in_words(fault.when);
}

std::string action_in_words(const Edit& edit) {
    return std::visit(
        Overloaded{
            [](const ApplyManifest& apply) { return "apply " + subject_of(apply.manifest); },
            [](const MergePatch& patch) {
                return fmt::format("patch {} with {}", to_string(patch.ref), dump(patch.body));
            },
            [](const DeleteResource& remove) { return "delete " + to_string(remove.ref); },
            [](const DrainNode& drain) { return "drain " + drain.node; },
            [](const UncordonNode& uncordon) { return "uncordon " + uncordon.node; },
            [](const UpgradeOperator& upgrade) {
                return fmt::format("upgrade the operator to revision {}", upgrade.revision);
            },
            [](const EndOperators& end) {
                return std::string(end.released ? "let go of everything, and remove" : "remove") +
                       " the operator";
            },
            [](const MakeTable& make) {
                return fmt::format("make the {} table {} in {} and write into it", make.kind,
                                   make.table, make.scope);
            }},
        edit.action);
}

std::string in_words(const Edit& edit) {
    return fmt::format("{}: {}, {}", edit.id, action_in_words(edit), in_words(edit.when));
}

std::vector<std::string> in_words(const Scenario& scenario) {
    std::vector<std::string> lines;
    for (const Edit& edit : scenario.edits) {
        lines.push_back(in_words(edit));
    }
    for (const Fault& fault : scenario.faults) {
        lines.push_back(in_words(fault));
    }
    return lines;
}

}  // namespace bestgres::scenarios
