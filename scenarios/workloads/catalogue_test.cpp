#include "scenarios/workloads/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "scenarios/replay/replay_file.hpp"

namespace bestgres::scenarios::workloads {
namespace {

std::vector<Scenario> everything() {
    std::vector<Scenario> all = all_workloads();
    for (const Recipe& recipe : recipes()) {
        all.push_back(recipe.scenario);
    }
    return all;
}

TEST(Catalogue, holds_every_workload_of_what_there_is) {
    std::set<std::string_view> ids;
    for (const Workload& workload : catalogue()) {
        EXPECT_TRUE(ids.insert(workload.id).second) << workload.id;
    }
    for (const char* wanted :
         {"W01", "W02", "W03", "W04", "W05", "W06", "W07", "W08", "W10", "W11", "W12",
          "W13", "W14", "W15", "W16", "W17", "W18", "W19", "W20", "W21", "W22", "W23",
          "W24", "W25", "W29", "W36", "W37", "W38", "W39", "W40", "W41", "W43", "W44",
          "W45", "W46", "W47", "W48", "W49", "W50", "W51", "W52", "W53", "W54", "W60",
          "W61", "W62", "W63", "W64", "W65", "W66", "W67", "W68"}) {
        EXPECT_EQ(ids.count(wanted), 1U) << wanted;
    }
}

TEST(Catalogue, makes_scenarios_that_a_run_can_make_sense_of) {
    for (const Scenario& scenario : everything()) {
        EXPECT_EQ(problems_of(scenario), std::vector<std::string>{}) << scenario.name;
    }
}

TEST(Catalogue, asks_for_nothing_that_the_operator_refuses) {
    for (const Scenario& scenario : everything()) {
        std::map<std::string, Json> specs;
        for (const Edit& edit : scenario.edits) {
            std::string name = "db";
            const auto* apply = std::get_if<ApplyManifest>(&edit.action);
            if (apply != nullptr && string_at(apply->manifest, {"kind"}) == "BGDbOps") {
                Json spec = apply->manifest["spec"];
                if (spec.contains("reinit")) {
                    spec["reinit"]["member"] = "db-1";  // a role until the edit is made
                }
                EXPECT_TRUE(api::parse_operation_spec(spec).ok())
                    << scenario.name << " " << edit.id << " " << dump(spec);
                continue;
            }
            if (apply != nullptr && string_at(apply->manifest, {"kind"}) == "BGShardedDbOps") {
                const Json& spec = apply->manifest["spec"];
                EXPECT_TRUE(api::parse_sharded_operation_spec(spec).ok())
                    << scenario.name << " " << edit.id << " " << dump(spec);
                continue;
            }
            if (apply != nullptr) {
                name = string_at(apply->manifest, {"metadata", "name"});
                specs[name] = object_at(apply->manifest, {"spec"});
            } else if (const auto* patch = std::get_if<MergePatch>(&edit.action)) {
                merge_patch(specs[name], object_at(patch->body, {"spec"}));
            }
            if (specs.count(name) == 1 && name != "db-failover") {
                const bool ok = specs[name].contains("shards")
                                    ? api::parse_sharded_spec(specs[name]).ok()
                                    : api::parse_cluster_spec(specs[name]).ok();
                EXPECT_TRUE(ok) << scenario.name << " " << edit.id << " " << dump(specs[name]);
            }
        }
    }
}

TEST(Catalogue, survives_the_way_through_a_replay_file) {
    for (const Scenario& scenario : everything()) {
        const Replay replay{.notes = {}, .scenario = scenario};
        const Result<Replay> read = read_replay(write_replay(replay));
        ASSERT_TRUE(read.ok()) << read.error().message;
        EXPECT_EQ(*read, replay) << scenario.name;
    }
}

TEST(Catalogue, finds_a_workload_by_its_name_and_its_shape) {
    EXPECT_EQ(make_workload("W13")->name, "W13-1-async");
    EXPECT_EQ(make_workload("W13-3-quorum")->edits.front().action,
              Edit(apply("", at_start(),
                         cluster_manifest({.members = 3, .replication = Replication::quorum})))
                  .action);
    EXPECT_EQ(make_workload("W02-3-async-patroni-3")->topology.patroni, PatroniVersion::v3_0);
}

TEST(Catalogue, lists_what_there_is_when_a_name_is_unknown) {
    const std::string message = make_workload("W13-2-async").error().message;
    EXPECT_NE(message.find("\"W13-2-async\" is no workload"), std::string::npos) << message;
    EXPECT_NE(message.find("W13  a roll for another image (1-async, 3-async, 3-sync, 3-quorum"),
              std::string::npos)
        << message;
}

TEST(Recipes, cover_every_row_that_concerns_single_clusters) {
    std::set<int> numbers;
    for (const Recipe& recipe : recipes()) {
        numbers.insert(recipe.number);
        EXPECT_FALSE(recipe.guard.empty()) << recipe.number;
    }
    EXPECT_EQ(numbers.size(), 28U);
}

}  // namespace
}  // namespace bestgres::scenarios::workloads
