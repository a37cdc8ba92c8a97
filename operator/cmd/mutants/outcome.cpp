#include "operator/cmd/mutants/outcome.hpp"

#include <fstream>

namespace bestgres::cmd::mutants {
namespace {

double number_at(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

std::uint64_t count_at(const Json& json, const char* key) {
    return static_cast<std::uint64_t>(find_int(json, {key}).value_or(0));
}

}  // namespace

Json to_json(const Outcome& outcome) {
    return {{"mutant", outcome.mutant},       {"law", outcome.law},
            {"sentence", outcome.sentence},   {"laws", outcome.laws},
            {"other_law", outcome.other_law}, {"bait", outcome.bait},
            {"runs", outcome.runs},           {"seconds", outcome.seconds},
            {"shrinking", outcome.shrinking}, {"edits", outcome.edits},
            {"faults", outcome.faults}};
}

Outcome outcome_from(const Json& json) {
    Outcome outcome{.mutant = string_at(json, {"mutant"}),
                    .law = string_at(json, {"law"}),
                    .sentence = string_at(json, {"sentence"}),
                    .laws = {},
                    .other_law = string_at(json, {"other_law"}),
                    .bait = string_at(json, {"bait"}),
                    .runs = count_at(json, "runs"),
                    .seconds = number_at(json, "seconds"),
                    .shrinking = number_at(json, "shrinking"),
                    .edits = count_at(json, "edits"),
                    .faults = count_at(json, "faults")};
    for (const Json& law : array_at(json, {"laws"})) {
        outcome.laws.insert(law.get<std::string>());
    }
    return outcome;
}

std::map<std::string, Outcome> read_outcomes(const std::string& name) {
    std::map<std::string, Outcome> outcomes;
    std::ifstream file(name);
    for (std::string line; std::getline(file, line);) {
        if (const auto json = parse_json(line); json.ok() && json->is_object()) {
            Outcome outcome = outcome_from(*json);
            outcomes.insert_or_assign(outcome.mutant, std::move(outcome));
        }
    }
    return outcomes;
}

void write_outcomes(const std::string& name, const std::map<std::string, Outcome>& outcomes) {
    std::ofstream file(name);
    for (const auto& [mutant, outcome] : outcomes) {
        file << dump(to_json(outcome)) << '\n';
    }
}

}  // namespace bestgres::cmd::mutants
