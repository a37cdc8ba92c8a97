#include "fakekube/kinds/decode.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

Json decoded(const char* text, const std::string& kind) {
    Json object = Json::parse(text);
    const auto report = decode_object(object, *built_in_types().at(kind));
    return report ? object : Json(report.error().message);
}

TEST(Decode, drops_unknown_fields_and_tells_their_places) {
    Json pod = Json::parse(R"({"spec": {"containers": [{"name": "c", "immage": "x"}], "a": 1}})");
    const auto report = decode_object(pod, *built_in_types().at("Pod"));
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report->unknown_fields,
              (std::vector<std::string>{"spec.a", "spec.containers[0].immage"}));
    EXPECT_EQ(pod["spec"]["containers"], Json::parse(R"([{"name": "c", "resources": {}}])"));
}

TEST(Decode, names_the_struct_and_the_path_of_a_wrong_type) {
    EXPECT_EQ(decoded(R"({"spec": {"containers": [{"env": [{"name": "A", "value": 5}]}]}})", "Pod"),
              "json: cannot unmarshal number into Go struct field "
              "EnvVar.spec.containers.env.value of type string");
    EXPECT_EQ(decoded(R"({"spec": {"replicas": "3"}})", "StatefulSet"),
              "json: cannot unmarshal string into Go struct field "
              "StatefulSetSpec.spec.replicas of type int32");
    EXPECT_EQ(decoded(R"({"data": ["a"]})", "ConfigMap"),
              "json: cannot unmarshal array into Go struct field ConfigMap.data of type "
              "map[string]string");
}

TEST(Decode, writes_empty_values_as_the_structs_do) {
    EXPECT_EQ(decoded(R"({"data": {}, "immutable": false})", "ConfigMap"),
              Json::parse(R"({"metadata": {"creationTimestamp": null}, "immutable": false})"));
    EXPECT_EQ(decoded(R"({"rules": []})", "Role"),
              Json::parse(R"({"metadata": {"creationTimestamp": null}, "rules": null})"));
    EXPECT_EQ(decoded(R"({"emptyDir": {}, "name": "v", "secret": null})", "Volume"),
              Json::parse(R"({"emptyDir": {}, "name": "v"})"));
}

TEST(Decode, keeps_nulls_of_maps_as_zero_values) {
    EXPECT_EQ(decoded(R"({"data": {"k": null}})", "ConfigMap")["data"]["k"], "");
}

TEST(Decode, makes_quantities_and_times_canonical) {
    EXPECT_EQ(decoded(R"({"requests": {"cpu": 0.5, "memory": "1024Mi"}})", "ResourceRequirements"),
              Json::parse(R"({"requests": {"cpu": "500m", "memory": "1Gi"}})"));
    EXPECT_EQ(decoded(R"({"spec": {"renewTime": "2020-01-01T00:00:00Z"}})", "Lease"),
              "parsing time \"2020-01-01T00:00:00Z\" as \"2006-01-02T15:04:05.000000Z07:00\": "
              "cannot parse \"Z\" as \".000000\"");
    EXPECT_EQ(decoded(R"({"spec": {"renewTime": "yesterday"}})", "Lease"),
              "parsing time \"yesterday\" as \"2006-01-02T15:04:05.000000Z07:00\": "
              "cannot parse \"yesterday\" as \"2006\"");
    EXPECT_EQ(decoded(R"({"data": {"a": "!!!"}})", "Secret"),
              "illegal base64 data at input byte 0");
}

TEST(Defaults, fill_absent_and_zero_values_at_every_depth) {
    Json spec = Json::parse(decoded(R"({"containers": [{"name": "c", "livenessProbe":
        {"httpGet": {"port": 80}, "timeoutSeconds": 0}}], "terminationGracePeriodSeconds": 0})",
                                    "PodSpec")
                                .dump());
    apply_schema_defaults(spec, *built_in_types().at("PodSpec"));
    EXPECT_EQ(spec["terminationGracePeriodSeconds"], 0);
    EXPECT_EQ(spec["dnsPolicy"], "ClusterFirst");
    EXPECT_EQ(spec["securityContext"], Json::object());
    EXPECT_EQ(spec["containers"][0]["livenessProbe"],
              Json::parse(R"({"httpGet": {"path": "/", "port": 80, "scheme": "HTTP"},
                  "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1,
                  "failureThreshold": 3})"));
}

// What a patch makes of a stored pod must read the same whether its unchanged parts are skipped.
TEST(Decode, reads_changes_as_it_reads_the_whole) {
    const SchemaPtr pod = built_in_types().at("Pod");
    const TypeSchema& type = *pod;
    Json stored = Json::parse(R"({
        "metadata": {"name": "p", "labels": {"a": "b"}},
        "spec": {"containers": [{"name": "c", "resources": {"limits": {"memory": "1024Mi"}}},
                                {"name": "d"}], "hostNetwork": false},
        "status": {"conditions": [{"type": "Ready", "status": "True"}]}})");
    ASSERT_TRUE(decode_object(stored, type).ok());
    apply_schema_defaults(stored, type);
    for (const char* patch : {
             R"({"metadata": {"labels": {"a": null}}})",
             R"({"metadata": {"annotations": {"n": "1"}, "what": 1}})",
             R"({"metadata": null})",
             R"({"spec": {"containers": [{"name": "d"}, {"name": "c", "immage": "x"}]}})",
             R"({"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 1}]}]}})",
             R"({"spec": {"hostNetwork": true, "restartPolicy": ""}})",
             R"({"spec": null, "status": {"conditions": [], "phase": "Running"}})",
             R"({"status": {"startTime": "2020-01-01T00:00:00.5Z"}})",
         }) {
        Json whole = stored;
        merge_patch(whole, Json::parse(patch));
        Json changes = whole;

        const auto read = decode_object(whole, type);
        apply_schema_defaults(whole, type);
        const auto reread = decode_changes(changes, type, stored);
        apply_schema_defaults(changes, type, stored);

        ASSERT_TRUE(read.ok() && reread.ok()) << patch;
        EXPECT_EQ(changes, whole) << patch;
        EXPECT_EQ(reread->unknown_fields, read->unknown_fields) << patch;
    }
}

TEST(Decode, refuses_a_changed_value_of_the_wrong_type) {
    const SchemaPtr pod = built_in_types().at("Pod");
    const TypeSchema& type = *pod;
    const Json stored = Json::parse(R"({"spec": {"containers": [{"name": "c", "tty": true}]}})");
    Json now = Json::parse(R"({"spec": {"containers": [{"name": "c", "tty": "yes"}]}})");

    const auto report = decode_changes(now, type, stored);

    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.error().message,
              "json: cannot unmarshal string into Go struct field Container.spec.containers.tty of "
              "type bool");
}

}  // namespace
}  // namespace bestgres::fakekube
