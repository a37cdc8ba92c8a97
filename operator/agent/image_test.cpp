#include "operator/agent/image.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "lib/base/yaml.hpp"

namespace bestgres::agent {
namespace {

namespace fs = std::filesystem;

class Image : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("bestgres-agent-test-" + std::to_string(getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text, mode_t mode = 0644) const {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
        chmod((folder_ / name).c_str(), mode);
    }

    Environment environment() const {
        Environment environment;
        environment.scope = "db";
        environment.pod_name = "db-0";
        environment.pod_namespace = "shop";
        environment.pod_ip = "127.64.0.9";
        environment.config_template = (folder_ / "patroni.yml").string();
        environment.rendered_config = (folder_ / "run/patroni.yml").string();
        environment.data_directory = (folder_ / "volume/data").string();
        environment.socket_directory = (folder_ / "socket").string();
        return environment;
    }

    fs::path folder_;
};

TEST_F(Image, finds_postgres_on_the_path_first) {
    for (const char* program :
         {"initdb", "postgres", "pg_ctl", "pg_controldata", "pg_basebackup", "pg_rewind"}) {
        write(std::string("bin/") + program, "", 0755);
    }
    EXPECT_EQ(find_bin_directory("/nowhere:" + (folder_ / "bin").string(), "1"),
              (folder_ / "bin").string());
}

TEST_F(Image, renders_the_configuration_and_makes_the_directories) {
    write("patroni.yml", "kubernetes: {use_endpoints: false}\n");
    ASSERT_TRUE(prepare(environment(), "/usr/bin").ok());
    std::ifstream file(environment().rendered_config);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ((*parse_yaml(text))["postgresql"]["listen"], "127.64.0.9:5432");
    EXPECT_TRUE(fs::is_directory(folder_ / "volume"));
    EXPECT_TRUE(fs::is_directory(folder_ / "socket"));
}

TEST_F(Image, says_which_file_is_missing_and_what_should_be_there) {
    EXPECT_EQ(prepare(environment(), "/usr/bin").error().message,
              "read " + environment().config_template +
                  ": not readable; the ConfigMap of the cluster should be mounted there");
}

TEST_F(Image, installs_itself_as_an_executable) {
    const std::string destination = (folder_ / "agent").string();
    ASSERT_TRUE(install(destination).ok());
    struct stat found {};
    ASSERT_EQ(stat(destination.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777U, 0755U);
    EXPECT_GT(found.st_size, 1000);
}

TEST_F(Image, runs_patroni_unless_the_image_has_its_own_command) {
    EXPECT_EQ(program_of(environment(), {}).front(), "patroni");
    EXPECT_EQ(program_of(environment(), {"/launch.sh", "init"}).front(), "/launch.sh");
}

}  // namespace
}  // namespace bestgres::agent
