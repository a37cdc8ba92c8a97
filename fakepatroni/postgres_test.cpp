#include "fakepatroni/postgres.hpp"

#include "fakepatroni/postgres_testing.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Servers;

CommitRequest commit(CommitId id, Durability durability = Durability::on) {
    return {.id = id, .durability = durability};
}

TEST(Postgres, is_made_by_initdb_and_accepts_commits_when_it_runs) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    EXPECT_TRUE(db.is_writable());
    EXPECT_EQ(db.timeline(), 1);
    EXPECT_EQ(db.volume().control, ControlState::in_production);
    ASSERT_TRUE(db.begin_commit(commit(1), servers.now).ok());
    EXPECT_TRUE(servers.ended.empty());
    servers.run_for(milliseconds(10));
    EXPECT_EQ(servers.ended[1].outcome, CommitOutcome::acknowledged);
    EXPECT_TRUE(db.volume().wal.holds(servers.ended[1].mark));
}

TEST(Postgres, an_idle_server_has_nothing_to_do) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    servers.standby("db-1", "db-0");
    db.begin_commit(commit(1), servers.now).ok();
    servers.run_for(minutes(10));
    EXPECT_EQ(db.next_due(), std::nullopt);
    EXPECT_EQ(servers["db-1"].next_due(), std::nullopt);
    const Lsn position = db.written();
    servers.run_for(minutes(60));
    EXPECT_EQ(db.written(), position);
}

TEST(Postgres, a_crash_loses_exactly_what_was_not_flushed) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    db.begin_commit(commit(1), servers.now).ok();
    servers.run_for(milliseconds(10));
    db.begin_commit(commit(2), servers.now).ok();
    db.kill("killed", servers.now);
    servers.run_for({});
    EXPECT_EQ(servers.ended[1].outcome, CommitOutcome::acknowledged);
    EXPECT_EQ(servers.ended[2].outcome, CommitOutcome::cut);
    EXPECT_TRUE(db.volume().wal.holds(servers.ended[1].mark));
    EXPECT_FALSE(db.volume().wal.contains(2));
    EXPECT_EQ(db.volume().control, ControlState::in_production);
}

TEST(Postgres, a_commit_that_does_not_wait_for_its_flush_may_be_lost_though_acknowledged) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    db.begin_commit(commit(1, Durability::off), servers.now).ok();
    servers.run_for(milliseconds(1));
    EXPECT_EQ(servers.ended[1].outcome, CommitOutcome::acknowledged);
    db.kill("killed", servers.now);
    EXPECT_FALSE(db.volume().wal.holds(servers.ended[1].mark));
}

TEST(Postgres, starts_after_a_crash_on_the_same_timeline) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    db.begin_commit(commit(1), servers.now).ok();
    servers.run_for(milliseconds(10));
    db.kill("killed", servers.now);
    ASSERT_TRUE(db.start({}, servers.now).ok());
    servers.run_for(seconds(5));
    EXPECT_TRUE(db.is_writable());
    EXPECT_EQ(db.timeline(), 1);
    EXPECT_TRUE(db.volume().wal.contains(1));
}

TEST(Postgres, a_standby_streams_and_its_promotion_begins_a_timeline) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    Postgres& standby = servers.standby("db-1", "db-0");
    db.begin_commit(commit(1), servers.now).ok();
    servers.run_for(milliseconds(10));
    EXPECT_TRUE(standby.in_recovery());
    EXPECT_EQ(standby.volume().wal, db.volume().wal);
    EXPECT_EQ(standby.replayed(), db.flushed());
    db.kill("killed", servers.now);
    servers.run_for(seconds(1));
    ASSERT_TRUE(standby.promote(servers.now).ok());
    servers.run_for(seconds(1));
    EXPECT_TRUE(standby.is_writable());
    EXPECT_EQ(standby.timeline(), 2);
    EXPECT_TRUE(standby.volume().wal.holds(servers.ended[1].mark));
}

TEST(Postgres, a_clean_stop_waits_until_the_standby_has_the_shutdown_checkpoint) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    Postgres& standby = servers.standby("db-1", "db-0");
    standby.set_faults({.receiver_stuck = true}, servers.now);
    ASSERT_TRUE(db.stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(5));
    EXPECT_EQ(db.state(), ServerState::stopping);
    EXPECT_EQ(db.volume().control, ControlState::shut_down);
    standby.set_faults({}, servers.now);
    servers.run_for(seconds(1));
    EXPECT_EQ(db.state(), ServerState::stopped);
    EXPECT_EQ(standby.flushed(), db.flushed());
    EXPECT_EQ(standby.volume().wal, db.volume().wal);
}

TEST(Postgres, a_commit_waits_for_the_synchronous_standby) {
    Servers servers;
    Postgres& db = servers.primary("db-0", {{"synchronous_standby_names", "\"db-1\""}});
    Postgres& standby = servers.standby("db-1", "db-0");
    standby.set_faults({.receiver_stuck = true}, servers.now);
    db.begin_commit(commit(1), servers.now).ok();
    db.begin_commit(commit(2, Durability::local), servers.now).ok();
    servers.run_for(seconds(30));
    EXPECT_FALSE(servers.ended.contains(1));
    EXPECT_EQ(servers.ended[2].synchronous, false);
    standby.set_faults({}, servers.now);
    servers.run_for(seconds(1));
    EXPECT_EQ(servers.ended[1].outcome, CommitOutcome::acknowledged);
    EXPECT_TRUE(servers.ended[1].synchronous);
    EXPECT_TRUE(standby.volume().wal.holds(servers.ended[1].mark));
}

TEST(Postgres, a_diverged_server_cannot_stream_until_it_is_rewound) {
    Servers servers;
    Postgres& old = servers.primary("db-0");
    Postgres& fresh = servers.standby("db-1", "db-0");
    servers.run_for(seconds(1));
    fresh.upstream_lost(servers.now);
    ASSERT_TRUE(fresh.promote(servers.now).ok());
    servers.run_for(seconds(5));
    old.begin_commit(commit(1), servers.now).ok();
    servers.run_for(seconds(1));
    fresh.begin_commit(commit(2), servers.now).ok();
    servers.run_for(seconds(1));
    ASSERT_TRUE(old.stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(1));
    servers.start_standby("db-0", "db-1");
    EXPECT_EQ(old.connection(), std::nullopt);
    EXPECT_NE(old.last_message().find("not in this server's history"), std::string::npos)
        << old.last_message();
    ASSERT_TRUE(old.stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(1));
    servers.rewind("db-0", "db-1");
    servers.start_standby("db-0", "db-1");
    EXPECT_EQ(old.volume().wal, fresh.volume().wal) << old.last_message();
    EXPECT_FALSE(old.volume().wal.contains(1));
    EXPECT_TRUE(old.volume().wal.contains(2));
}

TEST(Postgres, a_copy_is_a_second_world_with_the_same_future) {
    Servers servers;
    servers.primary("db-0");
    servers.standby("db-1", "db-0");
    Servers other = servers;
    for (Servers* const world : {&servers, &other}) {
        (*world)["db-0"].begin_commit(commit(1), world->now).ok();
        world->run_for(seconds(1));
    }
    EXPECT_EQ(servers["db-0"].hash(), other["db-0"].hash());
    EXPECT_EQ(servers["db-1"].hash(), other["db-1"].hash());
    other["db-0"].begin_commit(commit(2), other.now).ok();
    other.run_for(seconds(1));
    EXPECT_NE(servers["db-1"].hash(), other["db-1"].hash());
}

}  // namespace
}  // namespace bestgres::fakepatroni
