// What every kube::Cluster must do, whatever is behind it: one suite for the API server in process,
// for a served one, and for any cluster that a kubeconfig names. Include it once a test program and
// instantiate `Contract` with ways to make a Subject.
#pragma once

#include "lib/kube/contract.hpp"
#include "lib/kube/contract_watch_test.hpp"

namespace bestgres::kube::contract {

// --- reading and writing

TEST_P(Contract, creates_reads_and_deletes) {
    const Object made = create("a");
    EXPECT_EQ(made.kind(), "ConfigMap");
    EXPECT_EQ(made.api_version(), "v1");
    EXPECT_FALSE(made.uid().empty());
    EXPECT_FALSE(made.resource_version().empty());
    EXPECT_TRUE(made.creation_timestamp().has_value());
    EXPECT_EQ(object_of(Get{ref("a")}).uid(), made.uid());
    const Result<Outcome, Error> removed = call(Delete{.ref = ref("a")});
    ASSERT_TRUE(removed.ok()) << removed.error().message;
    EXPECT_TRUE(std::holds_alternative<Done>(*removed)) << "nothing stays";
    EXPECT_EQ(error_of(Get{ref("a")}).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(Delete{.ref = ref("a")}).code, ErrorCode::not_found);
}

TEST_P(Contract, a_taken_name_is_told_apart_from_a_conflict) {
    create("a");
    const Error error = error_of(Create{kinds::config_map, config_map("a", "2")});
    EXPECT_EQ(error.code, ErrorCode::already_exists);
    EXPECT_EQ(error.applied, Applied::no);
    EXPECT_NE(error.message.find("ConfigMap " + ns_ + "/a"), std::string::npos) << error.message;
}

TEST_P(Contract, a_stale_version_is_a_conflict) {
    const Object old = create("a");
    const Object now = object_of(set_value("a", "2"));
    EXPECT_NE(now.resource_version(), old.resource_version());
    EXPECT_EQ(error_of(Replace{kinds::config_map, old, ""}).code, ErrorCode::conflict);
    Patch stale = set_value("a", "3");
    stale.body["metadata"]["resourceVersion"] = old.resource_version();
    EXPECT_EQ(error_of(stale).code, ErrorCode::conflict);
    Json changed = now.json();
    changed["data"]["key"] = "4";
    EXPECT_EQ(object_of(Replace{kinds::config_map, Object(changed), ""}).text_at({"data", "key"}),
              "4");
}

TEST_P(Contract, a_write_that_changes_nothing_keeps_the_version) {
    const Object made = create("a");
    EXPECT_EQ(object_of(set_value("a", "1")).resource_version(), made.resource_version());
    EXPECT_EQ(object_of(Replace{kinds::config_map, made, ""}).resource_version(),
              made.resource_version());
}

TEST_P(Contract, patches_in_three_ways) {
    create("a");
    EXPECT_EQ(object_of(Patch{.ref = ref("a"),
                              .type = PatchType::merge,
                              .body = {{"data", {{"key", nullptr}, {"b", "1"}}}},
                              .subresource = ""})
                  .json()
                  .at("data"),
              (Json{{"b", "1"}}));
    const Json ops = Json::array({{{"op", "test"}, {"path", "/data/b"}, {"value", "1"}},
                                  {{"op", "add"}, {"path", "/data/c"}, {"value", "2"}}});
    EXPECT_EQ(object_of(Patch{ref("a"), PatchType::json, ops, ""}).text_at({"data", "c"}), "2");
    EXPECT_EQ(object_of(Patch{.ref = ref("a"),
                              .type = PatchType::strategic,
                              .body = {{"metadata", {{"finalizers", {"contract.test/f"}}}}},
                              .subresource = ""})
                  .has_finalizer("contract.test/f"),
              true);
    object_of(Patch{.ref = ref("a"),
                    .type = PatchType::merge,
                    .body = {{"metadata", {{"finalizers", nullptr}}}},
                    .subresource = ""});
}

TEST_P(Contract, refuses_an_invalid_object_and_names_the_field) {
    const Error error = error_of(Create{kinds::config_map, config_map("Not_Valid", "1")});
    EXPECT_EQ(error.code, ErrorCode::invalid);
    EXPECT_EQ(error.fields, std::vector<std::string>{"metadata.name"});
}

TEST_P(Contract, a_missing_namespace_is_not_found) {
    Json object = config_map("a", "1").json();
    object["metadata"]["namespace"] = ns_ + "-missing";
    EXPECT_EQ(error_of(Create{kinds::config_map, Object(object)}).code, ErrorCode::not_found);
}

// --- deleting

TEST_P(Contract, a_delete_honours_its_preconditions) {
    const Object old = create("a");
    const Object now = object_of(set_value("a", "2"));
    EXPECT_EQ(error_of(Delete{.ref = ref("a"), .only_if = {.uid = "another"}}).code,
              ErrorCode::conflict);
    EXPECT_EQ(error_of(Delete{.ref = ref("a"),
                              .only_if = {.resource_version = std::string(old.resource_version())}})
                  .code,
              ErrorCode::conflict);
    EXPECT_TRUE(call(Delete{.ref = ref("a"),
                            .only_if = {.uid = std::string(now.uid()),
                                        .resource_version = std::string(now.resource_version())}})
                    .ok());
}

TEST_P(Contract, a_finalizer_holds_an_object_until_it_is_removed) {
    Json held = config_map("a", "1").json();
    held["metadata"]["finalizers"] = {"contract.test/hold"};
    object_of(Create{kinds::config_map, Object(held)});
    const Object dying = object_of(Delete{.ref = ref("a")});
    EXPECT_TRUE(dying.being_deleted());
    const Object again = object_of(Delete{.ref = ref("a")});
    EXPECT_EQ(again.resource_version(), dying.resource_version()) << "nothing changed";
    EXPECT_EQ(error_of(Create{kinds::config_map, config_map("a", "2")}).code,
              ErrorCode::already_exists);
    watch(std::string(again.resource_version()));
    object_of(Patch{.ref = ref("a"),
                    .type = PatchType::merge,
                    .body = {{"metadata", {{"finalizers", nullptr}}}},
                    .subresource = ""});
    EXPECT_EQ(next_change(), "deleted a");
    EXPECT_EQ(error_of(Get{ref("a")}).code, ErrorCode::not_found);
}

TEST_P(Contract, foreground_deletion_keeps_the_object_for_the_collector) {
    create("a");
    const Result<Outcome, Error> outcome =
        call(Delete{.ref = ref("a"), .propagation = Propagation::foreground});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    const Object* object = std::get_if<Object>(&*outcome);
    ASSERT_NE(object, nullptr);
    EXPECT_TRUE(object->has_finalizer("foregroundDeletion"));
    EXPECT_TRUE(object->being_deleted());
}

TEST_P(Contract, an_eviction_removes_a_pod_that_no_budget_protects) {
    static_cast<void>(
        call(Create{kinds::service_account,
                    Object(Json{{"metadata", {{"name", "default"}, {"namespace", ns_}}}})}));
    object_of(Create{
        kinds::pod,
        Object(Json{{"metadata", {{"name", "p"}, {"namespace", ns_}}},
                    {"spec",
                     {{"nodeSelector", {{"contract.test/nowhere", "true"}}},
                      {"containers", Json::array({{{"name", "c"}, {"image", "none"}}})}}}})});
    const Result<Outcome, Error> evicted =
        call(Evict{.pod = {kinds::pod, ns_, "p"}, .only_if = {}});
    ASSERT_TRUE(evicted.ok()) << evicted.error().message;
    EXPECT_EQ(error_of(Get{{kinds::pod, ns_, "p"}}).code, ErrorCode::not_found);
}

// --- server-side apply

TEST_P(Contract, apply_creates_and_repeats_without_a_write) {
    const Object made = object_of(apply("one", "1", false));
    EXPECT_EQ(object_of(apply("one", "1", false)).resource_version(), made.resource_version());
    EXPECT_EQ(object_of(apply("one", "2", false)).text_at({"data", "key"}), "2");
}

TEST_P(Contract, apply_by_another_manager_conflicts_unless_forced) {
    object_of(apply("one", "1", false));
    const Error error = error_of(apply("two", "2", false));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.message.find("one"), std::string::npos) << error.message;
    EXPECT_EQ(object_of(apply("two", "2", true)).text_at({"data", "key"}), "2");
    EXPECT_EQ(error_of(apply("one", "1", false)).code, ErrorCode::conflict)
        << "the field has changed hands";
}

TEST_P(Contract, apply_removes_what_its_manager_no_longer_names) {
    object_of(apply("one", "1", false));
    Apply without = apply("one", "1", false);
    Json object = without.object.json();
    object["data"] = {{"other", "2"}};
    without.object = Object(object);
    EXPECT_EQ(object_of(without).json().at("data"), (Json{{"other", "2"}}));
}

// --- status

TEST_P(Contract, status_and_spec_are_written_apart) {
    const Json labels{{"app", "x"}};
    const Json spec{{"replicas", 0},
                    {"serviceName", "x"},
                    {"selector", {{"matchLabels", labels}}},
                    {"template",
                     {{"metadata", {{"labels", labels}}},
                      {"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i"}}})}}}}}};
    const Object set(Json{{"metadata", {{"name", "s"}, {"namespace", ns_}}}, {"spec", spec}});
    const Object made = object_of(Create{kinds::stateful_set, set});
    EXPECT_EQ(made.generation(), 1);
    const Ref name{kinds::stateful_set, ns_, "s"};
    const Object after =
        object_of(Patch{.ref = name,
                        .type = PatchType::merge,
                        .body = {{"status", {{"replicas", 7}}}, {"spec", {{"replicas", 3}}}},
                        .subresource = "status"});
    EXPECT_EQ(find_int(after.json(), {"spec", "replicas"}), 0);
    EXPECT_EQ(find_int(after.json(), {"status", "replicas"}), 7);
    EXPECT_EQ(after.generation(), 1);
    const Object grown =
        object_of(Patch{.ref = name,
                        .type = PatchType::merge,
                        .body = {{"spec", {{"replicas", 0}}}, {"status", {{"replicas", 9}}}},
                        .subresource = ""});
    EXPECT_EQ(find_int(grown.json(), {"status", "replicas"}), 7) << "only /status writes it";
}

}  // namespace bestgres::kube::contract
