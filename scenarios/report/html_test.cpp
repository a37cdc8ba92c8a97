#include "scenarios/report/html.hpp"

#include <gtest/gtest.h>

#include "scenarios/report/testing.hpp"

namespace bestgres::scenarios {
namespace {

const std::string& page() {
    static const std::string text = html_report(without_rights_told());
    return text;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(HtmlReport, needs_nothing_from_elsewhere_and_no_script) {
    for (const char* word : {"<script", "src=", "href=\"http", "@import", "url(", "<link"}) {
        EXPECT_EQ(page().find(word), std::string::npos) << word;
    }
    EXPECT_NE(page().find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(HtmlReport, closes_what_it_opens) {
    for (const char* tag : {"table", "tr", "td", "ul", "li", "svg", "details", "header", "h2", "a",
                            "text", "rect", "circle", "div", "span", "p"}) {
        const std::string open = std::string("<") + tag;
        EXPECT_EQ(count(page(), open + ">") + count(page(), open + " "),
                  count(page(), std::string("</") + tag + ">"))
            << tag;
    }
}

TEST(HtmlReport, says_what_is_broken_how_it_came_to_that_and_how_to_see_it_again) {
    for (const char* part :
         {"<span class=\"badge\">K12</span>", "The law:", "crash: container_crash", ">fault crash<",
          "K12 is broken", "class=\"mark cause\"", "class=\"arrow\"", "Step by step",
          "What operators saw", "bestgres replay dir/k12.bgr", "Without it K12 is broken"}) {
        EXPECT_NE(page().find(part), std::string::npos) << part;
    }
    EXPECT_GT(count(page(), "<tr class=\"cause\""), 5U);
    EXPECT_GT(count(page(), "<tr class=\"rest\""), 5U);
}

TEST(HtmlReport, links_only_to_events_that_it_shows) {
    std::size_t links = 0;
    for (std::size_t at = page().find("href=\"#e"); at != std::string::npos;
         at = page().find("href=\"#e", at + 1)) {
        const std::string id = page().substr(at + 7, page().find('"', at + 6) - at - 7);
        EXPECT_NE(page().find("id=\"" + id + "\""), std::string::npos) << id;
        ++links;
    }
    EXPECT_GT(links, 10U);
}

TEST(HtmlReport, lets_no_text_become_markup) {
    EXPECT_EQ(escaped("<b>\"a&b\"</b>"), "&lt;b&gt;&quot;a&amp;b&quot;&lt;/b&gt;");
    EXPECT_NE(page().find("a crash &amp; no rights"), std::string::npos);
}

TEST(HtmlReport, tells_a_sound_run_too) {
    const std::string text = html_report(tell(shop(), creation(1), "fine.bgr"));
    EXPECT_NE(text.find("No law is broken"), std::string::npos);
    EXPECT_EQ(text.find("<tr class=\"rest\""), std::string::npos);
}

}  // namespace
}  // namespace bestgres::scenarios
