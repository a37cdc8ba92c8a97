// A world that goes forwards and backwards: copies are kept at intervals, and what lies between is
// performed again.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "scenarios/report/tape.hpp"

namespace bestgres::scenarios {

class TimeMachine {
public:
    explicit TimeMachine(World beginning);

    const World& world() const { return now_; }
    const Tape& tape() const { return tape_; }

    // As far back as one can go: the start, or the last change.
    std::uint64_t first_event() const { return kept_.begin()->first; }

    // False at the end of the run: nothing was performed.
    bool forward();
    // Backwards or forwards; stops at the end of the run.
    void to_event(std::uint64_t event);
    // Every event up to `at` has been performed, and none behind it.
    void to_time(Instant at);

    // The world goes another way from here: what was behind this event is forgotten, and nobody
    // goes back before it. What the change itself did belongs to this event.
    void change(const std::function<void(World&)>& how);

private:
    void keep();

    World now_;
    Tape tape_;
    std::map<std::uint64_t, World> kept_;
    std::uint64_t interval_ = 256;
};

}  // namespace bestgres::scenarios
