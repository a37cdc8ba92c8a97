// What goes wrong in one server: settings that bind standbys, disks, slots, commands that hang.
#include <gtest/gtest.h>

#include "fakepatroni/postgres_testing.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Servers;

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;

void restart(Servers& servers, const std::string& name, const StartRequest& request) {
    ASSERT_TRUE(servers[name].stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(2));
    ASSERT_EQ(servers[name].state(), ServerState::stopped);
    ASSERT_TRUE(servers[name].start(request, servers.now).ok());
    servers.run_for(seconds(10));
}

StartRequest primary_with(const Parameters& parameters) {
    return {.standby = false, .configuration = {.parameters = parameters}};
}

TEST(BoundSettings, raised_on_the_primary_first_stop_replay_on_the_standby_and_then_the_standby) {
    Servers servers;
    servers.primary("db-0");
    Postgres& standby = servers.standby("db-1", "db-0");
    restart(servers, "db-0", primary_with({{"max_connections", "200"}}));
    servers["db-0"].begin_commit({.id = 1}, servers.now).ok();
    servers.run_for(seconds(1));
    EXPECT_TRUE(standby.replay_paused());
    EXPECT_LT(standby.replayed(), standby.flushed());
    EXPECT_EQ(standby.state(), ServerState::running);
    EXPECT_NE(standby.last_message().find("max_connections = 100"), std::string::npos);
    standby.resume_replay(servers.now);
    EXPECT_EQ(standby.state(), ServerState::stopped);
    servers.start_standby("db-1", "db-0");
    EXPECT_EQ(standby.state(), ServerState::stopped);
    servers.start_standby("db-1", "db-0", {{"max_connections", "200"}});
    EXPECT_EQ(standby.replayed(), servers["db-0"].flushed());
}

TEST(BoundSettings, raised_on_the_standby_first_and_lowered_on_the_primary_first_do_no_harm) {
    Servers servers;
    servers.primary("db-0", {{"max_connections", "150"}});
    Postgres& standby = servers.standby("db-1", "db-0", {{"max_connections", "200"}});
    restart(servers, "db-0", primary_with({{"max_connections", "200"}}));
    servers.run_for(seconds(1));
    EXPECT_FALSE(standby.replay_paused());
    restart(servers, "db-0", primary_with({{"max_connections", "100"}}));
    servers.run_for(seconds(10));
    restart(servers, "db-1", {.standby = true, .configuration = {.upstream = "db-0"}});
    EXPECT_FALSE(standby.replay_paused());
    EXPECT_EQ(standby.replayed(), servers["db-0"].flushed());
}

TEST(BoundSettings, before_postgres_14_end_the_standby_at_once) {
    Servers servers;
    servers.primary("db-0");
    servers.add("db-1", 130010);
    Postgres& standby = servers.standby("db-1", "db-0");
    ASSERT_EQ(standby.settings().server_version, 130010);
    restart(servers, "db-0", primary_with({{"max_worker_processes", "16"}}));
    servers.run_for(seconds(1));
    EXPECT_EQ(standby.state(), ServerState::stopped);
    EXPECT_EQ(servers.crashes, 1);
}

TEST(Settings, that_need_a_restart_are_pending_until_it) {
    Servers servers;
    Postgres& db = servers.primary("db-0", {{"max_connections", "100"}, {"work_mem", "4MB"}});
    const Configuration changed{.parameters = {{"max_connections", "200"}, {"work_mem", "8MB"}}};
    db.reload(changed, servers.now);
    EXPECT_EQ(db.parameters().at("work_mem"), "8MB");
    EXPECT_EQ(db.parameters().at("max_connections"), "100");
    EXPECT_EQ(db.pending_restart(), (std::map<std::string, std::pair<std::string, std::string>>{
                                        {"max_connections", {"100", "200"}}}));
    restart(servers, "db-0", {.standby = false, .configuration = changed});
    EXPECT_TRUE(db.pending_restart().empty());
    EXPECT_EQ(db.catalogue().parameters.at("max_connections"), "200");
}

TEST(Settings, max_connections_bounds_ordinary_clients_before_superusers) {
    Servers servers;
    Postgres& db = servers.primary("db-0", {{"max_connections", "5"}});
    const SessionId first = *db.connect({}, servers.now);
    ASSERT_TRUE(db.connect({}, servers.now).ok());
    EXPECT_EQ(db.connect({}, servers.now).error().sqlstate, "53300");
    EXPECT_EQ(db.begin_commit({.id = 1}, servers.now).error().sqlstate, "53300");
    EXPECT_TRUE(db.answers());
    for (int reserved = 0; reserved < 3; ++reserved) {
        EXPECT_TRUE(db.connect({.superuser = true}, servers.now).ok());
    }
    EXPECT_FALSE(db.answers());
    db.disconnect(first, servers.now);
    EXPECT_TRUE(db.answers());
}

Volume volume_of(std::uint64_t size) {
    Volume volume;
    volume.disk.size = size;
    return volume;
}

TEST(FullDisk, makes_a_growing_table_fail_and_leaves_the_server_up) {
    Servers servers(volume_of(100 * mib));
    Postgres& db = servers.primary("db-0");
    const auto refused = db.begin_commit({.id = 1, .growth = 90 * mib}, servers.now);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().sqlstate, "53100");
    EXPECT_TRUE(db.is_writable());
    EXPECT_TRUE(db.begin_commit({.id = 2}, servers.now).ok());
}

// As PostgreSQL 15 was seen to do on a full filesystem.
TEST(FullDisk, kills_a_server_that_cannot_write_its_log_and_keeps_it_from_starting) {
    Servers servers(volume_of(100 * mib));
    Postgres& db = servers.primary("db-0");
    CommitId id = 0;
    while (db.state() == ServerState::running) {
        db.begin_commit({.id = ++id, .bytes = mib}, servers.now).ok();
        servers.run_for(milliseconds(10));
    }
    servers.run_for(seconds(10));
    EXPECT_EQ(db.state(), ServerState::stopped);
    EXPECT_EQ(db.volume().control, ControlState::in_crash_recovery);
    EXPECT_NE(db.last_message().find("No space left on device"), std::string::npos);
    EXPECT_TRUE(db.volume().wal.holds(servers.ended[id - 1].mark));
    EXPECT_FALSE(servers.ended.contains(id));
    EXPECT_LE(db.volume().used(), db.volume().disk.size);
    Filesystem disk = db.volume().disk;
    disk.other += db.volume().free();
    db.change_disk(disk, servers.now);
    ASSERT_TRUE(db.start({}, servers.now).ok());
    servers.run_for(seconds(10));
    EXPECT_EQ(db.state(), ServerState::stopped);
    disk.other = 0;
    disk.size += 100 * mib;
    db.change_disk(disk, servers.now);
    ASSERT_TRUE(db.start({}, servers.now).ok());
    servers.run_for(seconds(10));
    EXPECT_TRUE(db.is_writable());
}

TEST(ReadOnlyDisk, kills_the_server_with_its_next_write) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    Filesystem disk = db.volume().disk;
    disk.read_only = true;
    db.change_disk(disk, servers.now);
    EXPECT_EQ(db.state(), ServerState::running);
    EXPECT_FALSE(db.is_writable());
    const auto refused = db.begin_commit({.id = 1}, servers.now);
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(refused.error().unknown);
    servers.run_for(seconds(10));
    EXPECT_EQ(db.state(), ServerState::stopped);
    EXPECT_FALSE(db.volume().wal.contains(1));
}

TEST(BackendCrash, cuts_every_session_and_the_server_recovers_by_itself) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    servers.standby("db-1", "db-0");
    db.begin_commit({.id = 1}, servers.now).ok();
    db.crash_backend("out of memory", servers.now);
    EXPECT_FALSE(db.answers());
    servers.run_for(seconds(20));
    EXPECT_TRUE(db.is_writable());
    EXPECT_EQ(db.timeline(), 1);
    EXPECT_EQ(servers.ended[1].outcome, CommitOutcome::cut);
    EXPECT_EQ(servers["db-1"].volume().wal, db.volume().wal);
}

TEST(BackendCrash, ends_the_server_where_it_shall_not_restart_by_itself) {
    Servers servers;
    Postgres& db = servers.primary("db-0", {{"restart_after_crash", "off"}});
    db.crash_backend("out of memory", servers.now);
    servers.run_for(seconds(20));
    EXPECT_EQ(db.state(), ServerState::stopped);
}

TEST(Slots, keep_the_log_of_an_absent_standby_and_without_one_it_is_gone) {
    Servers servers;
    Postgres& db = servers.primary("db-0", {{"checkpoint_timeout", "30s"}});
    db.make_slot("kept");
    const Lsn before = db.flushed();
    for (CommitId id = 1; id <= 64; ++id) {
        db.begin_commit({.id = id, .bytes = mib}, servers.now).ok();
        servers.run_for(seconds(1));
    }
    servers.run_for(minutes(2));
    EXPECT_LE(db.volume().oldest, before);
    db.drop_slot("kept");
    ASSERT_TRUE(db.checkpoint(servers.now).ok());
    servers.run_for(seconds(2));
    EXPECT_LE(db.volume().oldest, before);  // no news since the last checkpoint
    db.begin_commit({.id = 65}, servers.now).ok();
    servers.run_for(minutes(2));
    EXPECT_GT(db.volume().oldest, before);
    const auto refused = db.accept_standby(
        {.application_name = "db-9", .system_identifier = "77", .timeline = 1, .start = before},
        servers.now);
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("already been removed"), std::string::npos);
}

TEST(Slots, are_lost_when_they_keep_more_than_they_may) {
    Servers servers;
    Postgres& db = servers.primary(
        "db-0", {{"checkpoint_timeout", "30s"}, {"max_slot_wal_keep_size", "32MB"}});
    db.make_slot("behind");
    for (CommitId id = 1; id <= 64; ++id) {
        db.begin_commit({.id = id, .bytes = mib}, servers.now).ok();
        servers.run_for(seconds(1));
    }
    servers.run_for(minutes(2));
    EXPECT_TRUE(db.volume().slots.at("behind").lost);
}

TEST(Hanging, commands_end_when_what_held_them_up_is_over) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    db.set_faults({.hangs = PostgresWork::stop}, servers.now);
    ASSERT_TRUE(db.stop(StopMode::fast, servers.now).ok());
    servers.run_for(minutes(60));
    EXPECT_EQ(db.state(), ServerState::stopping);
    EXPECT_EQ(db.connect({}, servers.now).error().sqlstate, "57P03");
    db.set_faults({}, servers.now);
    servers.run_for({});
    EXPECT_EQ(db.state(), ServerState::stopped);
    EXPECT_EQ(db.volume().control, ControlState::shut_down);
}

TEST(Hanging, an_immediate_stop_ends_a_stop_that_hangs_and_leaves_a_crash) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    db.set_faults({.stop_takes = minutes(60)}, servers.now);
    ASSERT_TRUE(db.stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(10));
    ASSERT_TRUE(db.stop(StopMode::immediate, servers.now).ok());
    servers.run_for(seconds(1));
    EXPECT_EQ(db.state(), ServerState::stopped);
    EXPECT_EQ(db.volume().control, ControlState::in_production);
}

TEST(Hanging, a_smart_stop_waits_for_the_last_session) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    const SessionId session = *db.connect({}, servers.now);
    ASSERT_TRUE(db.stop(StopMode::smart, servers.now).ok());
    servers.run_for(minutes(10));
    EXPECT_EQ(db.state(), ServerState::stopping);
    EXPECT_TRUE(db.begin_commit({.id = 1, .session = session}, servers.now).ok());
    EXPECT_FALSE(db.begin_commit({.id = 2}, servers.now).ok());
    servers.run_for(seconds(1));
    EXPECT_EQ(servers.ended[1].outcome, CommitOutcome::acknowledged);
    db.disconnect(session, servers.now);
    servers.run_for(seconds(1));
    EXPECT_EQ(db.state(), ServerState::stopped);
}

TEST(Promotion, that_fails_leaves_a_standby_on_its_timeline) {
    Servers servers;
    servers.primary("db-0");
    Postgres& standby = servers.standby("db-1", "db-0");
    standby.set_faults({.fails = PostgresWork::promote}, servers.now);
    ASSERT_TRUE(standby.promote(servers.now).ok());
    servers.run_for(seconds(5));
    EXPECT_TRUE(standby.in_recovery());
    EXPECT_EQ(standby.timeline(), 1);
    EXPECT_FALSE(servers.works["db-1"].back().ok);
}

TEST(Promotion, is_followed_by_a_checkpoint_that_a_rewind_from_there_needs) {
    Servers servers;
    Postgres& old = servers.primary("db-0");
    Postgres& fresh = servers.standby("db-1", "db-0");
    fresh.set_faults({.hangs = PostgresWork::checkpoint}, servers.now);
    ASSERT_TRUE(fresh.promote(servers.now).ok());
    servers.run_for(seconds(5));
    old.begin_commit({.id = 1}, servers.now).ok();
    servers.run_for(seconds(1));
    ASSERT_TRUE(old.stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(1));
    servers.rewind("db-0", "db-1");
    EXPECT_EQ(servers.works["db-0"].back().message, "no rewind required");
    EXPECT_TRUE(old.volume().wal.contains(1));
    fresh.set_faults({}, servers.now);
    servers.run_for(seconds(1));
    servers.rewind("db-0", "db-1");
    EXPECT_FALSE(old.volume().wal.contains(1));
}

TEST(BaseBackup, that_breaks_half_way_leaves_a_directory_that_does_not_start) {
    Servers servers;
    servers.primary("db-0");
    Postgres& standby = servers.add("db-1");
    standby.set_faults({.backup_fails_at = 40}, servers.now);
    ASSERT_TRUE(standby.begin_base_backup(servers.now).ok());
    servers.run_for(milliseconds(300));
    EXPECT_EQ(standby.backup_percent(servers.now), 20);
    servers.run_for(seconds(5));
    EXPECT_FALSE(servers.works["db-1"].back().ok);
    EXPECT_FALSE(standby.start({.standby = true}, servers.now).ok());
    EXPECT_FALSE(standby.begin_base_backup(servers.now).ok());
    standby.set_faults({}, servers.now);
    standby.wipe();
    EXPECT_TRUE(standby.begin_base_backup(servers.now).ok());
}

TEST(Rewind, wants_a_target_that_was_shut_down_cleanly) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    db.kill("killed", servers.now);
    EXPECT_FALSE(db.begin_rewind(servers.now).ok());
    ASSERT_TRUE(db.recover_single_user(servers.now).ok());
    servers.run_for(seconds(5));
    EXPECT_TRUE(db.begin_rewind(servers.now).ok());
    db.kill("killed", servers.now);
    EXPECT_EQ(db.volume().directory, DataDirectory::rewinding);
    EXPECT_FALSE(db.start({}, servers.now).ok());
}

TEST(Replication, a_standby_that_catches_up_does_not_count_as_synchronous_yet) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    servers.standby("db-1", "db-0");
    servers.standby("db-2", "db-0");
    ASSERT_TRUE(servers["db-1"].stop(StopMode::fast, servers.now).ok());
    servers.run_for(seconds(1));
    db.begin_commit({.id = 1}, servers.now).ok();
    servers.run_for(seconds(1));
    servers["db-1"].set_faults({.receiver_stuck = true}, servers.now);
    servers.start_standby("db-1", "db-0");
    db.reload({.parameters = {{"synchronous_standby_names", "1 (\"db-1\",\"db-2\")"}}},
              servers.now);
    db.begin_commit({.id = 2}, servers.now).ok();
    servers.run_for(seconds(1));
    EXPECT_TRUE(servers.ended[2].synchronous);
    for (const StandbyRow& row : db.standbys()) {
        const bool behind = row.application_name == "db-1";
        EXPECT_EQ(row.state, behind ? "catchup" : "streaming");
        EXPECT_EQ(row.sync_state, behind ? StandbySync::async : StandbySync::sync);
    }
}

// Two standbys of one primary that was stopped, both promoted from the same place.
Servers two_primaries() {
    Servers servers;
    servers.primary("db-0");
    servers.standby("db-1", "db-0");
    servers.standby("db-2", "db-0");
    servers["db-0"].stop(StopMode::fast, servers.now).ok();
    servers.run_for(seconds(2));
    for (const char* const name : {"db-1", "db-2"}) {
        servers[name].promote(servers.now).ok();
        servers.run_for(seconds(2));
    }
    EXPECT_EQ(servers["db-1"].timeline(), 2);
    EXPECT_EQ(servers["db-2"].timeline(), 2);
    EXPECT_NE(servers["db-1"].volume().wal, servers["db-2"].volume().wal);
    return servers;
}

// As PostgreSQL 15 was seen to do.
TEST(TwoTimelinesOfOneNumber, that_look_alike_are_streamed_over_each_other_unnoticed) {
    Servers servers = two_primaries();
    servers["db-1"].kill("killed", servers.now);
    servers.start_standby("db-1", "db-2");
    servers["db-2"].begin_commit({.id = 2}, servers.now).ok();
    servers.run_for(seconds(1));
    EXPECT_EQ(servers["db-1"].volume().wal, servers["db-2"].volume().wal);
    EXPECT_FALSE(servers["db-1"].volume().inconsistent);
}

TEST(TwoTimelinesOfOneNumber, leave_transactions_in_the_tables_that_the_log_lacks) {
    Servers servers = two_primaries();
    for (const CommitId id : {CommitId{1}, CommitId{2}}) {
        servers["db-" + std::to_string(id)].begin_commit({.id = id}, servers.now).ok();
    }
    servers.run_for(seconds(1));
    servers["db-1"].kill("killed", servers.now);
    servers.start_standby("db-1", "db-2");
    EXPECT_EQ(servers["db-1"].volume().wal, servers["db-2"].volume().wal);
    EXPECT_TRUE(servers["db-1"].volume().inconsistent);
}

// As PostgreSQL 15 was seen to do.
TEST(TwoTimelinesOfOneNumber, whose_records_do_not_line_up_never_stream) {
    Servers servers = two_primaries();
    servers["db-1"].begin_commit({.id = 1, .bytes = 10}, servers.now).ok();
    servers["db-2"].begin_commit({.id = 2, .bytes = 500}, servers.now).ok();
    servers.run_for(seconds(1));
    servers["db-1"].kill("killed", servers.now);
    servers.start_standby("db-1", "db-2");
    servers.run_for(seconds(60));
    EXPECT_EQ(servers["db-1"].connection(), std::nullopt);
    EXPECT_NE(servers["db-1"].last_message().find("incorrect prev-link"), std::string::npos);
    EXPECT_TRUE(servers["db-1"].volume().wal.contains(1));
}

TEST(Replication, a_silent_standby_is_dropped_after_wal_sender_timeout) {
    Servers servers;
    Postgres& db = servers.primary("db-0");
    servers.standby("db-1", "db-0");
    const ConnectionId connection = *servers["db-1"].connection();
    db.standby_silent(connection, servers.now);
    db.advance(servers.now + seconds(59));
    EXPECT_NE(db.senders().find(connection), nullptr);
    db.advance(servers.now + seconds(60));
    EXPECT_EQ(db.senders().find(connection), nullptr);
}

}  // namespace
}  // namespace bestgres::fakepatroni
