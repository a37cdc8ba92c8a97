// The time of a report's lanes: as long as something happens it goes evenly, where nothing does it
// is shortened, so that a quiet quarter of an hour does not hide the second that counts.
#pragma once

#include <vector>

#include "lib/base/time.hpp"

namespace bestgres::scenarios {

class TimeAxis {
public:
    // Of these instants, in any order, over so many units of width.
    TimeAxis(std::vector<Instant> instants, double width);

    double at(Instant instant) const;

    struct Pause {
        Instant from;
        Instant to;
    };
    // Where time is shortened by more than a factor of four.
    const std::vector<Pause>& pauses() const { return pauses_; }

private:
    struct Stop {
        Instant at;
        double position = 0;
    };
    std::vector<Stop> stops_;
    std::vector<Pause> pauses_;
};

}  // namespace bestgres::scenarios
