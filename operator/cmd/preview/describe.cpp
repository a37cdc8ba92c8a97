#include "operator/cmd/preview/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bestgres::cmd {
namespace {

using Row = std::array<std::string, 8>;

std::string table(const std::vector<Row>& rows) {
    std::array<std::size_t, 8> widths{};
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line = " ";
        for (std::size_t column = 0; column < row.size(); ++column) {
            line += fmt::format(" {:{}} ", row[column], widths[column]);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string members(const Json& status) {
    std::vector<Row> rows = {
        {"MEMBER", "ROLE", "STATE", "TIMELINE", "LAG", "READY", "VERSION", "NODE"}};
    for (const Json& member : array_at(status, {"members"})) {
        const std::int64_t timeline = find_int(member, {"timeline"}).value_or(0);
        const bool pending = find_bool(member, {"pendingRestart"}).value_or(false);
        rows.push_back({string_at(member, {"name"}), string_at(member, {"role"}, "-"),
                        string_at(member, {"state"}, "-") + (pending ? " (restart pending)" : ""),
                        timeline == 0 ? "-" : std::to_string(timeline),
                        string_at(member, {"lag"}, "-"),
                        find_bool(member, {"ready"}).value_or(false) ? "yes" : "no",
                        string_at(member, {"version"}, "-"), string_at(member, {"node"}, "-")});
    }
    return rows.size() == 1 ? "" : table(rows);
}

std::string age_of(const Json& value, std::string_view key, Instant now) {
    const Result<Instant> time = parse_time(string_at(value, {key}));
    return time.ok() ? format_age(now - *time) : "?";
}

std::string groups(const Json& status) {
    std::vector<Row> rows = {
        {"GROUP", "CLUSTER", "STATE", "READY", "PRIMARY", "NODE", "SHARDS", "REGISTERED"}};
    for (const Json& group : array_at(status, {"groups"})) {
        const std::int64_t node = find_int(group, {"node"}).value_or(0);
        rows.push_back({std::to_string(find_int(group, {"group"}).value_or(0)),
                        string_at(group, {"name"}), string_at(group, {"phase"}, "-"),
                        string_at(group, {"ready"}, "-"), string_at(group, {"primary"}, "-"),
                        node == 0 ? "-" : std::to_string(node),
                        std::to_string(find_int(group, {"placements"}).value_or(0)),
                        find_bool(group, {"registered"}).value_or(false) ? "yes" : "no"});
    }
    return rows.size() == 1 ? "" : table(rows);
}

std::string quarantined_volumes(const Json& status, Instant now) {
    std::string text;
    for (const Json& volume : array_at(status, {"volumes"})) {
        const Result<Instant> until = parse_time(string_at(volume, {"until"}));
        if (until.ok()) {
            text += fmt::format(
                "  {} is in quarantine for {}\n", string_at(volume, {"name"}),
                *until > now ? format_age(*until - now) + " more, until " + format_seconds(*until)
                             : "no longer: it is to be deleted");
        }
    }
    return text;
}

std::string unseen_spec(const kube::Object& resource, const Json& status) {
    const std::int64_t observed = find_int(status, {"observedGeneration"}).value_or(0);
    return observed >= resource.generation()
               ? ""
               : fmt::format(
                     "  the operator has not acted on the newest spec yet (seen {}, newest {})\n",
                     observed, resource.generation());
}

std::string conditions_and_waits(const Json& status, Instant now) {
    std::string text;
    for (const Json& condition : array_at(status, {"conditions"})) {
        const std::string message = string_at(condition, {"message"});
        text += fmt::format("  {}={} ({}){}{}\n", string_at(condition, {"type"}),
                            string_at(condition, {"status"}), string_at(condition, {"reason"}),
                            message.empty() ? "" : " ", message);
    }
    for (const Json& wait : array_at(status, {"waitingFor"})) {
        text += fmt::format("  waits {} for: {}\n", age_of(wait, "since", now),
                            string_at(wait, {"because"}));
    }
    for (const Json& decision : array_at(status, {"decisions"})) {
        text += fmt::format("  {} ago: {}, because {}\n", age_of(decision, "time", now),
                            string_at(decision, {"effect"}), string_at(decision, {"because"}));
    }
    return text;
}

}  // namespace

std::string describe_sharded(const kube::Object& sharded, Instant now) {
    const Json& status = object_at(sharded.json(), {"status"});
    std::string text =
        fmt::format("{}/{}: {}, {} groups ready, coordinator {}\n", sharded.ns(), sharded.name(),
                    string_at(status, {"phase"}, "not seen by the operator yet"),
                    string_at(status, {"ready"}, "0"), string_at(status, {"coordinator"}, "none"));
    text += unseen_spec(sharded, status) + groups(status);
    if (const Json* const job = find(status, {"job"})) {
        const std::string message = string_at(*job, {"message"});
        text += fmt::format("  job {} of Citus: {}, {} moves{}{}\n",
                            find_int(*job, {"id"}).value_or(0), string_at(*job, {"state"}),
                            string_at(*job, {"moved"}), message.empty() ? "" : ": ", message);
    }
    if (const Json* const removal = find(status, {"removal"})) {
        text += fmt::format("  {} is being removed: {}\n", string_at(*removal, {"cluster"}),
                            string_at(*removal, {"step"}));
    }
    return text + conditions_and_waits(status, now);
}

std::string describe_cluster(const kube::Object& cluster, Instant now) {
    const Json& status = object_at(cluster.json(), {"status"});
    std::string text =
        fmt::format("{}/{}: {}, {} ready, primary {}\n", cluster.ns(), cluster.name(),
                    string_at(status, {"phase"}, "not seen by the operator yet"),
                    string_at(status, {"ready"}, "0"), string_at(status, {"primary"}, "none"));
    text += unseen_spec(cluster, status);
    for (const auto& [service, address] : object_at(status, {"services"}).items()) {
        text += fmt::format("  {}: {}\n", service,
                            address.is_string() ? address.get<std::string>() : dump(address));
    }
    return text + members(status) + quarantined_volumes(status, now) +
           conditions_and_waits(status, now);
}

}  // namespace bestgres::cmd
