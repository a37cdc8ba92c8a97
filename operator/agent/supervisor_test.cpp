#include "operator/agent/supervisor.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "lib/http/client.hpp"

namespace bestgres::agent {
namespace {

namespace fs = std::filesystem;

// A pod of this machine with an address of its own; what plays Patroni listens there.
class SupervisorRun : public testing::Test {
protected:
    SupervisorRun() {
        environment_.scope = "db";
        environment_.pod_name = "db-0";
        environment_.pod_ip = "127.99.1." + std::to_string(1 + getpid() % 250);
        folder_ = fs::temp_directory_path() / ("bestgres-supervisor-" + std::to_string(getpid()));
        fs::create_directories(folder_ / "data/global");
        environment_.data_directory = (folder_ / "data").string();
        environment_.watchdog = false;
    }

    ~SupervisorRun() override { fs::remove_all(folder_); }

    Result<int> run(const std::vector<std::string>& program) {
        Supervisor supervisor(loop_, environment_,
                              Log(
                                  LogLevel::info, [] { return Instant{}; },
                                  [this](std::string_view line) { log_ += line; }));
        return supervisor.run(program);
    }

    http::Response play_patroni(const http::Request& request) const {
        http::Response response;
        response.status = request.target == "/leader" ? 200 : 503;
        response.body = R"({"state":"running","role":"master","xlog":{"location":1}})";
        return response;
    }

    http::EventLoop loop_;
    fs::path folder_;
    Environment environment_;
    std::string log_;
};

TEST_F(SupervisorRun, ends_with_the_exit_code_of_its_program) {
    EXPECT_EQ(*run({"sh", "-c", "exit 7"}), 7);
}

TEST_F(SupervisorRun, hands_sigterm_on_and_ends_when_the_program_does) {
    loop_.after(std::chrono::milliseconds(300), [] { kill(getpid(), SIGTERM); });
    EXPECT_EQ(*run({"sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.05; done"}), 5);
    EXPECT_NE(log_.find("signal forwarded"), std::string::npos);
}

TEST_F(SupervisorRun, says_what_it_cannot_start) {
    EXPECT_EQ(run({"no-such-program"}).error().message,
              "start no-such-program: No such file or directory");
}

TEST_F(SupervisorRun, turns_ready_when_patroni_says_that_this_member_leads) {
    http::Server patroni(
        loop_, {.listen = {.address = environment_.pod_ip, .port = 8008}},
        [this](const http::ServerRequest& request, const http::Responder& responder) {
            responder.respond(play_patroni(request.request));
        });
    loop_.after(std::chrono::milliseconds(300), [&] { ASSERT_TRUE(patroni.start().ok()); });
    http::Client client(loop_, {});
    http::Timer timer(loop_);
    int before = 0;
    int after = 0;
    const auto ask = [&](int& status, std::function<void()> then) {
        http::Request request;
        request.target = "/ready";
        client.send({.tls = false, .host = environment_.pod_ip, .port = 8009}, request,
                    std::chrono::seconds(2),
                    [&status, then](Result<http::Response, http::Failure> answer) {
                        status = answer.ok() ? answer->status : -1;
                        then();
                    });
    };
    loop_.after(std::chrono::milliseconds(100), [&] { ask(before, [] {}); });
    timer.start(std::chrono::milliseconds(1600),
                [&] { ask(after, [] { kill(getpid(), SIGTERM); }); });
    const Result<int> code = run({"sleep", "30"});
    EXPECT_TRUE(code.ok()) << code.error().message;
    EXPECT_EQ(before, 503);
    EXPECT_EQ(after, 200);
}

}  // namespace
}  // namespace bestgres::agent
