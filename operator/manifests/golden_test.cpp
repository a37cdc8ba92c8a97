// Every object of a few clusters as YAML, to be read in review: testdata/<case>.yaml.
// BG_UPDATE_GOLDEN=1 rewrites the files.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "lib/base/yaml.hpp"
#include "operator/manifests/client_job.hpp"
#include "operator/manifests/objects.hpp"
#include "operator/manifests/testing.hpp"

namespace bestgres::manifests {
namespace {

std::string all_objects(const Input& input) {
    std::string text;
    for (const kube::Object& object : applied_objects(input)) {
        text += "---\n" + to_yaml(object.json());
    }
    const AcceptedSpec accepted{.spec = input.spec, .generation = 1};
    text += "---\n" + to_yaml(accepted_spec_config_map(input.identity, accepted).json());
    const Passwords passwords{.superuser = "superuser-0",
                              .replication = "replication-0",
                              .rewind = "rewind-0",
                              .restapi = "restapi-0",
                              .admin = "admin-0"};
    text += "---\n" + to_yaml(secret(input.identity, passwords).json());
    return text;
}

void expect_golden(const std::string& name, const std::string& text) {
    const std::string path =
        std::string(BESTGRES_SOURCE_DIR) + "/operator/manifests/testdata/" + name + ".yaml";
    if (std::getenv("BG_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(found, text) << path << " differs; BG_UPDATE_GOLDEN=1 rewrites it";
}

TEST(Golden, minimal) {
    expect_golden("minimal", all_objects(testing::input()));
}

TEST(Golden, full) {
    Input input = testing::input(R"(
instances: 3
image:
  tag: registry.example.com/patroni:16
  pullPolicy: Always
  pullSecrets: [registry]
  workingDir: /tmp
volumeSpec: {persistentVolumeSize: 10Gi, storageClass: fast, retention: {whenDeleted: Delete}}
postgresql:
  version: '16'
  parameters: {max_connections: 200, work_mem: 8MB}
  pgHba: [hostssl app app all scram-sha-256]
patroni: {ttl: 20, loopWait: 5, retryTimeout: 5, synchronous: required, logLevel: DEBUG}
bootstrap: {initdb: {dataChecksums: false, encoding: LATIN1, locale: C}, sql: [CREATE DATABASE app]}
resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi}}
scheduling:
  affinity: {nodeAffinity: {}}
  tolerations: [{key: postgres, operator: Exists}]
  nodeSelector: {disk: ssd}
  topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]
  priorityClassName: database
services:
  primary: {type: LoadBalancer, externalTrafficPolicy: Local, annotations: {dns: db.example.com}}
pod: {labels: {team: shop}, annotations: {note: hello}}
)");
    input.restarted_at = "2026-11-20T16:47:39Z";
    expect_golden("full", all_objects(input));
}

TEST(Golden, group) {
    expect_golden("group",
                  all_objects(testing::input("instances: 2\n"
                                             "citus: {scope: shop, group: 2, database: app}")));
}

TEST(Golden, spilo) {
    expect_golden("spilo", all_objects(testing::input(
                               "instances: 2\nimage: {tag: 'ghcr.io/zalando/spilo-16:3.2-p3'}")));
}

// Jobs of operations: one without a script, one with a secret one, one that reads from replicas.
TEST(Golden, jobs) {
    const Input input = testing::input(
        "scheduling: {nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}]}\n"
        "services: {primary: {type: LoadBalancer}}");
    ClientJob job{.name = client_job_name("db", "uid-of-operation", 0, 0),
                  .operation = "db-vacuum",
                  .operation_uid = "uid-of-operation",
                  .program = {.command = {"vacuumdb", "--analyze", "--all"}},
                  .deadline_seconds = 3600};
    std::string text = to_yaml(client_job(input, job).json());
    job.program = {.command = {"psql", "--file=-"},
                   .database = "app",
                   .input = "\\i script\n",
                   .script = Script{.name = "scripts", .key = "a.sql", .is_secret = true},
                   .is_silent = true};
    text += "---\n" + to_yaml(client_job(input, job).json());
    job.program = {.command = {"pgbench"}, .on_replicas = true};
    text += "---\n" + to_yaml(client_job(input, job).json());
    expect_golden("jobs", text);
}

TEST(ClientJobName, is_of_one_try_of_one_step_of_one_operation) {
    const std::string name = client_job_name("db", "u1", 0, 0);
    EXPECT_EQ(name, client_job_name("db", "u1", 0, 0));
    EXPECT_NE(name, client_job_name("db", "u1", 0, 1));
    EXPECT_NE(name, client_job_name("db", "u1", 1, 0));
    EXPECT_NE(name, client_job_name("db", "u2", 0, 0));
    // A label of its pods holds it.
    EXPECT_LE(client_job_name(std::string(40, 'x'), "u1", 0, 0).size(), 63U);
}

}  // namespace
}  // namespace bestgres::manifests
