#include "scenarios/report/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/report/rows.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::size_t time_width = 11;
constexpr std::size_t lane_width = 11;
constexpr std::size_t longest_fact = 190;
constexpr std::size_t longest_text = 280;

class Page {
public:
    Page(const Story& story, const TerminalLook& look) : story_(story), look_(look) {}

    std::string take() { return std::move(text_); }

    void head() {
        if (!story_.violation) {
            text_ +=
                fmt::format("{} with seed {}: no law is broken in {} of {} events\n", story_.name,
                            story_.seed, clock_text(story_.since_start(story_.end)), story_.events);
            return;
        }
        const Violation& violation = *story_.violation;
        text_ += coloured("1;31", wrapped(violation.law + "  " + violation.sentence,
                                          {look_.width, 0, violation.law.size() + 2})) +
                 "\n";
        if (!story_.law_text.empty()) {
            line(4, "The law: " + story_.law_text);
        }
        line(4, fmt::format("{} with seed {}, {} after the start, at event {}", story_.name,
                            story_.seed, clock_text(story_.since_start(violation.at)),
                            violation.event));
    }

    void schedule() {
        title("What was done");
        for (const Disturbance& one : story_.schedule) {
            const std::string at =
                one.at ? clock_text(story_.since_start(*one.at)) : std::string("never");
            timed(at, one.words + (one.without.empty() ? "" : "; without it " + one.without));
        }
    }

    void causes() {
        const std::vector<Row> all = causes_in(rows_of(story_, 100'000));
        const std::size_t hidden = all.size() - std::min(all.size(), look_.most_causes);
        title("How it came to that");
        if (hidden > 0) {
            line(2, fmt::format("({} earlier causes: see the page)", hidden));
        }
        std::uint64_t last = 0;
        for (std::size_t at = hidden; at < all.size(); ++at) {
            const Row& row = all[at];
            const std::string text = fmt::format("{:{}} {}", row.entry->lane, lane_width,
                                                 shortened(row.entry->text, longest_text));
            timed(row.event == last ? "" : clock_text(story_.since_start(row.at)), text,
                  lane_width + 1);
            last = row.event;
        }
    }

    void truth() {
        title("The truth then");
        for (const std::string& member : story_.members) {
            line(2, member);
        }
        if (story_.violation) {
            for (const std::string& fact : story_.violation->facts) {
                line(2, shortened(fact, longest_fact));
            }
        }
    }

    void seen() {
        if (story_.seen.empty()) {
            return;
        }
        title("What operators saw");
        for (const SeenByOperator& one : story_.seen) {
            line(2, fmt::format("{} {}, {}: {} objects in its cache, {} out of date", one.name,
                                one.when, clock_text(story_.since_start(one.at)), one.objects,
                                one.out_of_date.size()));
            for (const SeenObject& object : one.out_of_date) {
                line(4, in_words_of(object));
            }
        }
    }

    void foot() {
        for (const Violation& other : story_.others) {
            line(0, fmt::format("also {}: {}", other.law, other.sentence));
        }
        title("Again");
        text_ += fmt::format("  {}\n  bestgres step {}\n  {} --report PAGE.html\n",
                             story_.command(), story_.file, story_.command());
    }

private:
    std::string coloured(std::string_view colour, const std::string& text) const {
        return look_.colours ? fmt::format("\033[{}m{}\033[0m", colour, text) : text;
    }
    void title(const std::string& text) { text_ += coloured("1", text) + "\n"; }
    void line(std::size_t indent, const std::string& text) {
        text_ += std::string(indent, ' ') + wrapped(text, {look_.width, indent, indent + 2}) + "\n";
    }
    void timed(const std::string& at, const std::string& text, std::size_t more = 0) {
        text_ += coloured("36", fmt::format("{:>{}}", at, time_width)) + "  " +
                 wrapped(text, {look_.width, time_width + 2, time_width + 2 + more}) + "\n";
    }
    static std::string in_words_of(const SeenObject& object) {
        const std::string since =
            object.behind == Duration{} ? "" : ", for " + clock_text(object.behind);
        if (object.seen_version.empty()) {
            return fmt::format("{} is not in it and exists{}", object.object, since);
        }
        if (object.true_version.empty()) {
            return fmt::format("{} is in it and is gone{}", object.object, since);
        }
        std::string text = fmt::format("{}: version {} seen, {} true{}", object.object,
                                       object.seen_version, object.true_version, since);
        for (std::size_t at = 0; at < std::min<std::size_t>(object.differences.size(), 3); ++at) {
            text += "; " + shortened(in_words(object.differences[at]), 100);
        }
        return text;
    }

    const Story& story_;
    const TerminalLook& look_;
    std::string text_;
};

}  // namespace

std::string wrapped(const std::string& text, const Margins& margins) {
    std::string out;
    std::size_t column = margins.first;
    const auto break_line = [&] {
        out += "\n" + std::string(margins.indent, ' ');
        column = margins.indent;
    };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        if (at > 0 && column + 1 + (end - at) > margins.width && column > margins.indent) {
            break_line();
        } else if (at > 0) {
            out += ' ';
            ++column;
        }
        for (std::size_t from = at; from < end;) {
            const std::size_t length = std::min(end - from, margins.width - column);
            out.append(text, from, length);
            column += length;
            from += length;
            if (from < end) {
                break_line();
            }
        }
        at = end + 1;
    }
    return out;
}

std::string terminal_report(const Story& story, const TerminalLook& look) {
    Page page(story, look);
    page.head();
    page.schedule();
    if (story.violation) {
        page.causes();
    }
    page.truth();
    page.seen();
    page.foot();
    return page.take();
}

}  // namespace bestgres::scenarios
