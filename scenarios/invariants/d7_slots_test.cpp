#include "scenarios/invariants/d7_slots.hpp"

#include "scenarios/invariants/data_testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct D7 : ::testing::Test, DataCourt<D7Slots> {
    void slots(std::initializer_list<const char*> names) {
        for (const char* name : names) {
            servers["db-0"].make_slot(name);
            servers["db-0"].advance_slot(name, servers["db-0"].written());
        }
    }
    void grow(std::uint64_t mebibytes) {
        EXPECT_TRUE(
            servers["db-0"].begin_commit({.id = 7, .bytes = mebibytes << 20U}, servers.now).ok());
        servers.run_for(std::chrono::seconds(5));
    }
};

TEST_F(D7, a_slot_for_each_member_that_streams_is_lawful) {
    slots({"db_1", "db_2"});
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(D7, who_streams_needs_a_slot) {
    slots({"db_1"});
    tell(Settled{});
    EXPECT_EQ(said(), "D7: db-0 has no sound slot for db-2, which streams from it");
}

TEST_F(D7, a_slot_that_nobody_uses_may_stay_for_a_while) {
    slots({"db_1", "db_2", "db_3"});
    grow(32);
    tell(Settled{});
    EXPECT_EQ(said(), "");
}

TEST_F(D7, a_slot_that_nobody_uses_does_not_fill_the_disk) {
    slots({"db_3"});
    truth.who_runs.resize(1);
    grow(100);
    tell(Settled{});
    EXPECT_EQ(said(), "D7: Slot db_3 on db-0 holds back 100 MiB for nobody");
}

}  // namespace
}  // namespace bestgres::scenarios
