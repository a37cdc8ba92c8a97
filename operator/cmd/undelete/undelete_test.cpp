#include "operator/cmd/undelete/undelete.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "operator/api/cluster.hpp"
#include "operator/cmd/undelete/testing.hpp"

namespace bestgres::cmd {
namespace {

const kube::Ref ref{kube::kinds::bg_cluster, "shop", "db"};

Json held() {
    return {{"apiVersion", "bestgres.io/v1"},
            {"kind", "BGCluster"},
            {"metadata",
             {{"name", "db"},
              {"namespace", "shop"},
              {"uid", "uid-1"},
              {"resourceVersion", "7"},
              {"deletionTimestamp", "2026-11-20T16:00:00Z"},
              {"labels", {{"team", "orders"}}},
              {"annotations", {{"note", "keep"}, {"bestgres.io/confirm-deletion", "another"}}},
              {"finalizers", {"bestgres.io/cluster"}}}},
            {"spec", {{"instances", 3}, {"deletionProtection", true}}},
            {"status", {{"phase", "Running"}}}};
}

// An API server with one object, which loses answers and refuses calls where it is told to.
struct OneObject {
    std::optional<Json> stored = held();
    std::vector<std::string> calls;
    std::vector<Json> saved;
    int conflicts = 0;
    bool loses_answers = false;

    using Answer = Result<kube::Outcome, kube::Error>;

    Answer answer(const kube::Call& call) {
        if (std::holds_alternative<kube::Get>(call)) {
            return stored ? Answer(kube::Outcome(kube::Object(*stored)))
                          : Answer(error(kube::ErrorCode::not_found, "not found"));
        }
        calls.push_back(kube::describe(call));
        if (const auto* patch = std::get_if<kube::Patch>(&call)) {
            if (conflicts-- > 0) {
                return error(kube::ErrorCode::conflict, "was modified");
            }
            merge_patch(*stored, patch->body);
            if ((*stored)["metadata"]["finalizers"].empty()) {
                stored.reset();
            }
        } else if (const auto* create = std::get_if<kube::Create>(&call)) {
            stored = create->object.json();
            (*stored)["metadata"]["uid"] = "uid-2";
        }
        return loses_answers ? Answer(error(kube::ErrorCode::timeout, "no answer"))
                             : Answer(kube::Outcome(Done{}));
    }
    Result<Done> undelete() {
        return cmd::undelete({.ask = [this](kube::Call call) { return answer(call); },
                              .save = [this](const kube::Object& manifest) -> Result<Done> {
                                  saved.push_back(manifest.json());
                                  return Done{};
                              },
                              .pause = [] {}},
                             ref);
    }
};

TEST(Undelete, makes_the_resource_anew_as_it_was_asked_for) {
    OneObject server;
    ASSERT_TRUE(server.undelete().ok());

    EXPECT_EQ(server.calls,
              (std::vector<std::string>{"patch BGCluster shop/db", "create BGCluster shop/db"}));
    const Json& metadata = (*server.stored)["metadata"];
    EXPECT_EQ((*server.stored)["spec"], held()["spec"]);
    EXPECT_EQ(metadata["labels"], held()["metadata"]["labels"]);
    EXPECT_EQ(metadata["annotations"], Json({{"note", "keep"}}));
    EXPECT_FALSE(metadata.contains("deletionTimestamp"));
    EXPECT_FALSE(server.stored->contains("status"));
}

TEST(Undelete, saves_the_manifest_before_anything_is_let_go) {
    OneObject server;
    const auto refused = undelete(
        {.ask = [&server](kube::Call call) { return server.answer(call); },
         .save = [](const kube::Object&) -> Result<Done> { return Error{"the disk is full"}; },
         .pause = [] {}},
        ref);

    EXPECT_EQ(refused.error().message, "the disk is full");
    EXPECT_EQ(server.calls, std::vector<std::string>{});
}

TEST(Undelete, looks_again_where_somebody_wrote_meanwhile) {
    OneObject server;
    server.conflicts = 2;
    EXPECT_TRUE(server.undelete().ok());
    EXPECT_EQ(server.saved.size(), 3U);

    OneObject busy;
    busy.conflicts = 100;
    EXPECT_EQ(busy.undelete().error().message,
              "BGCluster shop/db: its finalizer could not be taken away: was modified. Nothing was "
              "changed; try again");
}

TEST(Undelete, takes_no_lost_answer_for_a_failure) {
    OneObject server;
    server.loses_answers = true;
    EXPECT_TRUE(server.undelete().ok());
    EXPECT_EQ((*server.stored)["metadata"]["uid"], "uid-2");
}

TEST(Undelete, waits_for_nobody_elses_finalizer_for_ever) {
    OneObject server;
    (*server.stored)["metadata"]["finalizers"].push_back("example.com/other");

    const std::string message = server.undelete().error().message;
    EXPECT_NE(message.find("example.com/other"), std::string::npos) << message;
    EXPECT_EQ((*server.stored)["metadata"]["finalizers"], Json({"example.com/other"}));
}

TEST(Undelete, is_refused_where_nothing_is_held) {
    OneObject torn_down;
    (*torn_down.stored)["metadata"]["annotations"]["bestgres.io/confirm-deletion"] = "db";
    EXPECT_EQ(torn_down.undelete().error().message,
              "BGCluster shop/db is being torn down already: nothing held its deletion. When it is "
              "gone, a BGCluster of the same name finds the volumes that were retained");
    EXPECT_EQ(torn_down.calls, std::vector<std::string>{});

    OneObject alive;
    alive.stored->at("metadata").erase("deletionTimestamp");
    EXPECT_EQ(alive.undelete().error().message, "BGCluster shop/db is not being deleted");

    OneObject nobody;
    nobody.stored.reset();
    EXPECT_EQ(nobody.undelete().error().message,
              "BGCluster shop/db does not exist. Volumes that were retained are found again by a "
              "BGCluster of the same name");
}

}  // namespace
}  // namespace bestgres::cmd
