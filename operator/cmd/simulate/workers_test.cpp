#include "operator/cmd/simulate/workers.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <map>

namespace bestgres::cmd::simulate {
namespace {

struct Heard {
    std::map<std::size_t, std::vector<std::string>> lines;
    std::map<std::size_t, WorkerEnd> ends;
};

Heard heard_from(std::size_t count, const std::function<void(std::size_t, const Send&)>& work) {
    Heard heard;
    run_workers({.count = count,
                 .work = work,
                 .on_line = [&](std::size_t worker,
                                const std::string& line) { heard.lines[worker].push_back(line); },
                 .on_end = [&](const WorkerEnd& end) { heard.ends[end.worker] = end; },
                 .on_second = [] {}});
    return heard;
}

TEST(Workers, hand_over_every_line_of_each_process) {
    const Heard heard = heard_from(3, [](std::size_t worker, const Send& send) {
        send(std::to_string(worker));
        send(std::string(200'000, 'x'));
    });
    for (std::size_t worker = 0; worker < 3; ++worker) {
        ASSERT_EQ(heard.lines.at(worker).size(), 2U);
        EXPECT_EQ(heard.lines.at(worker)[0], std::to_string(worker));
        EXPECT_EQ(heard.lines.at(worker)[1].size(), 200'000U);
        EXPECT_TRUE(heard.ends.at(worker).clean);
    }
}

TEST(Workers, tell_of_a_process_that_was_killed) {
    const Heard heard = heard_from(2, [](std::size_t worker, const Send& send) {
        send("begun");
        if (worker == 1) {
            raise(SIGKILL);
        }
    });
    EXPECT_TRUE(heard.ends.at(0).clean);
    EXPECT_FALSE(heard.ends.at(1).clean);
    EXPECT_EQ(heard.ends.at(1).how, "killed by signal 9");
    EXPECT_EQ(heard.lines.at(1), std::vector<std::string>{"begun"});
}

}  // namespace
}  // namespace bestgres::cmd::simulate
