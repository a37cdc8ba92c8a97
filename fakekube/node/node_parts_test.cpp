// The small parts: image table, address pool, logs, volume files, command line.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "fakekube/node/address_pool.hpp"
#include "fakekube/node/complaints.hpp"
#include "fakekube/node/image_table.hpp"
#include "fakekube/node/log_store.hpp"
#include "fakekube/node/node_options.hpp"
#include "fakekube/node/reachable_paths.hpp"
#include "fakekube/node/volume_files.hpp"

namespace bestgres::fakekube::node {
namespace {

TEST(ImageTable, finds_the_first_match_with_or_without_a_registry) {
    const auto table = ImageTable::parse(
        "images:\n- {match: 'bestgres-operator:*', user: 65532, env: {A: 1}}\n"
        "- {match: '*', root: /srv/debian}\n");
    ASSERT_TRUE(table.ok());
    EXPECT_EQ(table->find("registry.example/x/bestgres-operator:dev")->user, 65532U);
    EXPECT_EQ(table->find("bestgres-operator:dev")->environment.at("A"), "1");
    EXPECT_EQ(table->find("postgres:16")->root, "/srv/debian");
}

TEST(ImageTable, refuses_what_matches_nothing_where_told_so) {
    EXPECT_TRUE(ImageTable().find("any:1").has_value());
    EXPECT_FALSE(ImageTable::parse("{default: refuse, images: []}")->find("any:1").has_value());
    EXPECT_FALSE(ImageTable::parse("images: [{root: /}]").ok());
    EXPECT_FALSE(ImageTable::parse("images: [{match: a, root: relative}]").ok());
}

TEST(AddressPool, prefers_and_does_not_soon_repeat) {
    auto pool = *AddressPool::parse("127.64.3.0/29");
    EXPECT_EQ(pool.take("127.64.3.5"), "127.64.3.5");
    EXPECT_EQ(pool.take("127.64.9.9"), "127.64.3.2");
    pool.give_back("127.64.3.2");
    EXPECT_EQ(pool.take(""), "127.64.3.3");
    EXPECT_EQ(pool.take("127.64.3.5"), "127.64.3.4");
    EXPECT_EQ(pool.take(""), "127.64.3.6");
    EXPECT_EQ(pool.take(""), "127.64.3.2");
    EXPECT_EQ(pool.take(""), std::nullopt);
    EXPECT_FALSE(AddressPool::parse("127.64.0.0").ok());
}

class LogTest : public testing::Test {
protected:
    void SetUp() override { std::filesystem::remove(path_); }
    void TearDown() override { std::filesystem::remove(path_); }

    const std::string path_ = "/tmp/log-test-" + std::to_string(getpid()) + ".log";
    const Instant at_ = *parse_time("2026-11-20T10:00:00.5Z");
};

TEST_F(LogTest, keeps_lines_whole_and_streams_apart) {
    LogWriter writer(path_);
    writer.append(false, "one\ntw", at_);
    writer.append(true, "bad\n", at_);
    writer.append(false, "o\nend", at_ + std::chrono::seconds(2));
    writer.finish(at_);
    EXPECT_EQ(LogReader(path_, {}).read(), "one\nbad\ntwo\nend");
    LogOptions options;
    options.tail_lines = 3;
    options.timestamps = true;
    options.limit_bytes = 39;
    EXPECT_EQ(LogReader(path_, options).read(), "2026-11-20T10:00:00.500000000Z bad\n2026");
    LogOptions since;
    since.since = at_ + std::chrono::seconds(1);
    EXPECT_EQ(LogReader(path_, since).read(), "two\n");
}

TEST_F(LogTest, is_read_while_it_grows) {
    LogWriter writer(path_);
    writer.append(false, "one\n", at_);
    LogReader reader(path_, {});
    EXPECT_EQ(reader.read(), "one\n");
    EXPECT_EQ(reader.read(), "");
    writer.append(false, "two\n", at_);
    EXPECT_EQ(reader.read(), "two\n");
}

TEST(VolumeFiles, follow_items_modes_and_options) {
    PodFacts facts;
    facts.pod = kube::Object(Json{{"metadata", {{"name", "p"}, {"namespace", "n"}}}});
    const Lookup lookup = [](const kube::Ref& ref) -> std::optional<kube::Object> {
        if (ref.name != "s") {
            return std::nullopt;
        }
        return kube::Object(Json{{"data", {{"key", "aGk="}}}});
    };
    const VolumeRequest request{
        .facts = facts, .lookup = lookup, .token = [](const TokenRequest&) { return "t"; }};
    const auto files = [&](const Json& volume) { return volume_files(volume, request); };
    const Json items = {{{"key", "key"}, {"path", "a/b"}, {"mode", 256}}};
    EXPECT_EQ(*files({{"secret", {{"secretName", "s"}, {"items", items}}}}),
              (VolumeFiles{{"a/b", {"hi", 256}}}));
    EXPECT_EQ(*files({{"secret", {{"secretName", "s"}, {"defaultMode", 384}}}}),
              (VolumeFiles{{"key", {"hi", 384}}}));
    EXPECT_TRUE(files({{"configMap", {{"name", "x"}, {"optional", true}}}})->empty());
    EXPECT_EQ(files({{"configMap", {{"name", "x"}}}}).error().message, "configmap \"x\" not found");
    const Json escape = {{{"key", "key"}, {"path", "../b"}}};
    EXPECT_FALSE(files({{"secret", {{"secretName", "s"}, {"items", escape}}}}).ok());
}

TEST(NodeOptions, need_a_name_and_know_their_words) {
    const auto options = parse_node_options({"--name", "n1", "--pod-cidr=10.0.0.0/24"});
    ASSERT_TRUE(options.ok());
    EXPECT_EQ(options->root_directory, "fakekube-node-n1");
    EXPECT_EQ(options->pod_cidr, "10.0.0.0/24");
    EXPECT_EQ(parse_node_options({}).error().message, "--name is required");
    EXPECT_EQ(parse_node_options({"--nme", "x"}).error().message, "there is no flag --nme");
    EXPECT_EQ(parse_node_options({"--name"}).error().message, "--name needs a value");
}

TEST(ReachablePaths, know_which_directory_is_closed) {
    std::string pattern = "/tmp/reachable-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);  // of mode 0700
    EXPECT_EQ(closed_directory_above(pattern + "/a/b"), pattern);
    EXPECT_EQ(closed_directory_above("/usr/bin/env"), "");
    std::filesystem::remove(pattern);
}

TEST(Complaints, tell_a_lasting_problem_once) {
    std::vector<std::string> told;
    const Log log(
        LogLevel::warn, [] { return Instant{}; },
        [&told](std::string_view line) { told.emplace_back(line); });
    Complaints complaints(log);
    complaints.tell("lease not renewed", "refused");
    complaints.tell("lease not renewed", "refused");
    EXPECT_EQ(told.size(), 1U);
    complaints.tell("lease not renewed", "");
    complaints.tell("lease not renewed", "refused");
    EXPECT_EQ(told.size(), 2U);
}

}  // namespace
}  // namespace bestgres::fakekube::node
