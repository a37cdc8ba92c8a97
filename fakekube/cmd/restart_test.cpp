// The fakekube program killed and stopped under load: nothing that was answered is lost, versions
// never go back, and a pause is survived.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>

#include "lib/kube_client/waiting.hpp"

extern char** environ;  // NOLINT: POSIX names it so

namespace bestgres {
namespace {

using kube_client::ApiClientOptions;
using kube_client::WaitingClient;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Fakekube : public testing::Test {
protected:
    Fakekube() {
        std::string pattern = std::filesystem::temp_directory_path() / "restart-XXXXXX";
        directory_ = mkdtemp(pattern.data());
    }
    ~Fakekube() override {
        if (child_ > 0) {
            kill_and_wait(SIGKILL);
        }
        std::filesystem::remove_all(directory_);
    }

    void start() {
        std::filesystem::remove(directory_ / "kubeconfig");
        const std::string listen = "--listen=127.0.0.1:" + std::to_string(port_);
        const std::string state = "--state-dir=" + (directory_ / "state").string();
        const std::string kubeconfig = "--kubeconfig=" + (directory_ / "kubeconfig").string();
        std::vector<std::string> words{FAKEKUBE_PROGRAM, "serve", listen, state, kubeconfig};
        std::vector<char*> arguments;
        for (std::string& word : words) {
            arguments.push_back(word.data());
        }
        arguments.push_back(nullptr);
        ASSERT_EQ(
            posix_spawn(&child_, FAKEKUBE_PROGRAM, nullptr, nullptr, arguments.data(), environ), 0);
        for (int i = 0; i < 600 && !std::filesystem::exists(directory_ / "kubeconfig"); ++i) {
            usleep(50000);
        }
        const auto access = kube_client::load_kubeconfig(directory_ / "kubeconfig", "");
        ASSERT_TRUE(access.ok()) << access.error().message;
        port_ = access->server.port;
        client_ = *WaitingClient::make(*access, {.call_limit = seconds(5)});
    }
    void kill_and_wait(int signal) {
        ::kill(child_, signal);
        int status = 0;
        ::waitpid(child_, &status, 0);
        child_ = 0;
    }
    kube::Ref ref(int number) const {
        return {kube::kinds::config_map, "default", "load-" + std::to_string(number)};
    }
    kube::Apply write(int number, int value) const {
        return {.kind = kube::kinds::config_map,
                .object = kube::Object(
                    Json{{"metadata", {{"name", ref(number).name}, {"namespace", "default"}}},
                         {"data", {{"value", std::to_string(value)}}}}),
                .field_manager = "load"};
    }
    kube::Listing list() {
        const auto listing =
            client_->call_and_wait(kube::List{.kind = kube::kinds::config_map, .ns = "default"});
        EXPECT_TRUE(listing.ok()) << listing.error().message;
        return listing.ok() ? std::get<kube::Listing>(*listing) : kube::Listing{};
    }

    std::filesystem::path directory_;
    std::uint16_t port_ = 0;
    pid_t child_ = 0;
    std::unique_ptr<WaitingClient> client_;
};

TEST_F(Fakekube, keeps_every_answered_write_over_kill_9_under_load) {
    std::map<int, int> answered;
    std::uint64_t highest = 0;
    for (int round = 0; round < 3; ++round) {
        start();
        ASSERT_GE(std::stoull(list().resource_version), highest) << "versions never go back";
        // Sixteen writers at once; the kill comes somewhere in the middle.
        int value = 0;
        int open = 0;
        bool failed = false;
        std::uint64_t id = 0;
        std::map<std::uint64_t, std::pair<int, int>> sent;
        const auto access = kube_client::load_kubeconfig(directory_ / "kubeconfig", "");
        http::EventLoop loop;
        std::unique_ptr<kube_client::ApiClient> writer;
        const auto submit = [&](int number) {
            sent[++id] = {number, ++value};
            ++open;
            writer->submit(id, write(number, round * 100000 + value));
        };
        writer = *kube_client::ApiClient::make(
            loop, *access, {.call_limit = seconds(5)}, [&](const kube_client::ClusterEvent& event) {
                const auto& answer = std::get<kube::Answer>(event);
                --open;
                const auto [number, what] = sent[answer.id];
                if (!answer.outcome.ok()) {
                    failed = true;
                    return;
                }
                const auto& object = std::get<kube::Object>(*answer.outcome);
                highest = std::max<std::uint64_t>(
                    highest, std::stoull(std::string(object.resource_version())));
                answered[number] = round * 100000 + what;
                if (!failed) {
                    submit(number);
                }
            });
        for (int number = 0; number < 16; ++number) {
            submit(number);
        }
        loop.after(milliseconds(400 + 150 * round), [&] { ::kill(child_, SIGKILL); });
        ASSERT_TRUE(loop.run_until([&] { return failed && open == 0; }, seconds(60)));
        kill_and_wait(SIGKILL);
    }
    start();
    EXPECT_GE(std::stoull(list().resource_version), highest);
    std::map<int, int> found;
    for (const kube::Object& object : list().items) {
        if (object.name().starts_with("load-")) {
            found[std::stoi(std::string(object.name().substr(5)))] =
                std::stoi(std::string(object.text_at({"data", "value"})));
        }
    }
    ASSERT_EQ(answered.size(), 16U);
    for (const auto& [number, value] : answered) {
        // The write after the last answered one may have been stored without an answer.
        EXPECT_GE(found[number], value) << "load-" << number;
    }
}

TEST_F(Fakekube, a_watch_from_before_a_restart_is_told_that_its_version_is_gone) {
    start();
    ASSERT_TRUE(client_->call_and_wait(write(1, 1)).ok());
    const std::string before = list().resource_version;
    ASSERT_TRUE(client_->call_and_wait(write(1, 2)).ok());
    kill_and_wait(SIGKILL);
    start();
    client_->client().watch(
        1, {.kind = kube::kinds::config_map, .ns = "default", .from_version = before});
    const auto event = client_->next_event(seconds(10));
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->type, kube::WatchEventType::gone);
}

TEST_F(Fakekube, continues_after_it_was_stopped) {
    start();
    ASSERT_TRUE(client_->call_and_wait(write(1, 1)).ok());
    client_->client().watch(1, {.kind = kube::kinds::config_map,
                                .ns = "default",
                                .from_version = list().resource_version});
    ASSERT_TRUE(client_->call_and_wait(write(1, 2)).ok());
    ASSERT_TRUE(client_->next_event(seconds(10)).has_value());
    ::kill(child_, SIGSTOP);
    const auto silent = client_->call_and_wait(write(1, 3));
    ASSERT_FALSE(silent.ok());
    EXPECT_EQ(silent.error().code, kube::ErrorCode::timeout);
    EXPECT_EQ(silent.error().applied, kube::Applied::unknown);
    ::kill(child_, SIGCONT);
    const auto again = client_->call_and_wait(write(1, 4));
    ASSERT_TRUE(again.ok()) << again.error().message;
    std::optional<kube::WatchEvent> event;
    do {
        event = client_->next_event(seconds(10));
        ASSERT_TRUE(event.has_value());
    } while (event->object.text_at({"data", "value"}) != "4");
}

TEST_F(Fakekube, ends_by_itself_when_asked) {
    start();
    ::kill(child_, SIGTERM);
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace bestgres
