#include "fakepatroni/dynamic_config.hpp"

#include <algorithm>
#include <array>

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 11> command_line_parameters{"hot_standby",
                                                                   "max_connections",
                                                                   "max_locks_per_transaction",
                                                                   "max_prepared_transactions",
                                                                   "max_replication_slots",
                                                                   "max_wal_senders",
                                                                   "max_worker_processes",
                                                                   "track_commit_timestamp",
                                                                   "wal_keep_size",
                                                                   "wal_level",
                                                                   "wal_log_hints"};

Duration seconds_at(const Json& config, std::string_view key, Duration fallback) {
    const auto value = find_int(config, {key});
    return value ? Duration(seconds(*value)) : fallback;
}

bool flag_at(const Json& config, std::initializer_list<std::string_view> path, bool fallback) {
    return find_bool(config, path).value_or(fallback);
}

SyncMode sync_mode(const Json& config) {
    const Json* mode = find(config, {"synchronous_mode"});
    if (mode == nullptr || mode->is_null()) {
        return SyncMode::off;
    }
    if (mode->is_string()) {
        const std::string word = mode->get<std::string>();
        return word == "quorum"                                  ? SyncMode::quorum
               : word == "on" || word == "true" || word == "yes" ? SyncMode::on
                                                                 : SyncMode::off;
    }
    return mode->is_boolean() && mode->get<bool>() ? SyncMode::on : SyncMode::off;
}

// Patroni 4 keeps loop_wait + 2 * retry_timeout within ttl: loop_wait gives way first.
void clamp(DynamicConfig& config) {
    config.loop_wait = std::max<Duration>(config.loop_wait, seconds(1));
    config.retry_timeout = std::max<Duration>(config.retry_timeout, seconds(3));
    config.ttl = std::max<Duration>(config.ttl, seconds(20));
    if (config.loop_wait + 2 * config.retry_timeout <= config.ttl) {
        return;
    }
    if (seconds(1) + 2 * config.retry_timeout > config.ttl) {
        config.loop_wait = seconds(1);
        config.retry_timeout = std::chrono::duration_cast<seconds>((config.ttl - seconds(1)) / 2);
    } else {
        config.loop_wait = config.ttl - 2 * config.retry_timeout;
    }
}

void read_parameters(const Json& config, const Json& file, DynamicConfig& out) {
    for (const auto& [name, value] : object_at(config, {"postgresql", "parameters"}).items()) {
        out.parameters[name] = parameter_text(value);
    }
    for (const auto& [name, value] : object_at(file, {"parameters"}).items()) {
        if (!is_command_line_parameter(name)) {
            out.parameters[name] = parameter_text(value);
        }
    }
}

}  // namespace

std::string parameter_text(const Json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "on" : "off";
    }
    return dump(value);
}

bool is_command_line_parameter(const std::string& name) {
    return std::find(command_line_parameters.begin(), command_line_parameters.end(), name) !=
           command_line_parameters.end();
}

DynamicConfig dynamic_config(const Json& config, const Json& file, Version version) {
    DynamicConfig out;
    out.ttl = seconds_at(config, "ttl", out.ttl);
    out.loop_wait = seconds_at(config, "loop_wait", out.loop_wait);
    out.retry_timeout = seconds_at(config, "retry_timeout", out.retry_timeout);
    const char* const start =
        config.contains("master_start_timeout") ? "master_start_timeout" : "primary_start_timeout";
    out.primary_start_timeout = seconds_at(config, start, out.primary_start_timeout);
    out.primary_stop_timeout = seconds_at(config, "primary_stop_timeout", Duration(0));
    const auto number = [&](std::string_view key, std::int64_t fallback) {
        return find_int(config, {key}).value_or(fallback);
    };
    out.maximum_lag_on_failover = number("maximum_lag_on_failover", out.maximum_lag_on_failover);
    out.maximum_lag_on_syncnode = number("maximum_lag_on_syncnode", out.maximum_lag_on_syncnode);
    out.synchronous_node_count =
        std::max<std::int64_t>(1, number("synchronous_node_count", out.synchronous_node_count));
    out.standby_cluster = !object_at(config, {"standby_cluster"}).empty();
    out.synchronous_mode = out.standby_cluster ? SyncMode::off : sync_mode(config);
    if (out.synchronous_mode == SyncMode::quorum && !traits_of(version).quorum_mode) {
        out.synchronous_mode = SyncMode::on;  // any text that is true
    }
    out.synchronous_mode_strict = flag_at(config, {"synchronous_mode_strict"}, false);
    out.failsafe_mode = flag_at(config, {"failsafe_mode"}, false);
    out.pause = flag_at(config, {"pause"}, false);
    out.check_timeline = flag_at(config, {"check_timeline"}, false);
    Json postgresql = object_at(config, {"postgresql"});
    merge_patch(postgresql, file);
    out.use_slots = flag_at(postgresql, {"use_slots"}, true);
    out.use_pg_rewind = flag_at(postgresql, {"use_pg_rewind"}, false);
    out.wipes_after_failed_rewind =
        flag_at(postgresql, {"remove_data_directory_on_rewind_failure"}, false);
    out.wipes_diverged =
        flag_at(postgresql, {"remove_data_directory_on_diverged_timelines"}, false);
    read_parameters(config, file, out);
    if (traits_of(version).clamps_timing) {
        clamp(out);
    }
    return out;
}

}  // namespace bestgres::fakepatroni
