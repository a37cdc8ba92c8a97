#include "fakekube/server/serve_options.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakekube {
namespace {

TEST(ServeOptions, reads_both_forms_of_values) {
    const auto options = parse_serve_options({"--listen", "127.0.0.1:0", "--state-dir=/s",
                                              "--no-controllers", "--kubernetes-version=v1.30.1"});
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->listen.port, 0);
    EXPECT_EQ(options->state_dir, "/s");
    EXPECT_EQ(options->kubernetes_version, "v1.30.1");
    EXPECT_FALSE(options->controllers);
}

TEST(ServeOptions, names_what_it_does_not_know) {
    EXPECT_EQ(parse_serve_options({"--lisen", "x"}).error().message, "there is no flag --lisen");
    EXPECT_EQ(parse_serve_options({"--audit"}).error().message, "--audit needs a value");
    EXPECT_EQ(parse_serve_options({"--listen", "here"}).error().message,
              "--listen: \"here\" is not ADDRESS:PORT");
}

}  // namespace
}  // namespace bestgres::fakekube
