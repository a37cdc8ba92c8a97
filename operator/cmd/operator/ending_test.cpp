#include "operator/cmd/operator/ending.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "fakekube/controllers/world.hpp"
#include "fakekube/in_process_cluster.hpp"
#include "lib/base/yaml.hpp"
#include "operator/api/cluster.hpp"
#include "operator/api/sharded.hpp"
#include "operator/core/release.hpp"

namespace bestgres::cmd {
namespace {

using Answer = Result<kube::Outcome, kube::Error>;
using fakekube::controllers::testing::World;

const kube::Ref shop{kube::kinds::namespace_, "", "shop"};
const kube::Ref shop_db{kube::kinds::bg_cluster, "shop", "db"};

kube::Object an_object(const kube::Ref& ref, Json metadata = Json::object()) {
    metadata["name"] = ref.name;
    metadata["namespace"] = ref.ns;
    return kube::Object({{"apiVersion", ref.kind.api_version()},
                         {"kind", std::string(ref.kind.name)},
                         {"metadata", std::move(metadata)}});
}

const Json going = {{"deletionTimestamp", "2026-01-01T00:00:00Z"}};

TEST(Ending, a_namespace_ends_once_it_is_deleted) {
    EXPECT_FALSE(core::is_ending(an_object(shop)));
    EXPECT_TRUE(core::is_ending(an_object(shop, going)));
    EXPECT_TRUE(core::is_ending(kube::Object(Json{{"status", {{"phase", "Terminating"}}}})));
}

TEST(Ending, nobody_asks_about_the_namespace_while_every_cluster_stays) {
    core::Store store;
    store.put(shop_db, an_object(shop_db), Instant{0});
    EXPECT_FALSE(core::does_anybody_leave(store));
}

TEST(Ending, a_cluster_that_leaves_is_a_reason_to_look_at_the_namespace) {
    for (const kube::Kind& kind : {kube::kinds::bg_cluster, kube::kinds::bg_sharded_cluster}) {
        const kube::Ref ref{kind, "shop", "db"};
        core::Store store;
        store.put(ref, an_object(ref, going), Instant{0});
        EXPECT_TRUE(core::does_anybody_leave(store)) << kind.name;
    }
}

// An API server that gives these answers to Get and counts what else it is asked.
struct Answering {
    std::function<Answer()> namespace_read;
    int gets = 0;
    int others = 0;
    Instant at{0};

    Result<std::int64_t> let_go() {
        return let_go_if_ending({.ns = "shop",
                                 .identity = "1",
                                 .ask = [this](const kube::Call& call) -> Answer {
                                     const auto* get = std::get_if<kube::Get>(&call);
                                     (get != nullptr ? gets : others) += 1;
                                     return get != nullptr && get->ref == shop
                                                ? namespace_read()
                                                : Answer(kube::Outcome(kube::Listing()));
                                 },
                                 .now = [this] { return at; },
                                 .pause = [this](Duration span) { at = at + span; }});
    }
};

kube::Error refusal(kube::ErrorCode code) {
    return {.code = code,
            .applied = kube::Applied::no,
            .message = "refused",
            .retry_after = std::nullopt,
            .fields = {}};
}

TEST(Ending, an_operator_that_is_stopped_lets_nothing_go_while_its_namespace_stays) {
    Answering server{.namespace_read = [] { return Answer(kube::Outcome(an_object(shop))); }};
    EXPECT_EQ(*server.let_go(), 0);
    EXPECT_EQ(server.others, 0);

    server.namespace_read = [] { return Answer(refusal(kube::ErrorCode::not_found)); };
    EXPECT_EQ(*server.let_go(), 0);
    EXPECT_EQ(server.others, 0);
}

TEST(Ending, a_server_that_comes_back_is_asked_again) {
    Answering server;
    server.namespace_read = [&server] {
        return server.gets < 4 ? Answer(refusal(kube::ErrorCode::unavailable))
                               : Answer(kube::Outcome(an_object(shop, going)));
    };
    EXPECT_TRUE(server.let_go().ok());
    EXPECT_EQ(server.others, 3) << "one listing of each kind";
}

TEST(Ending, an_operator_that_is_stopped_waits_a_few_seconds_for_a_server_and_for_no_right) {
    Answering server{
        .namespace_read = [] { return Answer(refusal(kube::ErrorCode::unavailable)); }};
    EXPECT_EQ(server.let_go().error().message, "Namespace shop: refused");
    EXPECT_LE(server.at, Instant{0} + std::chrono::seconds(6));

    Answering strict{.namespace_read = [] { return Answer(refusal(kube::ErrorCode::forbidden)); }};
    EXPECT_FALSE(strict.let_go().ok());
    EXPECT_EQ(strict.gets, 1);
}

// The shipped definitions and rights in a namespace, with the controllers that remove one.
class EndingNamespace : public testing::Test {
protected:
    EndingNamespace() {
        ask(admin_, kube::Create{kube::kinds::namespace_,
                                 kube::Object({{"apiVersion", "v1"},
                                               {"kind", "Namespace"},
                                               {"metadata", {{"name", "shop"}}}})});
        std::ifstream file(std::string(BESTGRES_SOURCE_DIR) + "/deploy/bestgres-operator.yaml");
        const auto documents =
            parse_yaml_documents(std::string{std::istreambuf_iterator<char>(file), {}});
        for (Json document : *documents) {
            install(std::move(document));
        }
        ask(admin_, kube::Create{kube::kinds::bg_cluster, kube::Object(protected_cluster())});
    }

    static Json protected_cluster() {
        const Json spec = *parse_yaml(
            "{instances: 1, image: {tag: 'patroni:16'}, deletionProtection: true,"
            " volumeSpec: {persistentVolumeSize: 1Gi}}");
        Json json = an_object(shop_db, {{"finalizers", {"bestgres.io/cluster"}}}).json();
        json["spec"] = spec;
        return json;
    }
    void install(Json document) {
        const std::string kind = string_at(document, {"kind"});
        if (kind == "Deployment") {
            return;
        }
        if (kind != "CustomResourceDefinition") {
            document["metadata"]["namespace"] = "shop";
        }
        if (document.contains("subjects")) {
            document["subjects"][0]["namespace"] = "shop";
        }
        const auto known = kube::find_kind(string_at(document, {"apiVersion"}), kind);
        ASSERT_TRUE(known.has_value()) << kind;
        ask(admin_, kube::Apply{.kind = *known,
                                .object = kube::Object(std::move(document)),
                                .field_manager = "admin",
                                .force = true,
                                .subresource = ""});
    }
    Answer answer(const fakekube::Caller& caller, const kube::Call& call) {
        Answer given = fakekube::perform(world_.server(), caller, call, world_.now());
        world_.settle();
        return given;
    }
    void ask(const fakekube::Caller& caller, const kube::Call& call) {
        const Answer given = answer(caller, call);
        EXPECT_TRUE(given.ok()) << kube::describe(call) << ": "
                                << (given.ok() ? "" : given.error().message);
    }
    // What the operator does when it is stopped.
    Result<std::int64_t> stop_operator() {
        return let_go_if_ending(
            {.ns = "shop",
             .identity = "1",
             .ask = [this](const kube::Call& call) { return answer(operator_, call); },
             .now = [this] { return world_.now(); },
             .pause = [this](Duration span) { world_.pass(span); }});
    }
    bool is_gone(const kube::Ref& ref) {
        const Answer read = answer(admin_, kube::Get{ref});
        return !read.ok() && read.error().code == kube::ErrorCode::not_found;
    }
    void add_pod() {
        ask(admin_, kube::Create{kube::kinds::pod, kube::Object(*parse_yaml(R"(
apiVersion: v1
kind: Pod
metadata: {name: operator, namespace: shop}
spec: {nodeName: n1, containers: [{name: operator, image: bestgres-operator}]}
)"))});
    }

    World world_;
    fakekube::Caller admin_{.user = {.name = "admin", .groups = {"system:masters"}, .uid = ""},
                            .field_manager = "admin"};
    fakekube::Caller operator_{
        .user = fakekube::service_account_user("shop", "bestgres-operator", ""),
        .field_manager = "bestgres-operator"};
};

TEST_F(EndingNamespace, waits_for_an_operator_that_went_without_letting_go) {
    ask(admin_, kube::Delete{.ref = shop});
    world_.pass(std::chrono::minutes(30));
    EXPECT_FALSE(is_gone(shop)) << "else the tests here would show nothing";
}

TEST_F(EndingNamespace, is_gone_after_the_operator_was_stopped) {
    add_pod();
    ask(admin_, kube::Delete{.ref = shop});
    const auto let_go = stop_operator();
    ASSERT_TRUE(let_go.ok()) << let_go.error().message;
    EXPECT_EQ(*let_go, 1) << "a protected cluster too: its volumes go with the namespace";

    ask(admin_, kube::Delete{.ref = {kube::kinds::pod, "shop", "operator"},
                             .only_if = {},
                             .propagation = kube::Propagation::background,
                             .grace_period_seconds = 0});
    world_.pass(std::chrono::seconds(30));
    EXPECT_TRUE(is_gone(shop));
}

TEST_F(EndingNamespace, keeps_its_finalizers_when_the_operator_is_stopped_for_another_reason) {
    EXPECT_EQ(*stop_operator(), 0);
    const Answer read = answer(admin_, kube::Get{shop_db});
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(std::get<kube::Object>(*read).has_finalizer("bestgres.io/cluster"));
}

// Servers older than 1.33 remove everything at once. The rights may go before the operator does.
TEST_F(EndingNamespace, that_took_the_rights_first_is_told_and_needs_the_command_by_hand) {
    ask(admin_, kube::Delete{.ref = shop});
    const auto let_go = stop_operator();
    ASSERT_FALSE(let_go.ok());
    EXPECT_EQ(let_go.error().message.substr(0, 16), "Namespace shop: ");
}

// Why the shipped rights carry no finalizer: whoever takes it from one of them cannot reach the
// other.
TEST_F(EndingNamespace, would_wait_for_its_rights_if_they_had_finalizers) {
    const auto change = [](const kube::Kind& kind, const Json& finalizers) {
        return kube::Patch{.ref = {kind, "shop", "bestgres-operator"},
                           .type = kube::PatchType::merge,
                           .body = {{"metadata", {{"finalizers", finalizers}}}},
                           .subresource = ""};
    };
    for (const kube::Kind& kind : {kube::kinds::role, kube::kinds::role_binding}) {
        ask(admin_, change(kind, Json::array({"bestgres.io/operator"})));
    }
    ask(admin_, kube::Delete{.ref = shop});
    ASSERT_TRUE(stop_operator().ok());

    ask(operator_, change(kube::kinds::role_binding, nullptr));
    EXPECT_FALSE(answer(operator_, change(kube::kinds::role, nullptr)).ok());
    world_.pass(std::chrono::minutes(30));
    EXPECT_FALSE(is_gone(shop));
}

TEST_F(EndingNamespace, may_be_read_by_the_operator_and_no_other_may) {
    ask(operator_, kube::Get{shop});
    EXPECT_FALSE(answer(operator_, kube::Get{{kube::kinds::namespace_, "", "default"}}).ok());
    EXPECT_FALSE(answer(operator_, kube::List{kube::kinds::namespace_}).ok());
}

}  // namespace
}  // namespace bestgres::cmd
