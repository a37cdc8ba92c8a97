#include "fakekube/watch_log.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakekube {
namespace {

void append(WatchLog& log, std::uint64_t version) {
    StoredEvent event;
    event.version = version;
    log.append(std::move(event));
}

TEST(WatchLog, forgets_the_oldest_events_beyond_its_bound) {
    WatchLog log(100);
    for (std::uint64_t version = 1; version <= 1000; ++version) {
        append(log, version);
    }
    EXPECT_EQ(log.last(), 1000U);
    EXPECT_GE(log.compacted(), 700U);
    EXPECT_LE(log.compacted(), 900U);
    for (std::uint64_t version = log.compacted() + 1; version <= 1000; ++version) {
        EXPECT_EQ(log.at(version).version, version);
    }
}

TEST(WatchLog, goes_on_after_a_compaction_of_everything) {
    WatchLog log;
    append(log, 1);
    log.compact(50);
    append(log, 51);
    EXPECT_EQ(log.compacted(), 50U);
    EXPECT_EQ(log.at(51).version, 51U);
}

}  // namespace
}  // namespace bestgres::fakekube
