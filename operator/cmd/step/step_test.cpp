#include "operator/cmd/step/step.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "operator/cmd/simulate/findings.hpp"

namespace bestgres::cmd {
namespace {

std::string walked(const std::string& commands, bool prompt) {
    const scenarios::Ground ground = simulate::shipped_ground();
    scenarios::Session session(
        ground, {}, [](const std::string&, const std::string&) -> Result<Done> { return Done{}; });
    std::istringstream lines(commands);
    std::ostringstream out;
    walk(session, lines, out, {.prompt = prompt});
    return out.str();
}

TEST(StepCommand, repeats_the_commands_of_a_script_and_ends_with_it) {
    const std::string text = walked("next 3\nfly\n", false);
    EXPECT_NE(text.find("step> next 3\n"), std::string::npos) << text;
    EXPECT_NE(text.find("at event 3, "), std::string::npos) << text;
    EXPECT_NE(text.find("step> fly\n? there is no command \"fly\""), std::string::npos) << text;
}

TEST(StepCommand, asks_a_person_and_ends_when_told) {
    const std::string text = walked("next\nquit\nnext\n", true);
    EXPECT_NE(text.find("step> at event 1, "), std::string::npos) << text;
    EXPECT_EQ(text.find("at event 2, "), std::string::npos) << text;
}

TEST(StepCommand, says_what_is_wrong_with_its_arguments) {
    EXPECT_EQ(step_main({}), 2);
    EXPECT_EQ(step_main({"--fly"}), 2);
    EXPECT_EQ(step_main({"/nowhere/at/all.bgr"}), 1);
    EXPECT_EQ(step_main({"--help"}), 0);
}

}  // namespace
}  // namespace bestgres::cmd
