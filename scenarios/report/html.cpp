#include "scenarios/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::scenarios {
namespace {

constexpr std::size_t most_rows = 2000;

std::string header(const Story& story) {
    const std::string where = escaped(fmt::format("{}, seed {}", story.name, story.seed));
    if (!story.violation) {
        return fmt::format(
            "<header class=\"fine\"><h1>No law is broken</h1><p>{}: {} events in {} of virtual "
            "time.</p></header>\n",
            where, story.events, clock_text(story.since_start(story.end)));
    }
    const Violation& violation = *story.violation;
    std::string html = fmt::format("<header><h1><span class=\"badge\">{}</span>{}</h1>\n",
                                   escaped(violation.law), escaped(violation.sentence));
    if (!story.law_text.empty()) {
        html += fmt::format("<p><b>The law:</b> {}</p>\n", escaped(story.law_text));
    }
    html += fmt::format(
        "<p class=\"soft\">{}; {} after the start, at <a href=\"#e{}\">event {}"
        "</a>.</p></header>\n",
        where, clock_text(story.since_start(violation.at)), violation.event, violation.event);
    return html;
}

std::string commands(const Story& story) {
    return fmt::format(
        "<div class=\"command mono\">{}\nbestgres step {}   # walk through it, look at "
        "anything</div>\n",
        escaped(story.command()), escaped(story.file));
}

std::string schedule(const Story& story) {
    std::string html = "<h2>What was done</h2>\n<table>\n";
    for (const Disturbance& one : story.schedule) {
        const std::string at = one.at ? clock_text(story.since_start(*one.at)) : "never";
        html += fmt::format(
            "<tr><td class=\"time\">{}</td><td class=\"lane\"><span class=\"chip {}\">{}</span>"
            "</td><td class=\"words\">{}{}</td></tr>\n",
            at, one.is_fault ? "fault" : "users", one.is_fault ? "fault" : "user",
            escaped(one.words),
            one.without.empty()
                ? ""
                : fmt::format(" <span class=\"soft\">Without it {}.</span>", escaped(one.without)));
    }
    return html + "</table>\n";
}

std::string truth(const Story& story) {
    std::string html = fmt::format("<h2>The truth {}</h2>\n<ul class=\"facts\">\n",
                                   story.violation ? "at the violation" : "at the end");
    for (const std::string& member : story.members) {
        html += fmt::format("<li>{}</li>\n", escaped(member));
    }
    html += "</ul>\n";
    if (!story.violation || story.violation->facts.empty()) {
        return html;
    }
    html += "<p>What the law goes by:</p>\n<ul class=\"facts\">\n";
    for (const std::string& fact : story.violation->facts) {
        html += fmt::format("<li><code>{}</code></li>\n", escaped(fact));
    }
    return html + "</ul>\n";
}

std::string differences_of(const SeenObject& object) {
    if (object.seen_version.empty()) {
        return "it exists, and the cache does not have it";
    }
    if (object.true_version.empty()) {
        return "it is gone, and the cache still has it";
    }
    std::string html = "<div class=\"diff\">";
    for (const FieldChange& change : object.differences) {
        html += "<div>" + escaped(in_words(change)) + "</div>";
    }
    return html + "</div>";
}

std::string seen(const Story& story) {
    if (story.seen.empty()) {
        return "";
    }
    std::string html = "<h2>What operators saw, and what was true</h2>\n";
    for (const SeenByOperator& one : story.seen) {
        html += fmt::format("<p>{} {} ({}): {} objects in its cache, {}.</p>\n", escaped(one.name),
                            escaped(one.when), clock_text(story.since_start(one.at)), one.objects,
                            one.out_of_date.empty()
                                ? std::string("all as they are")
                                : fmt::format("{} out of date", one.out_of_date.size()));
        if (one.out_of_date.empty()) {
            continue;
        }
        html +=
            "<table><tr><th>object</th><th>seen</th><th>true</th><th>for</th><th>from seen to "
            "true</th></tr>\n";
        for (const SeenObject& object : one.out_of_date) {
            html += fmt::format(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"time\">{}</td><td>{}</td></tr>\n",
                escaped(object.object), object.seen_version.empty() ? "-" : object.seen_version,
                object.true_version.empty() ? "-" : object.true_version,
                object.behind == Duration{} ? "" : clock_text(object.behind),
                differences_of(object));
        }
        html += "</table>\n";
    }
    return html;
}

std::string others(const Story& story) {
    if (story.others.empty()) {
        return "";
    }
    std::string html = "<h2>Also broken in this run</h2>\n<ul class=\"facts\">\n";
    for (const Violation& other : story.others) {
        html += fmt::format("<li><b>{}</b> {}</li>\n", escaped(other.law), escaped(other.sentence));
    }
    return html + "</ul>\n";
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string safe;
    for (const char letter : text) {
        switch (letter) {
            case '&':
                safe += "&amp;";
                break;
            case '<':
                safe += "&lt;";
                break;
            case '>':
                safe += "&gt;";
                break;
            case '"':
                safe += "&quot;";
                break;
            default:
                safe += letter;
        }
    }
    return safe;
}

std::string html_report(const Story& story) {
    const std::vector<Row> rows = rows_of(story, most_rows);
    const std::string title = story.violation
                                  ? story.violation->law + ": " + story.violation->sentence
                                  : story.name + ": no law is broken";
    return fmt::format(
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
               escaped(title), html_style()) +
           header(story) + commands(story) + schedule(story) + html_lanes(story, rows) +
           truth(story) + html_events(story, rows) + seen(story) + others(story) +
           fmt::format(
               "<footer>{} events, {} of virtual time, trace {}. Times count from the "
               "start of the run.</footer>\n</body>\n</html>\n",
               story.events, clock_text(story.since_start(story.end)), to_hex(story.trace));
}

}  // namespace bestgres::scenarios
