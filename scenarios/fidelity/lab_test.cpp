// The modelled cluster, fault by fault, against what was measured with real Patroni.
#include <gtest/gtest.h>

#include "scenarios/fidelity/lab.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Json usual_config() {
    return {{"ttl", 30},
            {"loop_wait", 10},
            {"retry_timeout", 10},
            {"maximum_lag_on_failover", 1048576},
            {"postgresql", {{"use_pg_rewind", true}, {"use_slots", true}}}};
}

kube::Patch configured(const Json& config) {
    return {.ref = {kube::kinds::config_map, "default", "demo-config"},
            .type = kube::PatchType::merge,
            .body = {{"metadata", {{"annotations", {{"config", dump(config)}}}}}},
            .subresource = ""};
}

std::string tail(const Lab& lab) {
    std::string text;
    const std::size_t from = lab.log().size() > 60 ? lab.log().size() - 60 : 0;
    for (std::size_t index = from; index < lab.log().size(); ++index) {
        text += lab.log()[index] + "\n";
    }
    return text;
}

class Cluster : public testing::Test {
protected:
    Cluster() : lab({.config = usual_config()}) {
        lab.start_all();
        EXPECT_TRUE(lab.run_until([](const Lab& now) { return now.all_stream(); }, minutes(1)))
            << tail(lab);
        lab.run_for(seconds(30));
        lab.commit();
        lab.run_for(seconds(5));
    }

    std::string replica() const { return lab.leader() == "node0" ? "node1" : "node0"; }
    Duration time_until(const std::function<bool(const Lab&)>& done, Duration limit) {
        const Instant before = lab.now();
        EXPECT_TRUE(lab.run_until(done, limit)) << tail(lab);
        return lab.now() - before;
    }

    Lab lab;
};

TEST_F(Cluster, bootstraps_once_and_replicates) {
    EXPECT_EQ(lab.writable().size(), 1U);
    EXPECT_EQ(lab.role_label(lab.leader()), "primary");
    EXPECT_EQ(lab.role_label(replica()), "replica");
    EXPECT_EQ(lab.status(replica())["replication_state"], "streaming") << tail(lab);
}

TEST_F(Cluster, fails_over_after_ttl_and_takes_the_old_primary_back) {
    const std::string old = lab.leader();
    lab.kill(old);
    const Duration took = time_until(
        [&](const Lab& now) { return now.leader() != old && now.writable().size() == 1; },
        minutes(1));
    EXPECT_GE(took, seconds(19));
    EXPECT_LE(took, seconds(32));
    lab.start(old);
    time_until([](const Lab& now) { return now.all_stream(); }, minutes(1));
    lab.run_for(seconds(20));
    EXPECT_TRUE(lab.lost_on(lab.leader()).empty());
    EXPECT_EQ(lab.role_label(old), "replica");
}

TEST_F(Cluster, hands_over_within_seconds_of_sigterm_and_loses_nothing) {
    const std::string old = lab.leader();
    lab.terminate(old);
    const Duration took = time_until(
        [&](const Lab& now) { return now.writable().size() == 1 && now.writable()[0] != old; },
        minutes(1));
    EXPECT_LE(took, seconds(4));
    EXPECT_FALSE(lab.runs(old));
    EXPECT_TRUE(lab.lost_on(lab.writable()[0]).empty());
    lab.start(old);
    time_until([](const Lab& now) { return now.all_stream(); }, minutes(1));
}

TEST_F(Cluster, switches_over_on_request_with_an_outage_of_about_two_seconds) {
    const std::string old = lab.leader();
    lab.ask(old, "POST", "/switchover", {{"leader", old}, {"candidate", replica()}});
    const std::string candidate = replica();
    time_until([](const Lab& now) { return now.writable().empty(); }, seconds(5));
    const Duration outage =
        time_until([](const Lab& now) { return now.writable().size() == 1; }, seconds(20));
    EXPECT_EQ(lab.writable(), std::vector<std::string>{candidate});
    EXPECT_LE(outage, milliseconds(3500));
    time_until([](const Lab& now) { return !now.replies().empty(); }, seconds(5));
    EXPECT_EQ(lab.replies().back().second.status, 200);
    EXPECT_EQ(lab.replies().back().second.body,
              "Successfully switched over to \"" + candidate + "\"");
    time_until([](const Lab& now) { return now.all_stream(); }, minutes(1));
    EXPECT_TRUE(lab.lost_on(candidate).empty());
    EXPECT_EQ(lab.annotations("failover"), Json(Json::object()));
}

TEST_F(Cluster, hears_of_a_request_that_comes_while_its_loop_is_woken_already) {
    const std::string old = lab.leader();
    const std::string candidate = replica();
    Json config = usual_config();
    config["pause"] = true;
    lab.change(configured(config));
    lab.run_for(seconds(30));
    config.erase("pause");
    lab.change(configured(config));
    config["maximum_lag_on_failover"] = 2097152;
    lab.change(configured(config));
    lab.change(kube::Create{
        .kind = kube::kinds::config_map,
        .object =
            kube::Object(Json{{"apiVersion", "v1"},
                              {"kind", "ConfigMap"},
                              {"metadata",
                               {{"name", "demo-failover"},
                                {"namespace", "default"},
                                {"labels", {{"application", "patroni"}, {"cluster-name", "demo"}}},
                                {"annotations", {{"leader", old}, {"member", candidate}}}}}})});
    time_until([&](const Lab& now) { return now.leader() == candidate; }, seconds(20));
    time_until([](const Lab& now) { return now.all_stream(); }, minutes(1));
    EXPECT_EQ(lab.annotations("failover"), Json(Json::object()));
}

TEST_F(Cluster, starts_a_crashed_primary_again_without_failover) {
    const std::string old = lab.leader();
    lab.kill_postgres(old);
    const Duration took =
        time_until([](const Lab& now) { return now.writable().size() == 1; }, seconds(30));
    EXPECT_LE(took, seconds(11));
    EXPECT_EQ(lab.leader(), old);
    EXPECT_EQ(lab.postgres(old).timeline(), 1);
}

TEST_F(Cluster, bridges_a_short_outage_of_the_api_server) {
    lab.refuse_api(true);
    lab.run_for(seconds(5));
    lab.refuse_api(false);
    lab.run_for(seconds(60));
    EXPECT_TRUE(lab.all_stream()) << tail(lab);
    EXPECT_EQ(lab.postgres(lab.leader()).timeline(), 1);
}

TEST_F(Cluster, demotes_itself_when_the_api_server_is_away_and_comes_back_with_a_new_timeline) {
    const std::string old = lab.leader();
    lab.refuse_api(true);
    const Duration took =
        time_until([](const Lab& now) { return now.writable().empty(); }, seconds(30));
    EXPECT_LE(took, seconds(21));
    lab.run_for(seconds(60));
    EXPECT_TRUE(lab.writable().empty());
    lab.refuse_api(false);
    time_until([](const Lab& now) { return now.writable().size() == 1; }, seconds(15));
    time_until([](const Lab& now) { return now.all_stream(); }, minutes(1));
    EXPECT_EQ(lab.postgres(lab.leader()).timeline(), 2);
}

TEST_F(Cluster, never_has_two_primaries_when_only_the_leader_is_cut_off_from_the_api_server) {
    const std::string old = lab.leader();
    lab.silence_api(old, true);
    bool overlapped = false;
    const Duration took = time_until(
        [&](const Lab& now) {
            overlapped = overlapped || now.writable().size() > 1;
            return now.writable().size() == 1 && now.writable()[0] != old;
        },
        minutes(2));
    EXPECT_FALSE(overlapped);
    EXPECT_LE(took, seconds(45));
    lab.silence_api(old, false);
}

TEST_F(Cluster, has_two_primaries_while_a_frozen_patroni_leaves_its_server_behind) {
    const std::string old = lab.leader();
    lab.freeze(old);
    const Duration took =
        time_until([](const Lab& now) { return now.writable().size() == 2; }, minutes(1));
    EXPECT_GE(took, seconds(19));
    EXPECT_LE(took, seconds(35));
    lab.thaw(old);
    time_until([](const Lab& now) { return now.writable().size() == 1; }, seconds(15));
    EXPECT_NE(lab.writable()[0], old);
    time_until([](const Lab& now) { return now.all_stream(); }, minutes(2));
}

}  // namespace
}  // namespace bestgres::scenarios
