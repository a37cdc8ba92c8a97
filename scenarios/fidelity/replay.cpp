#include "scenarios/fidelity/replay.hpp"

#include <algorithm>

namespace bestgres::scenarios {
namespace {

using Act = std::function<void(Lab&, Cast&)>;

Act config(const Json& patch) {
    return [patch](Lab& lab, Cast& cast) { lab.ask(cast.leader, "PATCH", "/config", patch); };
}

Act api(bool refuses) {
    return [refuses](Lab& lab, Cast&) { lab.refuse_api(refuses); };
}

void kill_leader(Lab& lab, Cast& cast) {
    cast.gone = cast.leader;
    lab.kill(cast.gone);
}

void start_gone(Lab& lab, Cast& cast) {
    lab.start(cast.gone);
}

void forget(Lab& lab, const std::string& suffix) {
    kube::Delete call;
    call.ref = {kube::kinds::config_map, "default", "demo-" + suffix};
    lab.change(call);
}

void label_leader(Lab& lab, int number) {
    lab.change(kube::Patch{.ref = {kube::kinds::config_map, "default", "demo-leader"},
                           .type = kube::PatchType::merge,
                           .body = {{"metadata", {{"labels", {{"x", std::to_string(number)}}}}}},
                           .subresource = ""});
}

void add(std::vector<Cue>& cues, double at, Act act) {
    cues.push_back({at, std::move(act)});
}

void add_start(std::vector<Cue>& cues, double at) {
    add(cues, at, [](Lab& lab, Cast&) { lab.start("node0"); });
    add(cues, at + 0.01, [](Lab& lab, Cast&) { lab.start("node1"); });
    add(cues, at + 0.1, [](Lab& lab, Cast&) { lab.start("node2"); });
}

void add_failovers(std::vector<Cue>& cues) {
    add(cues, 101.5, kill_leader);
    add(cues, 189.5, start_gone);
    add(cues, 241, [](Lab& lab, Cast& cast) { lab.kill_postgres(cast.leader); });
    add(cues, 276.99, [](Lab& lab, Cast& cast) {
        lab.ask(cast.one, "POST", "/switchover",
                {{"leader", cast.leader}, {"candidate", cast.two}});
    });
    add(cues, 367.49, [](Lab& lab, Cast& cast) {
        lab.ask(cast.leader, "POST", "/switchover",
                {{"leader", cast.leader}, {"candidate", cast.one}});
    });
}

void add_outages(std::vector<Cue>& cues) {
    add(cues, 386.66, api(true));
    add(cues, 391.7, api(false));
    add(cues, 431.87, api(true));
    add(cues, 451.9, api(false));
    add(cues, 492.07, api(true));
    add(cues, 552.1, api(false));
    add(cues, 607.3, [](Lab& lab, Cast& cast) { lab.silence_api(cast.leader, true); });
    add(cues, 667.3, [](Lab& lab, Cast& cast) { lab.silence_api(cast.leader, false); });
    add(cues, 767.06, config({{"failsafe_mode", true}}));
    add(cues, 783.18, api(true));
    add(cues, 873.6, api(false));
    add(cues, 875.67, api(true));
    add(cues, 890, [](Lab& lab, Cast& cast) {
        cast.gone = cast.one;
        lab.kill(cast.gone);
    });
    add(cues, 920.5, api(false));
    add(cues, 949.2, start_gone);
    add(cues, 960.85, config({{"failsafe_mode", nullptr}}));
}

void add_synchronous(std::vector<Cue>& cues) {
    add(cues, 971.93, config({{"synchronous_mode", true}}));
    add(cues, 998.1, [](Lab& lab, Cast& cast) {
        const std::string sync = string_at(lab.annotations("sync"), {"sync_standby"});
        cast.gone = sync.empty() ? cast.one : sync;
        lab.kill(cast.gone);
    });
    add(cues, 1017, start_gone);
    add(cues, 1038.47, config({{"synchronous_mode", "quorum"}}));
    add(cues, 1062.6, config({{"synchronous_node_count", 2}}));
    add(cues, 1077, kill_leader);
    add(cues, 1127.3, start_gone);
    add(cues, 1152, config({{"synchronous_mode", nullptr}, {"synchronous_node_count", nullptr}}));
}

void add_requests(std::vector<Cue>& cues) {
    add(cues, 1206.3, [](Lab& lab, Cast& cast) {
        cast.gone = cast.leader;
        lab.terminate(cast.gone);
    });
    add(cues, 1229, start_gone);
    const auto ask = [&cues](double at, const std::string& method, const std::string& path,
                             const Json& body) {
        add(cues, at, [method, path, body](Lab& lab, Cast& cast) {
            Json asked = body;
            if (path == "/switchover" && method == "POST") {
                asked["leader"] = cast.leader;
            }
            lab.ask(cast.leader, method, path, asked);
        });
    };
    ask(1241.5, "POST", "/restart", Json::object());
    ask(1242.65, "POST", "/restart", {{"schedule", "2040-01-01T00:00:00+00:00"}});
    ask(1242.72, "DELETE", "/restart", Json());
    ask(1242.92, "POST", "/switchover", {{"scheduled_at", "2040-01-01T00:00:00+00:00"}});
    ask(1243, "DELETE", "/switchover", Json());
    ask(1244.1, "POST", "/restart", Json::object());
    add(cues, 1245.6,
        [](Lab& lab, Cast& cast) { lab.ask(cast.one, "POST", "/reinitialize", Json::object()); });
    add(cues, 1253.8, config({{"postgresql", {{"parameters", {{"max_connections", 60}}}}}}));
    ask(1266.5, "POST", "/restart", Json::object());
    add(cues, 1283.87, config({{"pause", true}}));
    add(cues, 1296.9, kill_leader);
    add(cues, 1346.7, start_gone);
    add(cues, 1361.16, [](Lab& lab, Cast& cast) {
        const std::string other = cast.one == cast.gone ? cast.two : cast.one;
        lab.ask(other, "PATCH", "/config", {{"pause", nullptr}});
    });
}

void add_losses(std::vector<Cue>& cues) {
    add(cues, 1376.9, [](Lab& lab, Cast&) {
        for (const char* name : {"node0", "node1", "node2"}) {
            lab.kill(name);
        }
    });
    add_start(cues, 1381.1);
    add(cues, 1440, [](Lab& lab, Cast& cast) {
        cast.gone = cast.one;
        lab.kill(cast.gone);
        lab.lose_volume(cast.gone);
    });
    add(cues, 1442.5, start_gone);
    add(cues, 1470, [](Lab& lab, Cast& cast) {
        kill_leader(lab, cast);
        lab.lose_volume(cast.gone);
    });
    add(cues, 1472.3, start_gone);
    add(cues, 1530, [](Lab& lab, Cast& cast) {
        cast.gone = cast.leader;
        lab.kill_patroni(cast.gone);
    });
    add(cues, 1590, start_gone);
    add(cues, 1611.3, [](Lab& lab, Cast& cast) {
        cast.gone = cast.leader;
        lab.freeze(cast.gone);
    });
    add(cues, 1656.5, [](Lab& lab, Cast& cast) { lab.thaw(cast.gone); });
    add(cues, 1691.6, [](Lab& lab, Cast&) { forget(lab, "leader"); });
    add(cues, 1721.87, [](Lab& lab, Cast&) { forget(lab, "config"); });
    for (int number = 1; number <= 15; ++number) {
        add(cues, 1751.1 + number, [number](Lab& lab, Cast&) { label_leader(lab, number); });
    }
}

void see_cast(const Lab& lab, Cast& cast) {
    std::vector<std::string> others{"node0", "node1", "node2"};
    const std::string leader = lab.leader();
    cast.leader = leader.empty() ? cast.leader : leader;
    std::erase(others, cast.leader);
    cast.one = others.front();
    cast.two = others.back();
}

}  // namespace

std::vector<Cue> cues_of_patroni_4() {
    std::vector<Cue> cues;
    add_start(cues, 2.3);
    add_failovers(cues);
    add_outages(cues);
    add_synchronous(cues);
    add_requests(cues);
    add_losses(cues);
    return cues;
}

std::vector<Cue> cues_of_patroni_3() {
    std::vector<Cue> cues;
    add_start(cues, 1.68);
    add(cues, 73, kill_leader);
    add(cues, 124.1, start_gone);
    add(cues, 149.2, [](Lab& lab, Cast& cast) {
        lab.ask(cast.leader, "POST", "/switchover",
                {{"leader", cast.leader}, {"candidate", cast.gone}});
    });
    add(cues, 327.1, [](Lab& lab, Cast&) {
        for (const char* name : {"node0", "node1", "node2"}) {
            lab.terminate(name);
        }
    });
    return cues;
}

std::vector<Segment> replay(Lab& lab, const std::vector<TraceLine>& recorded,
                            const std::vector<Cue>& cues) {
    std::vector<Segment> segments;
    std::vector<TraceLine> lines;
    Cast cast;
    auto cue = cues.begin();
    double clock = 0;
    const auto until = [&](double at) {
        while (cue != cues.end() && cue->at <= at) {
            lab.run_for(
                std::chrono::nanoseconds(static_cast<std::int64_t>((cue->at - clock) * 1e9)));
            clock = cue->at;
            cue->act(lab, cast);
            ++cue;
        }
        lab.run_for(std::chrono::nanoseconds(static_cast<std::int64_t>((at - clock) * 1e9)));
        clock = at;
    };
    const auto close = [&](const std::string& next) {
        if (!segments.empty()) {
            std::vector<TraceLine> modelled;
            for (const Sent& sent : lab.take_sent()) {
                // Lists that find no API server come and go with the second; they are not counted.
                if (sent.ok || sent.verb != "GET") {
                    modelled.push_back(line_of(sent));
                }
            }
            segments.back().agreement = compare(lines, modelled);
        }
        lines.clear();
        segments.push_back({next, {}});
        see_cast(lab, cast);
    };
    for (const TraceLine& line : recorded) {
        if (line.mark.empty()) {
            lines.push_back(line);
        } else {
            until(line.at);
            close(line.mark);
        }
    }
    until(recorded.back().at + 1);
    close("");
    segments.pop_back();
    return segments;
}

}  // namespace bestgres::scenarios
