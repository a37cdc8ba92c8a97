#include "lib/kube_client/wire.hpp"

#include <gtest/gtest.h>

namespace bestgres::kube_client {
namespace {

using kube::kinds::pod;
using kube::kinds::stateful_set;

const kube::Object db(Json{{"metadata", {{"name", "db"}, {"namespace", "shop"}}}});

std::string line_of(const kube::Call& call) {
    const http::Request request = request_of(call, "me");
    return request.method + " " + request.target + " " + request.headers.get("Content-Type") + " " +
           request.body;
}

TEST(Wire, writes_every_call) {
    EXPECT_EQ(line_of(kube::Get{{pod, "shop", "db-0"}}), "GET /api/v1/namespaces/shop/pods/db-0  ");
    EXPECT_EQ(line_of(kube::List{pod, "", "a=b", "metadata.name=x"}),
              "GET /api/v1/pods?labelSelector=a%3Db&fieldSelector=metadata.name%3Dx  ");
    EXPECT_EQ(line_of(kube::Create{stateful_set, db}),
              "POST /apis/apps/v1/namespaces/shop/statefulsets?fieldManager=me application/json "
              R"({"apiVersion":"apps/v1","kind":"StatefulSet",)"
              R"("metadata":{"name":"db","namespace":"shop"}})");
    EXPECT_EQ(
        line_of(kube::Apply{.kind = stateful_set,
                            .object = db,
                            .field_manager = "op",
                            .force = true,
                            .subresource = "status"})
            .substr(0, 116),
        "PATCH /apis/apps/v1/namespaces/shop/statefulsets/db/status?fieldManager=op&force=true "
        "application/apply-patch+yaml {");
    EXPECT_EQ(line_of(kube::Patch{{pod, "shop", "db-0"}, kube::PatchType::json, Json::array(), ""}),
              "PATCH /api/v1/namespaces/shop/pods/db-0?fieldManager=me application/json-patch+json "
              "[]");
    EXPECT_EQ(line_of(kube::Delete{.ref = {pod, "shop", "db-0"},
                                   .only_if = {.uid = "u", .resource_version = "7"},
                                   .propagation = kube::Propagation::orphan,
                                   .grace_period_seconds = 0}),
              "DELETE /api/v1/namespaces/shop/pods/db-0 application/json "
              R"({"apiVersion":"v1","gracePeriodSeconds":0,"kind":"DeleteOptions",)"
              R"("preconditions":{"resourceVersion":"7","uid":"u"},"propagationPolicy":"Orphan"})");
    EXPECT_EQ(line_of(kube::Evict{{pod, "shop", "db-0"}, {}}),
              "POST /api/v1/namespaces/shop/pods/db-0/eviction application/json "
              R"({"apiVersion":"policy/v1","kind":"Eviction",)"
              R"("metadata":{"name":"db-0","namespace":"shop"}})");
}

kube::Error error(int status, const std::string& body, const kube::Call& call) {
    return error_of(call, http::Response{.status = status, .headers = {}, .body = body});
}

TEST(Wire, maps_statuses_to_decisions) {
    const kube::Call get = kube::Get{{pod, "shop", "db-0"}};
    const kube::Call create = kube::Create{stateful_set, db};
    EXPECT_EQ(error(404, "", get).code, kube::ErrorCode::not_found);
    EXPECT_EQ(error(409, R"({"reason":"AlreadyExists"})", create).code,
              kube::ErrorCode::already_exists);
    EXPECT_EQ(error(409, R"({"reason":"Conflict"})", create).code, kube::ErrorCode::conflict);
    EXPECT_EQ(error(410, "", get).code, kube::ErrorCode::gone);
    EXPECT_EQ(error(400, "", create).code, kube::ErrorCode::invalid);
    EXPECT_EQ(error(500, "", create).applied, kube::Applied::unknown);
    EXPECT_EQ(error(500, "", get).applied, kube::Applied::no);
    EXPECT_EQ(error(429, R"({"details":{"retryAfterSeconds":3}})", create).retry_after,
              Duration(std::chrono::seconds(3)));
    const kube::Error invalid =
        error(422, R"({"message":"no","details":{"causes":[{"field":"spec.x"},{"reason":"r"}]}})",
              create);
    EXPECT_EQ(invalid.fields, std::vector<std::string>{"spec.x"});
    EXPECT_EQ(invalid.message, "create StatefulSet shop/db: no");
}

TEST(Wire, a_refusal_names_the_verb) {
    const kube::Call get = kube::Get{{pod, "shop", "db-0"}};
    EXPECT_EQ(error(403, R"({"message":"User \"x\" cannot get resource \"pods\""})", get).message,
              "get Pod shop/db-0: User \"x\" cannot get resource \"pods\"; a Role that is bound "
              "to this user must allow it");
    EXPECT_EQ(
        error(403, R"({"message":"pods \"p\" is forbidden: exceeded quota: q"})", get).message,
        "get Pod shop/db-0: pods \"p\" is forbidden: exceeded quota: q");
    EXPECT_EQ(error(403, "", kube::Apply{stateful_set, db, "m", true, "status"}).message,
              "apply StatefulSet shop/db/status: the server answered 403 Forbidden (it needs "
              "\"patch\" on \"statefulsets.apps/status\" in namespace \"shop\")");
}

TEST(Wire, an_unanswered_write_is_unknown) {
    const http::Failure lost{
        .cause = http::Failure::Cause::timeout, .sent = true, .message = "no answer"};
    EXPECT_EQ(error_of(kube::Create{stateful_set, db}, lost).applied, kube::Applied::unknown);
    EXPECT_EQ(error_of(kube::Get{{pod, "shop", "db-0"}}, lost).applied, kube::Applied::no);
}

TEST(Wire, reads_watch_lines) {
    EXPECT_EQ(
        watch_event_of(1, R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})").object.name(),
        "a");
    const kube::WatchEvent gone =
        watch_event_of(1, R"({"type":"ERROR","object":{"code":410,"message":"too old"}})");
    EXPECT_EQ(gone.type, kube::WatchEventType::gone);
    EXPECT_EQ(gone.message, "too old");
    EXPECT_EQ(watch_event_of(1, "{").type, kube::WatchEventType::closed);
}

TEST(Wire, a_status_answer_means_that_nothing_stays) {
    const kube::Call remove = kube::Delete{.ref = {pod, "shop", "db-0"}};
    EXPECT_TRUE(std::holds_alternative<Done>(*outcome_of(remove, R"({"kind":"Status"})")));
    EXPECT_TRUE(std::holds_alternative<kube::Object>(*outcome_of(remove, R"({"kind":"Pod"})")));
    EXPECT_EQ(outcome_of(remove, "[").error().applied, kube::Applied::unknown);
}

}  // namespace
}  // namespace bestgres::kube_client
