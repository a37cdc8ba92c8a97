// M10. Names and uids mean nothing: a world whose cluster and namespace are called otherwise, or
// whose server gives other uids, goes the same way step by step.
#include <fmt/format.h>

#include <regex>

#include "lib/base/check.hpp"
#include "scenarios/relations/compare.hpp"
#include "scenarios/relations/relations.hpp"
#include "scenarios/replay/replay_file.hpp"

namespace bestgres::scenarios::relations {
namespace {

constexpr LawText m10_text{"M10", "Under other names and with other uids every step is the same."};

struct Renaming {
    const char* from;
    const char* to;
};
// The order of names changes with the first: a list of objects begins with others.
constexpr Renaming renamings[] = {{"db", "books"}, {"shop", "warehouse"}};

std::string renamed(std::string words, bool back) {
    for (const Renaming& one : renamings) {
        const std::regex name(fmt::format(R"(\b{}\b)", back ? one.to : one.from));
        words = std::regex_replace(words, name, back ? one.from : one.to);
    }
    return words;
}

Scenario under_other_names(const Scenario& workload) {
    const std::string file = renamed(write_replay({.notes = {}, .scenario = workload}), false);
    const Result<Replay> read = read_replay(file);
    BG_CHECK(read.ok(), "a renamed scenario is one");
    Scenario other = read->scenario;
    other.name = workload.name;
    other.topology.ns = renamed(workload.topology.ns, false);
    return other;
}

std::string step_words(const Played& run, bool rename_back) {
    std::string words;
    for (const Deed& deed : run.steps) {
        words += fmt::format("{}: {}\n", deed.cluster, deed.what);
    }
    return rename_back ? renamed(std::move(words), true) : words;
}

// Hashes of texts with names in them.
NormalEnd without_hashes(NormalEnd end) {
    for (auto& [name, content] : end) {
        if (name.starts_with("StatefulSet/")) {
            Json& annotations = content["spec"]["template"]["metadata"]["annotations"];
            annotations.erase("bestgres.io/config-hash");
            annotations.erase("bestgres.io/template-hash");
        }
    }
    return end;
}

NormalEnd end_renamed_back(const NormalEnd& end) {
    NormalEnd renamed_end;
    for (const auto& [name, content] : end) {
        const Result<Json> json = parse_json(renamed(dump(content), true));
        BG_CHECK(json.ok(), "names stand in texts");
        renamed_end[renamed(name, true)] = *json;
    }
    return renamed_end;
}

// The first lines that differ.
std::vector<std::string> first_difference(const std::string& expected, const std::string& found) {
    std::size_t begin = 0;
    for (;;) {
        const std::size_t left = expected.find('\n', begin);
        const std::size_t right = found.find('\n', begin);
        const std::string one = expected.substr(begin, left - begin);
        const std::string other = found.substr(begin, right - begin);
        if (one != other) {
            return {"expected: " + one, "found: " + other};
        }
        if (left == std::string::npos) {
            return {};
        }
        begin = left + 1;
    }
}

std::vector<Violation> judge_m10(const Scenario& workload, const Player& play) {
    Verdict verdict(m10_text);
    const Scenario plain = without_jitter(workload);
    const Played reference = play(plain);
    if (!verdict.expect_sound(reference, "as it is")) {
        return verdict.take();
    }
    const std::string steps = step_words(reference, false);
    Scenario other_uids = plain;
    other_uids.seed += 1;
    const Played second = play(other_uids);
    if (verdict.expect_sound(second, "with other uids")) {
        verdict.expect_none(first_difference(steps, step_words(second, false)),
                            reference.scenario + ": other uids, other steps");
        verdict.expect_same(reference.end, second.end, reference.scenario + ", with other uids");
    }
    const Played third = play(under_other_names(plain));
    if (verdict.expect_sound(third, "under other names")) {
        verdict.expect_none(first_difference(steps, step_words(third, true)),
                            reference.scenario + ": other names, other steps");
        verdict.expect_same(without_hashes(reference.end),
                            without_hashes(end_renamed_back(third.end)),
                            reference.scenario + ", under other names");
    }
    return verdict.take();
}

}  // namespace

Relation m10_symmetry() {
    return {.text = m10_text, .workloads = {"W10-3-async"}, .judge = judge_m10};
}

}  // namespace bestgres::scenarios::relations
