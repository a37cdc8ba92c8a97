#include "fakepatroni/fidelity/model_side.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace bestgres::fakepatroni::fidelity {
namespace {

using std::chrono::seconds;

Parameters parameters_in(const Words& words) {
    Parameters parameters;
    for (const auto& [name, value] : settings_in(words)) {
        parameters[name] = value;
    }
    return parameters;
}

std::string rows_of(const Postgres& server) {
    Wal seen = server.volume().wal;
    seen.truncate(server.replayed());
    std::vector<CommitId> ids = seen.commits();
    std::ranges::sort(ids);
    std::string text;
    for (const CommitId id : ids) {
        text += (text.empty() ? "" : ",") + std::to_string(id);
    }
    return text;
}

}  // namespace

ModelSide::ModelSide() {
    for (const char* const name : {"a", "b", "c"}) {
        servers_.add(name);
    }
    servers_["a"].initdb({.system_identifier = "7"}, servers_.now).ok();
    servers_.run_for(seconds(5));
}

std::string ModelSide::start(const Words& words) {
    const bool standby = words[2] == "standby";
    configurations_[words[1]] = {
        .parameters = parameters_in(words), .upstream = standby ? words[4] : "", .slot = ""};
    const auto begun = servers_[words[1]].start(
        {.standby = standby, .configuration = configurations_[words[1]]}, servers_.now);
    servers_.run_for(seconds(10));
    const bool runs = begun.ok() && servers_[words[1]].state() == ServerState::running;
    return runs ? "running" : "failed";
}

std::string ModelSide::outcome(CommitId id) {
    if (!servers_.ended.contains(id)) {
        return "waits";
    }
    // A client sees no difference but a warning.
    return servers_.ended[id].outcome == CommitOutcome::cut ? "cut" : "committed";
}

std::string ModelSide::commit(const Words& words) {
    const CommitId id = std::stoull(words[2]);
    const auto begun = servers_[words[1]].begin_commit({.id = id}, servers_.now);
    if (!begun.ok()) {
        return begun.error().sqlstate.empty() ? "refused" : begun.error().sqlstate;
    }
    servers_.run_for(seconds(2));
    return outcome(id);
}

std::string ModelSide::tool(const Words& words) {
    Postgres& server = servers_[words[1]];
    const auto done = [&](const Result<Done>& begun, const std::string& word) -> std::string {
        servers_.run_for(seconds(10));
        const bool ok = begun.ok() && servers_.works[words[1]].back().ok;
        return ok ? word : "failed";
    };
    if (words[0] == "promote") {
        return done(server.promote(servers_.now), "promoted");
    }
    if (words[0] == "copy") {
        servers_.source = words[3];
        server.wipe();
        return done(server.begin_base_backup(servers_.now), "copied");
    }
    if (words[0] == "rewind") {
        servers_.source = words[3];
        const std::string word = done(server.begin_rewind(servers_.now), "rewound");
        const bool idle =
            word == "rewound" && servers_.works[words[1]].back().message == "no rewind required";
        return idle ? "nothing" : word;
    }
    return done(server.recover_single_user(servers_.now), "recovered");
}

std::string ModelSide::ask(const Words& words) {
    if (words[0] == "outcome") {
        return outcome(std::stoull(words[1]));
    }
    const Postgres& server = servers_[words[1]];
    if (words[0] == "state") {
        return std::string(to_string(server.state()));
    }
    if (words[0] == "rows") {
        return rows_of(server);
    }
    if (words[0] == "control") {
        return std::string(to_string(server.volume().control));
    }
    if (words[0] == "streams") {
        return server.connection() ? "yes" : "no";
    }
    if (words[0] == "timeline") {
        return std::to_string(server.timeline());
    }
    if (words[0] == "paused") {
        return server.replay_paused() ? "yes" : "no";
    }
    for (const StandbyRow& row : servers_[words[3]].standbys()) {
        if (row.application_name == words[1]) {
            return std::string(to_string(row.sync_state));
        }
    }
    return "absent";
}

std::string ModelSide::perform(const Words& words) {
    if (is_question(words[0])) {
        return ask(words);
    }
    Postgres& server = servers_[words[1]];
    if (words[0] == "start") {
        return start(words);
    }
    if (words[0] == "commit") {
        return commit(words);
    }
    std::string answer = "reloaded";
    if (words[0] == "stop") {
        server.stop(words[2] == "fast" ? StopMode::fast : StopMode::immediate, servers_.now).ok();
        servers_.run_for(seconds(5));
        return server.state() == ServerState::stopped ? "stopped" : "stopping";
    }
    if (words[0] == "connect") {
        const auto session = server.connect({}, servers_.now);
        return session.ok() ? "connected" : session.error().sqlstate;
    }
    if (words[0] == "kill") {
        server.kill("killed", servers_.now);
        answer = "killed";
    } else if (words[0] == "set") {
        configurations_[words[1]].parameters = parameters_in(words);
        server.reload(configurations_[words[1]], servers_.now);
    } else if (words[0] == "cancel") {
        server.cancel_commit(std::stoull(words[2]));
        answer = "asked";
    } else if (words[0] == "stick" || words[0] == "unstick") {
        server.set_faults({.receiver_stuck = words[0] == "stick"}, servers_.now);
        answer = words[0] == "stick" ? "stuck" : "unstuck";
    } else if (words[0] == "resume") {
        server.resume_replay(servers_.now);
        answer = "resumed";
    } else {
        return tool(words);
    }
    servers_.run_for(seconds(10));
    return answer;
}

}  // namespace bestgres::fakepatroni::fidelity
