// The servers of the laboratory, the connections between them, and what can be said of them all.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/fidelity/lab.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::Postgres;

}  // namespace

void Lab::pump() {
    bool busy = true;
    while (busy) {
        busy = false;
        for (auto& [name, node] : nodes_) {
            for (fakepatroni::PostgresEvent& event : node.postgres->take_events()) {
                busy = true;
                take_event(name, event);
            }
            busy = ship(node) || busy;
        }
    }
}

void Lab::take_event(const std::string& name, fakepatroni::PostgresEvent& event) {
    Node& node = nodes_.at(name);
    if (const auto* work = std::get_if<fakepatroni::WorkEnded>(&event)) {
        note(name, fmt::format("postgres: {} {} {}", to_string(work->work),
                               work->ok ? "done" : "failed", work->message));
        feed(name, fakepatroni::PostgresWorkEnded{*work});
    } else if (const auto* commit = std::get_if<fakepatroni::CommitEnded>(&event)) {
        if (commit->outcome == fakepatroni::CommitOutcome::acknowledged) {
            acknowledged_.push_back(commit->id);
        }
    } else if (const auto* wanted = std::get_if<fakepatroni::SourceWanted>(&event)) {
        const auto source = node.member ? nodes_.find(node.member->source()) : nodes_.end();
        const Result<fakepatroni::Volume> copy =
            source == nodes_.end()
                ? Result<fakepatroni::Volume>(Error{"could not connect to the source server"})
                : source->second.postgres->copy_for(wanted->work);
        if (wanted->work == fakepatroni::PostgresWork::rewind) {
            node.postgres->finish_rewind(copy, now_);
        } else {
            node.postgres->finish_base_backup(copy, now_);
        }
    } else if (std::holds_alternative<fakepatroni::UpstreamWanted>(event)) {
        connect(node);
    } else if (const auto* remote = std::get_if<fakepatroni::RemoteWanted>(&event)) {
        ask_server(name, remote->request);
    } else if (const auto* answer = std::get_if<fakepatroni::RemoteAnswered>(&event)) {
        if (const auto asked = remotes_.extract(answer->key); !asked.empty()) {
            nodes_.at(asked.mapped().first)
                .postgres->remote_answered(
                    {asked.mapped().second, answer->failure, answer->tables});
        }
    } else if (const auto* citus = std::get_if<fakepatroni::CitusEnded>(&event)) {
        feed(name, fakepatroni::CitusStatementEnded{*citus});
    }
}

void Lab::ask_server(const std::string& name, const fakepatroni::RemoteRequest& request) {
    const auto node = nodes_.find(request.host);
    if (node == nodes_.end()) {
        nodes_.at(name).postgres->remote_answered(
            {request.id, "could not translate host name", nullptr});
        return;
    }
    remotes_[++remote_questions_] = {name, request.id};
    node->second.postgres->take_remote(remote_questions_, request, now_);
}

void Lab::connect(Node& node) {
    const auto request = node.postgres->upstream_request();
    if (!request) {
        return;
    }
    const auto upstream = nodes_.find(request->upstream);
    const auto accepted = upstream == nodes_.end()
                              ? Result<fakepatroni::ConnectionId>(Error{"no route to host"})
                              : upstream->second.postgres->accept_standby(*request, now_);
    if (accepted.ok()) {
        node.postgres->upstream_accepted(*request, *accepted);
    } else {
        node.postgres->upstream_refused(*request, accepted.error().message, now_);
    }
}

bool Lab::ship(Node& node) {
    bool busy = false;
    Postgres& server = *node.postgres;
    if (const auto connection = server.connection()) {
        const auto upstream = nodes_.find(server.upstream());
        if (upstream == nodes_.end() ||
            upstream->second.postgres->senders().find(*connection) == nullptr) {
            server.upstream_lost(now_);
            return true;
        }
        if (const auto message = upstream->second.postgres->wal_for(*connection)) {
            server.receive(*message, now_);
            busy = true;
        }
        if (const auto report = server.take_report()) {
            upstream->second.postgres->take_standby_report(*report, now_);
            busy = true;
        }
    }
    std::vector<fakepatroni::ConnectionId> gone;
    for (const auto& [id, sender] : server.senders().all()) {
        const auto standby = nodes_.find(sender.application_name);
        if (standby == nodes_.end() || standby->second.postgres->connection() != id) {
            gone.push_back(id);
        }
    }
    for (const fakepatroni::ConnectionId id : gone) {
        server.standby_lost(id, now_);
        busy = true;
    }
    return busy;
}

std::vector<std::string> Lab::writable() const {
    std::vector<std::string> names;
    for (const auto& [name, node] : nodes_) {
        if (node.postgres->is_writable()) {
            names.push_back(name);
        }
    }
    return names;
}

Json Lab::annotations(const std::string& suffix) const {
    const auto object = server_.get(*server_.find_resource("", "v1", "configmaps"),
                                    {.ns = "default", .name = "demo-" + suffix});
    return object.ok() ? object_at(object->json(), {"metadata", "annotations"}) : Json();
}

Json Lab::status(const std::string& name) const {
    const auto object =
        server_.get(*server_.find_resource("", "v1", "pods"), {.ns = "default", .name = name});
    const auto parsed = parse_json(object.ok() ? object->annotation("status") : "");
    return parsed.ok() ? *parsed : Json();
}

std::string Lab::role_label(const std::string& name) const {
    const auto object =
        server_.get(*server_.find_resource("", "v1", "pods"), {.ns = "default", .name = name});
    return object.ok() ? std::string(object->label("role")) : "";
}

std::string Lab::leader(int group) const {
    return string_at(annotations(group < 0 ? "leader" : fmt::format("{}-leader", group)),
                     {"leader"});
}

std::string Lab::registered(const std::string& on, int group) const {
    const fakepatroni::CitusNode* node = nodes_.at(on).postgres->citus_tables().primary_of(group);
    return node == nullptr ? "" : node->host;
}

bool Lab::all_stream() const {
    const std::vector<std::string> primaries = writable();
    return primaries.size() == 1 && leader() == primaries.front() &&
           std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& entry) {
               return entry.first == primaries.front() || !entry.second.member ||
                      (entry.second.postgres->connection() &&
                       entry.second.postgres->upstream() == primaries.front());
           });
}

std::vector<fakepatroni::CommitId> Lab::lost_on(const std::string& name) const {
    std::vector<fakepatroni::CommitId> lost;
    for (const fakepatroni::CommitId id : acknowledged_) {
        if (!nodes_.at(name).postgres->volume().wal.contains(id)) {
            lost.push_back(id);
        }
    }
    return lost;
}

}  // namespace bestgres::scenarios
