#include "fakekube/api_server.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fakekube/in_process_cluster.hpp"

namespace bestgres::fakekube {
namespace {

constexpr Instant start{1'600'000'000'000'000'000};

// Building the kinds costs more than any test: all share one server, which copies leave alone.
const ApiServer& fresh_server() {
    static const ApiServer server(
        {.started = start,
         .tokens = {{"admin-token", {.name = "admin", .groups = {"system:masters"}}},
                    {"jane-token", {.name = "jane"}}}});
    return server;
}

RequestContext by_admin() {
    return {.now = start, .user = {.name = "admin"}};
}

Json config_map(std::string_view name, Json data = Json::object()) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"namespace", "default"}}},
            {"data", std::move(data)}};
}

struct World {
    ApiServer server = fresh_server();
    const Resource& maps = server.resource(kube::kinds::config_map);

    kube::Object created(Json body) {
        const auto written = server.create(by_admin(), maps, std::move(body));
        EXPECT_TRUE(written.ok());
        return written->object;
    }
    Response send(Request request, const std::string& token) {
        request.headers.push_back({"Authorization", "Bearer " + token});
        return server.handle(request, start);
    }
    Response ask(std::string method, std::string path, std::string token) {
        return server.handle({.method = std::move(method),
                              .path = std::move(path),
                              .headers = {{"Authorization", "Bearer " + token}}},
                             start);
    }
};

TEST(ApiServer, keeps_the_version_when_nothing_changes) {
    World world;
    const kube::Object object = world.created(config_map("a", {{"k", "v"}}));
    const std::uint64_t version = world.server.version();
    const auto written = world.server.update(by_admin(), world.maps, object.json());
    ASSERT_TRUE(written.ok());
    EXPECT_EQ(world.server.version(), version);
    EXPECT_EQ(written->object, object);
}

TEST(ApiServer, refuses_a_stale_write) {
    World world;
    const kube::Object old = world.created(config_map("a", {{"k", "v"}}));
    Json newer = old.json();
    newer["data"]["k"] = "w";
    ASSERT_TRUE(world.server.update(by_admin(), world.maps, newer).ok());
    newer["data"]["k"] = "x";
    const auto refused = world.server.update(by_admin(), world.maps, newer);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, 409);
}

TEST(ApiServer, deletes_with_the_last_finalizer) {
    World world;
    Json body = config_map("a");
    body["metadata"]["finalizers"] = {"example.com/x"};
    world.created(body);
    const auto deleted = world.server.remove(by_admin(), world.maps, {"default", "a"}, {});
    ASSERT_TRUE(deleted.ok());
    EXPECT_TRUE(deleted->stays);
    const PatchRequest patch{PatchType::merge, {{"metadata", {{"finalizers", nullptr}}}}};
    ASSERT_TRUE(world.server.patch(by_admin(), world.maps, {"default", "a"}, patch).ok());
    EXPECT_FALSE(world.server.get(world.maps, {"default", "a"}).ok());
    const auto events = world.server.events_after(world.server.version() - 1, 10);
    ASSERT_TRUE(events.ok());
    EXPECT_EQ(events->back().type, EventType::deleted);
    EXPECT_TRUE(events->back().object.has_finalizer("example.com/x"));
}

TEST(ApiServer, pages_through_one_snapshot) {
    World world;
    for (const char* name : {"a", "b", "c"}) {
        world.created(config_map(name));
    }
    ListOptions options{.limit = 2};
    const auto first = world.server.list(world.maps, "default", options);
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(first->items.size(), 2U);
    EXPECT_EQ(first->remaining, 1);
    world.created(config_map("bb"));
    ASSERT_TRUE(world.server.remove(by_admin(), world.maps, {"default", "c"}, {}).ok());
    options.continue_token = first->continue_token;
    const auto second = world.server.list(world.maps, "default", options);
    ASSERT_TRUE(second.ok());
    ASSERT_EQ(second->items.size(), 1U);
    EXPECT_EQ(second->items[0].name(), "c");
    world.server.compact(world.server.version());
    EXPECT_EQ(world.server.list(world.maps, "default", options).error().code, 410);
}

TEST(ApiServer, shows_selector_transitions_as_added_and_deleted) {
    World world;
    world.created(config_map("a"));
    Response opened = world.server.handle({.method = "GET",
                                           .path = "/api/v1/namespaces/default/configmaps",
                                           .query = "watch=True&labelSelector=x%3Dy",
                                           .headers = {{"Authorization", "Bearer admin-token"}}},
                                          start);
    ASSERT_TRUE(opened.watch);
    const auto label = [&](const Json& value) {
        const PatchRequest patch{PatchType::merge, {{"metadata", {{"labels", {{"x", value}}}}}}};
        ASSERT_TRUE(world.server.patch(by_admin(), world.maps, {"default", "a"}, patch).ok());
    };
    label("y");
    label(nullptr);
    const WatchChunk chunk = world.server.poll(*opened.watch, start);
    ASSERT_EQ(chunk.events.size(), 2U);
    EXPECT_TRUE(chunk.events[0].starts_with(R"({"type":"ADDED")"));
    EXPECT_TRUE(chunk.events[1].starts_with(R"({"type":"DELETED")"));
    EXPECT_NE(chunk.events[1].find(R"("labels":{"x":"y"})"), std::string::npos)
        << "as it was in the selection";
}

TEST(ApiServer, refuses_what_no_rule_allows_and_audits_it) {
    World world;
    EXPECT_EQ(world.ask("GET", "/api/v1/namespaces/default/secrets", "jane-token").status, 403);
    EXPECT_EQ(world.ask("GET", "/api/v1/namespaces/default/secrets", "admin-token").status, 200);
    EXPECT_EQ(world.ask("GET", "/api/v1/namespaces/default/secrets", "wrong").status, 401);
    const Json audit = world.server.audit();
    ASSERT_EQ(audit.size(), 2U);
    EXPECT_EQ(audit[1]["user"], "jane");
    EXPECT_EQ(audit[1]["allowed"], false);
}

TEST(ApiServer, lets_nobody_create_by_an_apply_who_may_only_patch) {
    World world;
    const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/";
    world.send({.method = "POST",
                .path = rbac + "roles",
                .body = R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role",
                    "metadata":{"name":"patch"},"rules":[
                    {"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}]})"},
               "admin-token");
    world.send({.method = "POST",
                .path = rbac + "rolebindings",
                .body = R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
                    "metadata":{"name":"jane"},"subjects":[{"kind":"User","name":"jane"}],
                    "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role",
                    "name":"patch"}})"},
               "admin-token");
    const Request apply{.method = "PATCH",
                        .path = "/api/v1/namespaces/default/configmaps/a",
                        .query = "fieldManager=jane",
                        .headers = {{"Content-Type", "application/apply-patch+yaml"}},
                        .body = dump(config_map("a", {{"k", "v"}}))};
    const Response refused = world.send(apply, "jane-token");
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.body.find("cannot create resource"), std::string::npos) << refused.body;
    EXPECT_FALSE(world.server.get(world.maps, {"default", "a"}).ok());
    world.created(config_map("a"));
    EXPECT_EQ(world.send(apply, "jane-token").status, 200);
}

TEST(ApiServer, finds_the_right_to_read_a_namespace_in_that_namespace) {
    World world;
    const auto made = [&world](const kube::Kind& kind, Json object) {
        object["apiVersion"] = kind.api_version();
        object["kind"] = kind.name;
        object["metadata"] = {{"name", "reader"}, {"namespace", "default"}};
        return world.server.create(by_admin(), world.server.resource(kind), std::move(object)).ok();
    };
    const Json rule = {{"apiGroups", {""}}, {"resources", {"namespaces"}}, {"verbs", {"*"}}};
    ASSERT_TRUE(made(kube::kinds::role, {{"rules", Json::array({rule})}}));
    ASSERT_TRUE(
        made(kube::kinds::role_binding,
             {{"roleRef",
               {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", "reader"}}},
              {"subjects", Json::array({Json{{"kind", "User"}, {"name", "jane"}}})}}));

    EXPECT_EQ(world.ask("GET", "/api/v1/namespaces/default", "jane-token").status, 200);
    EXPECT_EQ(world.ask("GET", "/api/v1/namespaces/kube-system", "jane-token").status, 403);
    EXPECT_EQ(world.ask("GET", "/api/v1/namespaces", "jane-token").status, 403);
    const auto may = [&world](const kube::Call& call) {
        const Caller jane{.user = {.name = "jane"}, .field_manager = "jane"};
        return perform(world.server, jane, call, start).ok();
    };
    EXPECT_TRUE(may(kube::Get{{kube::kinds::namespace_, "", "default"}}));
    EXPECT_FALSE(may(kube::Get{{kube::kinds::namespace_, "", "kube-system"}}));
    EXPECT_FALSE(may(kube::List{kube::kinds::namespace_}));
}

// Decisions follow an index of the bindings, which every way of changing one must keep.
TEST(ApiServer, follows_bindings_that_change_and_go) {
    World world;
    const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
    const auto may_list = [](const ApiServer& server) {
        return server.is_allowed({.name = "jane"},
                                 {.verb = "list", .resource = "secrets", .ns = "default"});
    };
    const auto binding = [](const char* user) {
        return Json{{"apiVersion", "rbac.authorization.k8s.io/v1"},
                    {"kind", "RoleBinding"},
                    {"metadata", {{"name", "b"}, {"namespace", "default"}}},
                    {"subjects", {{{"kind", "User"}, {"name", user}}}},
                    {"roleRef",
                     {{"apiGroup", "rbac.authorization.k8s.io"},
                      {"kind", "ClusterRole"},
                      {"name", "edit"}}}};
    };
    world.send({.method = "POST", .path = rbac, .body = dump(binding("jane"))}, "admin-token");
    EXPECT_TRUE(may_list(world.server));
    ApiServer restored = fresh_server();
    restored.restore(world.server.image());
    EXPECT_TRUE(may_list(restored));
    world.send({.method = "PUT", .path = rbac + "/b", .body = dump(binding("joe"))}, "admin-token");
    EXPECT_FALSE(may_list(world.server));
    world.send({.method = "PUT", .path = rbac + "/b", .body = dump(binding("jane"))},
               "admin-token");
    EXPECT_TRUE(may_list(world.server));
    world.send({.method = "DELETE", .path = rbac + "/b"}, "admin-token");
    EXPECT_FALSE(may_list(world.server));
}

TEST(ApiServer, survives_as_an_image) {
    World world;
    const kube::Object object = world.created(config_map("a", {{"k", "v"}}));
    ApiServer restored = fresh_server();
    restored.restore(world.server.image());
    EXPECT_EQ(*restored.get(world.maps, {"default", "a"}), object);
    EXPECT_EQ(restored.version(), world.server.version());
    EXPECT_EQ(restored.events_after(1, 10).error().code, 410);
}

}  // namespace
}  // namespace bestgres::fakekube
