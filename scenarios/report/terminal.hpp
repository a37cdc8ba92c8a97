// A report for a terminal: what a person needs first, in a hundred columns.
#pragma once

#include <string>

#include "scenarios/report/story.hpp"

namespace bestgres::scenarios {

struct TerminalLook {
    bool colours = false;
    std::size_t width = 100;
    std::size_t most_causes = 24;
};

std::string terminal_report(const Story& story, const TerminalLook& look);

struct Margins {
    std::size_t width = 100;  // no line reaches beyond
    std::size_t first = 0;    // the column at which the first line begins
    std::size_t indent = 0;   // of all others
};
// Broken between words, and where a word is too long, within it.
std::string wrapped(const std::string& text, const Margins& margins);

}  // namespace bestgres::scenarios
