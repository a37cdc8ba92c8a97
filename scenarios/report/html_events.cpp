#include <fmt/format.h>

#include "scenarios/report/html.hpp"

namespace bestgres::scenarios {
namespace {

// From here on a pause is worth a line.
constexpr Duration long_pause = std::chrono::seconds(5);
// Below that the beginning is not folded away.
constexpr std::size_t shown_at_least = 12;

std::string chip_class(const std::string& lane) {
    if (lane == "users") {
        return "users";
    }
    if (lane.starts_with("fault ")) {
        return "fault";
    }
    if (lane.starts_with("operator-")) {
        return "operator";
    }
    return lane == "API server" || lane == "clients" ? "other" : "member";
}

std::string_view sign_class(const FieldChange& change) {
    return change.before.empty() ? "plus" : change.after.empty() ? "minus" : "both";
}

// What a write changed, field by field, behind a line to open.
std::string object_change(const Entry& entry) {
    if (entry.object.empty() || entry.before.name().empty() || entry.after.name().empty()) {
        return "";
    }
    std::string html = fmt::format(
        "<details><summary>version {} to {}</summary><div class=\"diff\">",
        escaped(entry.before.resource_version()), escaped(entry.after.resource_version()));
    for (const FieldChange& change : difference(entry.before, entry.after)) {
        html += fmt::format("<div class=\"{}\">{}</div>", sign_class(change),
                            escaped(in_words(change)));
    }
    return html + "</div></details>";
}

std::string row_html(const Story& story, const Row& row, bool first_of_event) {
    const std::string anchor =
        first_of_event ? fmt::format(" id=\"e{}\"", row.event) : std::string();
    const std::string cause =
        first_of_event && row.cause != 0
            ? fmt::format(
                  " <a class=\"soft\" href=\"#e{}\" title=\"what put it on its way\">"
                  "&larr;{}</a>",
                  row.cause, row.cause)
            : std::string();
    return fmt::format(
        "<tr class=\"{}\"{}><td class=\"time\">{}</td><td class=\"lane\"><span class=\"chip {}\">"
        "{}</span></td><td class=\"words\">{}{}{}</td></tr>\n",
        row.in_cone || story.cone.empty() ? "cause" : "rest", anchor,
        first_of_event ? clock_text(story.since_start(row.at)) : "", chip_class(row.entry->lane),
        escaped(row.entry->lane), escaped(row.entry->text), cause, object_change(*row.entry));
}

// How much comes before the last edit or fault, where enough is left after it.
std::size_t earlier_rows(const Story& story, const std::vector<Row>& rows) {
    std::size_t last = 0;
    for (std::size_t index = 0; story.violation && index < rows.size(); ++index) {
        const std::string& lane = rows[index].entry->lane;
        const bool begins = rows[index].entry->shade != Shade::off;
        if (begins && (lane == "users" || lane.starts_with("fault "))) {
            last = index;
        }
    }
    while (last > 0 && rows[last - 1].event == rows[last].event) {
        --last;
    }
    return rows.size() - last < shown_at_least ? 0 : last;
}

std::string gap_html(Duration gap) {
    return fmt::format("<tr class=\"gap\"><td></td><td></td><td>nothing of it for {}</td></tr>\n",
                       format_age(gap));
}

}  // namespace

std::string html_events(const Story& story, const std::vector<Row>& rows) {
    std::string html = "<h2>Step by step</h2>\n";
    if (story.violation) {
        html +=
            "<input type=\"checkbox\" id=\"all\"><label for=\"all\"> show also what did not "
            "lead to it</label>\n";
    } else {
        html += "<input type=\"checkbox\" id=\"all\" checked hidden>\n";
    }
    const std::size_t early = earlier_rows(story, rows);
    if (early > 0) {
        html += fmt::format(
            "<details class=\"early\"><summary>{} lines before the last thing that was done"
            "</summary><table>\n",
            early);
    } else {
        html += "<table>\n";
    }
    std::uint64_t last = 0;
    Instant last_cause = story.start;
    for (std::size_t index = 0; index < rows.size(); ++index) {
        const Row& row = rows[index];
        if (early > 0 && index == early) {
            html += "</table></details>\n<table>\n";
        }
        if (row.in_cone || !story.violation) {
            if (row.at - last_cause > long_pause) {
                html += gap_html(row.at - last_cause);
            }
            last_cause = row.at;
        }
        html += row_html(story, row, row.event != last);
        last = row.event;
    }
    if (story.violation) {
        html += fmt::format(
            "<tr class=\"end\"><td class=\"time\">{}</td><td class=\"lane\">{}</td><td>{}</td>"
            "</tr>\n",
            clock_text(story.since_start(story.violation->at)), escaped(story.violation->law),
            escaped(story.violation->sentence));
    }
    return html + "</table>\n";
}

}  // namespace bestgres::scenarios
