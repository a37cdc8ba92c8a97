// When every world begins.
#pragma once

#include "lib/base/time.hpp"

namespace bestgres::scenarios {

inline constexpr Instant beginning{1'800'000'000'000'000'000};

}  // namespace bestgres::scenarios
