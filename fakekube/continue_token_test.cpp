#include "fakekube/continue_token.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fakekube/go_json.hpp"
#include "fakekube/sha256.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube {
namespace {

RC_GTEST_PROP(ContinueToken, reads_back_what_it_wrote, (std::int64_t version)) {
    const ContinueToken token{.version = version, .start = "shop/db-0"};
    const auto read = parse_continue_token(to_text(token));
    RC_ASSERT(read.ok());
    RC_ASSERT(*read == token);
}

TEST(ContinueToken, tells_what_is_wrong_as_go_does) {
    EXPECT_EQ(parse_continue_token("bm90LWpzb24").error().message,
              "continue key is not valid: invalid character 'o' in literal null (expecting 'u')");
}

TEST(GoJson, finds_nothing_wrong_with_valid_texts) {
    for (const char* text : {"{}", "[1, -2.5e3, \"a\\\"b\"]", "{\"a\": {\"b\": [true, null]}}"}) {
        EXPECT_EQ(go_json_error(text), "") << text;
    }
    EXPECT_EQ(go_json_error(""), "unexpected end of JSON input");
    EXPECT_EQ(go_json_error("{bad"),
              "invalid character 'b' looking for beginning of object key string");
}

TEST(Sha256, has_the_published_digests) {
    EXPECT_EQ(encode_base64(sha256("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    // RFC 4231, test case 2.
    EXPECT_EQ(encode_base64(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=");
}

}  // namespace
}  // namespace bestgres::fakekube
