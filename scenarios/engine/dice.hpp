// Randomness of one entity, by purpose: leaving a fault out moves no latency.
#pragma once

#include <string>

#include "lib/base/hash.hpp"
#include "lib/base/random.hpp"
#include "lib/base/time.hpp"

namespace bestgres::scenarios {

struct Dice {
    Dice(std::uint64_t seed, const std::string& entity)
        : latency(seed, "latency/" + entity), loss(seed, "loss/" + entity) {}

    void hash_into(Hasher& hasher) const {
        hasher.add(latency.hash());
        hasher.add(loss.hash());
    }

    RandomStream latency;
    RandomStream loss;
};

// Up to so many per mille more, drawn afresh each time.
inline Duration with_jitter(Duration span, std::int64_t per_mille, RandomStream& stream) {
    if (per_mille <= 0 || span <= Duration::zero()) {
        return span;
    }
    const auto draw = static_cast<std::int64_t>(stream.below(1001));
    return span + Duration(span.count() / 1'000'000 * per_mille * draw);
}

}  // namespace bestgres::scenarios
