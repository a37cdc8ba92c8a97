// Whether the leader lock is held, as one member's own clock tells: it has expired when none of its
// five words has changed for ttl since this member first saw them. The time that is written in the
// object is never read.
#pragma once

#include <optional>
#include <string>

#include "fakepatroni/records.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakepatroni {

struct LockView {
    std::optional<LeaderRecord> seen = std::nullopt;  // the words last seen to differ
    Instant since = {};                               // when this member's load first saw them

    bool operator==(const LockView&) const = default;
};

// A load that found `object` (null: there is none).
void observe(LockView& lock, const LeaderRecord* object, Instant now);

// Whoever holds the lock; empty: nobody, or it has expired. `ttl` stands in for a missing word.
std::string holder_of(const LockView& lock, const LeaderRecord* object, Duration ttl, Instant now);

}  // namespace bestgres::fakepatroni
