#include "operator/cmd/operator/release.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"

namespace bestgres::cmd {
namespace {

using std::chrono::seconds;

using Answer = Result<kube::Outcome, kube::Error>;

const kube::Ref lease{kube::kinds::lease, "shop", "bestgres-operator"};
const kube::Ref cluster{kube::kinds::bg_cluster, "shop", "db"};
const kube::Ref operation{kube::kinds::bg_db_ops, "shop", "restart"};

kube::Error error(kube::ErrorCode code, std::string message) {
    return {.code = code,
            .applied = kube::Applied::no,
            .message = std::move(message),
            .retry_after = std::nullopt,
            .fields = {}};
}

Json object(const kube::Ref& ref, Json finalizers) {
    return {{"apiVersion", ref.kind.api_version()},
            {"kind", std::string(ref.kind.name)},
            {"metadata",
             {{"name", ref.name},
              {"namespace", ref.ns},
              {"uid", "uid-" + ref.name},
              {"resourceVersion", "7"},
              {"finalizers", std::move(finalizers)}}}};
}

// As much of an API server as letting go asks for, and its time.
struct Server {
    std::map<kube::Ref, Json> objects = {
        {lease, object(lease, Json::array())},
        {cluster, object(cluster, {"example.com/one", "bestgres.io/cluster", "example.com/two"})},
        {operation, object(operation, {"bestgres.io/operation"})}};
    std::vector<std::string> calls;  // writes, with their time
    std::function<std::optional<kube::Error>(const kube::Call&)> fault;
    Instant at{1'795'190'400'000'000'000};
    Instant start = at;

    explicit Server(const std::string& leader = "operator-1") {
        objects[lease]["spec"] = {{"holderIdentity", leader}, {"leaseDurationSeconds", 20}};
    }
    Answer answer(const kube::Call& call) {
        if (kube::is_write(call)) {
            const auto since = std::chrono::duration_cast<seconds>(at - start).count();
            calls.push_back(std::to_string(since) + "s " + kube::describe(call));
        }
        if (std::optional<kube::Error> failure = fault ? fault(call) : std::nullopt) {
            return *std::move(failure);
        }
        if (const auto* get = std::get_if<kube::Get>(&call)) {
            const auto found = objects.find(get->ref);
            return found == objects.end() ? Answer(error(kube::ErrorCode::not_found, "not found"))
                                          : Answer(kube::Outcome(kube::Object(found->second)));
        }
        if (const auto* list = std::get_if<kube::List>(&call)) {
            kube::Listing listing;
            for (const auto& [ref, json] : objects) {
                if (ref.kind == list->kind) {
                    listing.items.emplace_back(json);
                }
            }
            return kube::Outcome(std::move(listing));
        }
        if (const auto* patch = std::get_if<kube::Patch>(&call)) {
            merge_patch(objects[patch->ref], patch->body);
        } else if (const auto* replace = std::get_if<kube::Replace>(&call)) {
            objects[lease] = replace->object.json();
        } else if (const auto* create = std::get_if<kube::Create>(&call)) {
            objects[lease] = create->object.json();
        }
        return kube::Outcome(Done{});
    }
    Result<std::int64_t> release() {
        return cmd::release({.ns = "shop",
                             .identity = "1",
                             .ask = [this](kube::Call call) { return answer(call); },
                             .now = [this] { return at; },
                             .pause = [this](Duration span) { at = at + span; }});
    }
    Json finalizers(const kube::Ref& ref) { return objects[ref]["metadata"]["finalizers"]; }
};

TEST(Release, takes_our_finalizers_away_and_nobody_elses) {
    Server server;
    const auto done = server.release();

    ASSERT_TRUE(done.ok());
    EXPECT_EQ(*done, 2);
    EXPECT_EQ(server.finalizers(cluster), Json({"example.com/one", "example.com/two"}));
    EXPECT_EQ(server.finalizers(operation), Json::array());
}

TEST(Release, lets_sharded_clusters_go_too) {
    const kube::Ref sharded{kube::kinds::bg_sharded_cluster, "shop", "app"};
    Server server;
    server.objects[sharded] = object(sharded, {"bestgres.io/sharded-cluster"});
    ASSERT_TRUE(server.release().ok());

    EXPECT_EQ(server.finalizers(sharded), Json::array());
}

TEST(Release, waits_until_whoever_led_acts_no_more) {
    Server server;
    ASSERT_TRUE(server.release().ok());

    EXPECT_EQ(server.calls, (std::vector<std::string>{"0s replace Lease shop/bestgres-operator",
                                                      "20s patch BGCluster shop/db",
                                                      "20s patch BGDbOps shop/restart"}));
}

TEST(Release, waits_for_nobody_where_nobody_leads) {
    for (const char* const holder : {"", "release-0"}) {
        Server server(holder);
        ASSERT_TRUE(server.release().ok());
        EXPECT_EQ(server.calls.at(1), "0s patch BGCluster shop/db") << holder;
    }
    Server server;
    server.objects.erase(lease);
    ASSERT_TRUE(server.release().ok());
    EXPECT_EQ(server.calls.at(0), "0s create Lease shop/bestgres-operator");
}

TEST(Release, keeps_the_lease_from_an_operator_that_still_runs) {
    Server server;
    ASSERT_TRUE(server.release().ok());

    EXPECT_EQ(server.objects[lease]["spec"]["holderIdentity"], "release-1");
    EXPECT_EQ(server.objects[lease]["spec"]["leaseDurationSeconds"], 120);
}

TEST(Release, looks_again_where_somebody_wrote_meanwhile) {
    Server server;
    int conflicts = 0;
    server.fault = [&conflicts](const kube::Call& call) -> std::optional<kube::Error> {
        return kube::is_write(call) && ++conflicts % 2 == 1
                   ? std::optional(error(kube::ErrorCode::conflict, "was modified"))
                   : std::nullopt;
    };
    ASSERT_TRUE(server.release().ok());
    EXPECT_EQ(server.finalizers(operation), Json::array());
}

TEST(Release, is_done_where_nothing_is_defined) {
    Server server;
    server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        return std::holds_alternative<kube::List>(call)
                   ? std::optional(error(kube::ErrorCode::not_found, "no such resource"))
                   : std::nullopt;
    };
    EXPECT_EQ(*server.release(), 0);
}

TEST(Release, gives_up_in_time_and_says_what_is_left) {
    Server server;
    server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        return std::holds_alternative<kube::Patch>(call)
                   ? std::optional(error(kube::ErrorCode::forbidden, "may not patch"))
                   : std::nullopt;
    };
    const auto done = server.release();

    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().message,
              "namespace shop is not released: BGDbOps restart: may not patch. "
              "docs/guide/stopping.md has the command that takes finalizers away by hand");
    EXPECT_LT(server.at - server.start, seconds(120)) << "while the lease lasts";
}

}  // namespace
}  // namespace bestgres::cmd
