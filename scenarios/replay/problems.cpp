#include <fmt/format.h>

#include <set>

#include "lib/base/overloaded.hpp"
#include "scenarios/replay/replay_file.hpp"

namespace bestgres::scenarios {
namespace {

struct Known {
    std::set<std::string> edits;
    std::set<std::string> faults;
};

void check_trigger(const Trigger& trigger, const std::string& owner, const Known& known,
                   std::vector<std::string>& problems) {
    const auto wrong = [&](std::string_view what) {
        problems.push_back(fmt::format("the trigger of {} {}", owner, what));
    };
    std::visit(
        Overloaded{
            [](const AtTime&) {},
            [&](const AfterCall& call) {
                if (call.nth < 1) {
                    wrong("counts calls from 1");
                }
            },
            [&](const WhenState& state) {
                if (state.nth < 1) {
                    wrong("counts from 1");
                }
                if (state.condition == Condition::fault_over &&
                    known.faults.count(state.subject) == 0) {
                    wrong(fmt::format("names a fault \"{}\" that is not there", state.subject));
                }
                if (state.condition == Condition::edit_made &&
                    known.edits.count(state.subject) == 0) {
                    wrong(fmt::format("names an edit \"{}\" that is not there", state.subject));
                }
            },
            [&](const Combined& combined) {
                if (combined.parts.empty()) {
                    wrong("combines nothing");
                }
                for (const Trigger& part : combined.parts) {
                    check_trigger(part, owner, known, problems);
                }
            }},
        trigger.when);
}

void add_id(std::set<std::string>& ids, const std::string& id, std::string_view sort,
            std::vector<std::string>& problems) {
    if (id.empty()) {
        problems.push_back(fmt::format("a {} has no id", sort));
    } else if (!ids.insert(id).second) {
        problems.push_back(fmt::format("the {} \"{}\" stands twice", sort, id));
    }
}

}  // namespace

std::vector<std::string> problems_of(const Scenario& scenario) {
    std::vector<std::string> problems;
    Known known;
    for (const Edit& edit : scenario.edits) {
        add_id(known.edits, edit.id, "edit", problems);
    }
    for (const Fault& fault : scenario.faults) {
        add_id(known.faults, fault.id, "fault", problems);
        if (fault.for_ever && fault.lasts != Duration{}) {
            problems.push_back(fmt::format("the fault \"{}\" lasts for ever and for {}", fault.id,
                                           format_duration(fault.lasts)));
        }
    }
    for (const Edit& edit : scenario.edits) {
        check_trigger(edit.when, fmt::format("edit \"{}\"", edit.id), known, problems);
    }
    for (const Fault& fault : scenario.faults) {
        check_trigger(fault.when, fmt::format("fault \"{}\"", fault.id), known, problems);
    }
    return problems;
}

}  // namespace bestgres::scenarios
