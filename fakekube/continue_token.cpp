#include "fakekube/continue_token.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fakekube/field_error.hpp"
#include "fakekube/go_json.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view token_version = "meta.k8s.io/v1";

}  // namespace

std::string to_text(const ContinueToken& token) {
    const Json json = {{"v", token_version}, {"rv", token.version}, {"start", token.start}};
    std::string text = encode_base64(dump(json));
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    text.erase(text.find_last_not_of('=') + 1);
    return text;
}

Result<ContinueToken> parse_continue_token(std::string_view text) {
    std::string standard(text);
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    const Result<std::string> decoded = decode_base64(standard);
    if (!decoded.ok()) {
        return Error{"continue key is not valid: " + decoded.error().message};
    }
    const Result<Json> json = parse_json(*decoded);
    if (!json.ok()) {
        return Error{"continue key is not valid: " + go_json_error(*decoded)};
    }
    const std::string version = string_at(*json, {"v"});
    if (version != token_version) {
        return Error{fmt::format(
            "continue key is not valid: server does not recognize this encoded version {}",
            go_quote(version))};
    }
    return ContinueToken{.version = find_int(*json, {"rv"}).value_or(0),
                         .start = string_at(*json, {"start"})};
}

}  // namespace bestgres::fakekube
