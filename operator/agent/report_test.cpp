// The runner of a Job's client program, with real programs.
#include "operator/agent/report.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "operator/agent/processes.hpp"

namespace bestgres::agent {
namespace {

struct Ended {
    int code = -1;
    std::string message;
};

// In a process of its own, as it blocks signals; `meanwhile` is given its pid.
template <class Meanwhile>
Ended run(const std::vector<std::string>& program, ReportSettings settings, Meanwhile meanwhile) {
    settings.message_path =
        (std::filesystem::temp_directory_path() / ("report-" + std::to_string(getpid()))).string();
    std::filesystem::remove(settings.message_path);
    const pid_t child = fork();
    if (child == 0) {
        _exit(report(program, settings).value_or(99));
    }
    meanwhile(child);
    int status = 0;
    waitpid(child, &status, 0);
    std::stringstream text;
    text << std::ifstream(settings.message_path).rdbuf();
    return {.code = exit_code(status), .message = text.str()};
}

Ended run(const std::vector<std::string>& program, ReportSettings settings = {}) {
    return run(program, std::move(settings), [](pid_t) {});
}

TEST(Report, hands_back_what_the_program_said_and_how_it_ended) {
    const Ended ended = run({"sh", "-c", "echo one; echo two >&2; exit 3"});

    EXPECT_EQ(ended.code, 3);
    EXPECT_EQ(ended.message, "one\ntwo\n");
}

TEST(Report, gives_the_program_its_input) {
    const Ended ended = run({"cat"}, {.input = "SELECT 1;\n"});

    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.message, "SELECT 1;\n");
}

TEST(Report, keeps_the_end_of_a_long_output) {
    const Ended ended = run({"sh", "-c", "seq 1 100000"});

    EXPECT_EQ(ended.code, 0);
    EXPECT_LE(ended.message.size(), longest_message);
    EXPECT_GT(ended.message.size(), longest_message / 2);
    EXPECT_TRUE(ended.message.ends_with("\n99999\n100000\n"));
}

TEST(Report, says_nothing_of_a_silent_program) {
    const Ended ended = run({"sh", "-c", "echo password; exit 1"}, {.is_silent = true});

    EXPECT_EQ(ended.code, 1);
    EXPECT_EQ(ended.message, "sh ended with 1\n");
}

TEST(Report, names_a_program_that_the_image_lacks) {
    const Ended ended = run({"pg_no_such_program", "--all"});

    EXPECT_EQ(ended.code, 127);
    EXPECT_EQ(ended.message, "start pg_no_such_program: No such file or directory");
}

TEST(Report, hands_sigterm_on_as_sigint) {
    const Ended ended =
        run({"sh", "-c", "trap 'echo cancelled; exit 4' INT; echo ready; sleep 60 & wait"}, {},
            [](pid_t child) {
                std::this_thread::sleep_for(std::chrono::milliseconds(500));
                kill(child, SIGTERM);
            });

    EXPECT_EQ(ended.code, 4);
    EXPECT_EQ(ended.message, "ready\ncancelled\n");
}

TEST(Report, kills_what_does_not_end) {
    const auto begun = std::chrono::steady_clock::now();
    const Ended ended = run({"sh", "-c", "trap '' INT; sleep 60"},
                            {.patience = std::chrono::milliseconds(300)}, [](pid_t child) {
                                std::this_thread::sleep_for(std::chrono::milliseconds(300));
                                kill(child, SIGTERM);
                            });

    EXPECT_EQ(ended.code, 128 + SIGKILL);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

TEST(LastWords, begin_with_a_line_and_are_utf8) {
    EXPECT_EQ(last_words("first\nsecond\nthird\n", 13), "third\n");
    EXPECT_EQ(last_words("one line alone", 5), "alone");
    EXPECT_EQ(last_words("caf\xC3\xA9 \xFF\xC3", 100), "caf\xC3\xA9 ");
    EXPECT_EQ(last_words("a\x1b[31mb\r\n", 100), "a[31mb\n");
    EXPECT_EQ(last_words("", 10), "");
}

}  // namespace
}  // namespace bestgres::agent
