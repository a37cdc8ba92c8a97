#include "scenarios/step/fork.hpp"

#include <fmt/format.h>

#include "scenarios/replay/replay_file.hpp"
#include "scenarios/step/session.hpp"

namespace bestgres::scenarios {
namespace {

std::string joined(const std::vector<std::string>& words, std::size_t from) {
    std::string text;
    for (std::size_t at = from; at < words.size(); ++at) {
        text += (at == from ? "" : " ") + words[at];
    }
    return text;
}

std::string kinds_with(std::string_view part) {
    std::string all;
    for (const FaultKind kind : all_fault_kinds()) {
        const std::string_view name = to_string(kind);
        if (name.find(part) != std::string_view::npos) {
            all += (all.empty() ? "" : ", ") + std::string(name);
        }
    }
    return all;
}

// Those that hold the whole word, else its beginning, else the most usual ones.
std::string kinds_like(std::string_view word) {
    constexpr std::size_t enough = 3;
    for (const std::string_view part : {word, word.substr(0, enough)}) {
        std::string alike = part.size() < enough ? "" : kinds_with(part);
        if (!alike.empty()) {
            return alike;
        }
    }
    return "pod_kill, container_crash, node_crash, api_outage, watch_stall, operator_crash, "
           "partition";
}

// Words become the JSON of a replay file's line.
Result<Json> json_of(const std::vector<std::string>& words) {
    if (words.empty()) {
        return Error{
            "say what: fork container_crash db-0, fork api_outage lasts=1m, or a line of "
            "a replay file"};
    }
    if (words[0].starts_with("{")) {
        Result<Json> json = parse_json(joined(words, 0));
        if (!json) {
            return std::move(json).error().within("that is no JSON");
        }
        const bool bare = json->is_object() && !json->contains("fault") && !json->contains("edit");
        return bare ? Json{{"fault", *json}} : *json;
    }
    if (!find_fault_kind(words[0])) {
        return Error{
            fmt::format("there is no fault \"{}\"; there is {}", words[0], kinds_like(words[0]))};
    }
    Json fault = {{"kind", words[0]}};
    std::vector<std::string> target;
    for (std::size_t at = 1; at < words.size(); ++at) {
        const std::size_t equals = words[at].find('=');
        const std::string name = words[at].substr(0, equals);
        if (name == "lasts" && equals != std::string::npos) {
            fault["lasts"] = words[at].substr(equals + 1);
        } else if (name == "amount" && equals != std::string::npos) {
            const Result<Json> amount = parse_json(words[at].substr(equals + 1));
            fault["amount"] = amount.ok() ? *amount : Json(words[at].substr(equals + 1));
        } else if (words[at] == "for_ever") {
            fault["for_ever"] = true;
        } else {
            target.push_back(words[at]);
        }
    }
    fault["target"] = joined(target, 0);
    return Json{{"fault", fault}};
}

// Of "line 7: fault.lasts is ..." what a person who typed no file understands.
std::string without_line(std::string message) {
    const std::size_t colon = message.find(": ");
    return message.starts_with("line ") && colon != std::string::npos ? message.substr(colon + 2)
                                                                      : message;
}

}  // namespace

Result<Fork> read_fork(const std::vector<std::string>& words, const Scenario& scenario) {
    Result<Json> json = json_of(words);
    BG_TRY(json);
    const bool is_edit = json->contains("edit");
    Json& part = (*json)[is_edit ? "edit" : "fault"];
    const bool at_once = !part.contains("when");
    if (!part.contains("id")) {
        part["id"] = fmt::format("fork-{}", scenario.faults.size() + scenario.edits.size() + 1);
    }
    Scenario plain = scenario;
    plain.expect.reset();
    const Result<Replay> whole = read_replay(write_replay({.scenario = plain}) + dump(*json));
    if (!whole) {
        return Error{without_line(whole.error().message)};
    }
    Fork fork;
    fork.at_once = at_once;
    if (is_edit) {
        fork.edit = whole->scenario.edits.back();
    } else {
        fork.fault = whole->scenario.faults.back();
    }
    return fork;
}

// At once: to this very world. By a trigger: the run begins anew with it and goes to this time; a
// fault that has not begun moves nothing before it.
Session::Answer Session::fork(const Words& words) {
    Result<Fork> fork = read_fork(words, world().scenario());
    BG_TRY(fork);
    const Instant now = world().now();
    before_forks_.push_back(machine_);
    mark();
    const Trigger from_here{.when = AtTime{now - world().start()}};
    if (fork->at_once) {
        machine_.change([&](World& changed) {
            if (fork->edit) {
                fork->edit->when = from_here;
                changed.make(*fork->edit);
            } else {
                fork->fault->when = from_here;
                changed.begin(*fork->fault);
            }
        });
        return where() + "what comes is another future now; \"undo\" takes it back\n";
    }
    Scenario scenario = world().scenario();
    if (fork->edit) {
        scenario.edits.push_back(*fork->edit);
    } else {
        scenario.faults.push_back(*fork->fault);
    }
    machine_ = TimeMachine(World(ground_, std::move(scenario)));
    machine_.to_time(now);
    return where() + "the run was begun anew with it; \"undo\" takes it back\n";
}

}  // namespace bestgres::scenarios
