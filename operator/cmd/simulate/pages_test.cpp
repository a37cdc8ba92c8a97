#include "operator/cmd/simulate/pages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace bestgres::cmd::simulate {
namespace {

TEST(Pages, stand_beside_their_replay_files) {
    EXPECT_EQ(page_name("K1.bgr"), "K1.html");
    EXPECT_EQ(page_name("dir.x/K1-2.bgr"), "dir.x/K1-2.html");
    EXPECT_EQ(page_name("dir.x/K1"), "dir.x/K1.html");
}

TEST(Pages, are_written_whole_or_say_why_not) {
    const std::string name = ::testing::TempDir() + "/bestgres-page-test.html";
    const scenarios::Story story{.file = "K1.bgr", .name = "a story"};
    ASSERT_TRUE(write_page(name, story).ok());
    std::ifstream file(name);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_NE(text.str().find("a story"), std::string::npos);
    EXPECT_NE(text.str().find("</html>"), std::string::npos);
    const Result<Done> lost = write_page("/nowhere/at/all.html", story);
    ASSERT_FALSE(lost.ok());
    EXPECT_EQ(lost.error().message,
              "/nowhere/at/all.html: cannot be written; is its folder there?");
}

}  // namespace
}  // namespace bestgres::cmd::simulate
