#include "lib/base/hash.hpp"

#include <fmt/format.h>

namespace bestgres {

void Hasher::add(std::string_view text) {
    std::uint64_t word = 0;
    unsigned shift = 0;
    for (const char letter : text) {
        word |= static_cast<std::uint64_t>(static_cast<unsigned char>(letter)) << shift;
        shift += 8;
        if (shift == 64) {
            add(word);
            word = 0;
            shift = 0;
        }
    }
    add(word);
    add(static_cast<std::uint64_t>(text.size()));
}

std::uint64_t hash_text(std::string_view text) {
    Hasher hasher;
    hasher.add(text);
    return hasher.value();
}

std::string to_hex(std::uint64_t word) {
    return fmt::format("{:016x}", word);
}

}  // namespace bestgres
