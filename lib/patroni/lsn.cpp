#include "lib/patroni/lsn.hpp"

#include <fmt/format.h>

#include <charconv>

namespace bestgres::patroni {
namespace {

bool read_number(std::string_view text, int base, std::uint64_t& value) {
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, value, base);
    return !text.empty() && code == std::errc() && stop == end;
}

}  // namespace

Result<Lsn> parse_lsn(std::string_view text) {
    const std::size_t slash = text.find('/');
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    if (slash == std::string_view::npos) {
        if (read_number(text, 10, low)) {
            return Lsn{low};
        }
    } else if (read_number(text.substr(0, slash), 16, high) &&
               read_number(text.substr(slash + 1), 16, low) && high <= 0xffffffffU &&
               low <= 0xffffffffU) {
        return Lsn{(high << 32U) | low};
    }
    return Error{"not a WAL position: " + std::string(text)};
}

std::string to_string(Lsn lsn) {
    return fmt::format("{:X}/{:X}", lsn.bytes >> 32U, lsn.bytes & 0xffffffffU);
}

}  // namespace bestgres::patroni
