#include "operator/cmd/local/processes.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>

namespace bestgres::cmd::local {
namespace {

namespace fs = std::filesystem;

class LocalProcesses : public testing::Test {
protected:
    LocalProcesses()
        : folder_(fs::temp_directory_path() / ("bestgres-local-" + std::to_string(getpid()))) {
        fs::create_directories(folder_);
    }
    ~LocalProcesses() override { fs::remove_all(folder_); }

    Daemon daemon(std::vector<std::string> command) const {
        return {.command = std::move(command),
                .pid_file = folder_ / "pid",
                .log_file = folder_ / "log"};
    }

    fs::path folder_;
};

TEST_F(LocalProcesses, finds_a_started_process_again_and_stops_it) {
    const auto pid = start(daemon({"/bin/sleep", "60"}));
    ASSERT_TRUE(pid.ok());
    EXPECT_EQ(find_running(folder_ / "pid", "/bin/sleep"), *pid);
    stop(*pid, SIGTERM, 5);
    EXPECT_EQ(find_running(folder_ / "pid", "/bin/sleep"), std::nullopt);
}

TEST_F(LocalProcesses, does_not_take_another_program_for_its_own) {
    const auto pid = start(daemon({"/bin/sleep", "60"}));
    ASSERT_TRUE(pid.ok());
    EXPECT_EQ(find_running(folder_ / "pid", "/bin/other"), std::nullopt);
    stop(*pid, SIGKILL, 5);
}

TEST_F(LocalProcesses, repeats_the_last_line_of_a_process_that_ends_at_once) {
    const auto pid = start(daemon({"/bin/sh", "-c", "echo the port is taken >&2; exit 1"}));
    ASSERT_FALSE(pid.ok());
    EXPECT_NE(pid.error().message.find("the port is taken"), std::string::npos)
        << pid.error().message;
}

}  // namespace
}  // namespace bestgres::cmd::local
