// How far a trigger has come: pure, so that triggers can be tested without a world. The trigger
// itself stays data in the scenario; its progress has the same shape.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "scenarios/engine/call_label.hpp"
#include "scenarios/engine/trigger.hpp"

namespace bestgres::scenarios {

// What states a trigger asks about; the world answers.
class StateReader {
public:
    virtual ~StateReader() = default;
    virtual bool holds(const WhenState& state) const = 0;
};

// One moment in the life of a run: what may bring a trigger forward.
struct Moment {
    Instant now = {};
    Instant start = {};                   // of the run
    const StateReader* states = nullptr;  // null: no state has changed
    const CallLabel* call = nullptr;      // null: no call is at a point
    CallPoint point = CallPoint::before_send;
};

struct TriggerProgress {
    bool held = false;                           // for good
    bool was = false;                            // a state, at the last look
    std::int64_t count = 0;                      // of calls, or of times that a state became true
    std::optional<Instant> ripe = std::nullopt;  // `when` holds, the delay runs
    std::vector<TriggerProgress> parts = {};

    bool operator==(const TriggerProgress&) const = default;
    void hash_into(Hasher& hasher) const;
};

// Whether the trigger holds now. A trigger that has held stays held.
bool advance(const Trigger& trigger, TriggerProgress& progress, const Moment& moment);

// When time alone may bring it forward.
std::optional<Instant> next_due(const Trigger& trigger, const TriggerProgress& progress,
                                Instant start);

// Whether a call or a state may bring it forward: what a world need not ask about costs nothing.
bool waits_for_calls(const Trigger& trigger, const TriggerProgress& progress);
bool waits_for_states(const Trigger& trigger, const TriggerProgress& progress);

}  // namespace bestgres::scenarios
