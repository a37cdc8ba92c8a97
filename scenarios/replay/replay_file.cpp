#include "scenarios/replay/replay_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/replay/describe.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::int64_t format_version = 1;

void read_header(const Json& json, Scenario& scenario, const FieldPlace& place) {
    FieldReader fields(json, place);
    std::int64_t version = 0;
    fields("bgr", version);
    if (version != format_version) {
        place.wrong(fmt::format("begins a replay file of version {} with \"bgr\":{}",
                                format_version, format_version));
    }
    describe(scenario, fields);
    fields.finish();
}

void read_line(const Json& json, Replay& replay, const FieldPlace& place) {
    FieldReader fields(json, place);
    if (fields.has("note")) {
        fields("note", replay.notes.emplace_back());
    } else if (fields.has("edit")) {
        fields("edit", replay.scenario.edits.emplace_back());
    } else if (fields.has("fault")) {
        fields("fault", replay.scenario.faults.emplace_back());
    } else if (fields.has("choice")) {
        fields("choice", replay.scenario.choices.emplace_back());
    } else if (fields.has("expect")) {
        fields("expect", replay.scenario.expect.emplace());
    } else {
        place.wrong("is one of note, edit, fault, choice, expect");
        return;
    }
    fields.finish();
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += (text.empty() ? "" : "\n") + line;
    }
    return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace

Result<Replay> read_replay(std::string_view text) {
    Replay replay;
    std::vector<std::string> problems;
    bool has_header = false;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        const FieldPlace place{.path = fmt::format("line {}:", ++number), .problems = &problems};
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        const Result<Json> json = parse_json(line);
        if (!json) {
            place.wrong("is no JSON: " + json.error().message);
        } else if (!has_header) {
            has_header = true;
            read_header(*json, replay.scenario, place);
        } else {
            read_line(*json, replay, place);
        }
    }
    if (!has_header) {
        problems.push_back("line 1: a replay file begins with {\"bgr\":1}");
    }
    if (problems.empty()) {
        problems = problems_of(replay.scenario);
    }
    if (!problems.empty()) {
        return Error{joined(problems)};
    }
    return replay;
}

std::string write_replay(const Replay& replay) {
    const Scenario& scenario = replay.scenario;
    Json header = written(scenario);
    header["bgr"] = format_version;
    std::vector<Json> lines = {header};
    for (const std::string& note : replay.notes) {
        lines.push_back({{"note", note}});
    }
    for (const Edit& edit : scenario.edits) {
        lines.push_back({{"edit", written(edit)}});
    }
    for (const Fault& fault : scenario.faults) {
        lines.push_back({{"fault", written(fault)}});
    }
    for (const Choice& choice : scenario.choices) {
        lines.push_back({{"choice", written(choice)}});
    }
    if (scenario.expect) {
        lines.push_back({{"expect", written(*scenario.expect)}});
    }
    std::string text;
    for (const Json& line : lines) {
        text += dump(line) + "\n";
    }
    return text;
}

}  // namespace bestgres::scenarios
