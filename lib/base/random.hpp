// Counter-based randomness: the n-th draw of a named stream depends on the seed, the name and n
// alone, so that leaving one draw out moves no other.
#pragma once

#include <cstdint>
#include <string_view>

namespace bestgres {

class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::string_view name);

    std::uint64_t next();
    // Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // True in `per_mille` of 1000 draws.
    bool chance(std::uint32_t per_mille) { return below(1000) < per_mille; }

    // Equal hashes: the same draws from here on.
    std::uint64_t hash() const;
    bool operator==(const RandomStream&) const = default;

private:
    std::uint64_t key_;
    std::uint64_t counter_ = 0;
};

}  // namespace bestgres
