// What GET answers: statuses of the health endpoints, and the bodies.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fakepatroni/member.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {
namespace {

bool has_word(std::string_view path, std::string_view word) {
    return path.find(word) != std::string_view::npos;
}

// "1048576", "10MB", "1GB".
std::optional<std::int64_t> bytes_of_text(std::string_view text) {
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc()) {
        return std::nullopt;
    }
    const std::string_view unit = text.substr(static_cast<std::size_t>(parsed.ptr - text.data()));
    const int shift = unit == "kB" ? 10 : unit == "MB" ? 20 : unit == "GB" ? 30 : 0;
    return number << shift;
}

}  // namespace

RestReply Member::get(std::string_view path, Instant now, const Postgres& local) const {
    const Look look{now, local};
    const RestPath asked = parse_rest_path(path);
    if (asked.path == "/liveness" || asked.path == "/readiness") {
        return {.status = status_of(asked, look) ? 200 : 503, .body = "", .lsn = std::nullopt};
    }
    if (asked.path == "/cluster") {
        return {.status = 200, .body = dump(rest_cluster()), .lsn = std::nullopt};
    }
    if (asked.path == "/config") {
        const bool known = view_.config && view_.config->config;
        return known ? RestReply{.status = 200, .body = dump(*view_.config->config)}
                     : RestReply{.status = 502, .body = error_page(502)};
    }
    if (asked.path == "/history") {
        return {.status = 200,
                .body = view_.config ? history_text(view_.config->history) : "[]",
                .lsn = std::nullopt};
    }
    if (asked.path == "/failsafe") {
        return config_->failsafe_mode ? RestReply{.status = 200, .body = dump(Json(failsafe_list_))}
                                      : RestReply{.status = 502, .body = error_page(502)};
    }
    const bool always = asked.path == "/patroni";
    return {.status = always || status_of(asked, look) ? 200 : 503,
            .body = dump(rest_status(look)),
            .lsn = std::nullopt};
}

bool Member::is_good_replica(const RestPath& asked, const Look& look) const {
    const Tags tags = parse_tags(settings_->tags);
    if (role_ != LocalRole::replica || state_ != LocalState::running ||
        !runs_as_standby(look.local) || tags.noloadbalance) {
        return false;
    }
    for (const auto& [key, value] : asked.query) {
        const Json* tag =
            key.rfind("tag_", 0) == 0 ? find(settings_->tags, {key.substr(4)}) : nullptr;
        const std::string text = tag == nullptr     ? ""
                                 : tag->is_string() ? tag->get<std::string>()
                                                    : dump(*tag);
        if (key.rfind("tag_", 0) == 0 && text != value) {
            return false;
        }
    }
    const auto wanted = asked.query.find("lag");
    const auto bound = wanted == asked.query.end() ? std::nullopt : bytes_of_text(wanted->second);
    const auto lag = static_cast<std::int64_t>(view_.optime()) -
                     static_cast<std::int64_t>(look.local.replayed().bytes);
    return !bound || lag <= *bound;
}

bool Member::is_ready(const RestPath& asked, const Look& look) const {
    if (leads(look.now)) {
        return true;
    }
    const bool running = look.local.state() == ServerState::running && look.local.answers();
    if (!traits_of(settings_->version).readiness_needs_streaming) {
        return running && last_load_ && look.now - *last_load_ <= applied_->ttl;
    }
    const auto wanted = asked.query.find("lag");
    const auto bound = wanted == asked.query.end() ? std::nullopt : bytes_of_text(wanted->second);
    const auto lag = static_cast<std::int64_t>(view_.optime()) -
                     static_cast<std::int64_t>(look.local.replayed().bytes);
    return running && look.local.in_recovery() && look.local.connection() &&
           lag <= bound.value_or(config_->maximum_lag_on_failover);
}

bool Member::status_of(const RestPath& asked, const Look& look) const {
    const std::string_view path = asked.path;
    const bool paused_primary = config_->pause && !caches_ready() && runs_as_primary(look.local);
    const bool leader = leads(look.now) || paused_primary;
    const bool sync =
        view_.sync && view_.sync->is_standby(settings_->name) && config_->synchronous();
    const bool quorum = sync && config_->synchronous_mode == SyncMode::quorum;
    const bool replica = is_good_replica(asked, look);
    if (path == "/liveness") {
        const int spans = runs_as_primary(look.local) ? 1 : 2;
        return config_->pause || next_run_ + spans * applied_->ttl > look.now;
    }
    if (path == "/readiness") {
        return is_ready(asked, look);
    }
    if (path == "/" || path == "/read-write" || has_word(path, "primary") ||
        has_word(path, "master") || path == "/leader") {
        return leader;
    }
    if (has_word(path, "standby")) {
        return false;
    }
    if (path == "/replica") {
        return replica;
    }
    if (path == "/read-only") {
        return leader || replica;
    }
    if (path == "/read-only-sync") {
        return leader || (replica && sync);
    }
    if (path == "/read-only-quorum") {
        return leader || (replica && quorum);
    }
    if (path == "/sync" || path == "/synchronous") {
        return replica && sync && !quorum;
    }
    if (path == "/quorum") {
        return replica && quorum;
    }
    if (path == "/async" || path == "/asynchronous") {
        return replica && !sync;
    }
    return has_word(path, "health") && look.local.state() == ServerState::running;
}

Json Member::rest_status(const Look& look) const {
    const Traits& traits = traits_of(settings_->version);
    Json answer = {{"state", to_string(state_)},
                   {"role", to_string(role_, traits)},
                   {"patroni", {{"version", traits.number}, {"scope", settings_->scope}}}};
    if (traits.rest_names_member) {
        answer["patroni"]["name"] = settings_->name;
    }
    if (last_load_) {
        answer["dcs_last_seen"] = last_load_->ns / 1'000'000'000;
    }
    if (!settings_->tags.empty()) {
        answer["tags"] = settings_->tags;
    }
    if (look.local.state() == ServerState::running) {
        if (look.local.answers()) {
            add_server(answer, look);
        } else {
            answer["state"] = "unknown";
        }
    }
    if (has_server(look.local) && !look.local.pending_restart().empty()) {
        answer["pending_restart"] = true;
        for (const auto& [name, values] : look.local.pending_restart()) {
            if (traits.says_why_restart_is_pending) {
                answer["pending_restart_reason"][name] = {{"old_value", values.first},
                                                          {"new_value", values.second}};
            }
        }
    }
    if (scheduled_restart_) {
        answer["scheduled_restart"] = {{"schedule", scheduled_restart_->schedule}};
    }
    if (config_->pause) {
        answer["pause"] = true;
    }
    if (!sees_leader()) {
        answer["cluster_unlocked"] = true;
    }
    if (failsafe_.active || (failsafe_.until && look.now < *failsafe_.until)) {
        answer["failsafe_mode_is_active"] = true;
    }
    if (view_.sync && view_.sync->is_standby(settings_->name) && config_->synchronous()) {
        answer[config_->synchronous_mode == SyncMode::quorum ? "quorum_standby" : "sync_standby"] =
            true;
    }
    return answer;
}

// What the server itself says.
void Member::add_server(Json& answer, const Look& look) const {
    const Postgres& local = look.local;
    std::string started = local.started_at() ? format_micros(*local.started_at()) : "";
    std::replace(started.begin(), started.end(), 'T', ' ');
    if (!started.empty()) {
        started.pop_back();
        answer["postmaster_start_time"] = started + "+00:00";
    }
    answer["server_version"] = local.settings().server_version;
    answer["timeline"] = local.timeline();
    answer["database_system_identifier"] = local.volume().system_identifier;
    if (local.in_recovery()) {
        answer["xlog"] = {{"received_location", local.flushed().bytes},
                          {"replayed_location", local.replayed().bytes},
                          {"replayed_timestamp", nullptr},
                          {"paused", local.replay_paused()}};
        if (traits_of(settings_->version).publishes_replication && local.connection()) {
            answer["replication_state"] = "streaming";
        }
    } else {
        answer["xlog"] = {{"location", local.flushed().bytes}};
    }
    for (const StandbyRow& row : local.standbys()) {
        answer["replication"].push_back({{"usename", "standby"},
                                         {"application_name", row.application_name},
                                         {"client_addr", ""},
                                         {"state", row.state},
                                         {"sync_state", to_string(row.sync_state)},
                                         {"sync_priority", 0}});
    }
}

Json Member::rest_cluster() const {
    const Traits& traits = traits_of(settings_->version);
    Json members = Json::array();
    for (const auto& member : view_.members) {
        if (member->status_text.empty()) {
            continue;
        }
        const bool leader = member->name == view_.leader;
        const bool sync = view_.sync && view_.sync->is_standby(member->name);
        const bool quorum = sync && config_->synchronous_mode == SyncMode::quorum;
        Json one = {{"name", member->name},
                    {"role", leader   ? "leader"
                             : quorum ? "quorum_standby"
                             : sync   ? "sync_standby"
                                      : "replica"},
                    {"state", member->status.value("replication_state", member->state)},
                    {"api_url", member->api_url}};
        add_address(member->conn_url, one);
        if (member->timeline) {
            one["timeline"] = *member->timeline;
        }
        if (!leader) {
            const bool known = member->position.has_value();
            const LsnBytes optime = view_.optime();
            const LsnBytes lag =
                known && optime > *member->position ? optime - *member->position : 0;
            one["lag"] = known ? Json(lag) : Json("unknown");
        }
        for (const char* key :
             {"pending_restart", "pending_restart_reason", "tags", "scheduled_restart"}) {
            if (member->status.contains(key)) {
                one[key] = member->status[key];
            }
        }
        members.push_back(one);
    }
    Json answer = {{"members", members}};
    if (traits.rest_names_member) {
        answer["scope"] = settings_->scope;
    }
    if (config_->pause) {
        answer["pause"] = true;
    }
    if (view_.failover_pending() && !view_.failover->scheduled_at.empty()) {
        Json& scheduled = answer["scheduled_switchover"];
        scheduled["at"] = view_.failover->scheduled_at;
        scheduled["from"] = view_.failover->leader;
        if (!view_.failover->candidate.empty()) {
            scheduled["to"] = view_.failover->candidate;
        }
    }
    return answer;
}

}  // namespace bestgres::fakepatroni
