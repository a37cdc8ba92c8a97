#include "scenarios/report/story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/replay/in_words.hpp"
#include "scenarios/replay/replay_file.hpp"
#include "scenarios/report/cone.hpp"

namespace bestgres::scenarios {
namespace {

bool is_meant(const Violation& violation, const Scenario& scenario) {
    return !scenario.expect || scenario.expect->law.empty() ||
           scenario.expect->law == violation.law;
}

const Violation* chosen(const World& world) {
    const std::vector<Violation>& found = world.violations();
    const auto meant = std::find_if(found.begin(), found.end(), [&](const Violation& one) {
        return is_meant(one, world.scenario());
    });
    return meant == found.end() ? nullptr : &*meant;
}

std::string begun_step(const Beat& beat) {
    for (const Entry& entry : beat.entries) {
        if (entry.text.starts_with("begins ")) {
            return entry.text.substr(0, entry.text.find(':'));
        }
    }
    return "";
}

// To the violation, or to the end. What operators saw when they last decided is kept on the way.
World run_and_read(const Ground& ground, const Scenario& scenario, Story& story) {
    World world(ground, scenario, TraceDetail::full);
    std::vector<SeenByOperator> decided;
    while (chosen(world) == nullptr) {
        const bool goes_on = story.tape.step(world);
        if (const std::string step = begun_step(story.tape.beats().back()); !step.empty()) {
            decided = seen_by_operators(world, story.tape, "when an operator " + step);
        }
        if (!goes_on) {
            break;
        }
    }
    story.seen = std::move(decided);
    for (SeenByOperator& seen :
         seen_by_operators(world, story.tape, chosen(world) ? "at the violation" : "at the end")) {
        story.seen.push_back(std::move(seen));
    }
    return world;
}

std::string law_text(const std::string& id) {
    for (const LawText& text : Laws::texts()) {
        if (text.id == id) {
            return std::string(text.says);
        }
    }
    return "";
}

std::string outcome_of(const Ground& ground, Scenario scenario) {
    scenario.choices.clear();
    if (!problems_of(scenario).empty()) {
        return "";  // others name it in their triggers
    }
    World world(ground, scenario);
    world.run(true);
    if (world.violations().empty()) {
        return "no law is broken";
    }
    const Violation& violation = world.violations().front();
    return fmt::format("{} is broken after {}", violation.law,
                       clock_text(violation.at - world.start()));
}

std::optional<Instant> when_made(const Tape& tape, const std::string& lane,
                                 const std::string& text) {
    for (const Beat& beat : tape.beats()) {
        for (const Entry& entry : beat.entries) {
            if (entry.lane == lane && (text.empty() || entry.text == text)) {
                return beat.of.at;
            }
        }
    }
    return std::nullopt;
}

void add_schedule(const Ground& ground, const Scenario& scenario, std::size_t most_without,
                  Story& story) {
    const std::size_t all = scenario.faults.size() + scenario.edits.size();
    const bool asks = story.violation.has_value() && all <= most_without;
    for (const Edit& edit : scenario.edits) {
        story.schedule.push_back({.words = in_words(edit),
                                  .is_fault = false,
                                  .at = when_made(story.tape, "users", action_in_words(edit))});
    }
    for (std::size_t at = 0; at < scenario.faults.size(); ++at) {
        const Fault& fault = scenario.faults[at];
        Disturbance disturbance{.words = in_words(fault),
                                .is_fault = true,
                                .at = when_made(story.tape, "fault " + fault.id, "")};
        if (asks) {
            Scenario less = scenario;
            less.faults.erase(less.faults.begin() + static_cast<std::ptrdiff_t>(at));
            disturbance.without = outcome_of(ground, std::move(less));
        }
        story.schedule.push_back(std::move(disturbance));
    }
}

}  // namespace

Story tell(const Ground& ground, const Scenario& scenario, const std::string& file,
           std::size_t most_without) {
    Story story{.file = file, .name = scenario.name, .seed = scenario.seed};
    const World world = run_and_read(ground, scenario, story);
    if (chosen(world) == nullptr && !world.violations().empty()) {
        Scenario as_it_is = scenario;
        as_it_is.expect.reset();
        return tell(ground, as_it_is, file, most_without);
    }
    story.start = world.start();
    story.end = world.now();
    story.events = world.event();
    story.trace = world.trace_hash();
    story.lanes = lanes_of(story.tape.beats());
    for (const Container* member : members_by_name(world.state())) {
        story.members.push_back(describe_now(world.state(), *member));
    }
    if (const Violation* violation = chosen(world)) {
        story.violation = *violation;
        story.law_text = law_text(violation->law);
        story.cone = causal_cone(story.tape, *violation);
    }
    for (const Violation& other : world.violations()) {
        if (!story.violation || other != *story.violation) {
            story.others.push_back(other);
        }
    }
    add_schedule(ground, scenario, most_without, story);
    return story;
}

}  // namespace bestgres::scenarios
