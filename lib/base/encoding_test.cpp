#include "lib/base/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

TEST(Base64, encodes_the_vectors_of_rfc_4648) {
    EXPECT_EQ(encode_base64(""), "");
    EXPECT_EQ(encode_base64("f"), "Zg==");
    EXPECT_EQ(encode_base64("fo"), "Zm8=");
    EXPECT_EQ(encode_base64("foobar"), "Zm9vYmFy");
}

RC_GTEST_PROP(Base64, decodes_what_it_encoded, (const std::string& bytes)) {
    RC_ASSERT(*decode_base64(encode_base64(bytes)) == bytes);
}

TEST(Base64, refuses_foreign_characters) {
    EXPECT_FALSE(decode_base64("a_b!").ok());
}

RC_GTEST_PROP(Percent, decodes_what_it_encoded, (const std::string& text)) {
    RC_ASSERT(*decode_percent(encode_percent(text), true) == text);
}

TEST(Percent, reads_plus_as_space_only_in_a_query) {
    EXPECT_EQ(*decode_percent("a+b%2C", true), "a b,");
    EXPECT_EQ(*decode_percent("a+b", false), "a+b");
}

TEST(Percent, refuses_cut_off_sequences) {
    EXPECT_FALSE(decode_percent("%4", true).ok());
    EXPECT_FALSE(decode_percent("%zz", true).ok());
}

}  // namespace
}  // namespace bestgres
