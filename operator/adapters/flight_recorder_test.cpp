#include "operator/adapters/flight_recorder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

namespace bestgres::adapters {
namespace {

namespace fs = std::filesystem;

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class FlightRecorderTest : public ::testing::Test {
protected:
    void TearDown() override { fs::remove_all(directory_); }

    const std::string directory_ =
        fs::temp_directory_path() / ("bestgres-recorder-" + std::to_string(getpid()));
};

TEST_F(FlightRecorderTest, keeps_two_files_within_its_limit) {
    FlightRecorder recorder(directory_, 120);
    ASSERT_TRUE(recorder.begin("first").ok());
    EXPECT_FALSE(recorder.is_full());
    recorder.write(std::string(30, 'a'));
    EXPECT_TRUE(recorder.is_full());
    EXPECT_FALSE(recorder.is_overdue());
    recorder.write(std::string(30, 'b'));
    EXPECT_TRUE(recorder.is_overdue());
    ASSERT_TRUE(recorder.begin("second").ok());
    EXPECT_FALSE(recorder.is_full());
    EXPECT_EQ(text_of(recorder.current_path()), "second\n");
    EXPECT_EQ(text_of(recorder.previous_path()).size(), 6U + 31U + 31U);
}

TEST_F(FlightRecorderTest, lets_nobody_else_read) {
    FlightRecorder recorder(directory_, 100);
    ASSERT_TRUE(recorder.begin("header").ok());
    const fs::perms others = fs::perms::group_all | fs::perms::others_all;
    EXPECT_EQ(fs::status(recorder.current_path()).permissions() & others, fs::perms::none);
}

TEST_F(FlightRecorderTest, names_the_place_that_it_cannot_write_to) {
    std::ofstream(directory_) << "a file, where a directory is wanted";
    FlightRecorder recorder(directory_ + "/below", 100);
    const Result<Done> begun = recorder.begin("header");
    ASSERT_FALSE(begun.ok());
    EXPECT_NE(begun.error().message.find(directory_), std::string::npos);
    EXPECT_EQ(recorder.problem(), begun.error().message);
}

}  // namespace
}  // namespace bestgres::adapters
