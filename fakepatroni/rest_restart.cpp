// POST and DELETE /restart, now or later.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fakepatroni/member.hpp"
#include "fakepatroni/rest_words.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr std::array<std::string_view, 5> known_filters{"role", "postgres_version", "timeout",
                                                        "restart_pending", "schedule"};

// 150020 is "15.20"; a filter "15.3" asks for an older one.
std::int64_t version_number_of(const std::string& text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos) {
        return 0;
    }
    std::int64_t major = 0;
    std::int64_t minor = 0;
    for (const char digit : text.substr(0, dot)) {
        major = 10 * major + (digit - '0');
    }
    for (const char digit : text.substr(dot + 1)) {
        minor = digit >= '0' && digit <= '9' ? 10 * minor + (digit - '0') : minor;
    }
    return major >= 10 ? major * 10'000 + minor : 0;
}

}  // namespace

std::optional<RestReply> Member::wrong_restart(const Json& body) const {
    for (const auto& [key, value] : body.items()) {
        if (std::find(known_filters.begin(), known_filters.end(), key) == known_filters.end()) {
            return text_reply(400, "Unknown filter for the scheduled restart: " + key);
        }
        if (key == "role" && value != "primary" && value != "master" && value != "replica" &&
            value != "standby_leader") {
            return text_reply(
                400, "PostgreSQL role should be either primary, standby_leader, or replica");
        }
        if (key == "timeout" && !(value.is_number() && value.get<double>() > 0)) {
            return text_reply(400, "Timeout should be a positive number of seconds");
        }
        if (key == "postgres_version" && version_number_of(value.get<std::string>()) == 0) {
            return text_reply(400, fmt::format("Invalid PostgreSQL version format: X.Y or X.Y.Z is "
                                               "accepted: {}",
                                               value.get<std::string>()));
        }
    }
    return std::nullopt;
}

bool Member::restart_conditions_hold(const Json& body, const Turn& turn) const {
    const std::string role = string_at(body, {"role"});
    const bool primary = runs_as_primary(turn.local);
    const bool wants_primary = role == "primary" || role == "master";
    if (!role.empty() && (role == "standby_leader" || wants_primary != primary)) {
        return false;
    }
    const std::string version = string_at(body, {"postgres_version"});
    if (!version.empty() && turn.local.settings().server_version >= version_number_of(version)) {
        return false;
    }
    const bool only_pending = find_bool(body, {"restart_pending"}).value_or(false);
    return !only_pending || !turn.local.pending_restart().empty();
}

void Member::post_restart(const RestRequest& request, Turn& turn) {
    const Json body = request.body.is_object() ? request.body : Json::object();
    if (const auto wrong = wrong_restart(body)) {
        reply(turn, request.id, *wrong);
        return;
    }
    const std::string schedule = string_at(body, {"schedule"});
    if (!schedule.empty()) {
        schedule_restart(request, schedule, turn);
        return;
    }
    if (!restart_conditions_hold(body, turn)) {
        reply(turn, request.id, text_reply(503, "restart conditions are not satisfied"));
        return;
    }
    if (busy()) {
        reply(turn, request.id, text_reply(503, action_->name + " already in progress"));
        return;
    }
    if (turn.local.state() == ServerState::starting) {
        reply(turn, request.id, text_reply(503, "postgres is still starting"));
        return;
    }
    begin_action(ActionKind::restart, turn);
    wait_for({.id = request.id,
              .what = PendingReply::For::restart,
              .then = text_reply(200, "restarted successfully"),
              .otherwise = text_reply(503, "restart failed")},
             turn);
}

void Member::schedule_restart(const RestRequest& request, const std::string& schedule, Turn& turn) {
    const auto due = parse_time(schedule);
    if (!has_time_zone(schedule)) {
        reply(turn, request.id,
              text_reply(400, "Timezone information is mandatory for the scheduled restart"));
    } else if (!due.ok() || *due < turn.now) {
        reply(turn, request.id, text_reply(422, "Cannot schedule restart in the past"));
    } else if (config_->pause) {
        reply(turn, request.id, text_reply(500, "Can't schedule restart in the paused state"));
    } else if (scheduled_restart_) {
        reply(turn, request.id, text_reply(409, "Another restart is already scheduled"));
    } else {
        scheduled_restart_ = ScheduledRestart{*due, schedule, turn.local.started_at()};
        PendingReply pending{.id = request.id,
                             .what = PendingReply::For::write,
                             .then = text_reply(202, "Restart scheduled"),
                             .otherwise = text_reply(202, "Restart scheduled")};
        touch(pending.thread, turn);
        wait_for(std::move(pending), turn);
    }
}

void Member::delete_restart(const RestRequest& request, Turn& turn) {
    if (!scheduled_restart_) {
        reply(turn, request.id, text_reply(404, "no restarts are scheduled"));
        return;
    }
    scheduled_restart_.reset();
    PendingReply pending{.id = request.id,
                         .what = PendingReply::For::write,
                         .then = text_reply(200, "scheduled restart deleted"),
                         .otherwise = text_reply(200, "scheduled restart deleted")};
    touch(pending.thread, turn);
    wait_for(std::move(pending), turn);
}

// Within its window: a loop ahead of time it is waited for, much too late it is forgotten.
void Member::run_scheduled_restart(Turn& turn) {
    if (!scheduled_restart_ || config_->pause || !has_server(turn.local)) {
        return;
    }
    const Duration late = turn.now - scheduled_restart_->due;
    if (-late > applied_->loop_wait) {
        return;
    }
    const bool same_server = scheduled_restart_->started_at == turn.local.started_at();
    if (late > applied_->loop_wait * 3 / 2 || !same_server) {
        scheduled_restart_.reset();
        return;
    }
    if (late >= Duration(0)) {
        scheduled_restart_.reset();
        begin_action(ActionKind::restart, turn);
    }
}

}  // namespace bestgres::fakepatroni
