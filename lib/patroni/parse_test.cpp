#include "lib/patroni/parse.hpp"

#include <gtest/gtest.h>

namespace bestgres::patroni {
namespace {

TEST(MemberStatus, reads_what_patroni_4_writes_about_a_streaming_replica) {
    const Result<MemberStatus> status = parse_member_status(
        R"({"conn_url":"postgres://127.0.0.1:15434/postgres",)"
        R"("api_url":"http://127.0.0.1:18010/patroni","state":"running","role":"replica",)"
        R"("version":"4.1.4","xlog_location":67108864,"replay_lsn":67108864,)"
        R"("receive_lsn":67108864,"replication_state":"streaming","timeline":1})");

    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->role, Role::replica);
    EXPECT_EQ(status->state, State::running);
    EXPECT_EQ(status->replication_state, "streaming");
    EXPECT_EQ(status->timeline, 1);
    EXPECT_EQ(status->written, Lsn{67108864});
    EXPECT_FALSE(status->pending_restart);
}

TEST(MemberStatus, reads_master_of_patroni_3_as_primary) {
    const Result<MemberStatus> status = parse_member_status(
        R"({"conn_url":"c","api_url":"a","state":"running","role":"master","version":"3.0.2",)"
        R"("xlog_location":24470584,"timeline":1})");

    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->role, Role::primary);
    EXPECT_EQ(status->replication_state, std::nullopt);
}

TEST(MemberStatus, keeps_why_a_restart_is_pending) {
    const Result<MemberStatus> status = parse_member_status(
        R"({"state":"running","role":"replica","version":"4.1.4","pending_restart":true,)"
        R"("pending_restart_reason":{"max_connections":{"old_value":"50","new_value":"60"}}})");

    ASSERT_TRUE(status.ok());
    EXPECT_TRUE(status->pending_restart);
    EXPECT_EQ(status->pending_settings.at("max_connections"), (PendingSetting{"50", "60"}));
}

TEST(MemberStatus, is_an_error_where_the_annotation_is_no_object) {
    EXPECT_FALSE(parse_member_status("[]").ok());
    EXPECT_FALSE(parse_member_status("{").ok());
}

TEST(MemberStatus, tolerates_words_of_a_newer_patroni) {
    const Result<MemberStatus> status =
        parse_member_status(R"({"state":"meditating","role":"sage","later":[1]})");

    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->role, Role::unknown);
    EXPECT_EQ(status->state, State::unknown);
    EXPECT_EQ(status->state_text, "meditating");
}

TEST(LeaderLock, reads_the_annotations_of_the_leader_object) {
    const Json annotations = {{"leader", "node0"},
                              {"ttl", "30"},
                              {"renewTime", "2026-11-20T16:47:29.404594+00:00"},
                              {"acquireTime", "2026-11-20T16:47:29.313593+00:00"},
                              {"transitions", "2"},
                              {"optime", "24470648"},
                              {"slots", R"({"node0":24470648})"},
                              {"failsafe", R"({"node0":"http://127.0.0.1:8008/patroni"})"}};

    const LeaderLock lock = parse_leader(annotations);

    EXPECT_EQ(lock.holder, "node0");
    EXPECT_EQ(lock.ttl, std::chrono::seconds(30));
    EXPECT_EQ(lock.transitions, 2);
    EXPECT_EQ(lock.optime, Lsn{24470648});
    EXPECT_EQ(lock.failsafe.at("node0"), "http://127.0.0.1:8008/patroni");
}

TEST(LeaderLock, is_released_where_the_leader_is_absent) {
    EXPECT_EQ(parse_leader(Json{{"ttl", "30"}}).holder, "");
    EXPECT_EQ(parse_leader(Json()).holder, "");
}

TEST(SyncState, splits_the_standbys) {
    const SyncState sync =
        parse_sync({{"leader", "node2"}, {"quorum", "1"}, {"sync_standby", "node0,node1"}});

    EXPECT_EQ(sync.leader, "node2");
    EXPECT_EQ(sync.standbys, (std::vector<std::string>{"node0", "node1"}));
    EXPECT_EQ(sync.quorum, 1);
    EXPECT_TRUE(sync.contains("node1"));
    EXPECT_FALSE(sync.contains("node"));
}

TEST(ConfigState, tells_an_empty_initialize_from_an_absent_one) {
    EXPECT_EQ(parse_config({{"initialize", ""}}).initialize, "");
    EXPECT_EQ(parse_config(Json::object()).initialize, std::nullopt);
    EXPECT_EQ(parse_config(Json()).initialize, std::nullopt);
}

TEST(ConfigState, reads_configuration_and_history) {
    const ConfigState state = parse_config(
        {{"initialize", "7710296287858203009"},
         {"config", R"({"ttl":30,"postgresql":{"parameters":{"max_connections":50}}})"},
         {"history",
          R"([[1,67381736,"no recovery target specified","2026-11-20T16:49:30+00:00","node2"]])"}});

    ASSERT_TRUE(state.config.has_value());
    EXPECT_EQ(find_int(*state.config, {"ttl"}), 30);
    ASSERT_EQ(state.history.size(), 1U);
    EXPECT_EQ(state.history[0].timeline, 1);
    EXPECT_EQ(state.history[0].new_leader, "node2");
}

TEST(FailoverRequest, is_pending_until_it_is_cleaned) {
    EXPECT_TRUE(parse_failover({{"leader", "a"}, {"member", "b"}}).pending());
    EXPECT_FALSE(parse_failover(Json::object()).pending());
}

TEST(RestStatus, reads_a_primary_of_patroni_4) {
    const Result<RestStatus> status = parse_rest_status(
        R"({"state": "running", "role": "primary", "server_version": 150020,)"
        R"( "xlog": {"location": 67108960}, "timeline": 1, "replication": [)"
        R"({"usename": "standby", "application_name": "node2", "state": "streaming"},)"
        R"({"usename": "standby", "application_name": "node1", "state": "backup"}],)"
        R"( "dcs_last_seen": 1795193309, "database_system_identifier": "7710296287858203009",)"
        R"( "patroni": {"version": "4.1.4", "scope": "demo", "name": "node0"}})");

    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->role, Role::primary);
    EXPECT_EQ(status->location, Lsn{67108960});
    EXPECT_EQ(status->streaming_standbys, std::vector<std::string>{"node2"});
    EXPECT_EQ(status->name, "node0");
    EXPECT_EQ(status->server_version, 150020);
}

TEST(RestStatus, reads_a_replica_of_patroni_3) {
    const Result<RestStatus> status = parse_rest_status(
        R"({"state": "running", "role": "replica", "xlog": {"received_location": 67109816,)"
        R"( "replayed_location": 67109816, "replayed_timestamp": null, "paused": false},)"
        R"( "timeline": 3, "patroni": {"version": "3.0.2", "scope": "demo"}})");

    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->role, Role::replica);
    EXPECT_EQ(status->received, Lsn{67109816});
    EXPECT_EQ(status->location, std::nullopt);
    EXPECT_EQ(status->name, "");
}

TEST(Lsn, reads_and_writes_both_forms) {
    EXPECT_EQ(*parse_lsn("0/4000060"), Lsn{0x4000060});
    EXPECT_EQ(*parse_lsn("67108960"), Lsn{67108960});
    EXPECT_EQ(to_string(Lsn{0x100000001}), "1/1");
    EXPECT_FALSE(parse_lsn("x").ok());
    EXPECT_FALSE(parse_lsn("").ok());
    EXPECT_FALSE(parse_lsn("1/").ok());
}

TEST(LeaderLabel, is_master_or_primary) {
    EXPECT_TRUE(is_leader_label("master"));
    EXPECT_TRUE(is_leader_label("primary"));
    EXPECT_FALSE(is_leader_label("replica"));
    EXPECT_FALSE(is_leader_label(""));
}

}  // namespace
}  // namespace bestgres::patroni
