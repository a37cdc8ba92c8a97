#include "lib/http/tls.hpp"

#include <gtest/gtest.h>

namespace bestgres::http {
namespace {

TEST(Tls, refuses_texts_that_are_no_certificates) {
    const auto broken = TlsContext::client({.authorities = "nonsense",
                                            .certificate = std::nullopt,
                                            .server_name = "",
                                            .verify = true});
    ASSERT_FALSE(broken.ok());
    EXPECT_NE(broken.error().message.find("read the certificate authority"), std::string::npos);
}

TEST(Tls, refuses_a_key_of_another_certificate) {
    const KeyPair authority = *make_authority("test");
    KeyPair mixed = *issue_server_certificate(
        authority,
        {.common_name = "a", .organizations = {}, .names = {}, .addresses = {"127.0.0.1"}});
    mixed.key = authority.key;
    const auto broken = TlsContext::server({.certificate = mixed, .client_authorities = ""});
    ASSERT_FALSE(broken.ok());
    EXPECT_EQ(broken.error().message.find("PRIVATE"), std::string::npos);
}

}  // namespace
}  // namespace bestgres::http
