// A few modelled servers on a perfect network, for tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fakepatroni/postgres.hpp"

namespace bestgres::fakepatroni::testing {

class Servers {
public:
    explicit Servers(Volume volume = {}) : fresh_(std::move(volume)) {}

    Instant now{1'000'000'000'000};
    std::string source;  // of base backups and rewinds
    // Between nodes of a sharded cluster, where the name of a server is its host.
    std::set<std::string> unreachable;
    std::function<bool(const RemoteRequest&)> lose_remote;

    Postgres& add(const std::string& name, std::int64_t version = 150020) {
        PostgresSettings settings;
        settings.name = name;
        settings.server_version = version;
        return servers_.emplace(name, Postgres(settings, fresh_)).first->second;
    }
    Postgres& operator[](const std::string& name) { return servers_.at(name); }

    // A primary with data, running.
    Postgres& primary(const std::string& name, const Parameters& parameters = {}) {
        Postgres& server = add(name);
        EXPECT_TRUE(server
                        .initdb({.system_identifier = "77",
                                 .passwords = {{"postgres", digest_of_password("secret")}}},
                                now)
                        .ok());
        run_for(std::chrono::seconds(5));
        EXPECT_TRUE(
            server.start({.standby = false, .configuration = {.parameters = parameters}}, now)
                .ok());
        run_for(std::chrono::seconds(5));
        EXPECT_EQ(server.state(), ServerState::running) << server.last_message();
        return server;
    }
    // A standby of it, by base backup.
    Postgres& standby(const std::string& name, const std::string& upstream,
                      const Parameters& parameters = {}) {
        Postgres& server = add(name);
        source = upstream;
        EXPECT_TRUE(server.begin_base_backup(now).ok());
        run_for(std::chrono::seconds(5));
        start_standby(name, upstream, parameters);
        return server;
    }
    void start_standby(const std::string& name, const std::string& upstream,
                       const Parameters& parameters = {}) {
        EXPECT_TRUE((*this)[name]
                        .start({.standby = true,
                                .configuration = {.parameters = parameters, .upstream = upstream}},
                               now)
                        .ok());
        run_for(std::chrono::seconds(1));
    }
    void rewind(const std::string& name, const std::string& from) {
        source = from;
        EXPECT_TRUE((*this)[name].begin_rewind(now).ok());
        run_for(std::chrono::seconds(5));
    }

    void run_for(Duration span) {
        const Instant end = now + span;
        settle();
        for (std::optional<Instant> due = next_due(); due && *due <= end; due = next_due()) {
            now = std::max(now, *due);
            for (auto& [name, server] : servers_) {
                server.advance(now);
            }
            settle();
        }
        now = end;
    }

    // The outcome of each commit that has ended, and who likes to see it at once.
    std::map<CommitId, CommitEnded> ended;
    std::function<void(const std::string&, const CommitEnded&)> on_ended;
    std::map<postgres::CallId, postgres::Answer> answers;
    std::map<std::string, std::vector<WorkEnded>> works;
    int crashes = 0;

private:
    std::optional<Instant> next_due() const {
        std::optional<Instant> due;
        for (const auto& [name, server] : servers_) {
            const std::optional<Instant> own = server.next_due();
            due = own && (!due || *own < *due) ? own : due;
        }
        return due;
    }

    void settle() {
        bool busy = true;
        while (busy) {
            busy = false;
            for (auto& [name, server] : servers_) {
                for (PostgresEvent& event : server.take_events()) {
                    busy = true;
                    take(name, event);
                }
                busy = ship(server) || busy;
            }
        }
    }

    void take(const std::string& name, PostgresEvent& event) {
        if (const auto* work = std::get_if<WorkEnded>(&event)) {
            works[name].push_back(*work);
        } else if (const auto* commit = std::get_if<CommitEnded>(&event)) {
            ended[commit->id] = *commit;
            if (on_ended) {
                on_ended(name, *commit);
            }
        } else if (const auto* sql = std::get_if<SqlEnded>(&event)) {
            answers.insert_or_assign(sql->answer.id, sql->answer);
        } else if (std::holds_alternative<Crashed>(event)) {
            ++crashes;
        } else if (const auto* wanted = std::get_if<SourceWanted>(&event)) {
            const Result<Volume> copy = (*this)[source].copy_for(wanted->work);
            if (wanted->work == PostgresWork::rewind) {
                (*this)[name].finish_rewind(copy, now);
            } else {
                (*this)[name].finish_base_backup(copy, now);
            }
        } else if (std::holds_alternative<UpstreamWanted>(event)) {
            connect((*this)[name]);
        } else if (const auto* remote = std::get_if<RemoteWanted>(&event)) {
            ask_remote(name, remote->request);
        } else if (const auto* answer = std::get_if<RemoteAnswered>(&event)) {
            const auto asked = remotes_.extract(answer->key);
            (*this)[asked.mapped().first].remote_answered(
                {asked.mapped().second, answer->failure, answer->tables});
        }
    }

    void ask_remote(const std::string& from, const RemoteRequest& request) {
        if (unreachable.contains(request.host) || (lose_remote && lose_remote(request))) {
            return;
        }
        if (!servers_.contains(request.host)) {
            (*this)[from].remote_answered({request.id, "could not translate host name", nullptr});
            return;
        }
        remotes_[++remote_key_] = {from, request.id};
        (*this)[request.host].take_remote(remote_key_, request, now);
    }

    void connect(Postgres& server) {
        const std::optional<UpstreamRequest> request = server.upstream_request();
        if (!request) {
            return;
        }
        if (!servers_.contains(request->upstream)) {
            server.upstream_refused(*request, "no route to host", now);
            return;
        }
        const auto accepted = (*this)[request->upstream].accept_standby(*request, now);
        if (accepted.ok()) {
            server.upstream_accepted(*request, *accepted);
        } else {
            server.upstream_refused(*request, accepted.error().message, now);
        }
    }

    // A closed connection is noticed at once, on both sides.
    bool ship(Postgres& server) {
        bool busy = false;
        const std::optional<ConnectionId> connection = server.connection();
        if (connection) {
            Postgres& upstream = (*this)[server.upstream()];
            if (upstream.senders().find(*connection) == nullptr) {
                server.upstream_lost(now);
                return true;
            }
            if (const auto message = upstream.wal_for(*connection)) {
                server.receive(*message, now);
                busy = true;
            }
            if (const auto report = server.take_report()) {
                upstream.take_standby_report(*report, now);
                busy = true;
            }
        }
        for (const ConnectionId id : gone(server)) {
            server.standby_lost(id, now);
            busy = true;
        }
        return busy;
    }

    std::vector<ConnectionId> gone(const Postgres& server) const {
        std::vector<ConnectionId> found;
        for (const auto& [id, sender] : server.senders().all()) {
            const auto standby = servers_.find(sender.application_name);
            if (standby == servers_.end() || standby->second.connection() != id) {
                found.push_back(id);
            }
        }
        return found;
    }

    Volume fresh_;
    std::map<std::string, Postgres> servers_;
    std::uint64_t remote_key_ = 0;
    std::map<std::uint64_t, std::pair<std::string, RemoteId>> remotes_;
};

}  // namespace bestgres::fakepatroni::testing
