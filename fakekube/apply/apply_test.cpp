#include "fakekube/apply/apply.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "fakekube/apply/testing.hpp"

namespace bestgres::fakekube {
namespace {

// An object under server-side apply and plain writes, one method a request.
class Living {
public:
    Outcome<Json> apply(const std::string& manager, Json config, bool force) {
        config["apiVersion"] = "v1";
        config["kind"] = "Example";
        config["metadata"]["name"] = "a";
        now_ = now_ + std::chrono::seconds(1);
        Outcome<Json> result = server_side_apply(ApplyInput{.live = object_,
                                                            .applied = config,
                                                            .schema = schema_,
                                                            .writer = writer(manager),
                                                            .force = force,
                                                            .now = now_});
        if (result.ok()) {
            object_ = *result;
        }
        return result;
    }
    Outcome<Json> apply(const std::string& manager, Json config) {
        return apply(manager, std::move(config), false);
    }
    void update(const std::string& manager, Json after) {
        now_ = now_ + std::chrono::seconds(1);
        track_update(
            after,
            UpdateInput{
                .before = object_, .schema = schema_, .writer = writer(manager), .now = now_});
        object_ = std::move(after);
    }
    void patch(const std::string& manager, const Json& patch) {
        Json after = object_.is_null() ? Json::object() : object_;
        merge_patch(after, patch);
        update(manager, std::move(after));
    }

    const Json& object() const { return object_; }
    // "manager" -> fieldsV1.
    Json owners() const {
        Json owners = Json::object();
        for (const Json& entry : array_at(object_, {"metadata", "managedFields"})) {
            owners[string_at(entry, {"manager"})] = entry.at("fieldsV1");
        }
        return owners;
    }

private:
    static Writer writer(const std::string& manager) {
        return Writer{
            .manager = manager, .api_version = "v1", .subresource = "", .reset_fields = {}};
    }

    TypeSchema schema_ = testing::example_schema();
    Json object_;
    Instant now_;
};

Json data(Json values) {
    return Json{{"data", std::move(values)}};
}

TEST(ServerSideApply, owns_what_it_names) {
    Living object;

    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}, {"k2", "2"}})).ok());

    EXPECT_EQ(object.owners(), Json::parse(R"({"alice": {"f:data": {"f:k1": {}, "f:k2": {}}}})"));
    EXPECT_EQ(object.object()["metadata"]["managedFields"][0]["operation"], "Apply");
}

TEST(ServerSideApply, removes_what_only_the_applier_owned) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}, {"k2", "2"}})).ok());

    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}})).ok());

    EXPECT_EQ(object.object()["data"], Json({{"k1", "1"}}));
}

TEST(ServerSideApply, conflicts_name_the_owner_and_the_field) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}})).ok());

    const Outcome<Json> result = object.apply("bob", data({{"k1", "other"}}));

    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, 409);
    EXPECT_EQ(result.error().message,
              R"(Apply failed with 1 conflict: conflict with "alice": .data.k1)");
    EXPECT_EQ(result.error().details, Json::parse(R"j({"causes": [{"reason": "FieldManagerConflict",
                  "message": "conflict with \"alice\"", "field": ".data.k1"}]})j"));
}

TEST(ServerSideApply, lists_several_conflicts_by_manager) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}, {"k2", "1"}})).ok());
    object.patch("updater", data({{"k3", "1"}}));

    const Outcome<Json> result = object.apply("bob", data({{"k1", "2"}, {"k2", "2"}, {"k3", "2"}}));

    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().message,
              "Apply failed with 3 conflicts: conflicts with \"alice\":\n- .data.k1\n- .data.k2\n"
              "conflicts with \"updater\" using v1:\n- .data.k3");
}

TEST(ServerSideApply, shares_ownership_of_equal_values) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}})).ok());
    ASSERT_TRUE(object.apply("bob", data({{"k1", "1"}})).ok());

    ASSERT_TRUE(object.apply("alice", data({{"k3", "3"}})).ok());

    EXPECT_EQ(object.object()["data"], Json({{"k1", "1"}, {"k3", "3"}}));
    EXPECT_EQ(object.owners(), Json::parse(R"({"alice": {"f:data": {"f:k3": {}}},
                                               "bob": {"f:data": {"f:k1": {}}}})"));
}

TEST(ServerSideApply, force_takes_fields_and_release_removes_them) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}})).ok());
    ASSERT_TRUE(object.apply("carol", data({{"k1", "forced"}}), true).ok());
    EXPECT_EQ(object.owners(), Json::parse(R"({"carol": {"f:data": {"f:k1": {}}}})"));

    ASSERT_TRUE(object.apply("carol", Json::object()).ok());

    EXPECT_EQ(object.object().count("data"), 0U);
    EXPECT_EQ(object.owners(), Json::object());
}

TEST(ServerSideApply, is_no_change_when_repeated) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}})).ok());
    const Json before = object.object();

    ASSERT_TRUE(object.apply("alice", data({{"k1", "1"}})).ok());

    EXPECT_EQ(object.object(), before);
}

TEST(ServerSideApply, merges_lists_by_key_with_defaults) {
    Living object;
    ASSERT_TRUE(object.apply("alice", Json::parse(R"({"spec": {"ports": [{"port": 80}]}})")).ok());
    ASSERT_TRUE(object
                    .apply("bob", Json::parse(R"({"spec": {"ports": [
                        {"port": 81, "protocol": "UDP"}], "tags": ["x"]}})"))
                    .ok());

    ASSERT_TRUE(object.apply("alice", Json::object()).ok());

    EXPECT_EQ(object.object()["spec"],
              Json::parse(R"({"ports": [{"port": 81, "protocol": "UDP"}], "tags": ["x"]})"));
    EXPECT_EQ(object.owners()["bob"]["f:spec"]["f:tags"], Json::parse(R"({"v:\"x\"": {}})"));
}

TEST(ServerSideApply, owns_atomic_lists_and_maps_as_one) {
    Living object;
    ASSERT_TRUE(object
                    .apply("alice", Json::parse(R"({"spec": {"args": ["a", "b"],
                                                             "selector": {"a": "b"}}})"))
                    .ok());

    EXPECT_EQ(object.owners()["alice"],
              Json::parse(R"({"f:spec": {"f:args": {}, "f:selector": {}}})"));
    EXPECT_FALSE(object.apply("bob", Json::parse(R"({"spec": {"args": ["c"]}})")).ok());
}

TEST(ServerSideApply, refuses_configurations_of_another_shape) {
    Living object;

    const auto message = [&object](const char* config) {
        const Outcome<Json> result = object.apply("alice", Json::parse(config));
        return result.ok() ? std::string() : result.error().message;
    };

    EXPECT_EQ(message(R"({"spec": {"bogus": 1}})"),
              "failed to create typed patch object: .spec.bogus: field not declared in schema");
    EXPECT_EQ(message(R"({"spec": {"ports": [{"port": 1}, {"port": 1}]}})"),
              "failed to create typed patch object: .spec.ports: duplicate entries for key "
              R"([port=1,protocol="TCP"])");
    EXPECT_EQ(
        message(R"({"spec": {"ports": [{"name": "x"}]}})"),
        "failed to create typed patch object: .spec.ports: element 0: associative list with "
        R"(keys has an element that omits key field "port" (and doesn't have default value))");
    EXPECT_EQ(message(R"({"metadata": {"managedFields": [{}]}})"),
              "metadata.managedFields must be nil");
}

TEST(ServerSideApply, keeps_untracked_fields_of_others) {
    Living object;
    object.update("someone", Json::parse(R"({"metadata": {"name": "a"}, "data": {"k": "v"}})"));
    object.patch("someone", Json::parse(R"({"metadata": {"managedFields": [{}]}})"));

    const Outcome<Json> result = object.apply("alice", data({{"k", "w"}}));

    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().message,
              "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: "
              ".data.k");
}

TEST(ServerSideApply, lets_kubectl_take_over_from_client_side_apply) {
    Living object;
    object.update("kubectl-client-side-apply", Json::parse(R"j({"metadata": {"name": "a",
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration":
            "{\"data\":{\"k\":\"v\"}}"}}, "data": {"k": "v"}})j"));

    EXPECT_FALSE(object.apply("other", data({{"k", "w"}})).ok());
    ASSERT_TRUE(object.apply("kubectl", data({{"k", "w"}})).ok());

    EXPECT_EQ(object.object()["data"]["k"], "w");
    EXPECT_NE(string_at(object.object(), {"metadata", "annotations",
                                          "kubectl.kubernetes.io/last-applied-configuration"})
                  .find(R"("k":"w")"),
              std::string::npos);
}

TEST(TrackUpdate, owns_what_a_create_sets) {
    Living object;

    object.update("me", Json::parse(R"({"apiVersion": "v1", "kind": "Example",
        "metadata": {"name": "a", "labels": {"l": "1"}}, "data": {"k": "v"}})"));

    EXPECT_EQ(object.owners(), Json::parse(R"({"me": {"f:data": {".": {}, "f:k": {}},
        "f:metadata": {"f:labels": {".": {}, "f:l": {}}}}})"));
}

TEST(TrackUpdate, owns_the_items_but_not_a_list_that_is_written_even_when_empty) {
    TypeSchema schema = testing::example_schema();
    TypeSchema spec = *schema.fields.at("spec");
    TypeSchema ports = *spec.fields.at("ports");
    ports.omit_empty = false;
    spec.fields["ports"] = testing::share(ports);
    schema.fields["spec"] = testing::share(spec);
    Json object = {{"spec", {{"ports", {{{"port", 1}, {"name", "a"}}}}, {"tags", {"t"}}}}};

    track_update(object, UpdateInput{.before = Json(),
                                     .schema = schema,
                                     .writer = Writer{.manager = "me",
                                                      .api_version = "v1",
                                                      .subresource = "",
                                                      .reset_fields = {}},
                                     .now = Instant{}});

    EXPECT_EQ(object["metadata"]["managedFields"][0]["fieldsV1"], Json::parse(R"({"f:spec": {
        "f:ports": {"k:{\"port\":1,\"protocol\":\"TCP\"}":
            {".": {}, "f:name": {}, "f:port": {}}},
        "f:tags": {".": {}, "v:\"t\"": {}}}})"));
}

TEST(TrackUpdate, takes_fields_silently) {
    Living object;
    ASSERT_TRUE(object.apply("alice", data({{"k", "v"}})).ok());

    object.patch("bob", data({{"k", "w"}}));

    EXPECT_EQ(object.owners(), Json::parse(R"({"bob": {"f:data": {"f:k": {}}}})"));
}

TEST(TrackUpdate, changes_nothing_without_a_change) {
    Living object;
    object.update("me", Json::parse(R"({"metadata": {"name": "a"}, "data": {"k": "v"}})"));
    const Json before = object.object();

    object.patch("other", data({{"k", "v"}}));

    EXPECT_EQ(object.object(), before);
}

TEST(TrackUpdate, keeps_stored_owners_when_a_replacement_names_none) {
    Living object;
    object.update("me", Json::parse(R"({"metadata": {"name": "a"}, "data": {"k": "v"}})"));

    object.update("putter", Json::parse(R"({"metadata": {"name": "a"}, "data": {"r": "1"}})"));

    EXPECT_EQ(object.owners(), Json::parse(R"({"me": {"f:data": {}},
                                               "putter": {"f:data": {"f:r": {}}}})"));
}

TEST(TrackUpdate, forgets_owners_on_request_and_then_stays_untracked) {
    Living object;
    object.update("me", Json::parse(R"({"metadata": {"name": "a"}, "data": {"k": "v"}})"));

    object.patch("me", Json::parse(R"({"metadata": {"managedFields": [{}]}})"));
    EXPECT_EQ(object.owners(), Json::object());
    object.patch("me", data({{"k", "w"}}));

    EXPECT_EQ(object.owners(), Json::object());
}

TEST(TrackUpdate, takes_owners_that_are_given) {
    Living object;
    object.update("me", Json::parse(R"({"metadata": {"name": "a"}, "data": {"k": "v"}})"));
    Json given = object.object();
    given["metadata"]["managedFields"][0]["manager"] = "renamed";

    object.update("me", given);

    EXPECT_EQ(object.owners(), Json::parse(R"({"renamed": {"f:data": {".": {}, "f:k": {}}}})"));
}

TEST(TrackUpdate, joins_the_oldest_of_many_updaters) {
    Living object;
    object.update("w0", Json::parse(R"({"metadata": {"name": "a"}, "data": {"k0": "v"}})"));
    for (int index = 1; index < 15; ++index) {
        object.patch(fmt::format("w{}", index), data({{fmt::format("k{}", index), "v"}}));
    }

    const Json owners = object.owners();

    EXPECT_EQ(owners.size(), 10U);
    EXPECT_EQ(owners.count("ancient-changes"), 1U);
    EXPECT_EQ(owners.count("w14"), 1U);
}

TEST(TrackUpdate, leaves_the_list_alone_when_a_writer_changes_its_own_values) {
    Living object;
    object.update("patroni", data({{"leader", "db-0"}, {"renewed", "1"}}));
    object.update("kubectl", data({{"leader", "db-0"}, {"renewed", "1"}, {"note", "x"}}));
    const Json list = object.object()["metadata"]["managedFields"];

    object.patch("patroni", data({{"renewed", "2"}}));

    EXPECT_EQ(object.object()["metadata"]["managedFields"], list);
    EXPECT_EQ(object.object()["data"]["renewed"], "2");
}

TEST(TrackUpdate, moves_a_value_of_another_writer_to_the_one_that_changes_it) {
    Living object;
    object.update("patroni", data({{"leader", "db-0"}, {"renewed", "1"}}));

    object.patch("kubectl", data({{"leader", "db-1"}}));

    EXPECT_EQ(object.owners(), Json::parse(R"({
        "patroni": {"f:data": {".": {}, "f:renewed": {}}},
        "kubectl": {"f:data": {"f:leader": {}}}})"));
}

}  // namespace
}  // namespace bestgres::fakekube
