#include "scenarios/report/time_axis.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

double seconds_of(Duration span) {
    return std::chrono::duration<double>(span).count();
}

// A second is a second; beyond, each doubling adds half of one.
double shown_length(double seconds) {
    double length = std::min(seconds, 1.0);
    for (double left = seconds; left > 1.0; left /= 2.0) {
        length += 0.5 * std::min(left - 1.0, 1.0);
    }
    return length;
}

}  // namespace

TimeAxis::TimeAxis(std::vector<Instant> instants, double width) {
    std::sort(instants.begin(), instants.end());
    instants.erase(std::unique(instants.begin(), instants.end()), instants.end());
    double position = 0;
    for (std::size_t index = 0; index < instants.size(); ++index) {
        if (index > 0) {
            const double gap = seconds_of(instants[index] - instants[index - 1]);
            const double length = shown_length(gap);
            position += length;
            if (gap > 4 * length) {
                pauses_.push_back({instants[index - 1], instants[index]});
            }
        }
        stops_.push_back({instants[index], position});
    }
    for (Stop& stop : stops_) {
        stop.position *= position > 0 ? width / position : 0;
    }
}

double TimeAxis::at(Instant instant) const {
    const auto next = std::find_if(stops_.begin(), stops_.end(),
                                   [instant](const Stop& stop) { return stop.at >= instant; });
    if (next == stops_.begin() || stops_.empty()) {
        return 0;
    }
    const Stop& before = *std::prev(next);
    if (next == stops_.end()) {
        return before.position;
    }
    const double part = seconds_of(instant - before.at) / seconds_of(next->at - before.at);
    return before.position + part * (next->position - before.position);
}

}  // namespace bestgres::scenarios
