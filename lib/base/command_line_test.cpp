#include "lib/base/command_line.hpp"

#include <gtest/gtest.h>

namespace bestgres {
namespace {

struct Read {
    std::string file;
    std::uint16_t port = 1;
    bool offline = false;

    Result<CommandLine> operator()(const std::vector<std::string>& arguments) {
        return parse_command_line(arguments,
                                  {.values = {{"-f", into(file)}, {"--port", into(port)}},
                                   .switches = {{"--offline", &offline}}});
    }
};

TEST(CommandLine, takes_values_behind_a_space_or_an_equals_sign) {
    Read read;
    const auto line = read({"a", "-f", "-", "--port=0", "--offline", "b", "-"});
    ASSERT_TRUE(line.ok());
    EXPECT_EQ(line->words, (std::vector<std::string>{"a", "b", "-"}));
    EXPECT_EQ(read.file, "-");
    EXPECT_EQ(read.port, 0);
    EXPECT_TRUE(read.offline);
}

TEST(CommandLine, reads_nothing_behind_a_cry_for_help) {
    Read read;
    EXPECT_TRUE(read({"--help", "--nonsense"})->help);
    EXPECT_TRUE(read({"a", "-h"})->help);
}

TEST(CommandLine, names_the_flag_that_is_wrong) {
    Read read;
    EXPECT_EQ(read({"--prot", "1"}).error().message, "there is no flag --prot");
    EXPECT_EQ(read({"--port"}).error().message, "--port needs a value");
    EXPECT_EQ(read({"--offline=no"}).error().message, "--offline takes no value");
    EXPECT_EQ(read({"--port", "70000"}).error().message,
              "--port: it takes a number from 0 to 65535, not \"70000\"");
}

}  // namespace
}  // namespace bestgres
