// The continue tokens of lists: a version and the key to go on from, in the wire form of
// Kubernetes (unpadded URL base64 of JSON).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace bestgres::fakekube {

struct ContinueToken {
    std::int64_t version = 0;  // -1: the most recent state
    std::string start = {};    // relative to the list's own prefix

    bool operator==(const ContinueToken&) const = default;
};

std::string to_text(const ContinueToken& token);
// The error is the sentence after "invalid continue token: ".
Result<ContinueToken> parse_continue_token(std::string_view text);

}  // namespace bestgres::fakekube
