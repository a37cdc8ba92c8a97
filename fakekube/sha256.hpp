// SHA-256 and HMAC (FIPS 180-4, RFC 2104), so that the pure parts can sign tokens without a
// library.
#pragma once

#include <string>
#include <string_view>

namespace bestgres::fakekube {

// 32 bytes.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace bestgres::fakekube
