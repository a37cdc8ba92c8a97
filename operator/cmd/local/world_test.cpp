#include "operator/cmd/local/world.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "lib/base/yaml.hpp"

namespace bestgres::cmd::local {
namespace {

namespace fs = std::filesystem;

TEST(LocalWorld, is_found_again_as_it_was_started) {
    Options options;
    options.command = "up";
    options.directory = fs::temp_directory_path() / ("bestgres-world-" + std::to_string(getpid()));
    options.port = 7443;
    options.nodes = 2;
    fs::create_directories(options.directory);
    ASSERT_TRUE(World(options).save().ok());
    Options later;
    later.command = "down";
    later.directory = options.directory;
    const auto world = World::open(later);
    ASSERT_TRUE(world.ok());
    EXPECT_EQ(world->options().port, 7443);
    EXPECT_EQ(world->node_names(), (std::vector<std::string>{"node-1", "node-2"}));
    EXPECT_EQ(world->options().command, "down");
    fs::remove_all(options.directory);
}

TEST(LocalWorld, remembers_that_its_api_server_is_another_ones) {
    Options options;
    options.directory = fs::temp_directory_path() / ("bestgres-world-" + std::to_string(getpid()));
    options.kubeconfig = "/etc/other/kubeconfig";
    fs::create_directories(options.directory);
    ASSERT_TRUE(World(options).save().ok());
    Options later;
    later.directory = options.directory;
    const auto world = World::open(later);
    ASSERT_TRUE(world.ok());
    EXPECT_FALSE(world->serves());
    EXPECT_EQ(world->options().kubeconfig, "/etc/other/kubeconfig");
    fs::remove_all(options.directory);
}

TEST(LocalWorld, says_how_to_start_one_where_there_is_none) {
    Options options;
    options.directory = "/nonexistent/world";
    EXPECT_EQ(World::open(options).error().message,
              "no local world in /nonexistent/world: start one with `bestgres local up --dir "
              "/nonexistent/world`");
}

TEST(LocalWorld, gives_every_node_addresses_of_its_own) {
    Options options;
    options.directory = "/w";
    const World world(options);
    EXPECT_NE(world.node_command("node-1"), world.node_command("node-2"));
    const auto& command = world.node_command("node-2");
    EXPECT_NE(std::find(command.begin(), command.end(), "127.64.2.0/24"), command.end());
}

TEST(LocalWorld, knows_its_images_and_refuses_others) {
    Options options;
    options.directory = "/w";
    options.patroni_4 = "/tools/patroni-4.1";
    const Json table = *parse_yaml(World(options).image_table());
    EXPECT_EQ(table["default"], "refuse");
    EXPECT_EQ(table["images"][0]["match"], "bestgres-operator:*");
    EXPECT_EQ(table["images"][1]["mounts"][0]["source"], "/w/images/patroni-4");
}

}  // namespace
}  // namespace bestgres::cmd::local
