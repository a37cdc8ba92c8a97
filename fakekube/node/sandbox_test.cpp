// Real processes under bubblewrap: as root with a private uid, else as whoever runs the tests.
#include "fakekube/node/sandbox.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace bestgres::fakekube::node {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t test_uid = 777'777;

class SandboxTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/sandbox-test-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        chmod(pattern.c_str(), 0755);
    }
    void TearDown() override {
        sandbox_.reset();
        std::filesystem::remove_all(directory_);
    }

    SandboxSpec shell(const std::string& script) const {
        SandboxSpec spec;
        spec.init_program = FAKEKUBE_INIT;
        spec.hostname = "db-0";
        spec.uid = 999;
        spec.gid = 999;
        if (geteuid() == 0) {
            spec.real_uid = test_uid;
        }
        spec.arguments = {"sh", "-c", script};
        spec.environment = {"PATH=/usr/bin:/bin", "COLOUR=green"};
        return spec;
    }

    std::string volume(const std::string& name) const {
        const std::string path = directory_ + "/" + name;
        std::filesystem::create_directory(path);
        if (geteuid() == 0) {
            EXPECT_EQ(chown(path.c_str(), test_uid, test_uid), 0);
        }
        return path;
    }

    void start(const SandboxSpec& spec) {
        SandboxEvents events;
        events.started = [this] { started_ = true; };
        events.refused = [this](const std::string& why) { refused_ = why; };
        events.exited = [this](Exit how) { exit_ = how; };
        events.output = [this](bool, std::string_view bytes) { output_ += bytes; };
        sandbox_ = std::make_unique<Sandbox>(reactor_, std::move(events));
        ASSERT_TRUE(sandbox_->start(spec).ok());
    }

    template <class Condition>
    bool wait_for(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!condition() && std::chrono::steady_clock::now() < end) {
            reactor_.run_once(50ms);
        }
        return condition();
    }
    bool wait_for_exit() {
        return wait_for([this] { return exit_ || refused_; });
    }

    std::string directory_;
    Reactor reactor_;
    std::unique_ptr<Sandbox> sandbox_;
    bool started_ = false;
    std::optional<std::string> refused_;
    std::optional<Exit> exit_;
    std::string output_;
};

TEST_F(SandboxTest, runs_a_program_as_the_uid_that_was_asked_for) {
    start(shell("id -u; hostname; echo $COLOUR; pwd; exit 7"));
    ASSERT_TRUE(wait_for_exit());
    EXPECT_EQ(output_, "999\ndb-0\ngreen\n/\n");
    EXPECT_EQ(exit_, (Exit{.code = 7, .signal = 0}));
}

TEST_F(SandboxTest, reports_the_signal_that_ended_it) {
    start(shell("kill -9 $$"));
    ASSERT_TRUE(wait_for_exit());
    EXPECT_EQ(exit_->status(), 137);
}

TEST_F(SandboxTest, refuses_what_cannot_be_executed) {
    SandboxSpec spec = shell("");
    spec.arguments = {"/no/such/program"};
    start(spec);
    ASSERT_TRUE(wait_for_exit());
    EXPECT_EQ(refused_, "No such file or directory");
    EXPECT_FALSE(started_);
}

TEST_F(SandboxTest, tells_what_bwrap_says) {
    SandboxSpec spec = shell("true");
    spec.files.mounts = {{.source = directory_ + "/absent", .target = "/data"}};
    start(spec);
    ASSERT_TRUE(wait_for_exit());
    EXPECT_NE(refused_.value_or("").find("absent"), std::string::npos) << refused_.value_or("");
}

TEST_F(SandboxTest, writes_to_volumes_and_nowhere_else) {
    SandboxSpec spec =
        shell("echo hello > /srv/data/a/file; echo x > /srv/data/b/file; echo y > /z");
    spec.files.read_only_root = true;
    spec.files.mounts = {{.source = volume("a"), .target = "/srv/data/a"},
                         {.source = volume("b"), .target = "/srv/data/b", .read_only = true}};
    start(spec);
    ASSERT_TRUE(wait_for_exit());
    std::ifstream file(directory_ + "/a/file");
    std::string word;
    file >> word;
    EXPECT_EQ(word, "hello");
    EXPECT_FALSE(std::filesystem::exists(directory_ + "/b/file"));
    EXPECT_NE(output_.find("/z: Read-only file system"), std::string::npos) << output_;
}

TEST_F(SandboxTest, forwards_a_signal_and_lets_the_program_finish) {
    start(shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done"));
    ASSERT_TRUE(wait_for([this] { return started_ && output_ == "up\n"; }));
    sandbox_->signal(SIGTERM);
    ASSERT_TRUE(wait_for_exit());
    EXPECT_EQ(output_, "up\nbye\n");
    EXPECT_EQ(exit_, (Exit{.code = 3, .signal = 0}));
}

TEST_F(SandboxTest, kills_everything_with_its_pid_1) {
    start(shell("setsid sleep 1000 & echo up; wait"));
    ASSERT_TRUE(wait_for([this] { return started_ && output_ == "up\n"; }));
    ASSERT_TRUE(wait_for([this] { return sandbox_->init_pid() > 0; }));
    sandbox_->kill();
    ASSERT_TRUE(wait_for_exit());
    EXPECT_EQ(exit_, (Exit{.code = 0, .signal = SIGKILL}));
}

TEST_F(SandboxTest, runs_commands_beside_the_program) {
    start(shell("echo up; sleep 1000"));
    ASSERT_TRUE(wait_for([this] { return started_ && output_ == "up\n"; }));
    std::vector<CommandResult> results;
    const auto keep = [&](const CommandResult& result) { results.push_back(result); };
    sandbox_->run_command({"sh", "-c", "echo $COLOUR; exit 4"}, 5s, keep);
    ASSERT_TRUE(wait_for([&] { return results.size() == 1; }));
    EXPECT_TRUE(results[0].completed);
    EXPECT_EQ(results[0].code, 4);
    EXPECT_EQ(results[0].output, "green\n");
    sandbox_->run_command({"sh", "-c", "echo slow; sleep 1000"}, 200ms, keep);
    ASSERT_TRUE(wait_for([&] { return results.size() == 2; }));
    EXPECT_FALSE(results[1].completed);
    EXPECT_EQ(results[1].output, "slow\n");
}

TEST_F(SandboxTest, ends_commands_with_the_container) {
    start(shell("echo up; sleep 1000"));
    ASSERT_TRUE(wait_for([this] { return started_ && output_ == "up\n"; }));
    std::optional<CommandResult> result;
    sandbox_->run_command({"sleep", "1000"}, 100s, [&](const CommandResult& r) { result = r; });
    sandbox_->signal(SIGKILL);
    ASSERT_TRUE(wait_for_exit());
    ASSERT_TRUE(result);
    EXPECT_FALSE(result->completed);
}

TEST_F(SandboxTest, runs_postgresql_with_a_read_only_root) {
    const std::string programs = "/usr/lib/postgresql/15/bin";
    if (!std::filesystem::exists(programs + "/initdb")) {
        GTEST_SKIP() << "PostgreSQL 15 is not installed";
    }
    SandboxSpec spec = shell(
        "cd /data && initdb -D pg -U postgres --auth=trust --no-sync >log 2>&1 || cat log; "
        "pg_ctl -D pg -l log -w -o '-c listen_addresses=127.64.76.9 -c fsync=off "
        "-c unix_socket_directories=/data' start >/dev/null || cat log; "
        "psql -h 127.64.76.9 -U postgres -Atc 'select 40 + 2'");
    std::ofstream(directory_ + "/passwd") << "postgres:x:999:999::/tmp:/bin/sh\n";
    spec.environment = {"PATH=" + programs + ":/usr/bin:/bin"};
    spec.files.read_only_root = true;
    spec.files.mounts = {
        {.source = volume("data"), .target = "/data"},
        {.source = volume("tmp"), .target = "/tmp"},
        {.source = directory_ + "/passwd", .target = "/etc/passwd", .read_only = true}};
    start(spec);
    ASSERT_TRUE(wait_for_exit());
    EXPECT_EQ(output_, "42\n");
    EXPECT_EQ(exit_, (Exit{.code = 0, .signal = 0}));
}

}  // namespace
}  // namespace bestgres::fakekube::node
