// A report as one page: everything in it, nothing from elsewhere, readable without scripts, light
// and dark.
#pragma once

#include <string>

#include "scenarios/report/rows.hpp"
#include "scenarios/report/story.hpp"

namespace bestgres::scenarios {

std::string html_report(const Story& story);

// --- its parts
// Text as it may stand anywhere in a page.
std::string escaped(std::string_view text);
std::string_view html_style();
// A drawing: who was in which state when, what led to what.
std::string html_lanes(const Story& story, const std::vector<Row>& rows);
// Step by step, with what each write changed.
std::string html_events(const Story& story, const std::vector<Row>& rows);

}  // namespace bestgres::scenarios
