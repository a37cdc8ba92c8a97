#include "operator/cmd/preview/arguments.hpp"

#include <gtest/gtest.h>

namespace bestgres::cmd {
namespace {

TEST(PlanArguments, take_a_file_and_where_to_look) {
    const auto arguments =
        parse_plan_arguments({"-f", "-", "--offline", "--namespace=shop", "--context", "c"});
    ASSERT_TRUE(arguments.ok());
    EXPECT_EQ(arguments->file, "-");
    EXPECT_EQ(arguments->ns, "shop");
    EXPECT_EQ(arguments->context, "c");
    EXPECT_TRUE(arguments->offline);
}

TEST(PlanArguments, tell_what_is_missing_or_too_much) {
    EXPECT_EQ(parse_plan_arguments({}).error().message, "-f FILE is missing");
    EXPECT_EQ(parse_plan_arguments({"a.yaml"}).error().message,
              "\"a.yaml\" is no flag: the manifest comes behind -f");
    EXPECT_TRUE(parse_plan_arguments({"--help"})->help);
}

TEST(StatusArguments, take_one_cluster) {
    EXPECT_EQ(parse_status_arguments({"db", "-n", "shop"})->cluster, "db");
    EXPECT_EQ(parse_status_arguments({}).error().message, "the name of a cluster is missing");
    EXPECT_EQ(parse_status_arguments({"a", "b"}).error().message, "one cluster at a time, not 2");
    EXPECT_EQ(parse_status_arguments({"db", "-f", "x"}).error().message, "there is no flag -f");
}

TEST(UndeleteArguments, take_one_cluster_and_a_place_for_its_manifest) {
    EXPECT_EQ(parse_undelete_arguments({"db"})->file, "db.undelete.json");
    EXPECT_EQ(parse_undelete_arguments({"db", "--save=x"})->file, "x");
    EXPECT_EQ(parse_undelete_arguments({"db", "--member", "db-2"})->member, "db-2");
    EXPECT_EQ(parse_undelete_arguments({}).error().message, "the name of a cluster is missing");
}

}  // namespace
}  // namespace bestgres::cmd
