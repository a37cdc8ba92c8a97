#include "operator/cmd/undelete/volumes.hpp"

#include <gtest/gtest.h>

#include <map>

#include "operator/cmd/undelete/testing.hpp"

namespace bestgres::cmd {
namespace {

const kube::Ref cluster{kube::kinds::bg_cluster, "shop", "db"};
constexpr Instant noon{1'795'190'400'000'000'000};  // 2026-11-20T16:00:00Z

Json claim_of(const std::string& member) {
    return {{"apiVersion", "v1"},
            {"kind", "PersistentVolumeClaim"},
            {"metadata",
             {{"name", "pgdata-" + member},
              {"namespace", "shop"},
              {"uid", "uid-of-" + member},
              {"resourceVersion", "7"},
              {"labels", {{"bestgres.io/cluster", "db"}, {"bestgres.io/quarantined", "true"}}},
              {"annotations",
               {{"bestgres.io/left-member", member},
                {"bestgres.io/system-identifier", "42"},
                {"bestgres.io/quarantined-since", "2026-11-20T16:00:00Z"},
                {"bestgres.io/quarantined-until", "2026-11-27T16:00:00Z"}}}}}};
}

// An API server with the claims of two members that left.
struct Claims {
    std::map<std::string, Json> stored = {{"pgdata-db-1", claim_of("db-1")},
                                          {"pgdata-db-2", claim_of("db-2")}};
    std::vector<std::string> selectors;
    std::vector<kube::Patch> patches;
    int conflicts = 0;
    bool loses_answers = false;
    std::function<void(Claims&)> before_a_patch = [](Claims&) {};

    using Answer = Result<kube::Outcome, kube::Error>;

    Answer on_patch(const kube::Patch& patch) {
        before_a_patch(*this);
        const auto found = stored.find(patch.ref.name);
        if (found == stored.end()) {
            return error(kube::ErrorCode::not_found, "not found");
        }
        if (conflicts-- > 0) {
            return error(kube::ErrorCode::conflict, "was modified");
        }
        patches.push_back(patch);
        merge_patch(found->second, patch.body);
        return loses_answers ? Answer(error(kube::ErrorCode::timeout, "no answer"))
                             : Answer(kube::Outcome(kube::Object(found->second)));
    }
    Answer answer(const kube::Call& call) {
        if (const auto* list = std::get_if<kube::List>(&call)) {
            selectors.push_back(list->label_selector);
            kube::Listing listing;
            for (const auto& [name, json] : stored) {
                if (json["metadata"]["labels"].contains("bestgres.io/quarantined")) {
                    listing.items.emplace_back(json);
                }
            }
            return kube::Outcome(std::move(listing));
        }
        if (const auto* patch = std::get_if<kube::Patch>(&call)) {
            return on_patch(*patch);
        }
        const auto found = stored.find(std::get<kube::Get>(call).ref.name);
        return found == stored.end() ? Answer(error(kube::ErrorCode::not_found, "not found"))
                                     : Answer(kube::Outcome(kube::Object(found->second)));
    }
    Result<std::vector<TakenBack>> take_back(const std::string& member = "") {
        return take_back_volumes(
            {.ask = [this](kube::Call call) { return answer(call); },
             .save = [](const kube::Object&) -> Result<Done> { return Done{}; },
             .pause = [] {}},
            cluster, member);
    }
    const Json& metadata(const std::string& claim) { return stored.at(claim).at("metadata"); }
};

TEST(UndeleteVolumes, keeps_all_that_are_in_quarantine) {
    Claims server;
    const auto taken = server.take_back();

    ASSERT_TRUE(taken.ok());
    ASSERT_EQ(taken->size(), 2U);
    EXPECT_EQ(server.selectors,
              std::vector<std::string>{"bestgres.io/cluster=db,bestgres.io/quarantined=true"});
    for (const char* const claim : {"pgdata-db-1", "pgdata-db-2"}) {
        EXPECT_EQ(server.metadata(claim)["labels"], Json({{"bestgres.io/cluster", "db"}}));
        EXPECT_EQ(server.metadata(claim)["annotations"],
                  Json({{"bestgres.io/kept", "true"}, {"bestgres.io/system-identifier", "42"}}));
    }
    EXPECT_EQ(string_at(server.patches[0].body, {"metadata", "uid"}), "uid-of-db-1");
    EXPECT_EQ(string_at(server.patches[0].body, {"metadata", "resourceVersion"}), "7");
    EXPECT_EQ(describe(taken->front(), noon + std::chrono::hours(1)),
              "PersistentVolumeClaim pgdata-db-1 is kept: it was to be deleted in 6d23h, at "
              "2026-11-27T16:00:00Z. db-1 comes back on it when spec.instances is raised");
}

TEST(UndeleteVolumes, keeps_that_of_one_member_where_it_is_named) {
    Claims server;
    ASSERT_TRUE(server.take_back("db-2").ok());
    EXPECT_EQ(server.metadata("pgdata-db-1"), claim_of("db-1")["metadata"]);
    EXPECT_EQ(server.metadata("pgdata-db-2")["annotations"]["bestgres.io/kept"], "true");

    EXPECT_EQ(server.take_back("db-7").error().message,
              "no volume of db-7 is in quarantine; of others there are: db-1");
}

TEST(UndeleteVolumes, says_so_where_there_is_none) {
    Claims server;
    server.stored.clear();
    EXPECT_EQ(server.take_back().error().message,
              "BGCluster shop/db is not being deleted, and none of its volumes is in quarantine");
}

TEST(UndeleteVolumes, looks_again_where_somebody_wrote_meanwhile_or_the_answer_is_lost) {
    Claims busy;
    busy.conflicts = 2;
    EXPECT_TRUE(busy.take_back("db-2").ok());

    Claims deaf;
    deaf.loses_answers = true;
    EXPECT_TRUE(deaf.take_back("db-2").ok());
    EXPECT_EQ(deaf.patches.size(), 1U);

    Claims refusing;
    refusing.conflicts = 100;
    EXPECT_EQ(refusing.take_back("db-2").error().message,
              "PersistentVolumeClaim shop/pgdata-db-2 could not be marked as kept: was modified; "
              "try again");
}

TEST(UndeleteVolumes, does_not_pretend_to_keep_what_is_being_deleted) {
    Claims late;
    late.stored["pgdata-db-2"]["metadata"]["deletionTimestamp"] = "2026-11-27T16:00:01Z";
    EXPECT_EQ(late.take_back().error().message,
              "PersistentVolumeClaim shop/pgdata-db-2 is being deleted already, which nobody can "
              "take back. Before that were taken back: pgdata-db-1");

    Claims gone;
    gone.before_a_patch = [](Claims& server) { server.stored.erase("pgdata-db-2"); };
    EXPECT_EQ(gone.take_back("db-2").error().message,
              "PersistentVolumeClaim shop/pgdata-db-2 is gone: it was deleted before it could be "
              "kept");
}

}  // namespace
}  // namespace bestgres::cmd
