#include "fakepatroni/change.hpp"

namespace bestgres::fakepatroni {

std::uint64_t hash_of(const Changes& changes) {
    Hasher hasher;
    for (const Change& change : changes) {
        hasher.add(static_cast<std::uint64_t>(change.kind));
        hasher.add(change.key);
        hasher.add(change.value);
    }
    return hasher.value();
}

}  // namespace bestgres::fakepatroni
