#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "scenarios/report/html.hpp"
#include "scenarios/report/time_axis.hpp"

namespace bestgres::scenarios {
namespace {

constexpr double left = 118;
constexpr double inner = 1050;
constexpr double right = 22;
constexpr double row_height = 30;
constexpr double top = 26;
constexpr double bar_height = 17;
constexpr double letter_width = 5.9;
constexpr double label_distance = 78;

class Drawing {
public:
    Drawing(const Story& story, const std::vector<Row>& rows)
        : story_(story), rows_(rows), axis_(instants(story, rows), inner) {}

    std::string draw() {
        const double height = top + row_height * static_cast<double>(story_.lanes.size()) + 24;
        std::string svg = fmt::format(
            "<svg viewBox=\"0 0 {} {:.0f}\" role=\"img\" aria-label=\"what happened in each lane "
            "over time\">\n",
            left + inner + right, height);
        add_pauses(svg, height);
        add_lanes(svg);
        add_times(svg, height);
        add_arrows(svg);
        add_marks(svg);
        add_end(svg, height);
        return svg + "</svg>\n";
    }

private:
    static std::vector<Instant> instants(const Story& story, const std::vector<Row>& rows) {
        std::vector<Instant> all = {story.start, story.end};
        for (const Row& row : rows) {
            if (row.in_cone || row.entry->shade != Shade::none) {
                all.push_back(row.at);
            }
        }
        return all;
    }
    double x(Instant at) const { return left + axis_.at(at); }
    std::optional<double> y(const std::string& lane) const {
        const auto found = std::find(story_.lanes.begin(), story_.lanes.end(), lane);
        if (found == story_.lanes.end()) {
            return std::nullopt;
        }
        return top + row_height * (static_cast<double>(found - story_.lanes.begin()) + 0.5);
    }

    void add_pauses(std::string& svg, double height) const {
        for (const TimeAxis::Pause& pause : axis_.pauses()) {
            const double from = x(pause.from);
            const double width = x(pause.to) - from;
            svg += fmt::format(
                "<rect class=\"pause\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{:.0f}\">"
                "<title>{} in which nothing of it happens; time is shortened</title></rect>\n",
                from, top, width, height - top - 22, format_age(pause.to - pause.from));
        }
    }

    void add_lanes(std::string& svg) const {
        for (const std::string& lane : story_.lanes) {
            const double middle = *y(lane);
            svg += fmt::format(
                "<line class=\"row\" x1=\"0\" x2=\"{0}\" y1=\"{1:.1f}\" y2=\"{1:.1f}\"/>"
                "<text x=\"6\" y=\"{2:.1f}\">{3}</text>\n",
                left + inner + right, middle + row_height / 2, middle + 4, escaped(lane));
            add_bars(svg, lane, middle);
        }
    }

    struct Bar {
        Instant from;
        Shade shade = Shade::none;
        std::string text;
    };
    void add_bars(std::string& svg, const std::string& lane, double middle) const {
        Bar open;
        for (const Beat& beat : story_.tape.beats()) {
            for (const Entry& entry : beat.entries) {
                if (entry.lane == lane && entry.shade != Shade::none) {
                    add_bar(svg, open, beat.of.at, middle);
                    const bool ends = lane.starts_with("fault ") && entry.shade == Shade::off;
                    open = {beat.of.at, ends ? Shade::none : entry.shade, entry.text};
                }
            }
        }
        add_bar(svg, open, story_.end, middle);
    }
    void add_bar(std::string& svg, const Bar& bar, Instant to, double middle) const {
        if (bar.shade == Shade::none) {
            return;
        }
        const double from = x(bar.from);
        const double width = std::max(x(to) - from, 2.0);
        const auto letters = static_cast<std::size_t>(std::max(width - 14, 0.0) / letter_width);
        svg += fmt::format(
            "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\">"
            "<title>{}: {}</title></rect>\n",
            word_of(bar.shade), from, middle - bar_height / 2, width, bar_height,
            clock_text(story_.since_start(bar.from)), escaped(bar.text));
        if (letters >= 8) {
            svg += fmt::format("<text class=\"inside\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                               from + 9, middle + 4, escaped(shortened(bar.text, letters)));
        }
    }

    void add_times(std::string& svg, double height) const {
        double last = -label_distance;
        const double end = x(story_.end);
        for (const Row& row : rows_) {
            const double at = x(row.at);
            const bool fits = at - last >= label_distance && end - at >= label_distance;
            if ((row.in_cone || story_.cone.empty()) && fits) {
                svg += fmt::format("<text class=\"soft\" x=\"{:.1f}\" y=\"{:.0f}\">{}</text>\n", at,
                                   height - 7, clock_text(story_.since_start(row.at)));
                last = at;
            }
        }
        svg += fmt::format(
            "<text class=\"soft\" x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"end\">{}</text>\n",
            end + right - 4, height - 7, clock_text(story_.since_start(story_.end)));
    }

    // The place of an event: of its first row.
    std::map<std::uint64_t, std::pair<double, double>> places() const {
        std::map<std::uint64_t, std::pair<double, double>> places;
        for (const Row& row : rows_) {
            if (const auto lane = y(row.entry->lane)) {
                places.try_emplace(row.event, x(row.at), *lane);
            }
        }
        return places;
    }
    void add_arrows(std::string& svg) const {
        const auto all = places();
        for (const Row& row : rows_) {
            const auto from = all.find(row.cause);
            const auto lane = y(row.entry->lane);
            if (!row.in_cone || from == all.end() || !lane) {
                continue;
            }
            const auto [x1, y1] = from->second;
            const double x2 = x(row.at);
            const double bend = (x1 + x2) / 2;
            svg += fmt::format(
                "<path class=\"arrow\" d=\"M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} "
                "{:.1f}\"/>\n",
                x1, y1, bend, y1, bend, *lane, x2, *lane);
        }
    }
    void add_marks(std::string& svg) const {
        for (const bool causes : {false, true}) {
            for (const Row& row : rows_) {
                const auto lane = y(row.entry->lane);
                if (row.in_cone != causes || !lane || row.entry->weight != Weight::major) {
                    continue;
                }
                svg += fmt::format(
                    "<a href=\"#e{}\"><circle class=\"mark{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" "
                    "r=\"{}\"><title>{}: {}</title></circle></a>\n",
                    row.event, causes ? " cause" : "", x(row.at), *lane, causes ? 4 : 2.5,
                    clock_text(story_.since_start(row.at)), escaped(row.entry->text));
            }
        }
    }
    void add_end(std::string& svg, double height) const {
        if (!story_.violation) {
            return;
        }
        const double at = x(story_.violation->at);
        svg += fmt::format(
            "<line class=\"end\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"18\" y2=\"{1:.0f}\"/>"
            "<text class=\"end\" x=\"{2:.1f}\" y=\"14\" text-anchor=\"end\">{3} is broken</text>\n",
            at, height - 20, at + 4, escaped(story_.violation->law));
    }

    const Story& story_;
    const std::vector<Row>& rows_;
    TimeAxis axis_;
};

constexpr std::string_view legend =
    "<p class=\"legend\"><span><i style=\"background:var(--leading)\"></i>primary, or the acting "
    "operator</span><span><i style=\"background:var(--well)\"></i>replica that streams, clients "
    "that can write</span><span><i style=\"background:var(--partly)\"></i>runs and does not do its "
    "part</span><span><i style=\"background:var(--off)\"></i>does not run</span><span><i "
    "style=\"background:var(--bad)\"></i>a fault, or nobody can write</span><span><i "
    "style=\"border:2px solid var(--cause);border-radius:50%\"></i>led to it</span><span><i "
    "style=\"background:var(--line)\"></i>shortened time</span></p>\n";

}  // namespace

std::string html_lanes(const Story& story, const std::vector<Row>& rows) {
    return "<h2>Who did what, and when</h2>\n<div class=\"drawing\">\n" +
           Drawing(story, rows).draw() + "</div>\n" + std::string(legend);
}

}  // namespace bestgres::scenarios
