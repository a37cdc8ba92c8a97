#include "fakekube/openapi/openapi.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakekube/crd/testing.hpp"

namespace bestgres::fakekube {
namespace {

using testing::kind_with_spec;

std::vector<ResourcePtr> resources() {
    return {std::make_shared<const Resource>(custom_resource_definition()),
            std::make_shared<const Resource>(kind_with_spec(
                R"({type: object, required: [size], properties: {
                    size: {type: integer, minimum: 1, description: how many},
                    port: {x-kubernetes-int-or-string: true},
                    free: {type: object, x-kubernetes-preserve-unknown-fields: true}}})"))};
}

Response get(std::string path, Headers headers) {
    const Request request{
        .method = "GET", .path = std::move(path), .query = "", .headers = headers, .body = ""};
    Response nothing;
    nothing.status = 0;
    return serve_openapi(request, resources(), "v1.31.0").value_or(nothing);
}

std::string header(const Response& response, std::string_view name) {
    for (const auto& header : response.headers) {
        if (header.first == name) {
            return header.second;
        }
    }
    return "";
}

TEST(OpenApi, names_the_models_of_kinds) {
    const Json document = *parse_json(get("/openapi/v2", {}).body);

    const Json& model = document["definitions"]["com.example.v1.Pg"];
    EXPECT_EQ(model["x-kubernetes-group-version-kind"],
              Json::parse(R"([{"group": "example.com", "version": "v1", "kind": "Pg"}])"));
    EXPECT_EQ(model["properties"]["spec"]["properties"]["size"],
              Json::parse(R"({"type": "integer", "description": "how many"})"));
    EXPECT_EQ(model["properties"]["spec"]["properties"]["port"].count("type"), 0U);
    EXPECT_EQ(model["properties"]["metadata"]["$ref"],
              "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
    EXPECT_EQ(document["definitions"].count("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"), 1U);
}

TEST(OpenApi, tells_which_writes_can_be_dry_and_validated) {
    const Json document = *parse_json(get("/openapi/v3/apis/example.com/v1", {}).body);

    const Json& patch =
        document["paths"]["/apis/example.com/v1/namespaces/{namespace}/pgs/{name}"]["patch"];
    EXPECT_EQ(patch["x-kubernetes-group-version-kind"]["kind"], "Pg");
    std::vector<std::string> names;
    for (const Json& parameter : patch["parameters"]) {
        names.push_back(parameter["name"]);
    }
    EXPECT_NE(std::find(names.begin(), names.end(), "dryRun"), names.end());
    EXPECT_NE(std::find(names.begin(), names.end(), "fieldValidation"), names.end());
    EXPECT_EQ(document["components"]["schemas"]["com.example.v1.Pg"]["properties"]["spec"]
                      ["properties"]["size"]["minimum"],
              1);
}

TEST(OpenApi, has_an_index_of_groups) {
    const Json index = *parse_json(get("/openapi/v3", {}).body);

    EXPECT_EQ(index["paths"].size(), 2U);
    EXPECT_EQ(string_at(index, {"paths", "apis/example.com/v1", "serverRelativeURL"})
                  .rfind("/openapi/v3/apis/example.com/v1?hash=", 0),
              0U);
    EXPECT_EQ(get("/openapi/v3/apis/none/v1", {}).status, 404);
    EXPECT_EQ(get("/api", {}).status, 0);
}

TEST(OpenApi, answers_304_to_what_is_known) {
    const Response first = get("/openapi/v2", {});

    const Response second = get("/openapi/v2", {{"If-None-Match", header(first, "Etag")}});

    EXPECT_EQ(second.status, 304);
    EXPECT_EQ(second.body, "");
}

TEST(OpenApi, writes_protobuf_for_those_who_ask) {
    const Response response = get(
        "/openapi/v2", {{"Accept", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"}});

    EXPECT_EQ(header(response, "Content-Type"),
              "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
    EXPECT_EQ(response.body.substr(0, 5), std::string("\x0a\x03", 2) + "2.0");
    EXPECT_NE(response.body.find("com.example.v1.Pg"), std::string::npos);
}

TEST(OpenApi, encodes_messages_as_protobuf_does) {
    const Json document = Json::parse(R"({"swagger": "2.0", "info": {"title": "T", "version": "1"},
        "paths": {}, "definitions": {"A": {"type": "object"}}})");

    EXPECT_EQ(openapi_v2_protobuf(document), std::string("\x0a\x03"
                                                         "2.0"
                                                         "\x12\x06\x0a\x01"
                                                         "T\x12\x01"
                                                         "1"
                                                         "\x42\x00"
                                                         "\x4a\x12\x0a\x10\x0a\x01"
                                                         "A\x12\x0b\xb2\x01\x08\x0a\x06"
                                                         "object",
                                                         35));
}

}  // namespace
}  // namespace bestgres::fakekube
