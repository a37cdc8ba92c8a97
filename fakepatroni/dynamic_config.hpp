// The dynamic configuration (the `config` annotation) as far as the model acts on it, with the
// version's own ideas of what the timing may be.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "fakepatroni/version.hpp"
#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakepatroni {

enum class SyncMode { off, on, quorum };

struct DynamicConfig {
    Duration ttl = std::chrono::seconds(30);
    Duration loop_wait = std::chrono::seconds(10);
    Duration retry_timeout = std::chrono::seconds(10);
    Duration primary_start_timeout = std::chrono::seconds(300);
    Duration primary_stop_timeout{};                   // zero: none
    std::int64_t maximum_lag_on_failover = 1'048'576;  // bytes
    std::int64_t maximum_lag_on_syncnode = -1;         // negative: no bound
    std::int64_t synchronous_node_count = 1;
    SyncMode synchronous_mode = SyncMode::off;
    bool synchronous_mode_strict = false;
    bool failsafe_mode = false;
    bool pause = false;
    bool check_timeline = false;
    bool standby_cluster = false;
    bool use_slots = true;
    bool use_pg_rewind = false;
    bool wipes_after_failed_rewind = false;
    bool wipes_diverged = false;
    std::map<std::string, std::string> parameters = {};  // of postgresql.parameters, as text

    bool synchronous() const { return synchronous_mode != SyncMode::off; }
    bool operator==(const DynamicConfig&) const = default;
};

// `config` is the annotation, `file` the `postgresql` section of the member's own file.
DynamicConfig dynamic_config(const Json& config, const Json& file, Version version);

// As PostgreSQL would show a configured value: true is "on", 100 is "100".
std::string parameter_text(const Json& value);

// Parameters that only the dynamic configuration sets and Patroni hands over on the command line.
bool is_command_line_parameter(const std::string& name);

}  // namespace bestgres::fakepatroni
