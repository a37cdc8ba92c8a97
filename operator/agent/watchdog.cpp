#include "operator/agent/watchdog.hpp"

#include <fmt/format.h>

namespace bestgres::agent {
namespace {

using std::chrono::seconds;

// Patroni answers within milliseconds; two missed polls are a hung process, not a slow one.
constexpr Duration silent_after = seconds(3);
constexpr Duration margin = seconds(5);

}  // namespace

std::optional<std::string> reason_to_kill(const Observation& seen, const LocalFacts& local,
                                          Instant now) {
    if (!seen.report || !local.postgres_runs || local.standby_signal) {
        return std::nullopt;
    }
    const PatroniReport& report = *seen.report;
    if (report.paused || report.failsafe_active || now - *seen.reported_at < silent_after) {
        return std::nullopt;
    }
    // Older reports have no dcs_last_seen: the answer itself proves that the HA loop's thread was
    // alive then.
    const Instant last_contact = report.dcs_last_seen.value_or(*seen.reported_at);
    if (now < last_contact + seen.ttl - margin) {
        return std::nullopt;
    }
    return fmt::format(
        "Patroni has not answered for {} and last saw the API server {} ago, with a ttl of {}",
        format_duration(std::chrono::duration_cast<seconds>(now - *seen.reported_at)),
        format_duration(std::chrono::duration_cast<seconds>(now - last_contact)),
        format_duration(seen.ttl));
}

}  // namespace bestgres::agent
