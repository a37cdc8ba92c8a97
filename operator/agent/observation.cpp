#include "operator/agent/observation.hpp"

namespace bestgres::agent {

std::optional<PatroniReport> parse_report(int code, const std::string& body) {
    const Result<Json> json = parse_json(body);
    if (!json.ok() || !json->is_object() || find_string(*json, {"state"}) == std::nullopt) {
        return std::nullopt;
    }
    const std::string role = string_at(*json, {"role"});
    PatroniReport report;
    report.holds_lock = code == 200;
    report.is_running = string_at(*json, {"state"}) == "running";
    report.is_primary = role == "master" || role == "primary" || role == "standby_leader";
    report.in_recovery = !find_int(*json, {"xlog", "location"}).has_value();
    report.paused = find_bool(*json, {"pause"}).value_or(false);
    report.cluster_unlocked = find_bool(*json, {"cluster_unlocked"}).value_or(false);
    report.failsafe_active = find_bool(*json, {"failsafe_mode_is_active"}).value_or(false);
    report.replication_state = find_string(*json, {"replication_state"});
    if (const auto seconds = find_int(*json, {"dcs_last_seen"})) {
        report.dcs_last_seen = Instant{*seconds * 1'000'000'000};
    }
    return report;
}

}  // namespace bestgres::agent
