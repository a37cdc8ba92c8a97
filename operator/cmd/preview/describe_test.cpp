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

TEST(DescribeCluster, tells_when_the_newest_spec_is_not_seen_yet) {
    const kube::Object cluster(
        Json{{"metadata", {{"name", "db"}, {"namespace", "shop"}, {"generation", 1}}}});
    EXPECT_NE(describe_cluster(cluster, noon).find("has not acted on the newest spec"),
              std::string::npos);
}

}  // namespace
}  // namespace bestgres::cmd
