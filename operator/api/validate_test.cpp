#include "operator/api/validate.hpp"

#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

using testing::least_spec;
using testing::problems_of;
using testing::valid_spec;

TEST(Validate, timing_of_patroni_fits_into_the_ttl) {
    EXPECT_EQ(problems_of(least_spec("patroni: {ttl: 20, loopWait: 5, retryTimeout: 5}")), "");
    EXPECT_EQ(
        problems_of(least_spec("patroni: {ttl: 20}")),
        "spec.patroni: loopWait + 2 * retryTimeout must be at most ttl, got 10 + 2 * 10 > 20");
}

TEST(Validate, strict_synchronous_needs_somebody_to_wait_for) {
    EXPECT_NE(problems_of(least_spec("instances: 1\npatroni: {synchronous: required}")), "");
    EXPECT_EQ(problems_of(least_spec("instances: 2\npatroni: {synchronous: required}")), "");
    EXPECT_EQ(problems_of(least_spec("instances: 0\npatroni: {synchronous: required}")), "");
    EXPECT_EQ(problems_of(least_spec("instances: 1\npatroni: {synchronous: preferred}")), "");
}

TEST(Validate, parameters_that_patroni_governs_are_refused_with_a_sentence) {
    EXPECT_EQ(problems_of(least_spec("postgresql: {parameters: {Port: 5433}}")),
              "spec.postgresql.parameters.Port: cannot be set: it is always 5432, got \"5433\"");
    EXPECT_EQ(problems_of(least_spec("postgresql: {parameters: {synchronous_standby_names: x}}")),
              "spec.postgresql.parameters.synchronous_standby_names: cannot be set: it is governed "
              "by Patroni; use spec.patroni.synchronous, got \"x\"");
    EXPECT_EQ(problems_of(least_spec("postgresql: {parameters: {max_connections: 10}}")),
              "spec.postgresql.parameters.max_connections: must be a whole number of at least 25, "
              "got \"10\"");
    EXPECT_NE(problems_of(least_spec("postgresql: {parameters: {\"x=1\\ny\": a}}")), "");
    EXPECT_NE(problems_of(least_spec("postgresql: {parameters: {work_mem: \"1\\nport=1\"}}")), "");
    EXPECT_EQ(problems_of(least_spec("postgresql: {parameters: {auto_explain.log_min_duration: "
                                     "1s}}")),
              "");
}

TEST(Validate, lines_of_pg_hba_are_single_lines_of_known_kinds) {
    EXPECT_EQ(problems_of(least_spec("postgresql: {pgHba: ['hostssl all all all cert']}")), "");
    EXPECT_NE(problems_of(least_spec("postgresql: {pgHba: ['trust all']}")), "");
    EXPECT_NE(problems_of(least_spec("postgresql: {pgHba: [\"host a a a md5\\nhost\"]}")), "");
}

TEST(Validate, older_and_newer_name_together_are_refused) {
    EXPECT_NE(problems_of(least_spec("patroniLogLevel: INFO\npatroni: {logLevel: INFO}")), "");
    EXPECT_NE(problems_of(least_spec("bootstrapSQL: [a]\nbootstrap: {sql: [a]}")), "");
}

TEST(Validate, service_options_need_their_type) {
    EXPECT_NE(problems_of(least_spec("services: {primary: {nodePort: 30000}}")), "");
    EXPECT_EQ(problems_of(least_spec("services: {primary: {type: NodePort, nodePort: 30000}}")),
              "");
    EXPECT_NE(problems_of(least_spec("services: {replicas: {loadBalancerSourceRanges: [a]}}")), "");
}

TEST(Validate, own_labels_are_reserved) {
    EXPECT_EQ(problems_of(least_spec("pod: {labels: {bestgres.io/role: master}}")),
              "spec.pod.labels.bestgres.io/role: is reserved for Bestgres");
}

TEST(ValidateChange, what_cannot_be_undone_is_refused) {
    const auto change = [](const char* before, const char* after) {
        return to_string(validate_change(valid_spec(before), valid_spec(after)));
    };
    const std::string made_from = "spec.bootstrap: what a cluster was made from cannot change";
    EXPECT_EQ(change("", "instances: 3\npatroni: {ttl: 60}"), "");
    EXPECT_EQ(change("bootstrap: {sql: [a]}", "bootstrap: {sql: [b]}"), made_from);
    EXPECT_EQ(change("bootstrapSQL: [a]", ""), made_from);
    EXPECT_EQ(
        change("postgresql: {version: '16'}", "postgresql: {version: '15'}"),
        "spec.postgresql.version: the major version of an existing cluster cannot change from "
        "16, got \"15\"");
    EXPECT_EQ(change("postgresql: {version: '16'}", ""), "");
    const std::string group = "citus: {scope: shop, group: 1, database: app}";
    const std::string moved =
        "spec.citus: the group of a sharded cluster that a cluster is cannot change";
    EXPECT_EQ(change(group.c_str(), group.c_str()), "");
    EXPECT_EQ(change(group.c_str(), ""), moved);
    EXPECT_EQ(change("", group.c_str()), moved);
    EXPECT_EQ(change(group.c_str(), "citus: {scope: shop, group: 2, database: app}"), moved);
}

TEST(ValidateChange, volumes_grow_but_do_not_shrink) {
    ClusterSpec small = valid_spec();
    ClusterSpec large = valid_spec();
    small.volume.persistent_volume_size = "1024Mi";
    large.volume.persistent_volume_size = "1.5Gi";

    EXPECT_EQ(validate_change(small, large), Problems{});
    EXPECT_EQ(to_string(validate_change(large, small)),
              "spec.volumeSpec.persistentVolumeSize: a volume cannot shrink from 1.5Gi, got "
              "\"1024Mi\"");
}

TEST(ValidateChange, storage_class_and_flavour_stay) {
    ClusterSpec other_class = valid_spec();
    other_class.volume.storage_class = "fast";
    ClusterSpec other_flavour = valid_spec();
    other_flavour.image.tag = "spilo:16";

    EXPECT_EQ(validate_change(valid_spec(), other_class).size(), 1U);
    EXPECT_EQ(to_string(validate_change(valid_spec(), other_flavour)),
              "spec.image.flavour: the data directory of an existing cluster belongs to flavour "
              "patroni, got \"spilo\"");
}

TEST(ValidateName, must_fit_into_services_and_pods) {
    EXPECT_EQ(validate_name("db-1"), Problems{});
    EXPECT_EQ(validate_name(std::string(50, 'a')), Problems{});
    EXPECT_EQ(validate_name(std::string(51, 'a')).size(), 1U);
    EXPECT_EQ(validate_name("1db").size(), 1U);
    EXPECT_EQ(validate_name("a.b").size(), 1U);
    EXPECT_EQ(validate_name("db-").size(), 1U);
    EXPECT_EQ(validate_name("").size(), 1U);
}

}  // namespace
}  // namespace bestgres::api
