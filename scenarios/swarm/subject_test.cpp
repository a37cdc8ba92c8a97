#include "scenarios/swarm/subject.hpp"

#include <gtest/gtest.h>

#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::scenarios {
namespace {

Subject of(std::string_view workload) {
    return subject_of(*workloads::make_workload(workload));
}

TEST(Subject, is_the_cluster_that_is_made_first) {
    EXPECT_EQ(of("W44"), (Subject{.name = "db", .sharded = false, .clusters = {"db"}}));
}

TEST(Subject, has_every_group_that_a_sharded_cluster_ever_has) {
    const std::vector<std::string> groups = {"db-coordinator", "db-worker-0", "db-worker-1",
                                             "db-worker-2"};
    EXPECT_EQ(of("W36"), (Subject{.name = "db", .sharded = true, .clusters = groups}));
    EXPECT_EQ(of("W38").clusters, groups);
}

}  // namespace
}  // namespace bestgres::scenarios
