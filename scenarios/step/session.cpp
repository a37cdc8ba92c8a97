#include "scenarios/step/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "scenarios/report/difference.hpp"
#include "scenarios/report/words.hpp"
#include "scenarios/step/inspect.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::size_t told_lines = 40;
constexpr std::size_t why_lines = 30;
constexpr std::size_t waiting_lines = 20;
constexpr std::size_t line_width = 220;

std::optional<std::uint64_t> number_in(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty()
               ? std::optional(value)
               : std::nullopt;
}

std::vector<std::string> words_in(std::string_view line) {
    std::vector<std::string> words;
    std::stringstream stream{std::string(line)};
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    return words;
}

bool is_known_lane(const Tape& tape, const std::string& lane) {
    const std::vector<std::string> lanes = lanes_of(tape.beats());
    return std::find(lanes.begin(), lanes.end(), lane) != lanes.end();
}

std::string lanes_in_words(const Tape& tape) {
    std::string text;
    for (const std::string& lane : lanes_of(tape.beats())) {
        text += (text.empty() ? "" : ", ") + lane;
    }
    return text;
}

bool concerns(const Beat& beat, const std::string& lane) {
    return std::any_of(beat.entries.begin(), beat.entries.end(), [&](const Entry& entry) {
        return entry.lane == lane && entry.weight != Weight::periodic;
    });
}

std::string lines_of(const Beat& beat, Duration since_start, Weight least) {
    std::string text;
    for (const Entry& entry : beat.entries) {
        if (entry.weight >= least) {
            text += fmt::format("{:>11} {:>6}  {:12} {}\n", clock_text(since_start), beat.of.event,
                                entry.lane, shortened(entry.text, line_width));
        }
    }
    for (const Violation& violation : beat.violations) {
        text += fmt::format("{:>11} {:>6}  {:12} {}\n", clock_text(since_start), beat.of.event,
                            "! " + violation.law, violation.sentence);
    }
    return text;
}

}  // namespace

struct Session::Command {
    std::vector<std::string> names;
    std::string_view form;
    std::string_view does;
    std::function<Answer(Session&, const Words&)> run;
};

std::vector<Session::Command> Session::ways() {
    return {{{"next", "n"},
             "next [N | LANE]",
             "N events on (1), or to what operator-1, db-0, users do next",
             [](Session& self, const Words& words) { return self.next(words); }},
            {{"back", "b"},
             "back [N]",
             "N events back",
             [](Session& self, const Words& words) { return self.back(words); }},
            {{"to", "go"},
             "to 1m5s | +10s | event N | violation | start | end",
             "goes there, either way",
             [](Session& self, const Words& words) { return self.to(words); }}};
}

std::vector<Session::Command> Session::looks_around() {
    return {{{"where", "w"},
             "where",
             "this event and what happened in it",
             [](Session& self, const Words&) { return Answer(self.where()); }},
            {{"why"},
             "why",
             "what led to this event, the nearest cause last",
             [](Session& self, const Words& words) { return self.why(words); }},
            {{"who"},
             "who",
             "everybody's state, a line each",
             [](Session& self, const Words&) { return Answer(show_everybody(self.world())); }},
            {{"get"},
             "get KIND [NAME] [-o yaml|json]",
             "objects as the API server has them",
             [](Session& self, const Words& words) { return get_objects(self.world(), words); }},
            {{"cache"},
             "cache [operator-1] [KIND NAME]",
             "what an operator sees, and how far it is behind",
             [](Session& self, const Words& words) {
                 return show_cache(self.world(), self.machine_.tape(), words);
             }},
            {{"member"},
             "member POD",
             "its container, PostgreSQL and Patroni as they really are",
             [](Session& self, const Words& words) {
                 return show_member(self.world(), words.empty() ? "" : words[0]);
             }},
            {{"waiting"},
             "waiting [N]",
             "what is on its way",
             [](Session& self, const Words& words) {
                 const auto most = words.empty() ? std::nullopt : number_in(words[0]);
                 return Answer(show_waiting(self.world(), most.value_or(waiting_lines)));
             }},
            {{"diff"},
             "diff",
             "what is different since the last stop",
             [](Session& self, const Words& words) { return self.difference(words); }},
            {{"violations"},
             "violations",
             "laws that have been broken up to here",
             [](Session& self, const Words& words) { return self.violations(words); }}};
}

std::vector<Session::Command> Session::changes() {
    return {{{"fork"},
             "fork KIND [TARGET] [lasts=30s] [amount=N] | fork {\"fault\":{...}}",
             "goes on with another fault, begun here or by its trigger; also {\"edit\":{...}}",
             [](Session& self, const Words& words) { return self.fork(words); }},
            {{"undo"},
             "undo",
             "back to where it was before the last fork",
             [](Session& self, const Words& words) { return self.undo(words); }},
            {{"save"},
             "save FILE.bgr",
             "the scenario with what was forked, for bestgres replay",
             [](Session& self, const Words& words) { return self.save(words); }},
            {{"help", "?"}, "help", "this", [](Session&, const Words&) { return Answer(help()); }},
            {{"quit", "q"}, "quit", "ends", [](Session& self, const Words&) {
                 self.done_ = true;
                 return Answer(std::string());
             }}};
}

const std::vector<Session::Command>& Session::commands() {
    static const std::vector<Command> all = [] {
        std::vector<Command> joined = ways();
        for (std::vector<Command> more : {looks_around(), changes()}) {
            joined.insert(joined.end(), more.begin(), more.end());
        }
        return joined;
    }();
    return all;
}

Session::Session(const Ground& ground, Replay replay, Writer writer)
    : ground_(ground),
      replay_(std::move(replay)),
      writer_(std::move(writer)),
      machine_(World(ground, replay_.scenario)),
      last_stop_(machine_.world()) {}

std::string Session::help() {
    std::string text;
    for (const Command& command : commands()) {
        text += fmt::format("  {}\n        {}\n", command.form, command.does);
    }
    return text + "An empty line is \"next\".\n";
}

std::string Session::command(std::string_view line) {
    std::vector<std::string> words = words_in(line);
    if (words.empty()) {
        words = {"next"};
    }
    const std::string name = words.front();
    words.erase(words.begin());
    for (const Command& one : commands()) {
        if (std::find(one.names.begin(), one.names.end(), name) != one.names.end()) {
            const Answer answer = one.run(*this, words);
            return answer.ok() ? *answer : "? " + answer.error().message + "\n";
        }
    }
    return fmt::format("? there is no command \"{}\"; \"help\" lists them all\n", name);
}

std::string Session::where() const {
    const Beat* beat = machine_.tape().find(world().event());
    if (beat == nullptr) {
        return fmt::format("at the start of {}; nothing has happened yet\n",
                           world().scenario().name);
    }
    std::string text =
        fmt::format("at event {}, {}: {}, put on its way by event {}{}\n", beat->of.event,
                    clock_text(world().now() - world().start()), beat->of.what, beat->of.cause,
                    world().over() ? "; the run is over" : "");
    return text + lines_of(*beat, world().now() - world().start(), Weight::periodic);
}

// What a person would tell of the events behind `from`, the last ones where there are many.
std::string Session::told(std::uint64_t from) const {
    std::vector<std::string> lines;
    for (std::uint64_t event = from + 1; event < world().event(); ++event) {
        const Beat* beat = machine_.tape().find(event);
        std::string text =
            beat ? lines_of(*beat, beat->of.at - world().start(), Weight::major) : "";
        if (!text.empty()) {
            lines.push_back(std::move(text));
        }
    }
    const std::size_t hidden = lines.size() - std::min(lines.size(), told_lines);
    std::string text =
        hidden == 0 ? "" : fmt::format("        ({} events with news not shown)\n", hidden);
    for (std::size_t at = hidden; at < lines.size(); ++at) {
        text += lines[at];
    }
    return text + where();
}

Session::Answer Session::next(const Words& words) {
    const std::uint64_t from = world().event();
    if (world().over()) {
        return Error{"the run is over; \"back\", \"to start\" or \"fork\" go somewhere else"};
    }
    if (!words.empty() && !number_in(words[0])) {
        std::string lane = words[0];
        for (std::size_t at = 1; at < words.size(); ++at) {
            lane += " " + words[at];
        }
        return next_of(lane);
    }
    mark();
    machine_.to_event(from + (words.empty() ? 1 : *number_in(words[0])));
    return told(from);
}

Session::Answer Session::next_of(const std::string& lane) {
    const std::uint64_t from = world().event();
    TimeMachine ahead = machine_;
    while (ahead.forward()) {
        const Beat* beat = ahead.tape().find(ahead.world().event());
        if (beat != nullptr && concerns(*beat, lane)) {
            mark();
            machine_ = std::move(ahead);
            return told(from);
        }
    }
    if (is_known_lane(ahead.tape(), lane)) {
        return Error{
            fmt::format("{} does nothing more in this run; \"to start\" and then \"next "
                        "{}\" finds what it did",
                        lane, lane)};
    }
    return Error{
        fmt::format("nobody is called \"{}\"; there are {}", lane, lanes_in_words(ahead.tape()))};
}

Session::Answer Session::back(const Words& words) {
    const auto count = words.empty() ? std::optional<std::uint64_t>(1) : number_in(words[0]);
    if (!count) {
        return Error{fmt::format("back takes a number of events, not \"{}\"", words[0])};
    }
    const std::uint64_t event = world().event();
    if (event == machine_.first_event()) {
        return Error{event == 0 ? "this is the start already"
                                : "the fork was made here; \"undo\" takes it back"};
    }
    mark();
    machine_.to_event(event > *count ? event - *count : 0);
    return where();
}

Session::Answer Session::to(const Words& words) {
    const std::string how = words.empty() ? "" : words[0];
    const std::uint64_t from = world().event();
    if (how == "violation") {
        return to_violation();
    }
    if (how == "event" && words.size() == 2 && number_in(words[1])) {
        mark();
        machine_.to_event(*number_in(words[1]));
    } else if (how == "start" || how == "end") {
        mark();
        machine_.to_event(how == "start" ? 0 : ~std::uint64_t{0});
    } else {
        const bool relative = how.starts_with("+");
        const Result<Duration> span = parse_duration(relative ? how.substr(1) : how);
        if (!span) {
            return Error{
                fmt::format("\"{}\" is no place: say to 1m5s, to +10s, to event 42, to "
                            "violation, to start or to end",
                            how)};
        }
        mark();
        machine_.to_time((relative ? world().now() : world().start()) + *span);
    }
    return world().event() > from ? told(from) : where();
}

Session::Answer Session::to_violation() {
    mark();
    const std::uint64_t from = world().event();
    if (!world().violations().empty()) {
        machine_.to_event(world().violations().front().event);
        return world().event() > from ? told(from) : where();
    }
    while (world().violations().empty() && machine_.forward()) {
    }
    if (world().violations().empty()) {
        return Error{fmt::format("no law is broken in this run; this is its end, event {}",
                                 world().event())};
    }
    return told(from);
}

Session::Answer Session::why(const Words&) {
    std::vector<std::string> lines;
    std::uint64_t event = world().event();
    while (const Beat* beat = machine_.tape().find(event)) {
        std::string text = lines_of(*beat, beat->of.at - world().start(), Weight::minor);
        if (text.empty()) {
            text = fmt::format("{:>11} {:>6}  ({})\n", clock_text(beat->of.at - world().start()),
                               event, beat->of.what);
        }
        lines.push_back(std::move(text));
        event = beat->of.cause;
    }
    if (lines.empty()) {
        return Error{"nothing has happened yet; \"next\" performs the first event"};
    }
    std::string text;
    for (std::size_t at = std::min(lines.size(), why_lines); at-- > 0;) {
        text += lines[at];
    }
    return text;
}

Session::Answer Session::difference(const Words&) {
    return show_difference(last_stop_, world());
}

Session::Answer Session::violations(const Words&) {
    std::string text;
    for (const Violation& violation : world().violations()) {
        text += fmt::format("{} at event {}, {}: {}\n", violation.law, violation.event,
                            clock_text(violation.at - world().start()), violation.sentence);
        for (const std::string& fact : violation.facts) {
            text += "    " + shortened(fact, line_width) + "\n";
        }
    }
    return text.empty() ? "no law has been broken up to here; \"to violation\" goes to the first\n"
                        : text;
}

Session::Answer Session::undo(const Words&) {
    if (before_forks_.empty()) {
        return Error{"nothing has been forked; \"back\" goes back in this run"};
    }
    mark();
    machine_ = std::move(before_forks_.back());
    before_forks_.pop_back();
    return where();
}

Session::Answer Session::save(const Words& words) {
    if (words.size() != 1) {
        return Error{"say where: save FILE.bgr"};
    }
    Replay replay{.notes = replay_.notes, .scenario = world().scenario()};
    replay.scenario.expect.reset();
    BG_TRY(writer_(words[0], write_replay(replay)));
    return fmt::format("{}; bestgres replay {}\n", words[0], words[0]);
}

}  // namespace bestgres::scenarios
