#include "operator/agent/unfinished.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace bestgres::agent {
namespace {

namespace fs = std::filesystem;

class UnfinishedDirectory : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("bestgres-unfinished-" + std::to_string(getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name) const {
        fs::create_directories((data() / name).parent_path());
        std::ofstream(data() / name) << "x";
    }
    fs::path data() const { return folder_ / "data"; }
    bool is_marked_on_disk() const { return fs::exists(folder_ / "data.unfinished"); }

    // What the agent of a container that is started (again) makes of the directory.
    bool starts_and_removes() const { return *Unfinished(data()).clean_up(); }

    fs::path folder_;
};

PatroniReport running(bool holds_lock, bool in_recovery) {
    PatroniReport report;
    report.is_running = true;
    report.holds_lock = holds_lock;
    report.in_recovery = in_recovery;
    return report;
}
PatroniReport leads() {
    return running(true, false);
}
PatroniReport bootstraps() {
    return running(false, false);
}
PatroniReport replicates() {
    return running(false, true);
}
PatroniReport waits_for_a_leader() {
    PatroniReport report = replicates();
    report.cluster_unlocked = true;
    return report;
}

TEST_F(UnfinishedDirectory, left_by_a_dead_initdb_is_emptied) {
    EXPECT_FALSE(starts_and_removes());
    write("PG_VERSION");
    write("global/pg_control");
    EXPECT_TRUE(starts_and_removes());
    EXPECT_TRUE(fs::is_empty(data()));
    EXPECT_TRUE(is_marked_on_disk());
}

TEST_F(UnfinishedDirectory, is_good_when_its_member_leads_and_not_before) {
    Unfinished directory(data());
    ASSERT_TRUE(directory.clean_up().ok());
    write("global/pg_control");
    ASSERT_TRUE(directory.follow(bootstraps()).ok());
    EXPECT_TRUE(directory.is_marked());
    ASSERT_TRUE(directory.follow(leads()).ok());
    EXPECT_FALSE(is_marked_on_disk());
    EXPECT_FALSE(starts_and_removes());
    EXPECT_TRUE(fs::exists(data() / "global/pg_control"));
}

// Patroni demotes the primary of a bootstrap when it loses the API server meanwhile.
TEST_F(UnfinishedDirectory, of_a_bootstrap_that_was_broken_off_is_emptied_by_the_next_start) {
    Unfinished directory(data());
    ASSERT_TRUE(directory.clean_up().ok());
    EXPECT_FALSE(directory.is_half_made());
    write("global/pg_control");
    write("standby.signal");
    ASSERT_TRUE(directory.follow(waits_for_a_leader()).ok());
    EXPECT_TRUE(directory.is_half_made());
    EXPECT_TRUE(starts_and_removes());
}

TEST_F(UnfinishedDirectory, of_a_copy_whose_leader_went_away_is_kept_until_one_is_there) {
    Unfinished directory(data());
    ASSERT_TRUE(directory.clean_up().ok());
    write("backup_label.old");
    write("global/pg_control");
    ASSERT_TRUE(directory.follow(waits_for_a_leader()).ok());
    EXPECT_TRUE(directory.is_marked());
    EXPECT_FALSE(directory.is_half_made());
    EXPECT_FALSE(starts_and_removes());
    ASSERT_TRUE(directory.follow(replicates()).ok());
    EXPECT_FALSE(directory.is_marked());
}

TEST_F(UnfinishedDirectory, that_once_served_is_never_touched) {
    write("PG_VERSION");
    EXPECT_FALSE(starts_and_removes());
    EXPECT_FALSE(is_marked_on_disk());
    EXPECT_TRUE(fs::exists(data() / "PG_VERSION"));
}

TEST_F(UnfinishedDirectory, of_a_complete_base_backup_is_kept) {
    EXPECT_FALSE(starts_and_removes());
    write("backup_label");
    write("global/pg_control");
    EXPECT_FALSE(starts_and_removes());
    EXPECT_TRUE(fs::exists(data() / "backup_label"));
}

TEST_F(UnfinishedDirectory, of_a_torn_base_backup_is_emptied_even_after_a_reinitialization) {
    Unfinished directory(data());
    ASSERT_TRUE(directory.clean_up().ok());
    write("global/pg_control");
    ASSERT_TRUE(directory.follow(replicates()).ok());
    fs::remove_all(data());
    write("backup_label");
    ASSERT_TRUE(directory.follow(replicates()).ok());
    EXPECT_TRUE(is_marked_on_disk());
    EXPECT_TRUE(starts_and_removes());
}

TEST_F(UnfinishedDirectory, that_cannot_be_marked_says_so) {
    Unfinished directory("/nonexistent/data");
    EXPECT_EQ(directory.clean_up().error().message,
              "write /nonexistent/data.unfinished: not writable");
}

}  // namespace
}  // namespace bestgres::agent
