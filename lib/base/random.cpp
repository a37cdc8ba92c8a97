#include "lib/base/random.hpp"

#include "lib/base/check.hpp"
#include "lib/base/hash.hpp"

namespace bestgres {

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_(mix(seed ^ hash_text(name))) {}

std::uint64_t RandomStream::next() {
    return mix(key_ ^ mix(counter_++));
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
    BG_CHECK(bound > 0, "an empty range has no elements");
    // The bias of the remainder is below 2^-32 for the small bounds used here.
    return next() % bound;
}

std::uint64_t RandomStream::hash() const {
    return mix(key_ ^ mix(counter_));
}

}  // namespace bestgres
