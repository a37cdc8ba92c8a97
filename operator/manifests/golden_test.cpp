// Every object of a few clusters as YAML, to be read in review: testdata/<case>.yaml.
// BG_UPDATE_GOLDEN=1 rewrites the files.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "lib/base/yaml.hpp"
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

void expect_golden(const std::string& name, const Input& input) {
    const std::string path =
        std::string(BESTGRES_SOURCE_DIR) + "/operator/manifests/testdata/" + name + ".yaml";
    const std::string text = all_objects(input);
    if (std::getenv("BG_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path, std::ios::binary) << text;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string found{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(found, text) << path << " differs; BG_UPDATE_GOLDEN=1 rewrites it";
}

TEST(Golden, minimal) {
    expect_golden("minimal", testing::input());
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
    expect_golden("full", input);
}

TEST(Golden, group) {
    expect_golden("group", testing::input("instances: 2\n"
                                          "citus: {scope: shop, group: 2, database: app}"));
}

TEST(Golden, spilo) {
    expect_golden("spilo",
                  testing::input("instances: 2\nimage: {tag: 'ghcr.io/zalando/spilo-16:3.2-p3'}"));
}

}  // namespace
}  // namespace bestgres::manifests
