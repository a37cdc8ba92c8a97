#include "fakekube/rest/protobuf.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bestgres::fakekube {
namespace {

std::string field(int number, const std::string& bytes) {
    std::string out(1, static_cast<char>(number << 3 | 2));
    out += static_cast<char>(bytes.size());
    return out + bytes;
}

std::string number_field(int number, int value) {
    return {static_cast<char>(number << 3), static_cast<char>(value)};
}

std::string enveloped(const std::string& version, const std::string& kind,
                      const std::string& object) {
    return std::string("k8s\0", 4) + field(1, field(1, version) + field(2, kind)) +
           field(2, object) + field(3, "") + field(4, "");
}

Json read(const std::string& body) {
    Result<Json> object = parse_protobuf(body);
    EXPECT_TRUE(object.ok()) << (object.ok() ? "" : object.error().message);
    return object.ok() ? *object : Json();
}

TEST(Protobuf, reads_maps_and_presence) {
    const std::string meta = field(1, "a") + field(2, "") + field(3, "") + field(8, "");
    const std::string map = field(1, meta) + field(2, field(1, "k") + field(2, "v")) +
                            field(3, field(1, "b") + field(2, "hi")) + number_field(4, 0);
    EXPECT_EQ(read(enveloped("v1", "ConfigMap", map)), Json::parse(R"({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
        "data": {"k": "v"}, "binaryData": {"b": "aGk="}, "immutable": false})"));
}

TEST(Protobuf, reads_lists_of_messages) {
    const std::string rule = field(1, "get") + field(1, "list") + field(2, "") + field(3, "pods");
    EXPECT_EQ(read(enveloped("rbac.authorization.k8s.io/v1", "Role", field(2, rule))),
              Json::parse(R"({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
        "rules": [{"verbs": ["get", "list"], "apiGroups": [""], "resources": ["pods"]}]})"));
}

TEST(Protobuf, tells_numbers_and_text_of_a_port_apart) {
    const std::string by_number =
        number_field(3, 80) + field(4, number_field(1, 0) + number_field(2, 81));
    const std::string by_name = field(4, number_field(1, 1) + field(3, "web"));
    const Json service =
        read(enveloped("v1", "Service", field(2, field(1, by_number) + field(1, by_name))));
    EXPECT_EQ(service["spec"]["ports"],
              Json::parse(R"([{"port": 80, "targetPort": 81}, {"targetPort": "web"}])"));
}

TEST(Protobuf, refuses_what_it_does_not_know) {
    EXPECT_EQ(parse_protobuf("{}").error().message.substr(0, 24), "provided data does not a");
    EXPECT_EQ(parse_protobuf(enveloped("v1", "Pod", "")).error().message,
              "proto: Pod is not read in protobuf here");
    EXPECT_EQ(parse_protobuf(enveloped("v1", "ConfigMap", field(9, "x"))).error().message,
              "proto: field 9 of ConfigMap is not read here");
}

TEST(Protobuf, refuses_every_shortened_object) {
    const std::string map = field(1, field(1, "name")) + number_field(4, 1);
    for (std::size_t length = 1; length < map.size(); ++length) {
        const bool is_whole = length == 8;  // the metadata alone
        EXPECT_EQ(parse_protobuf(enveloped("v1", "ConfigMap", map.substr(0, length))).ok(),
                  is_whole);
    }
    const std::string whole = enveloped("v1", "ConfigMap", map);
    for (std::size_t length = 0; length < 20; ++length) {
        EXPECT_FALSE(parse_protobuf(whole.substr(0, length)).ok());
    }
}

}  // namespace
}  // namespace bestgres::fakekube
