// A run that breaks a law whatever the operator does: somebody takes its rights away.
#pragma once

#include "scenarios/report/story.hpp"
#include "scenarios/testing.hpp"

namespace bestgres::scenarios {

inline Scenario without_rights() {
    Scenario scenario = creation(2);
    scenario.name = "a crash & no rights";
    scenario.faults.push_back({.id = "crash",
                               .kind = FaultKind::container_crash,
                               .target = "a replica of db",
                               .when = when_settled()});
    scenario.edits.push_back(
        {.id = "take",
         .when = at_second(200),
         .action = MergePatch{.ref = {kube::kinds::role, "shop", "bestgres-operator"},
                              .body = {{"rules", Json::array()}}}});
    scenario.expect = Expectation{.law = "K12", .facts = {}, .trace = 0};
    return scenario;
}

// The same story for all tests that only read it.
inline const Story& without_rights_told() {
    static const Story story = tell(shop(), without_rights(), "dir/k12.bgr");
    return story;
}

}  // namespace bestgres::scenarios
