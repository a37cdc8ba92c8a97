// Positions in the write-ahead log. Patroni publishes them as decimal numbers in annotations and
// REST answers, PostgreSQL writes them as two hexadecimal halves.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace bestgres::patroni {

struct Lsn {
    std::uint64_t bytes = 0;

    auto operator<=>(const Lsn&) const = default;
};

// "0/4000060" or "67108960".
Result<Lsn> parse_lsn(std::string_view text);
// The form of PostgreSQL: "0/4000060".
std::string to_string(Lsn lsn);

}  // namespace bestgres::patroni
