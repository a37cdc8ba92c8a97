#include "operator/agent/processes.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace bestgres::agent {
namespace {

std::vector<std::pair<pid_t, int>> reap_within_a_second() {
    for (int i = 0; i < 100; ++i) {
        auto ended = reap();
        if (!ended.empty()) {
            return ended;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
}

TEST(ParseStat, bears_brackets_and_spaces_in_a_name) {
    EXPECT_EQ(parse_stat("42 (a) b (c) S 7 1 1 0"),
              (Process{.pid = 42, .parent = 7, .name = "a) b (c"}));
    EXPECT_EQ(parse_stat("nonsense"), std::nullopt);
}

TEST(ListProcesses, finds_this_one) {
    const std::vector<Process> all = list_processes();
    const bool found = std::any_of(all.begin(), all.end(), [](const Process& process) {
        return process.pid == getpid() && process.parent == getppid();
    });
    EXPECT_TRUE(found);
}

TEST(PostgresProcesses, takes_the_postmaster_its_backends_and_their_children) {
    const std::vector<Process> found = postgres_processes({{1, 0, "bestgres-agent"},
                                                           {5, 1, "patroni"},
                                                           {9, 1, "postgres"},
                                                           {10, 9, "postgres"},
                                                           {11, 10, "sh"},
                                                           {12, 11, "cp"}});
    EXPECT_EQ(found.size(), 4U);
    EXPECT_EQ(found.front().pid, 9);
}

TEST(Spawn, reports_the_exit_code_and_the_signal) {
    ASSERT_TRUE(spawn({"sh", "-c", "exit 3"}).ok());
    EXPECT_EQ(exit_code(reap_within_a_second().at(0).second), 3);
    ASSERT_TRUE(spawn({"sh", "-c", "kill -9 $$"}).ok());
    EXPECT_EQ(exit_code(reap_within_a_second().at(0).second), 137);
}

TEST(Spawn, names_the_program_that_does_not_exist) {
    EXPECT_EQ(spawn({"no-such-program"}).error().message,
              "start no-such-program: No such file or directory");
    EXPECT_TRUE(reap().empty());
}

}  // namespace
}  // namespace bestgres::agent
