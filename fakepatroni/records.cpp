#include "fakepatroni/records.hpp"

#include <algorithm>
#include <charconv>

namespace bestgres::fakepatroni {
namespace {

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number value = 0;
    const auto end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    return parsed.ec == std::errc() && parsed.ptr == end && !text.empty()
               ? std::optional<Number>(value)
               : std::nullopt;
}

std::optional<LsnBytes> lsn_at(const Json& value, std::string_view key) {
    const auto found = find_int(value, {key});
    return found && *found >= 0 ? std::optional<LsnBytes>(static_cast<LsnBytes>(*found))
                                : std::nullopt;
}

std::string text_of(const kube::Object& object, std::string_view annotation) {
    return std::string(object.annotation(annotation));
}

Json json_of(const kube::Object& object, std::string_view annotation) {
    const auto parsed = parse_json(object.annotation(annotation));
    return parsed.ok() ? *parsed : Json();
}

std::vector<HistoryLine> history_of(const Json& lines) {
    std::vector<HistoryLine> history;
    for (const Json& line : lines) {
        if (!line.is_array() || line.size() < 3 || !line[0].is_number() || !line[1].is_number()) {
            continue;
        }
        const auto text = [&line](std::size_t index) {
            return index < line.size() && line[index].is_string() ? line[index].get<std::string>()
                                                                  : std::string();
        };
        history.push_back({.timeline = line[0].get<std::int64_t>(),
                           .lsn = line[1].get<LsnBytes>(),
                           .reason = text(2),
                           .at = text(3),
                           .new_leader = text(4)});
    }
    return history;
}

}  // namespace

bool LeaderRecord::same_lock(const LeaderRecord& other) const {
    return holder == other.holder && renew_time == other.renew_time && ttl == other.ttl &&
           acquire_time == other.acquire_time && transitions == other.transitions;
}

bool SyncRecord::is_standby(const std::string& name) const {
    return std::find(standbys.begin(), standbys.end(), name) != standbys.end();
}

Tags parse_tags(const Json& tags) {
    Tags out;
    out.nofailover = find_bool(tags, {"nofailover"}).value_or(false);
    out.clonefrom = find_bool(tags, {"clonefrom"}).value_or(false);
    out.noloadbalance = find_bool(tags, {"noloadbalance"}).value_or(false);
    out.nosync = find_bool(tags, {"nosync"}).value_or(false);
    out.nostream = find_bool(tags, {"nostream"}).value_or(false);
    out.failover_priority = find_int(tags, {"failover_priority"}).value_or(1);
    out.sync_priority = find_int(tags, {"sync_priority"}).value_or(1);
    out.replicatefrom = string_at(tags, {"replicatefrom"});
    // nofailover and a priority say the same thing twice; an explicit nofailover wins.
    if (tags.is_object() && !tags.contains("nofailover") && out.failover_priority <= 0) {
        out.nofailover = true;
    }
    return out;
}

LeaderRecord parse_leader(const kube::Object& object) {
    LeaderRecord out{.version = std::string(object.resource_version()),
                     .holder = text_of(object, "leader"),
                     .ttl = text_of(object, "ttl"),
                     .renew_time = text_of(object, "renewTime"),
                     .acquire_time = text_of(object, "acquireTime"),
                     .transitions = text_of(object, "transitions"),
                     .optime = number_of<LsnBytes>(object.annotation("optime")).value_or(0),
                     .slots = {},
                     .failsafe = {}};
    const Json slots = json_of(object, "slots");
    for (const auto& [name, value] : slots.items()) {
        if (value.is_number()) {
            out.slots[name] = value.get<LsnBytes>();
        }
    }
    const Json failsafe = json_of(object, "failsafe");
    for (const auto& [name, value] : failsafe.items()) {
        if (value.is_string()) {
            out.failsafe[name] = value.get<std::string>();
        }
    }
    return out;
}

ConfigRecord parse_config(const kube::Object& object) {
    ConfigRecord out;
    out.version = object.resource_version();
    const Json& annotations = object_at(object.json(), {"metadata", "annotations"});
    out.initialize = find_string(annotations, {"initialize"});
    const Json config = json_of(object, "config");
    if (config.is_object()) {
        out.config = config;
    }
    const Json history = json_of(object, "history");
    out.history = history_of(history.is_array() ? history : Json::array());
    return out;
}

SyncRecord parse_sync(const kube::Object& object) {
    SyncRecord out;
    out.version = object.resource_version();
    out.leader = text_of(object, "leader");
    out.quorum = number_of<std::int64_t>(object.annotation("quorum")).value_or(0);
    std::string_view rest = object.annotation("sync_standby");
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (comma > 0) {
            out.standbys.emplace_back(rest.substr(0, comma));
        }
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return out;
}

FailoverRecord parse_failover(const kube::Object& object) {
    FailoverRecord out{.version = std::string(object.resource_version()),
                       .leader = text_of(object, "leader"),
                       .candidate = text_of(object, "member"),
                       .scheduled_at = text_of(object, "scheduled_at"),
                       .due = std::nullopt};
    if (!out.scheduled_at.empty()) {
        const auto due = parse_time(out.scheduled_at);
        if (due.ok()) {
            out.due = *due;
        }
    }
    return out;
}

MemberRecord parse_member(const kube::Object& pod, const std::string& role_key) {
    MemberRecord out;
    out.version = pod.resource_version();
    out.name = pod.name();
    out.role_label = pod.label(role_key);
    out.group = number_of<std::int64_t>(pod.label("citus-group"));
    out.status_text = text_of(pod, "status");
    const auto parsed = parse_json(out.status_text);
    if (!parsed.ok() || !parsed->is_object()) {
        out.status_text.clear();
        return out;
    }
    out.status = *parsed;
    out.api_url = string_at(out.status, {"api_url"});
    out.conn_url = string_at(out.status, {"conn_url"});
    out.state = string_at(out.status, {"state"});
    out.role = string_at(out.status, {"role"});
    out.tags = parse_tags(object_at(out.status, {"tags"}));
    out.position = lsn_at(out.status, "xlog_location");
    out.received = lsn_at(out.status, "receive_lsn");
    out.replayed = lsn_at(out.status, "replay_lsn");
    out.timeline = find_int(out.status, {"timeline"});
    out.checkpointed_after_promotion =
        find_bool(out.status, {"checkpoint_after_promote"}).value_or(true);
    return out;
}

}  // namespace bestgres::fakepatroni
