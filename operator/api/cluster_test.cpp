#include "operator/api/cluster.hpp"

#include "operator/api/testing.hpp"

namespace bestgres::api {
namespace {

using testing::least_spec;
using testing::problems_of;
using testing::valid_spec;

TEST(ClusterSpec, least_manifest_gets_all_defaults) {
    const ClusterSpec spec = valid_spec();

    EXPECT_EQ(spec.instances, 1);
    EXPECT_EQ(spec.patroni, PatroniSpec{});
    EXPECT_EQ(spec.volume.persistent_volume_size, "1Gi");
    EXPECT_EQ(spec.volume.retention.when_deleted, VolumePolicy::retain);
    EXPECT_EQ(flavour(spec), Flavour::patroni);
    EXPECT_EQ(log_level(spec), LogLevel::info);
    EXPECT_EQ(maximum_lag_on_failover(spec), 1024 * 1024);
    EXPECT_TRUE(command(spec).empty());
}

TEST(ClusterSpec, reads_back_what_it_printed) {
    const ClusterSpec spec = valid_spec(R"(
instances: 3
postgresql:
  version: "16"
  parameters: {max_connections: 200, work_mem: 8MB}
  pgHba: [host app app 10.0.0.0/8 scram-sha-256]
patroni:
  {ttl: 20, loopWait: 5, retryTimeout: 5, synchronous: required, failsafe: false, logLevel: DEBUG}
bootstrap: {initdb: {dataChecksums: false}, sql: [CREATE DATABASE app]}
resources: {requests: {cpu: 1, memory: 1Gi}}
scheduling:
  affinity: {nodeAffinity: {}}
  tolerations: [{key: postgres, operator: Exists}]
  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]
services: {primary: {type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]}}
pod: {labels: {team: a}}
)");

    const auto again = parse_cluster_spec(to_json(spec));

    ASSERT_TRUE(again.ok()) << to_string(again.error());
    EXPECT_EQ(*again, spec);
    EXPECT_EQ(spec.postgresql.parameters.at("max_connections"), "200");
    EXPECT_EQ(spec.resources.requests.at("cpu"), "1");
}

TEST(ClusterSpec, keeps_volumes_in_quarantine_for_a_duration) {
    const auto with = [](const std::string& retention) {
        return "image: {tag: x}\nvolumeSpec: {persistentVolumeSize: 1Gi, retention: {" + retention +
               "}}";
    };
    const RetentionSpec defaults;
    EXPECT_EQ(defaults.when_scaled, LeftVolumePolicy::retain);
    EXPECT_EQ(quarantine(defaults), std::chrono::hours(24 * 7));
    EXPECT_EQ(problems_of(with("whenScaled: Quarantine, quarantine: 1h30m")), "");
    EXPECT_EQ(problems_of(with("whenScaled: Quarantine, quarantine: a week")),
              "spec.volumeSpec.retention.quarantine: must be a duration such as 90s, 1h30m or 7d, "
              "got \"a week\"");
    EXPECT_EQ(problems_of(with("whenDeleted: Quarantine")),
              "spec.volumeSpec.retention.whenDeleted: must be one of Retain, Delete, got "
              "\"Quarantine\"")
        << "nobody would be left to count the time";
}

TEST(ClusterSpec, says_path_rule_and_value) {
    EXPECT_EQ(problems_of(least_spec("patroni: {ttl: 5}")),
              "spec.patroni.ttl: must be at least 20, got 5");
    EXPECT_EQ(problems_of(least_spec("patroni: {synchronous: on}")),
              "spec.patroni.synchronous: must be one of disabled, preferred, required, quorum, got "
              "true");
    EXPECT_EQ(problems_of(least_spec("instances: three")),
              "spec.instances: must be a whole number, got \"three\"");
    EXPECT_EQ(problems_of("image: {tag: x}\nvolumeSpec: {persistentVolumeSize: 10GB}"),
              "spec.volumeSpec.persistentVolumeSize: must be a quantity such as 500m or 10Gi, got "
              "\"10GB\"");
    EXPECT_EQ(problems_of(least_spec("postgresql: {version: 16}")),
              "spec.postgresql.version: must be a text, got 16");
    EXPECT_EQ(problems_of(least_spec("bootstrap: {sql: ['']}")),
              "spec.bootstrap.sql[0]: must not be empty, got \"\"");
}

TEST(ClusterSpec, names_what_is_missing_and_what_is_unknown) {
    EXPECT_EQ(problems_of("volumeSpec: {size: 1Gi}"),
              "spec.image: is required; spec.volumeSpec.persistentVolumeSize: is required; "
              "spec.volumeSpec.size: unknown field");
}

TEST(ClusterSpec, survives_values_of_any_shape) {
    for (const char* hostile :
         {"[]", "3", "null", "{image: [], volumeSpec: 3}", "{instances: {}}",
          "{image: {command: {a: b}}, scheduling: {tolerations: [1]}}", "{patroni: {ttl: 1e300}}",
          "{patroni: {ttl: -9223372036854775808}}", "{postgresql: {parameters: {a: {b: c}}}}"}) {
        EXPECT_FALSE(problems_of(hostile).empty()) << hostile;
    }
}

TEST(ClusterSpec, shortens_long_values_in_messages) {
    const std::string text = problems_of(least_spec("instances: " + std::string(5000, 'x')));

    EXPECT_LT(text.size(), 160U);
}

TEST(ClusterSpec, null_is_absent) {
    EXPECT_EQ(valid_spec("patroni: null\ninstances: null"), valid_spec());
}

TEST(FirstBestgres, manifests_are_accepted_and_mean_the_same) {
    const auto read = testing::read_spec(R"(
instances: 2
volumeSpec: {persistentVolumeSize: 1Gi, storageClass: hostpath}
image: {tag: "ghcr.io/example/spilo:16"}
patroniLogLevel: DEBUG
bootstrapSQL: [CREATE TABLE t (i int)]
)");

    ASSERT_TRUE(read.ok()) << to_string(read.error());
    EXPECT_EQ(flavour(*read), Flavour::spilo);
    EXPECT_EQ(command(*read), (std::vector<std::string>{"/bin/sh", "/launch.sh", "init"}));
    EXPECT_EQ(working_dir(*read), "/home/postgres");
    EXPECT_EQ(log_level(*read), LogLevel::debug);
    EXPECT_EQ(bootstrap_sql(*read), std::vector<std::string>{"CREATE TABLE t (i int)"});
}

TEST(Flavour, is_what_the_spec_says_then_what_the_command_runs_then_the_name) {
    const auto of = [](const char* image) {
        return flavour(*testing::read_spec(std::string("volumeSpec: {persistentVolumeSize: 1Gi}\n"
                                                       "image: ") +
                                           image));
    };
    EXPECT_EQ(of("{tag: spilo-16, flavour: patroni}"), Flavour::patroni);
    EXPECT_EQ(of("{tag: x, command: [/bin/sh, /launch.sh, init]}"), Flavour::spilo);
    EXPECT_EQ(of("{tag: 'spilo:16', command: [/run]}"), Flavour::patroni);
    EXPECT_EQ(of("{tag: 'ghcr.io/zalando/spilo-16:3.2-p3'}"), Flavour::spilo);
    EXPECT_EQ(of("{tag: 'spilo/patroni:16'}"), Flavour::patroni);
    EXPECT_EQ(of("{tag: 'registry:5000/not-spilo@sha256:0123'}"), Flavour::patroni);
}

TEST(CitusSpec, is_whole_or_refused) {
    const ClusterSpec spec = valid_spec("citus: {scope: shop, group: 2, database: app}");

    EXPECT_EQ(spec.citus, (CitusSpec{.scope = "shop", .group = 2, .database = "app"}));
    EXPECT_EQ(*parse_cluster_spec(to_json(spec)), spec);
    EXPECT_EQ(valid_spec().citus, std::nullopt);
    EXPECT_EQ(problems_of(least_spec("citus: {}")),
              "spec.citus.scope: is required; spec.citus.group: is required; spec.citus.database: "
              "is required");
    EXPECT_EQ(problems_of(least_spec("citus: {scope: shop, group: -1, database: app}")),
              "spec.citus.group: must be at least 0, got -1");
    EXPECT_EQ(problems_of(least_spec("citus: {scope: Shop, group: 0, database: app}")),
              "spec.citus.scope: must be lower-case letters, digits and hyphens that begin with a "
              "letter, got \"Shop\"");
    EXPECT_NE(problems_of(least_spec("citus: {scope: shop, group: 0, database: 'a=b'}")), "");
}

TEST(CitusSpec, is_known_of_a_resource_whose_spec_is_not_valid) {
    const auto of = [](const char* citus) {
        return citus_of(kube::Object(testing::yaml(std::string("{spec: {citus: ") + citus + "}}")));
    };
    EXPECT_EQ(of("{scope: shop, group: 2, database: app}"),
              (CitusSpec{.scope = "shop", .group = 2, .database = "app"}));
    EXPECT_EQ(of("{scope: shop, group: 0}"),
              (CitusSpec{.scope = "shop", .group = 0, .database = ""}));
    EXPECT_EQ(of("{scope: '', group: 0}"), std::nullopt);
    EXPECT_EQ(of("{scope: shop, group: -1}"), std::nullopt);
    EXPECT_EQ(of("{group: 0}"), std::nullopt);
    EXPECT_EQ(of("[]"), std::nullopt);
    EXPECT_EQ(citus_of(kube::Object(Json::object())), std::nullopt);
}

TEST(Annotations, are_read_from_the_resource) {
    const kube::Object plain(Json::object());
    const kube::Object annotated(testing::yaml(
        R"({metadata: {annotations: {bestgres.io/paused: "true", bestgres.io/restartedAt: now}}})"));

    EXPECT_FALSE(is_paused(plain));
    EXPECT_EQ(restarted_at(plain), "");
    EXPECT_TRUE(is_paused(annotated));
    EXPECT_EQ(restarted_at(annotated), "now");
}

}  // namespace
}  // namespace bestgres::api
