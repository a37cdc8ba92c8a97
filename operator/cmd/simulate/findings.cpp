#include "operator/cmd/simulate/findings.hpp"

#include <fmt/format.h>

#include <fstream>

#include "operator/cmd/simulate/pages.hpp"
#include "scenarios/replay/in_words.hpp"
#include "scenarios/search/run.hpp"
#include "scenarios/shrink/shrink.hpp"
#include "shipped_files.hpp"  // made by CMake from deploy/

namespace bestgres::cmd::simulate {
namespace {

using scenarios::Scenario;
using scenarios::Violation;

std::vector<std::string> notes_of(const Violation& violation) {
    std::vector<std::string> notes = {fmt::format("{}: {}", violation.law, violation.sentence)};
    for (const std::string& fact : violation.facts) {
        notes.push_back("  " + fact);
    }
    return notes;
}

std::string replay_of(Scenario scenario, const Violation& violation) {
    scenario.expect = scenarios::Expectation{.law = violation.law, .facts = violation.facts};
    return scenarios::write_replay({.notes = notes_of(violation), .scenario = std::move(scenario)});
}

// Where two mistakes break one law, the second file has a number.
std::string file_name(const std::string& law, std::size_t number) {
    return number == 0 ? fmt::format("{}.bgr", law) : fmt::format("{}-{}.bgr", law, number + 1);
}

// What the scenario was drawn from; a small one keeps the number.
std::uint64_t seed_of(const Finding& finding) {
    const auto replay = scenarios::read_replay(finding.replay);
    return replay.ok() ? replay->scenario.seed : 0;
}

}  // namespace

Json Finding::to_json() const {
    return {{"shape", shape}, {"sentence", sentence}, {"replay", replay}, {"shrunk", shrunk}};
}

Finding Finding::from_json(const Json& json) {
    return {.shape = string_at(json, {"shape"}),
            .sentence = string_at(json, {"sentence"}),
            .replay = string_at(json, {"replay"}),
            .shrunk = find_bool(json, {"shrunk"}).value_or(false)};
}

Finding make_finding(const scenarios::Ground& ground, const Scenario& scenario,
                     const Violation& violation, std::uint64_t attempts) {
    Finding finding{.shape = shape_of(violation),
                    .sentence = fmt::format("{}: {}", violation.law, violation.sentence),
                    .replay = replay_of(scenario, violation)};
    if (attempts == 0) {
        return finding;
    }
    const auto smaller = shrink(scenario, scenarios::attempt_on(ground), {.attempts = attempts});
    if (smaller && shape_of(smaller->failure.violation) == finding.shape) {
        finding.replay = replay_of(smaller->scenario, smaller->failure.violation);
        finding.shrunk = true;
    }
    return finding;
}

bool Findings::write(const std::string& name, const Finding& finding) const {
    std::ofstream file(name);
    file << finding.replay;
    file.close();
    const auto replay = scenarios::read_replay(finding.replay);
    BG_CHECK(replay.ok(), "findings are replay files");
    return !file.fail() && write_page(page_name(name), tell(ground_, replay->scenario, name)).ok();
}

void Findings::add(const Finding& finding) {
    ++count_;
    const auto known = files_.find(finding.shape);
    if (known != files_.end()) {
        ++known->second.count;
        // A smaller one takes the place of one that was not made small.
        if (known->second.shrunk || !finding.shrunk) {
            return;
        }
        known->second.shrunk = true;
        (void)write(known->second.name, finding);
        return;
    }
    const std::string law = finding.sentence.substr(0, finding.sentence.find(':'));
    std::size_t number = 0;
    for (const auto& [shape, file] : files_) {
        number += file.sentence.rfind(law + ":", 0) == 0 ? 1 : 0;
    }
    const std::string name = directory_ + "/" + file_name(law, number);
    const bool written = write(name, finding);
    fmt::print("\n{}\n  seed: {}\n  replay: bestgres replay {}{}\n  page: {}\n", finding.sentence,
               seed_of(finding), name, written ? "" : " (could not be written)", page_name(name));
    files_[finding.shape] = {
        .name = name, .sentence = finding.sentence, .count = 1, .shrunk = finding.shrunk};
}

void Findings::print_summary() const {
    for (const auto& [shape, file] : files_) {
        fmt::print("{:>6} x {}\n         {}\n", file.count, file.sentence, file.name);
    }
}

scenarios::Ground shipped_ground() {
    return shipped_ground(scenarios::Topology{}.ns);
}

scenarios::Ground shipped_ground(const std::string& ns) {
    auto ground = scenarios::Ground::make(local::shipped_operator, ns);
    BG_CHECK(ground.ok(), "the shipped manifest can be installed");
    return std::move(*ground);
}

}  // namespace bestgres::cmd::simulate
