// The replay file (.bgr): a scenario whole and as text, one JSON object a line, so that a person
// reads it, changes it and sees in a diff what changed:
//
//     {"bgr":1,"name":"W06 scale 1 to 3","seed":7,"knobs":{"jitter_per_mille":0}}
//     {"note":"for people: what was found, and when"}
//     {"edit":{"id":"e1","when":{"at":"0s"},"apply":{"kind":"BGCluster", ...}}}
//     {"edit":{"id":"e2","when":{"state":"settled","of":"db"},"patch":{...},"body":{...}}}
//     {"fault":{"id":"f1","kind":"operator_crash","target":"operator-1","lasts":"5s",
//               "when":{"after_call":{"actor":"operator","verb":"create","kind":"StatefulSet"}}}}
//     {"choice":{"event":4711,"index":1}}
//     {"expect":{"law":"K1","facts":["..."],"trace":1234}}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "scenarios/engine/scenario.hpp"

namespace bestgres::scenarios {

struct Replay {
    std::vector<std::string> notes = {};
    Scenario scenario = {};

    bool operator==(const Replay&) const = default;
};

// Every problem of the text, each with its line and field.
Result<Replay> read_replay(std::string_view text);
std::string write_replay(const Replay& replay);

// What no run can make sense of: ids that stand twice, triggers that name an edit or fault that is
// not there, counts below one. read_replay() has asked already.
std::vector<std::string> problems_of(const Scenario& scenario);

}  // namespace bestgres::scenarios
