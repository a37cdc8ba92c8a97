// Since when an operator has been able to do its work: one runs and leads, and no fault stands
// between it and the world. What only an operator can bring about is due from then on.
#pragma once

#include <optional>

#include "lib/base/hash.hpp"
#include "scenarios/engine/occurrence.hpp"
#include "scenarios/engine/truth.hpp"

namespace bestgres::scenarios {

// Whether the fault keeps operators from seeing, from being answered, or from running.
bool hinders_operators(FaultKind kind);

class AbleOperator {
public:
    void on(const Occurrence& occurrence, const Truth& truth);
    std::optional<Instant> since() const { return since_; }
    // For at least so long.
    bool has_been(Duration span, const Truth& truth) const {
        return since_ && truth.now() - *since_ >= span;
    }
    void hash_into(Hasher& hasher) const {
        hasher.add(static_cast<std::uint64_t>(since_ ? since_->ns : 0));
    }

private:
    std::optional<Instant> since_;
};

}  // namespace bestgres::scenarios
