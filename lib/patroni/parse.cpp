#include "lib/patroni/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace bestgres::patroni {
namespace {

template <class Value, std::size_t count>
using Words = std::array<std::pair<std::string_view, Value>, count>;

constexpr Words<Role, 9> role_words{{
    {"primary", Role::primary},
    {"master", Role::primary},
    {"promoted", Role::primary},
    {"replica", Role::replica},
    {"sync_standby", Role::replica},
    {"quorum_standby", Role::replica},
    {"standby_leader", Role::standby_leader},
    {"demoted", Role::demoted},
    {"uninitialized", Role::uninitialized},
}};

// patroni/postgresql/misc.py, PostgresqlState.
constexpr Words<State, 16> state_words{{
    {"initializing new cluster", State::bootstrapping},
    {"running custom bootstrap script", State::bootstrapping},
    {"starting after custom bootstrap", State::bootstrapping},
    {"initdb failed", State::failed},
    {"custom bootstrap failed", State::failed},
    {"creating replica", State::creating_replica},
    {"running", State::running},
    {"streaming", State::running},
    {"starting", State::starting},
    {"start failed", State::failed},
    {"restarting", State::restarting},
    {"restart failed", State::failed},
    {"stopping", State::stopping},
    {"stopped", State::stopped},
    {"stop failed", State::failed},
    {"crashed", State::crashed},
}};

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : dump(value);
}

std::int64_t number_of(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::optional<Lsn> find_lsn(const Json& value, std::initializer_list<std::string_view> path) {
    const std::optional<std::int64_t> number = find_int(value, path);
    if (!number || *number < 0) {
        return std::nullopt;
    }
    return Lsn{static_cast<std::uint64_t>(*number)};
}

// The JSON inside an annotation, or null.
Json embedded(const Json& annotations, std::string_view key) {
    const std::optional<std::string> text = find_string(annotations, {key});
    if (!text) {
        return nullptr;
    }
    Result<Json> parsed = parse_json(*text);
    return parsed ? *std::move(parsed) : Json(nullptr);
}

std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        std::string_view name = text.substr(0, comma);
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        if (!name.empty()) {
            names.emplace_back(name);
        }
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    }
    return names;
}

std::vector<HistoryEntry> parse_history(const Json& lines) {
    std::vector<HistoryEntry> history;
    if (!lines.is_array()) {
        return history;
    }
    for (const Json& line : lines) {
        if (!line.is_array() || line.size() < 3 || !line[0].is_number_integer() ||
            !line[1].is_number_unsigned()) {
            continue;
        }
        history.push_back({.timeline = line[0].get<std::int64_t>(),
                           .switched_at = Lsn{line[1].get<std::uint64_t>()},
                           .reason = text_of(line[2]),
                           .at = line.size() > 3 ? text_of(line[3]) : "",
                           .new_leader = line.size() > 4 ? text_of(line[4]) : ""});
    }
    return history;
}

std::map<std::string, PendingSetting> parse_pending(const Json& status) {
    std::map<std::string, PendingSetting> pending;
    for (const auto& [name, change] : object_at(status, {"pending_restart_reason"}).items()) {
        if (change.is_object()) {
            pending[name] = {.old_value = text_of(change.value("old_value", Json())),
                             .new_value = text_of(change.value("new_value", Json()))};
        }
    }
    return pending;
}

}  // namespace

bool SyncState::contains(std::string_view member) const {
    return std::ranges::find(standbys, member) != standbys.end();
}

std::string_view to_string(Role role) {
    switch (role) {
        case Role::unknown:
            return "unknown";
        case Role::primary:
            return "primary";
        case Role::replica:
            return "replica";
        case Role::standby_leader:
            return "standby_leader";
        case Role::demoted:
            return "demoted";
        case Role::uninitialized:
            return "uninitialized";
    }
    return "unknown";
}

std::string_view to_string(State state) {
    switch (state) {
        case State::unknown:
            return "unknown";
        case State::bootstrapping:
            return "bootstrapping";
        case State::creating_replica:
            return "creating replica";
        case State::starting:
            return "starting";
        case State::running:
            return "running";
        case State::restarting:
            return "restarting";
        case State::stopping:
            return "stopping";
        case State::stopped:
            return "stopped";
        case State::crashed:
            return "crashed";
        case State::failed:
            return "failed";
    }
    return "unknown";
}

Role parse_role(std::string_view text) {
    const auto* const found =
        std::ranges::find(role_words, text, &std::pair<std::string_view, Role>::first);
    return found == role_words.end() ? Role::unknown : found->second;
}

State parse_state(std::string_view text) {
    const auto* const found =
        std::ranges::find(state_words, text, &std::pair<std::string_view, State>::first);
    return found == state_words.end() ? State::unknown : found->second;
}

Result<MemberStatus> parse_member_status(std::string_view text) {
    const Result<Json> json = parse_json(text);
    if (!json) {
        return Error(json.error()).within("member status");
    }
    if (!json->is_object()) {
        return Error{"member status: not a JSON object"};
    }
    MemberStatus status;
    status.role = parse_role(string_at(*json, {"role"}));
    status.state_text = string_at(*json, {"state"});
    status.state = parse_state(status.state_text);
    status.version = string_at(*json, {"version"});
    status.api_url = string_at(*json, {"api_url"});
    status.timeline = find_int(*json, {"timeline"});
    status.written = find_lsn(*json, {"xlog_location"});
    status.replayed = find_lsn(*json, {"replay_lsn"});
    status.replication_state = find_string(*json, {"replication_state"});
    status.pending_restart = find_bool(*json, {"pending_restart"}).value_or(false);
    status.pending_settings = parse_pending(*json);
    status.paused = find_bool(*json, {"pause"}).value_or(false);
    status.tags = object_at(*json, {"tags"});
    return status;
}

LeaderLock parse_leader(const Json& annotations) {
    LeaderLock lock;
    lock.holder = string_at(annotations, {"leader"});
    lock.ttl = std::chrono::seconds(number_of(string_at(annotations, {"ttl"})));
    lock.renew_time = string_at(annotations, {"renewTime"});
    lock.acquire_time = string_at(annotations, {"acquireTime"});
    lock.transitions = number_of(string_at(annotations, {"transitions"}));
    if (const Result<Lsn> optime = parse_lsn(string_at(annotations, {"optime"}))) {
        lock.optime = *optime;
    }
    const Json failsafe = embedded(annotations, "failsafe");
    for (const auto& [name, url] : failsafe.items()) {
        lock.failsafe[name] = text_of(url);
    }
    return lock;
}

SyncState parse_sync(const Json& annotations) {
    return {.leader = string_at(annotations, {"leader"}),
            .standbys = split_names(string_at(annotations, {"sync_standby"})),
            .quorum = number_of(string_at(annotations, {"quorum"}))};
}

ConfigState parse_config(const Json& annotations) {
    ConfigState state;
    state.initialize = find_string(annotations, {"initialize"});
    Json config = embedded(annotations, "config");
    if (config.is_object()) {
        state.config = std::move(config);
    }
    state.history = parse_history(embedded(annotations, "history"));
    return state;
}

FailoverRequest parse_failover(const Json& annotations) {
    return {.leader = string_at(annotations, {"leader"}),
            .candidate = string_at(annotations, {"member"}),
            .scheduled_at = string_at(annotations, {"scheduled_at"})};
}

Result<RestStatus> parse_rest_status(std::string_view body) {
    const Result<Json> json = parse_json(body);
    if (!json) {
        return Error(json.error()).within("Patroni's status");
    }
    if (!json->is_object()) {
        return Error{"Patroni's status: not a JSON object"};
    }
    RestStatus status;
    status.role = parse_role(string_at(*json, {"role"}));
    status.state_text = string_at(*json, {"state"});
    status.state = parse_state(status.state_text);
    status.version = string_at(*json, {"patroni", "version"});
    status.scope = string_at(*json, {"patroni", "scope"});
    status.name = string_at(*json, {"patroni", "name"});
    status.timeline = find_int(*json, {"timeline"});
    status.location = find_lsn(*json, {"xlog", "location"});
    status.received = find_lsn(*json, {"xlog", "received_location"});
    status.replayed = find_lsn(*json, {"xlog", "replayed_location"});
    status.replication_state = find_string(*json, {"replication_state"});
    status.server_version = find_int(*json, {"server_version"}).value_or(0);
    status.dcs_last_seen = find_int(*json, {"dcs_last_seen"}).value_or(0);
    status.postmaster_started = string_at(*json, {"postmaster_start_time"});
    status.system_identifier = string_at(*json, {"database_system_identifier"});
    status.pending_restart = find_bool(*json, {"pending_restart"}).value_or(false);
    status.paused = find_bool(*json, {"pause"}).value_or(false);
    status.cluster_unlocked = find_bool(*json, {"cluster_unlocked"}).value_or(false);
    status.failsafe_active = find_bool(*json, {"failsafe_mode_is_active"}).value_or(false);
    status.sync_standby = find_bool(*json, {"sync_standby"}).value_or(false);
    for (const Json& standby : array_at(*json, {"replication"})) {
        if (string_at(standby, {"state"}) == "streaming") {
            status.streaming_standbys.push_back(string_at(standby, {"application_name"}));
        }
    }
    return status;
}

bool is_leader_label(std::string_view value) {
    return value == "master" || value == "primary";
}

}  // namespace bestgres::patroni
