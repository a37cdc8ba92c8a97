#include "scenarios/report/terminal.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <sstream>

#include "scenarios/report/testing.hpp"

namespace bestgres::scenarios {
namespace {

TEST(TerminalReport, stays_within_its_width_and_has_no_colours_unless_asked) {
    const Story& story = without_rights_told();
    const std::string text = terminal_report(story, {});
    EXPECT_EQ(text.find('\033'), std::string::npos);
    std::stringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 100U) << line;
    }
    EXPECT_NE(terminal_report(story, {.colours = true}).find("\033[1;31mK12"), std::string::npos);
}

TEST(TerminalReport, begins_with_the_sentence_and_ends_with_the_command) {
    const Story& story = without_rights_told();
    const std::string text = terminal_report(story, {});
    EXPECT_EQ(text.rfind("K12  ", 0), 0U) << text;
    const std::string flat = std::regex_replace(text, std::regex("\\n +"), " ");
    EXPECT_NE(flat.find("without it K12 is broken after"), std::string::npos) << flat;
    for (const char* part :
         {"The law: ", "What was done\n", "crash: container_crash", "How it came to that\n",
          "The truth then\n", "db-0 on node-", "What operators saw\n",
          "  bestgres replay dir/k12.bgr --report PAGE.html\n"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
}

TEST(TerminalReport, says_so_when_nothing_is_broken) {
    const std::string text = terminal_report(tell(shop(), creation(1), "fine.bgr"), {});
    EXPECT_EQ(text.rfind("create with seed 1: no law is broken in ", 0), 0U) << text;
    EXPECT_EQ(text.find("How it came to that"), std::string::npos);
}

TEST(Wrapped, breaks_between_words_and_within_those_that_are_too_long) {
    EXPECT_EQ(wrapped("one two three", {.width = 8, .first = 0, .indent = 2}), "one two\n  three");
    EXPECT_EQ(wrapped("abcdefghij", {.width = 6, .first = 0, .indent = 2}), "abcdef\n  ghij");
    EXPECT_EQ(wrapped("a b", {.width = 80, .first = 4, .indent = 4}), "a b");
}

}  // namespace
}  // namespace bestgres::scenarios
