#include "fakepatroni/citus_server.hpp"

#include <gtest/gtest.h>

#include "fakepatroni/postgres_testing.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::Servers;

const Parameters preloaded{{"shared_preload_libraries", "citus"},
                           {"max_prepared_transactions", "200"}};

// A coordinator and two workers, registered under their own names.
struct CitusCluster : ::testing::Test {
    Servers servers;
    postgres::CallId last = 0;

    CitusCluster() {
        for (const std::string name : {"coordinator", "worker-1", "worker-2", "worker-3"}) {
            servers.primary(name, preloaded);
            servers[name].make_citus({}, servers.now);
        }
        EXPECT_TRUE(ask(SetCoordinatorHost{"coordinator"}));
        EXPECT_TRUE(ask(AddNode{"worker-1", 5432, 1}));
        EXPECT_TRUE(ask(AddNode{"worker-2", 5432, 2}));
    }
    const CitusTables& tables(const std::string& name = "coordinator") {
        return servers[name].citus_tables();
    }
    NodeId node(GroupId group) { return tables().primary_of(group)->id; }
    void begin(CitusOperation operation) {
        servers["coordinator"].run_citus_call(++last, std::move(operation), servers.now);
    }
    // The answer as far as it has come.
    std::string answer() {
        const auto found = servers.answers.find(last);
        return found == servers.answers.end() ? "none"
               : !found->second.outcome.ok()  ? found->second.outcome.error().message
               : found->second.outcome->of_statement.back().empty()
                   ? ""
                   : found->second.outcome->of_statement.back().front().front().value_or("null");
    }
    bool ask(CitusOperation operation, Duration within = seconds(2)) {
        begin(std::move(operation));
        servers.run_for(within);
        const auto found = servers.answers.find(last);
        return found != servers.answers.end() && found->second.outcome.ok();
    }
    void make_table(const std::string& name, TableKind kind = TableKind::distributed,
                    bool identity = true) {
        ASSERT_TRUE(ask(CreateTable{{name, kind, identity}, 8})) << answer();
    }
    RowSum rows_of(const std::string& table) {
        EXPECT_TRUE(ask(CountRows{table})) << answer();
        const auto& row = servers.answers.at(last).outcome->of_statement.back().front();
        return {std::stoull(*row[0]), std::stoull(*row[1])};
    }
    std::size_t shards_on(GroupId group, const std::string& seen_by = "coordinator") {
        return tables(seen_by).only_copies_on(group).size();
    }
    JobState job_state() { return tables().jobs.rbegin()->second.state; }
};

TEST_F(CitusCluster, gives_a_new_node_the_metadata_that_the_others_have) {
    make_table("orders");
    EXPECT_EQ(tables("worker-1").nodes, tables().nodes);
    EXPECT_EQ(tables("worker-1").placements, tables().placements);
    EXPECT_EQ(tables("worker-2").local_group, 2);
    EXPECT_EQ(shards_on(1), 4U);
    EXPECT_EQ(shards_on(2), 4U);
    EXPECT_TRUE(ask(AddNode{"worker-1", 5432, 1}));
    EXPECT_EQ(tables().nodes.size(), 3U);
    EXPECT_FALSE(ask(AddNode{"worker-3", 5432, 1}));
    EXPECT_NE(answer().find("already has a primary node"), std::string::npos);
}

TEST_F(CitusCluster, keeps_every_row_once_through_writes_to_several_nodes) {
    make_table("orders");
    make_table("countries", TableKind::reference);
    EXPECT_TRUE(ask(InsertRows{"orders", 1, 100}));
    EXPECT_TRUE(ask(InsertRows{"countries", 1, 3}));
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
    EXPECT_EQ(rows_of("countries"), (RowSum{3, 6}));
    EXPECT_TRUE(tables("worker-1").prepared.empty());
    servers.run_for(minutes(3));
    EXPECT_TRUE(tables().commits.empty());
}

TEST_F(CitusCluster, ends_a_transaction_whose_coordinator_died_before_it_told_the_workers) {
    make_table("orders");
    begin(InsertRows{"orders", 1, 100});
    servers.lose_remote = [](const RemoteRequest& request) {
        return request.verb == RemoteVerb::commit_prepared;
    };
    servers.run_for(seconds(1));
    EXPECT_EQ(tables("worker-1").prepared.size(), 1U);
    servers.lose_remote = nullptr;
    servers.run_for(minutes(3));
    EXPECT_TRUE(tables("worker-1").prepared.empty());
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
}

TEST_F(CitusCluster, rolls_back_what_was_prepared_and_never_committed) {
    make_table("orders");
    servers.lose_remote = [](const RemoteRequest& request) {
        return request.verb == RemoteVerb::prepare && request.host == "worker-2";
    };
    begin(InsertRows{"orders", 1, 100});
    servers.run_for(seconds(1));
    EXPECT_EQ(tables("worker-1").prepared.size(), 1U);
    servers["coordinator"].kill("SIGKILL", servers.now);
    servers.lose_remote = nullptr;
    ASSERT_TRUE(
        servers["coordinator"]
            .start({.standby = false, .configuration = {.parameters = preloaded}}, servers.now)
            .ok());
    servers.run_for(minutes(3));
    EXPECT_TRUE(tables("worker-1").prepared.empty());
    EXPECT_EQ(rows_of("orders"), (RowSum{0, 0}));
}

TEST_F(CitusCluster, moves_shards_to_a_new_node_while_rows_are_written) {
    make_table("orders");
    make_table("countries", TableKind::reference);
    EXPECT_TRUE(ask(InsertRows{"orders", 1, 50}));
    EXPECT_TRUE(ask(AddNode{"worker-3", 5432, 3}));
    EXPECT_TRUE(ask(StartRebalance{}));
    for (std::uint64_t id = 51; id <= 100; ++id) {
        begin(InsertRows{"orders", id, 1});
        servers.run_for(seconds(1));
    }
    EXPECT_EQ(job_state(), JobState::finished);
    EXPECT_EQ(shards_on(3), 2U);
    EXPECT_EQ(tables("worker-1").placements, tables().placements);
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
    servers.run_for(minutes(2));
    EXPECT_TRUE(tables().cleanups.empty());
    EXPECT_EQ(tables("worker-1").relations.size() + tables("worker-2").relations.size() +
                  tables("worker-3").relations.size(),
              8U + 3U);
}

TEST_F(CitusCluster, refuses_to_remove_a_node_that_has_shards_and_removes_an_empty_one) {
    make_table("orders");
    make_table("settings", TableKind::single_shard);
    EXPECT_FALSE(ask(RemoveNode{"worker-1"}));
    EXPECT_NE(answer().find("the only shard placement for shard"), std::string::npos);
    EXPECT_TRUE(ask(DrainNode{"worker-1"}, minutes(2))) << answer();
    EXPECT_EQ(shards_on(1), 0U);
    EXPECT_TRUE(ask(RemoveNode{"worker-1"})) << answer();
    EXPECT_EQ(tables().primary_of(1), nullptr);
    EXPECT_EQ(tables("worker-2").primary_of(1), nullptr);
    EXPECT_EQ(tables("worker-1").local_group, 0);
}

TEST_F(CitusCluster, a_removed_node_that_still_runs_rolls_back_what_the_coordinator_prepared) {
    make_table("orders");
    EXPECT_TRUE(ask(DrainNode{"worker-1"}, minutes(2)));
    EXPECT_TRUE(ask(AddNode{"worker-3", 5432, 3}));
    EXPECT_TRUE(ask(StartRebalance{}, minutes(1)));
    EXPECT_TRUE(ask(RemoveNode{"worker-1"}));
    servers.lose_remote = [](const RemoteRequest& request) {
        return request.verb == RemoteVerb::commit_prepared;
    };
    begin(InsertRows{"orders", 1, 100});
    servers.run_for(seconds(1));
    servers["coordinator"].kill("SIGKILL", servers.now);
    servers.run_for(minutes(2));
    EXPECT_TRUE(tables("worker-2").prepared.empty());
    EXPECT_LT(tables("worker-2").relations.begin()->second.count +
                  tables("worker-3").relations.begin()->second.count,
              100U);
}

TEST_F(CitusCluster, refuses_changes_of_nodes_while_one_of_them_is_out_of_sync) {
    servers.unreachable.insert("worker-2");
    EXPECT_TRUE(ask(UpdateNode{node(1), "worker-3"}));
    servers.run_for(seconds(40));
    EXPECT_FALSE(tables().primary_of(2)->metadata_synced);
    EXPECT_FALSE(ask(RemoveNode{"worker-3"}));
    EXPECT_NE(answer().find("is a metadata node, but is out of sync"), std::string::npos);
    servers.unreachable.clear();
    servers.run_for(seconds(40));
    EXPECT_TRUE(tables().primary_of(2)->metadata_synced);
    EXPECT_EQ(tables("worker-2").primary_of(1)->host, "worker-3");
}

TEST_F(CitusCluster, holds_writes_to_a_node_back_until_the_transaction_that_updates_it_ends) {
    make_table("orders");
    servers["coordinator"].run_citus(BeginTransaction{}, servers.now);
    servers.run_for(seconds(1));
    servers["coordinator"].run_citus(UpdateNode{node(1), "worker-1-demoted"}, servers.now);
    servers.run_for(seconds(1));
    EXPECT_TRUE(servers["coordinator"].citus().paused().contains(1));
    begin(InsertRows{"orders", 1, 100});
    servers.run_for(seconds(20));
    EXPECT_EQ(answer(), "none");
    EXPECT_EQ(tables().primary_of(1)->host, "worker-1");
    servers["coordinator"].run_citus(EndTransaction{false}, servers.now);
    servers.run_for(seconds(1));
    EXPECT_TRUE(servers["coordinator"].citus().paused().empty());
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
}

TEST_F(CitusCluster, a_transaction_of_patroni_that_idles_is_ended_and_patroni_learns_of_it) {
    servers["coordinator"].run_citus(BeginTransaction{}, servers.now);
    servers.run_for(seconds(1));
    servers["coordinator"].run_citus(UpdateNode{node(1), "worker-1-demoted"}, servers.now);
    servers.run_for(seconds(1));
    postgres::Call release;
    release.password = "secret";
    release.statements = {{"citus.release", "SELECT pg_terminate_backend(pid)", {}}};
    servers["coordinator"].run_sql(++last, release, servers.now);
    EXPECT_FALSE(ask(RemoveNode{"worker-2"}, seconds(29))) << "it has not idled for long enough";
    servers.run_for(seconds(2));
    servers["coordinator"].run_sql(++last, release, servers.now);
    servers.run_for(seconds(2));
    EXPECT_EQ(tables().primary_of(2), nullptr) << "what waited goes on";
    EXPECT_EQ(tables().primary_of(1)->host, "worker-1");
    servers["coordinator"].run_citus(EndTransaction{true}, servers.now);
    servers.run_for(seconds(1));
    EXPECT_EQ(tables().primary_of(1)->host, "worker-1") << "it was rolled back";
}

TEST_F(CitusCluster, a_statement_of_patroni_that_cannot_be_asked_for_ends_its_transaction) {
    servers["coordinator"].run_citus(BeginTransaction{}, servers.now);
    servers.run_for(seconds(1));
    servers["coordinator"].run_citus(UpdateNode{node(1), "worker-1-demoted"}, servers.now);
    servers.run_for(seconds(1));
    Filesystem disk = servers["coordinator"].volume().disk;
    disk.read_only = true;
    servers["coordinator"].change_disk(disk, servers.now);
    servers["coordinator"].run_citus(UpdateNode{node(1), "worker-3"}, servers.now);
    disk.read_only = false;
    servers["coordinator"].change_disk(disk, servers.now);
    EXPECT_TRUE(servers["coordinator"].citus().paused().empty());
    EXPECT_TRUE(ask(RemoveNode{"worker-2"}, seconds(5))) << answer();
    EXPECT_EQ(tables().primary_of(1)->host, "worker-1") << "it was rolled back";
}

TEST_F(CitusCluster, an_update_cuts_off_who_still_writes_after_the_cooldown) {
    make_table("orders");
    servers["worker-1"].set_faults({.locks_held = true}, servers.now);
    begin(InsertRows{"orders", 1, 100});
    servers.run_for(seconds(1));
    const postgres::CallId insert = last;
    begin(UpdateNode{node(1), "worker-3", 5432, seconds(10)});
    servers.run_for(seconds(5));
    EXPECT_EQ(answer(), "none");
    servers.run_for(seconds(10));
    EXPECT_EQ(answer(), "");
    ASSERT_TRUE(servers.answers.contains(insert));
    EXPECT_FALSE(servers.answers.at(insert).outcome.ok());
}

TEST_F(CitusCluster, what_one_other_node_did_of_a_statement_that_was_cut_off_is_not_known) {
    make_table("orders");
    servers["worker-1"].set_faults({.flush_hangs = true}, servers.now);
    for (std::uint64_t row = 1; row < 20 && answer() != "none"; ++row) {
        begin(InsertRows{"orders", row, 1});
        servers.run_for(seconds(1));
    }
    ASSERT_EQ(answer(), "none") << "a row of worker-1, which waits";
    const postgres::CallId insert = last;
    begin(UpdateNode{node(1), "worker-3", 5432, seconds(5)});
    servers.run_for(seconds(20));
    ASSERT_TRUE(servers.answers.contains(insert));
    EXPECT_TRUE(servers.answers.at(insert).outcome.error().unknown);
}

TEST_F(CitusCluster, a_coordinator_killed_in_a_move_goes_on_with_it_and_leaves_no_copy) {
    make_table("orders");
    EXPECT_TRUE(ask(InsertRows{"orders", 1, 100}));
    EXPECT_TRUE(ask(AddNode{"worker-3", 5432, 3}));
    begin(StartRebalance{});
    servers.run_for(seconds(1));
    EXPECT_EQ(tables("worker-3").relations.size(), 1U);
    servers["coordinator"].kill("SIGKILL", servers.now);
    ASSERT_TRUE(
        servers["coordinator"]
            .start({.standby = false, .configuration = {.parameters = preloaded}}, servers.now)
            .ok());
    servers.run_for(minutes(5));
    EXPECT_EQ(job_state(), JobState::finished);
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
    EXPECT_EQ(tables("worker-1").relations.size() + tables("worker-2").relations.size() +
                  tables("worker-3").relations.size(),
              8U);
}

TEST_F(CitusCluster, stands_still_while_its_disk_is_read_only_and_goes_on_afterwards) {
    make_table("orders");
    servers.run_for(seconds(10));
    Filesystem disk = servers["coordinator"].volume().disk;
    disk.read_only = true;
    servers["coordinator"].change_disk(disk, servers.now);
    servers.run_for(minutes(3));
    disk.read_only = false;
    servers["coordinator"].change_disk(disk, servers.now);
    EXPECT_TRUE(ask(InsertRows{"orders", 1, 100})) << answer();
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
}

TEST_F(CitusCluster, a_drain_waits_for_a_prepared_transaction_on_the_shard) {
    make_table("orders");
    servers.lose_remote = [](const RemoteRequest& request) {
        return request.verb == RemoteVerb::commit_prepared;
    };
    begin(InsertRows{"orders", 1, 100});
    servers.run_for(seconds(1));
    servers.lose_remote = nullptr;
    begin(DrainNode{"worker-1"});
    servers.run_for(minutes(4));
    EXPECT_EQ(answer(), "");
    EXPECT_EQ(shards_on(1), 0U);
    EXPECT_EQ(rows_of("orders"), (RowSum{100, 5050}));
}

TEST_F(CitusCluster, moves_no_table_without_identity_unless_writes_may_be_blocked) {
    make_table("notes", TableKind::distributed, false);
    EXPECT_TRUE(ask(AddNode{"worker-3", 5432, 3}));
    EXPECT_FALSE(ask(StartRebalance{}));
    EXPECT_NE(answer().find("REPLICA IDENTITY"), std::string::npos);
    EXPECT_TRUE(ask(StartRebalance{false, TransferMode::block_writes}, minutes(2)));
    EXPECT_EQ(shards_on(3), 2U);
}

TEST_F(CitusCluster, a_node_that_is_down_must_be_disabled_before_it_can_be_removed) {
    make_table("countries", TableKind::reference);
    servers["worker-1"].kill("SIGKILL", servers.now);
    EXPECT_FALSE(ask(InsertRows{"countries", 1, 1}));
    EXPECT_FALSE(ask(RemoveNode{"worker-1"}));
    EXPECT_TRUE(ask(DisableNode{"worker-1"})) << answer();
    EXPECT_TRUE(ask(InsertRows{"countries", 2, 1})) << answer();
    EXPECT_TRUE(ask(RemoveNode{"worker-1"})) << answer();
    EXPECT_EQ(tables("worker-2").nodes, tables().nodes);
}

TEST_F(CitusCluster, a_disabled_node_that_is_activated_again_gets_what_it_missed) {
    EXPECT_TRUE(ask(DisableNode{"worker-1"})) << answer();
    make_table("orders");
    EXPECT_EQ(shards_on(1), 0U);
    EXPECT_TRUE(tables("worker-1").tables.empty());
    EXPECT_TRUE(ask(ActivateNode{"worker-1"})) << answer();
    EXPECT_EQ(tables("worker-1").placements, tables().placements);
    EXPECT_TRUE(tables().primary_of(1)->active);
}

TEST_F(CitusCluster, answers_the_questions_of_an_operator) {
    make_table("orders");
    EXPECT_TRUE(ask(SetShouldHaveShards{"worker-1", 5432, false}));
    begin(StartRebalance{true});
    servers.run_for(seconds(1));
    postgres::Call call;
    call.password = "secret";
    for (const std::string id : {"nodes", "placements", "unfinished", "tables", "job", "moves"}) {
        call.statements.push_back({"citus." + id, "SELECT ...", {}});
    }
    servers["coordinator"].run_sql(++last, call, servers.now);
    servers.run_for(seconds(1));
    ASSERT_TRUE(servers.answers.at(last).outcome.ok()) << answer();
    const auto& rows = servers.answers.at(last).outcome->of_statement;
    EXPECT_EQ(rows[0][1][2], "worker-1");
    EXPECT_EQ(rows[0][1][8], "f");
    EXPECT_EQ(rows[1].front(), (postgres::Row{"1", "4", "0"}));
    EXPECT_EQ(rows[2].front(), (postgres::Row{"cleanup", "2", "1"}));
    EXPECT_EQ(rows[4].front()[1], "running");
    EXPECT_EQ(rows[4].front()[5], "4");
    EXPECT_EQ(rows[5].front().front(), "4");
}

TEST_F(CitusCluster, carries_out_what_is_asked_for_in_sql) {
    make_table("orders");
    postgres::Call call;
    call.password = "secret";
    call.statements = {
        {"citus.citus_set_node_property",
         "SELECT pg_catalog.citus_set_node_property('worker-1', 5432, 'shouldhaveshards', false)",
         {}},
        {"citus.citus_rebalance_start",
         "SELECT pg_catalog.citus_rebalance_start(drain_only => true, shard_transfer_mode => "
         "'auto')",
         {}}};
    servers["coordinator"].run_sql(++last, call, servers.now);
    servers.run_for(minutes(1));
    ASSERT_TRUE(servers.answers.at(last).outcome.ok()) << answer();
    EXPECT_EQ(shards_on(1), 0U);
    EXPECT_EQ(job_state(), JobState::finished);
}

TEST_F(CitusCluster, runs_one_job_at_a_time_and_ends_it_when_it_is_cancelled) {
    make_table("orders");
    EXPECT_TRUE(ask(SetShouldHaveShards{"worker-1", 5432, false}));
    begin(StartRebalance{true});
    servers.run_for(seconds(1));
    EXPECT_FALSE(ask(StartRebalance{true}));
    EXPECT_NE(answer().find("A rebalance is already running as job"), std::string::npos);
    EXPECT_TRUE(ask(CancelJob{0}));
    const std::size_t left = shards_on(1);
    EXPECT_GE(left, 2U);
    servers.run_for(seconds(30));
    EXPECT_EQ(job_state(), JobState::cancelled);
    EXPECT_EQ(shards_on(1), left);
}

TEST_F(CitusCluster, a_target_that_may_have_no_shards_any_more_holds_a_job_up) {
    make_table("orders");
    EXPECT_TRUE(ask(AddNode{"worker-3", 5432, 3}));
    begin(StartRebalance{});
    servers.run_for(seconds(1));
    EXPECT_TRUE(ask(SetShouldHaveShards{"worker-3", 5432, false}));
    servers.run_for(minutes(10));
    EXPECT_EQ(job_state(), JobState::running);
    EXPECT_NE(tables().tasks.rbegin()->second.message.find("shouldn't have a shard"),
              std::string::npos);
}

}  // namespace
}  // namespace bestgres::fakepatroni
