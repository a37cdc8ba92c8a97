// The tests of the recordings as cues: what was done to real Patroni, and when, is done to the
// model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scenarios/fidelity/trace.hpp"

namespace bestgres::scenarios {

// Who plays what in a test: names are chance.
struct Cast {
    std::string leader = {};  // at the beginning of the test
    std::string one = {};     // the other two
    std::string two = {};
    std::string gone = {};  // who was killed last
};

struct Cue {
    double at = 0;  // seconds since the recording began
    std::function<void(Lab&, Cast&)> act;
};

std::vector<Cue> cues_of_patroni_4();
std::vector<Cue> cues_of_patroni_3();

struct Segment {
    std::string mark;
    Agreement agreement;
};
// Plays all cues and compares test by test.
std::vector<Segment> replay(Lab& lab, const std::vector<TraceLine>& recorded,
                            const std::vector<Cue>& cues);

}  // namespace bestgres::scenarios
