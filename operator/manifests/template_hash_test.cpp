#include <fstream>
#include <sstream>

#include "lib/base/yaml.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/objects.hpp"
#include "operator/manifests/testing.hpp"

namespace bestgres::manifests {
namespace {

using testing::input;

std::string hash_of(std::string_view more) {
    return template_hash(input(more));
}

// Of every revision that was released, the oldest first.
Json released() {
    std::ifstream file(BESTGRES_SOURCE_DIR "/operator/manifests/testdata/released_templates.yaml");
    std::stringstream text;
    text << file.rdbuf();
    const auto revisions = parse_yaml(text.str());
    EXPECT_TRUE(revisions.ok()) << revisions.error().message;
    return revisions.ok() ? *revisions : Json::array();
}

// A change here rolls every pod of every cluster at the next update of the operator: it must be
// meant, and is a new revision.
TEST(TemplateHash, is_that_of_the_newest_revision) {
    const Json newest = released().back();
    EXPECT_EQ(hash_of(""), newest["patroni"]);
    EXPECT_EQ(hash_of("image: {tag: 'spilo:16'}"), newest["spilo"]);
}

TEST(TemplateHash, a_revision_that_rolls_every_pod_says_why) {
    const Json revisions = released();
    for (std::size_t at = 1; at < revisions.size(); ++at) {
        const Json& before = revisions[at - 1];
        const Json& revision = revisions[at];
        EXPECT_EQ(revision["revision"], before["revision"].get<int>() + 1);
        const bool rolls =
            revision["patroni"] != before["patroni"] || revision["spilo"] != before["spilo"];
        EXPECT_EQ(rolls, !string_at(revision, {"rolls"}).empty()) << dump(revision);
    }
}

TEST(TemplateHash, does_not_move_for_what_needs_no_new_pod) {
    const std::string least = hash_of("");
    EXPECT_EQ(hash_of("instances: 3"), least);
    EXPECT_EQ(hash_of("volumeSpec: {persistentVolumeSize: 9Gi}"), least);
    EXPECT_EQ(hash_of("postgresql: {parameters: {work_mem: 8MB}, pgHba: [local a a md5]}"), least);
    EXPECT_EQ(hash_of("patroni: {ttl: 60, synchronous: preferred}"), least);
    EXPECT_EQ(hash_of("bootstrap: {sql: [SELECT 1], initdb: {dataChecksums: false}}"), least);
    EXPECT_EQ(hash_of("services: {primary: {type: NodePort}}"), least);
}

TEST(TemplateHash, does_not_move_with_an_update_of_the_operator) {
    Input other_operator = input();
    other_operator.operator_image = "bestgres-operator:next";
    EXPECT_EQ(template_hash(other_operator), template_hash(input()));
    EXPECT_NE(stateful_set(other_operator), stateful_set(input()));
}

TEST(TemplateHash, of_spilo_does_not_move_for_dynamic_settings) {
    const std::string spilo = "image: {tag: 'spilo:16'}\n";
    EXPECT_EQ(hash_of(spilo + "patroni: {ttl: 60}\npostgresql: {parameters: {a: b}}"),
              hash_of(spilo));
    EXPECT_NE(hash_of(spilo + "postgresql: {pgHba: [local a a md5]}"), hash_of(spilo));
}

TEST(TemplateHash, moves_for_what_needs_a_new_pod) {
    const std::string least = hash_of("");
    for (const char* change :
         {"image: {tag: 'patroni:17'}", "image: {tag: 'patroni:16', command: [/run]}",
          "resources: {limits: {memory: 1Gi}}", "scheduling: {nodeSelector: {disk: ssd}}",
          "pod: {annotations: {a: b}}", "patroni: {logLevel: DEBUG}",
          "postgresql: {version: '16'}"}) {
        EXPECT_NE(hash_of(change), least) << change;
    }
    Input restarted = input();
    restarted.restarted_at = "2026-11-20T16:47:39Z";
    EXPECT_NE(template_hash(restarted), least);
}

TEST(TemplateHash, stands_on_the_set_and_on_its_pods) {
    const kube::Object set = stateful_set(input());

    EXPECT_EQ(set.annotation(template_hash_annotation), template_hash(input()));
    EXPECT_EQ(
        set.text_at({"spec", "template", "metadata", "annotations", template_hash_annotation}),
        template_hash(input()));
}

}  // namespace
}  // namespace bestgres::manifests
