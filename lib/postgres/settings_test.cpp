#include "lib/postgres/settings.hpp"

#include <gtest/gtest.h>

#include "lib/postgres/quote.hpp"
#include "lib/postgres/version.hpp"

namespace bestgres::postgres {
namespace {

TEST(Settings, of_the_postmaster_take_a_restart) {
    EXPECT_EQ(change_takes("shared_buffers"), Takes::restart);
    EXPECT_EQ(change_takes("max_connections"), Takes::restart);
    EXPECT_EQ(change_takes("wal_log_hints"), Takes::restart);
    EXPECT_EQ(change_takes("archive_mode"), Takes::restart);
    EXPECT_EQ(change_takes("wal_level"), Takes::restart);
}

TEST(Settings, of_other_contexts_take_a_reload) {
    EXPECT_EQ(change_takes("work_mem"), Takes::reload);
    EXPECT_EQ(change_takes("pg_stat_statements.track"), Takes::reload);
}

TEST(Settings, that_bind_standbys_are_the_five_of_the_manual) {
    EXPECT_TRUE(is_standby_bound("max_wal_senders"));
    EXPECT_TRUE(is_standby_bound("max_locks_per_transaction"));
    EXPECT_FALSE(is_standby_bound("shared_buffers"));
}

TEST(Settings, are_lowered_only_where_both_values_are_integers) {
    EXPECT_TRUE(is_lowered("200", 100));
    EXPECT_FALSE(is_lowered("100", "200"));
    EXPECT_FALSE(is_lowered("100", "100"));
    EXPECT_FALSE(is_lowered("replica", "minimal"));
    EXPECT_FALSE(is_lowered(Json(), "1"));
}

TEST(Quote, doubles_quotes) {
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("a\\b"), "E'a\\\\b'");
    EXPECT_EQ(quote_identifier("weird \"name\""), "\"weird \"\"name\"\"\"");
}

TEST(Version, is_written_as_people_write_it) {
    EXPECT_EQ(version_text(150020), "15.20");
    EXPECT_EQ(version_text(0), "");
    EXPECT_EQ(major_version(160003), 16);
}

}  // namespace
}  // namespace bestgres::postgres
