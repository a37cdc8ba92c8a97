#include "operator/cmd/preview/describe.hpp"

#include <gtest/gtest.h>

namespace bestgres::cmd {
namespace {

constexpr Instant noon{1'700'000'000'000'000'000};

TEST(DescribeCluster, lines_up_members_and_says_what_is_waited_for) {
    const kube::Object cluster(
        Json{{"metadata", {{"name", "db"}, {"namespace", "shop"}, {"generation", 2}}},
             {"status",
              {{"phase", "Degraded"},
               {"ready", "1/2"},
               {"primary", "db-0"},
               {"observedGeneration", 2},
               {"members",
                {{{"name", "db-0"},
                  {"role", "primary"},
                  {"state", "running"},
                  {"timeline", 3},
                  {"ready", true}},
                 {{"name", "db-1"}, {"state", "creating replica"}, {"pendingRestart", true}}}},
               {"waitingFor",
                {{{"because", "db-1 to stream"},
                  {"since", format_seconds(noon - std::chrono::seconds(90))}}}}}}});
    const std::string text = describe_cluster(cluster, noon);
    EXPECT_EQ(
        text,
        "shop/db: Degraded, 1/2 ready, primary db-0\n"
        "  MEMBER  ROLE     STATE                               TIMELINE  LAG  READY  VERSION  "
        "NODE\n"
        "  db-0    primary  running                             3         -    yes    -        -\n"
        "  db-1    -        creating replica (restart pending)  -         -    no     -        -\n"
        "  waits 90s for: db-1 to stream\n");
}

TEST(DescribeCluster, tells_how_long_volumes_are_in_quarantine_still) {
    const auto quarantined = [](const char* name, Instant until) {
        return Json{{"name", name}, {"state", "Quarantined"}, {"until", format_seconds(until)}};
    };
    const kube::Object cluster(
        Json{{"metadata", {{"name", "db"}, {"namespace", "shop"}}},
             {"status",
              {{"volumes",
                {{{"name", "pgdata-db-0"}, {"state", "Bound"}},
                 quarantined("pgdata-db-1", noon + std::chrono::hours(50)),
                 quarantined("pgdata-db-2", noon - std::chrono::seconds(1))}}}}});
    EXPECT_EQ(describe_cluster(cluster, noon),
              "shop/db: not seen by the operator yet, 0 ready, primary none\n"
              "  pgdata-db-1 is in quarantine for 2d2h more, until 2023-11-17T00:13:20Z\n"
              "  pgdata-db-2 is in quarantine for no longer: it is to be deleted\n");
}

TEST(DescribeSharded, lines_up_groups_and_says_how_far_a_removal_is) {
    const kube::Object sharded(
        Json{{"metadata", {{"name", "shop"}, {"namespace", "default"}, {"generation", 2}}},
             {"status",
              {{"phase", "Scaling"},
               {"ready", "2/2"},
               {"coordinator", "shop-coordinator-0"},
               {"observedGeneration", 2},
               {"groups",
                {{{"name", "shop-worker-1"},
                  {"group", 2},
                  {"phase", "Running"},
                  {"ready", "1/1"},
                  {"primary", "shop-worker-1-0"},
                  {"node", 3},
                  {"placements", 12}}}},
               {"job", {{"id", 7}, {"state", "running"}, {"moved", "4/16"}}},
               {"removal", {{"cluster", "shop-worker-1"}, {"step", "Draining"}}}}}});
    EXPECT_EQ(describe_sharded(sharded, noon),
              "default/shop: Scaling, 2/2 groups ready, coordinator shop-coordinator-0\n"
              "  GROUP  CLUSTER        STATE    READY  PRIMARY          NODE  SHARDS  REGISTERED\n"
              "  2      shop-worker-1  Running  1/1    shop-worker-1-0  3     12      no\n"
              "  job 7 of Citus: running, 4/16 moves\n"
              "  shop-worker-1 is being removed: Draining\n");
}

TEST(DescribeCluster, tells_when_the_newest_spec_is_not_seen_yet) {
    const kube::Object cluster(
        Json{{"metadata", {{"name", "db"}, {"namespace", "shop"}, {"generation", 1}}}});
    EXPECT_NE(describe_cluster(cluster, noon).find("has not acted on the newest spec"),
              std::string::npos);
}

}  // namespace
}  // namespace bestgres::cmd
