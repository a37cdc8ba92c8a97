#pragma once

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K13Validity {
    static constexpr LawText text{
        "K13",
        "Every write of the operator is one that the API server accepts by schema, rules and "
        "immutable fields, within 256 KiB of annotations and 1.5 MiB an object."};

    static constexpr std::size_t most_annotations = 256 * 1024;
    static constexpr std::size_t most_bytes = 1536 * 1024;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher&) const {}
};

}  // namespace bestgres::scenarios
