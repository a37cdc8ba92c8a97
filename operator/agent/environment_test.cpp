#include "operator/agent/environment.hpp"

#include <gtest/gtest.h>

#include <map>

namespace bestgres::agent {
namespace {

Lookup lookup_in(std::map<std::string, std::string, std::less<>> variables) {
    return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

TEST(ReadEnvironment, takes_the_pod_identity_and_keeps_defaults) {
    const auto environment = read_environment(lookup_in({{"BESTGRES_SCOPE", "db"},
                                                         {"POD_NAME", "db-0"},
                                                         {"POD_NAMESPACE", "shop"},
                                                         {"POD_IP", "10.0.0.7"}}));
    ASSERT_TRUE(environment.ok());
    EXPECT_EQ(environment->pod_name, "db-0");
    EXPECT_EQ(environment->flavour, Flavour::patroni);
    EXPECT_TRUE(environment->watchdog);
}

TEST(ReadEnvironment, names_the_variable_that_the_template_lacks) {
    const auto environment =
        read_environment(lookup_in({{"BESTGRES_SCOPE", "db"}, {"POD_NAME", "db-0"}}));
    EXPECT_EQ(environment.error().message,
              "POD_NAMESPACE is not set: the pod template must define it");
}

TEST(ReadEnvironment, refuses_an_unknown_flavour) {
    EXPECT_EQ(read_environment(lookup_in({{"BESTGRES_FLAVOUR", "plain"}})).error().message,
              "BESTGRES_FLAVOUR is \"plain\"; it must be patroni or spilo");
}

}  // namespace
}  // namespace bestgres::agent
