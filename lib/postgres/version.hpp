// PostgreSQL's version numbers: 150020 is 15.20; since PostgreSQL 10 the major version is the
// first number.
#pragma once

#include <cstdint>
#include <string>

namespace bestgres::postgres {

constexpr std::int64_t major_version(std::int64_t server_version) {
    return server_version / 10000;
}

// "15.20"; "" for 0, which means that nobody has said it yet.
inline std::string version_text(std::int64_t server_version) {
    if (server_version <= 0) {
        return "";
    }
    return std::to_string(major_version(server_version)) + "." +
           std::to_string(server_version % 10000);
}

}  // namespace bestgres::postgres
