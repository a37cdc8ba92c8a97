#include "operator/core/heartbeat.hpp"

#include <gtest/gtest.h>

namespace bestgres::core {
namespace {

kube::Object lock(const char* version, const char* leader, const char* renewed) {
    return kube::Object(Json{
        {"metadata",
         {{"name", "db-leader"},
          {"namespace", "shop"},
          {"uid", "u"},
          {"resourceVersion", version},
          {"annotations",
           {{"leader", leader}, {"ttl", "30"}, {"renewTime", renewed}, {"optime", renewed}}}}}});
}

bool is_one(const kube::Object& before, const kube::Object& after) {
    return is_heartbeat({kube::kinds::config_map, "shop", "db-leader"}, before, after);
}

TEST(Heartbeat, is_a_renewal_and_nothing_else) {
    EXPECT_TRUE(is_one(lock("1", "db-0", "10"), lock("2", "db-0", "20")));
}

TEST(Heartbeat, is_no_other_leader_no_release_and_no_other_setting) {
    const kube::Object before = lock("1", "db-0", "10");
    EXPECT_FALSE(is_one(before, lock("2", "db-1", "20")));
    EXPECT_FALSE(is_one(before, lock("2", "", "20")));
    EXPECT_FALSE(is_one(kube::Object(), lock("2", "db-0", "20")));
    Json json = lock("2", "db-0", "20").json();
    json["metadata"]["annotations"]["ttl"] = "20";
    EXPECT_FALSE(is_one(before, kube::Object(json)));
}

TEST(Heartbeat, is_no_change_of_an_object_without_a_lock) {
    const kube::Object config(Json{{"metadata", {{"name", "db-config"}, {"uid", "u"}}}});
    EXPECT_FALSE(is_one(config, config));
}

}  // namespace
}  // namespace bestgres::core
