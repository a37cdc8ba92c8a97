#include "scenarios/invariants/r2_read_routing.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct R2 : ::testing::Test, DataCourt<R2ReadRouting> {
    void routes(const std::vector<std::string>& pods) {
        std::vector<std::string> uids;
        for (const std::string& pod : pods) {
            uids.push_back(uid(pod));
        }
        truth.routes[{"node-1", "db-repl"}] = uids;
        tell(RouteChanged{"node-1", "db-repl", uids});
    }
    void rebuild(const std::string& pod) {
        servers[pod].kill("SIGKILL", servers.now);
        servers.run_for(std::chrono::seconds(1));
        servers[pod].wipe();
        EXPECT_TRUE(servers[pod].begin_base_backup(servers.now).ok());
        changed(pod);
    }
    void time_passes(int seconds) {
        for (int second = 0; second < seconds; ++second) {
            after(std::chrono::seconds(1), LineLogged{});
        }
    }
};

TEST_F(R2, replicas_that_stream_are_lawful) {
    routes({"db-1", "db-2"});
    time_passes(100);
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(R2, who_rebuilds_its_data_leaves_the_routes) {
    routes({"db-1", "db-2"});
    rebuild("db-2");
    time_passes(50);
    routes({"db-1"});
    time_passes(100);
    EXPECT_EQ(said(), "");
}

TEST_F(R2, readers_are_not_sent_to_who_rebuilds_its_data) {
    routes({"db-1", "db-2"});
    rebuild("db-2");
    time_passes(200);
    EXPECT_EQ(said(), "R2: Readers are sent to db-2, which rebuilds its data, for 61.0 s");
}

TEST_F(R2, in_a_settled_cluster_readers_are_sent_to_who_streams) {
    routes({"db-1", "db-2"});
    servers["db-2"].kill("SIGKILL", servers.now);
    tell(Settled{});
    EXPECT_EQ(said(), "R2: Readers of shop/db are sent to db-2, which does not stream");
}

TEST_F(R2, in_a_settled_cluster_readers_see_what_was_written) {
    routes({"db-2"});
    cut_off("db-2");
    EXPECT_TRUE(servers["db-0"].begin_commit({.id = 7, .bytes = 32U << 20U}, servers.now).ok());
    servers.run_for(std::chrono::seconds(5));
    tell(Settled{});
    EXPECT_EQ(said(), "R2: Readers of shop/db are sent to db-2, which is 32 MiB behind");
}

}  // namespace
}  // namespace bestgres::scenarios
