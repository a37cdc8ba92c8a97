// A stable, order-sensitive 64-bit hash for traces, states and templates. Not for hostile input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bestgres {

// Mixes all bits of a word (the finaliser of splitmix64).
constexpr std::uint64_t mix(std::uint64_t word) {
    word += 0x9e3779b97f4a7c15U;
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9U;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebU;
    return word ^ (word >> 31U);
}

class Hasher {
public:
    void add(std::uint64_t word) { state_ = mix(state_ ^ mix(word)); }
    void add(std::string_view text);

    std::uint64_t value() const { return state_; }

private:
    std::uint64_t state_ = 0x2545f4914f6cdd1dU;
};

std::uint64_t hash_text(std::string_view text);

// Sixteen lower-case hexadecimal digits.
std::string to_hex(std::uint64_t word);

}  // namespace bestgres
