// What a query, pg_controldata or the world sees of the server; nothing here changes it.
#include "fakepatroni/postgres.hpp"
#include "lib/base/structural_hash.hpp"
#include "lib/postgres/settings.hpp"

namespace bestgres::fakepatroni {

std::string_view to_string(ServerState state) {
    switch (state) {
        case ServerState::stopped:
            return "stopped";
        case ServerState::starting:
            return "starting";
        case ServerState::running:
            return "running";
        case ServerState::stopping:
            return "stopping";
    }
    return "";
}

std::string_view to_string(PostgresWork work) {
    switch (work) {
        case PostgresWork::none:
            return "nothing";
        case PostgresWork::start:
            return "start";
        case PostgresWork::stop:
            return "stop";
        case PostgresWork::promote:
            return "promote";
        case PostgresWork::checkpoint:
            return "checkpoint";
        case PostgresWork::initdb:
            return "initdb";
        case PostgresWork::base_backup:
            return "base backup";
        case PostgresWork::rewind:
            return "rewind";
        case PostgresWork::single_user:
            return "single-user recovery";
    }
    return "";
}

bool Postgres::is_writable() const {
    return state_ == ServerState::running && !in_recovery_ && !volume_.disk.read_only;
}

bool Postgres::answers() const {
    return !refusal_to_connect({.superuser = true});
}

std::optional<Instant> Postgres::started_at() const {
    return state_ == ServerState::running ? started_at_ : std::nullopt;
}

std::map<std::string, std::pair<std::string, std::string>> Postgres::pending_restart() const {
    std::map<std::string, std::pair<std::string, std::string>> pending;
    const auto compare = [&](const std::string& name) {
        const std::string configured = text_of(configuration_.parameters, name, "");
        const std::string current = text_of(in_force_, name, "");
        if (postgres::change_takes(name) == postgres::Takes::restart && configured != current) {
            pending[name] = {current, configured};
        }
    };
    if (state_ != ServerState::running) {
        return pending;
    }
    for (const auto& [name, value] : configuration_.parameters) {
        compare(name);
    }
    for (const auto& [name, value] : in_force_) {
        compare(name);
    }
    return pending;
}

std::vector<StandbyRow> Postgres::standbys() const {
    std::vector<StandbyPosition> streaming;
    for (const auto& [id, sender] : senders_.all()) {
        if (sender.streaming) {
            streaming.push_back({sender.application_name, id, {}});
        }
    }
    const std::vector<StandbySync> states = sync_states(names_, streaming);
    std::vector<StandbyRow> rows;
    std::size_t next = 0;
    for (const auto& [id, sender] : senders_.all()) {
        const StandbyReport report = sender.report.value_or(StandbyReport{});
        rows.push_back({.application_name = sender.application_name,
                        .state = sender.streaming ? "streaming" : "catchup",
                        .sync_state = sender.streaming ? states[next++] : StandbySync::async,
                        .written = report.written,
                        .flushed = report.flushed,
                        .replayed = report.replayed});
    }
    return rows;
}

Catalogue Postgres::catalogue() const {
    return volume_.catalogue(replayed());
}

std::uint64_t Postgres::hash() const {
    Hasher hasher;
    const auto add_time = [&](const std::optional<Instant>& at) {
        hasher.add(at ? static_cast<std::uint64_t>(at->ns) : ~std::uint64_t{0});
    };
    hasher.add(volume_.hash());
    hasher.add((static_cast<std::uint64_t>(state_) << 8U) | static_cast<std::uint64_t>(work_));
    hasher.add((in_recovery_ ? 1U : 0U) + (draining_ ? 2U : 0U) + (replay_paused_ ? 4U : 0U) +
               (upstream_.wanted ? 8U : 0U) + (checkpoint_asked_ ? 16U : 0U));
    hasher.add(stopping_ ? static_cast<std::uint64_t>(*stopping_) : 9U);
    for (const Lsn position :
         {reached_.standbys_wrote, reached_.standbys_flushed, reached_.standbys_replayed}) {
        hasher.add(position.bytes);
    }
    for (const Parameters* parameters : {&in_force_, &configuration_.parameters}) {
        for (const auto& [name, value] : *parameters) {
            hasher.add(name);
            hasher.add(value);
        }
    }
    hasher.add(configuration_.upstream);
    hasher.add(configuration_.slot);
    for (const auto& at : {work_due_, checkpoint_due_, flush_due_, started_at_, upstream_.retry_at,
                           upstream_.give_up_at}) {
        add_time(at);
    }
    commits_.add_to(hasher);
    senders_.add_to(hasher);
    hasher.add(upstream_.connection.value_or(0));
    hasher.add(upstream_.unread.size());
    hasher.add(counter_);
    for (const auto& [session, who] : sessions_) {
        hasher.add(session);
        hasher.add(who.role);
    }
    for (const auto& [id, run] : sql_) {
        hasher.add(id);
        hash_value(hasher, run.call);
        hasher.add(run.rows.of_statement.size());
        hasher.add((run.waits ? 1U : 0U) + (run.blocked ? 2U : 0U) + (run.abandoned ? 4U : 0U));
    }
    hash_values(hasher, citus_, patroni_waits_);
    for (const auto& [key, request] : from_others_) {
        hash_values(hasher, key, request.id, request.gid, request.verb);
    }
    hash_values(hasher, faults_, work_began_, upstream_.reported, upstream_.checkpoint, events_,
                last_message_);
    return hasher.value();
}

}  // namespace bestgres::fakepatroni
