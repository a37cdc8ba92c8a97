// Requests that change something, and those that wait.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/member.hpp"
#include "fakepatroni/rest_words.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

bool needs_credentials(const RestRequest& request) {
    return request.method != "GET" && request.method != "OPTIONS" && request.method != "HEAD";
}

}  // namespace

void Member::reply(Turn& turn, RestId id, RestReply reply) {
    turn.out.replies.emplace_back(id, std::move(reply));
}

void Member::answer_rest(const RestRequest& request, Turn& turn) {
    if (terminating_) {
        reply(turn, request.id, {});  // nobody listens any more
        return;
    }
    if (needs_credentials(request)) {
        if (!request.credentials_ok) {
            reply(turn, request.id, text_reply(401, "not authenticated"));
            return;
        }
        answer_write(request, turn);
        return;
    }
    const RestPath asked = parse_rest_path(request.path);
    if (asked.path == "/cluster" && caches_ready()) {
        // Counts as a load: it is what first sees a renewal.
        const ClusterView& known = cache_.view();
        observe(lock_, known.leader_object.get(), turn.now);
    }
    if (asked.path == "/cluster" && !caches_ready()) {
        return;  // it hangs for retry_timeout and closes the connection
    }
    const bool status_only = asked.path == "/liveness" || asked.path == "/readiness";
    if (request.method != "GET") {
        reply(turn, request.id, text_reply(status_only ? 503 : 200, ""));
        return;
    }
    reply(turn, request.id, get(request.path, turn.now, turn.local));
}

void Member::answer_write(const RestRequest& request, Turn& turn) {
    const std::string path = parse_rest_path(request.path).path;
    const std::string what = request.method + " " + path;
    const bool empty = !request.body.is_object() || request.body.empty();
    if (what == "POST /restart") {
        post_restart(request, turn);
    } else if (what == "DELETE /restart") {
        delete_restart(request, turn);
    } else if (what == "DELETE /switchover" || what == "DELETE /failover") {
        delete_switchover(request, turn);
    } else if (what == "POST /reinitialize") {
        post_reinitialize(request, turn);
    } else if (what == "POST /reload") {
        reloads_ = true;
        wake_loop();
        reply(turn, request.id, text_reply(202, "reload scheduled"));
    } else if (what == "POST /sigterm") {
        reply(turn, request.id, text_reply(202, "shutdown scheduled"));
    } else if (what == "POST /citus" || what == "POST /mpp") {
        post_group_event(request, turn);
    } else if (empty && (path == "/config" || path == "/switchover" || path == "/failover" ||
                         path == "/failsafe")) {
        reply(turn, request.id, text_reply(400, error_page(400)));
    } else if (what == "PATCH /config") {
        patch_config(request, turn);
    } else if (what == "PUT /config") {
        put_config(request, turn);
    } else if (what == "POST /switchover" || what == "POST /failover") {
        post_hand_over(request, path == "/switchover", turn);
    } else if (what == "POST /failsafe") {
        post_failsafe(request, turn);
    } else {
        reply(turn, request.id, text_reply(501, error_page(501)));
    }
}

void Member::wait_for(PendingReply pending, Turn& turn) {
    static_cast<void>(turn);
    pending_.push_back(std::move(pending));
}

void Member::patch_config(const RestRequest& request, Turn& turn) {
    const ClusterView& known = cache_.view();
    if (!known.config || !known.config->config) {
        reply(turn, request.id, text_reply(503, "no config in DCS"));
        return;
    }
    Json config = *known.config->config;
    merge_patch(config, request.body);
    PendingReply pending{.id = request.id,
                         .what = PendingReply::For::write,
                         .then = text_reply(200, dump(config)),
                         .otherwise = text_reply(409, "")};
    if (config != *known.config->config) {
        begin(pending.thread,
              {.kind = WriteKind::plain,
               .call = patch_map(*settings_, "config", {{"config", dump(config)}},
                                 known.config->version),
               .annotations = {},
               .version = {}},
              turn);
    }
    wait_for(std::move(pending), turn);
}

void Member::put_config(const RestRequest& request, Turn& turn) {
    PendingReply pending{.id = request.id,
                         .what = PendingReply::For::write,
                         .then = text_reply(200, dump(request.body)),
                         .otherwise = text_reply(502, "")};
    write_map(pending.thread, "config", {{"config", dump(request.body)}}, turn);
    wait_for(std::move(pending), turn);
}

std::optional<RestReply> Member::wrong_hand_over(const Json& body, bool switchover,
                                                 const Turn& turn) const {
    const std::string word = switchover ? "switchover" : "failover";
    const std::string leader = string_at(body, {"leader"});
    const std::string candidate = string_at(body, {"candidate"}, string_at(body, {"member"}));
    const std::string scheduled = string_at(body, {"scheduled_at"});
    if (switchover && leader.empty()) {
        return text_reply(400, "Switchover could be performed only from a specific leader");
    }
    if (!switchover && candidate.empty()) {
        return text_reply(400, "Failover could be performed only to a specific candidate");
    }
    if (!leader.empty() && leader == candidate) {
        return text_reply(400, "Switchover target and source are the same");
    }
    if (!scheduled.empty()) {
        const auto due = parse_time(scheduled);
        if (!has_time_zone(scheduled)) {
            return text_reply(400, "Timezone information is mandatory for the scheduled " + word);
        }
        if (!due.ok() || *due < turn.now) {
            return text_reply(422, fmt::format("Cannot schedule {} in the past", word));
        }
    }
    if (config_->pause && candidate.empty()) {
        return text_reply(400,
                          "Switchover is possible only to a specific candidate in a paused state");
    }
    if (!leader.empty() && leader != view_.leader) {
        return text_reply(412, "leader name does not match");
    }
    return std::nullopt;
}

void Member::post_hand_over(const RestRequest& request, bool switchover, Turn& turn) {
    if (const auto wrong = wrong_hand_over(request.body, switchover, turn)) {
        reply(turn, request.id, *wrong);
        return;
    }
    const std::string leader = string_at(request.body, {"leader"});
    const std::string candidate =
        string_at(request.body, {"candidate"}, string_at(request.body, {"member"}));
    const bool sync = config_->synchronous() && view_.sync_is_active() &&
                      (!leader.empty() || !traits_of(settings_->version).failover_reaches_async);
    PendingReply pending{.id = request.id,
                         .what = PendingReply::For::heirs,
                         .leader = view_.leader,
                         .candidate = candidate,
                         .request = request.body,
                         .verb = switchover ? "Switch" : "Fail"};
    std::vector<Opponent> heirs;
    for (const auto& member : view_.members) {
        const bool wanted = candidate.empty() ? member->name != view_.leader &&
                                                    (!sync || view_.sync->is_standby(member->name))
                                              : member->name == candidate;
        if (wanted && !member->api_url.empty()) {
            heirs.push_back({member->name, member->api_url});
        }
    }
    if (sync && !candidate.empty() && !view_.sync->is_standby(candidate)) {
        reply(turn, request.id, text_reply(412, "candidate name does not match with sync_standby"));
        return;
    }
    if (heirs.empty()) {
        reply(
            turn, request.id,
            text_reply(412, candidate.empty() ? "switchover is not possible: cluster does not have "
                                                "members except leader"
                                              : "candidate does not exists"));
        return;
    }
    ask(pending.thread, heirs, turn);
    wait_for(std::move(pending), turn);
}

// Once a second, as long as twice the larger of ten seconds and loop_wait.
void Member::look_at_hand_over(PendingReply& pending, Turn& turn) {
    const std::string leads_now = holder_now(turn);
    if (!leads_now.empty() && leads_now != pending.leader) {
        const bool as_asked = pending.candidate.empty() || pending.candidate == leads_now;
        pending.then = text_reply(
            200, as_asked ? fmt::format("Successfully {}ed over to \"{}\"",
                                        pending.verb == "Switch" ? "switch" : "fail", leads_now)
                          : fmt::format("{}ed over to \"{}\" instead of \"{}\"", pending.verb,
                                        leads_now, pending.candidate));
        pending.looks_left = 0;
        return;
    }
    const auto& key = cache_.view().failover;
    const std::string word = pending.verb == "Switch" ? "Switchover" : "Failover";
    if (!key || !key->pending()) {
        pending.then = text_reply(503, word + " failed");
        pending.looks_left = 0;
        return;
    }
    if (--pending.looks_left == 0) {
        pending.then = text_reply(503, word + " status unknown");
        return;
    }
    pending.thread.sleeps_until = turn.now + seconds(1);
}

void Member::delete_switchover(const RestRequest& request, Turn& turn) {
    const auto& key = cache_.view().failover;
    if (!key || key->scheduled_at.empty()) {
        reply(turn, request.id, text_reply(404, "no switchover is scheduled"));
        return;
    }
    PendingReply pending{.id = request.id,
                         .what = PendingReply::For::write,
                         .then = text_reply(200, "scheduled switchover deleted"),
                         .otherwise = text_reply(409, "")};
    const Json nothing = {{"leader", nullptr}, {"member", nullptr}, {"scheduled_at", nullptr}};
    begin(pending.thread,
          {.kind = WriteKind::plain,
           .call = patch_map(*settings_, "failover", nothing, key->version),
           .annotations = {},
           .version = {}},
          turn);
    wait_for(std::move(pending), turn);
}

void Member::post_reinitialize(const RestRequest& request, Turn& turn) {
    if (view_.unlocked()) {
        reply(turn, request.id, text_reply(503, "Cluster has no leader, can not reinitialize"));
        return;
    }
    if (has_lock()) {
        reply(turn, request.id, text_reply(503, "I am the leader, can not reinitialize"));
        return;
    }
    const bool force = find_bool(request.body, {"force"}).value_or(false);
    if (busy() && !force) {
        reply(turn, request.id, text_reply(503, action_->name + " already in progress"));
        return;
    }
    if (busy()) {
        turn.local.cancel_work(turn.now);
    }
    const MemberRecord* source = clone_source();
    source_ = source == nullptr ? "" : source->name;
    begin_action(ActionKind::reinitialize, turn);
    reply(turn, request.id, text_reply(200, "reinitialize started"));
}

void Member::post_failsafe(const RestRequest& request, Turn& turn) {
    if (!config_->failsafe_mode) {
        reply(turn, request.id, text_reply(502, error_page(502)));
        return;
    }
    if (leads(turn.now)) {
        reply(turn, request.id, text_reply(500, "Running as a leader"));
        return;
    }
    failsafe_.leader = string_at(request.body, {"name"});
    failsafe_.api_url = string_at(request.body, {"api_url"});
    failsafe_.until = turn.now + applied_->ttl;
    reply(turn, request.id, {.status = 200, .body = "Accepted", .lsn = position_of(turn.local)});
}

void Member::run_replies(Turn& turn) {
    for (std::size_t index = 0; index < pending_.size();) {
        if (pending_[index].thread.blocked() || !go_on(pending_[index], turn)) {
            ++index;
            continue;
        }
        reply(turn, pending_[index].id, pending_[index].then);
        pending_.erase(pending_.begin() + static_cast<std::ptrdiff_t>(index));
    }
}

// Whether its answer is there now.
bool Member::go_on(PendingReply& pending, Turn& turn) {
    switch (pending.what) {
        case PendingReply::For::write:
            if (!pending.thread.wrote()) {
                pending.then = pending.otherwise;
            }
            wake_loop();
            return true;
        case PendingReply::For::restart:
            if (busy() && action_->kind == ActionKind::restart) {
                pending.thread.sleeps_until = turn.now + std::chrono::milliseconds(100);
                return false;
            }
            if (turn.local.state() != ServerState::running) {
                pending.then = pending.otherwise;
            }
            return true;
        case PendingReply::For::registration:
            if (!registrar_.is_done(pending.registration)) {
                pending.thread.sleeps_until = turn.now + std::chrono::milliseconds(100);
                return false;
            }
            return true;
        case PendingReply::For::heirs:
            return write_hand_over(pending, turn);
        case PendingReply::For::hand_over:
            if (pending.looks_left < 0) {
                if (!pending.thread.wrote()) {
                    pending.then = text_reply(503, "failed to write failover key into DCS");
                    return true;
                }
                wake_loop();
                if (!string_at(pending.request, {"scheduled_at"}).empty()) {
                    pending.then = text_reply(202, "Switchover scheduled");
                    return true;
                }
                pending.looks_left = looks_at_hand_over();
                pending.thread.sleeps_until = turn.now + seconds(1);
                return false;
            }
            look_at_hand_over(pending, turn);
            return pending.looks_left == 0;
    }
    return true;
}

int Member::looks_at_hand_over() const {
    const auto wait = std::chrono::duration_cast<seconds>(applied_->loop_wait).count();
    return static_cast<int>(2 * std::max<std::int64_t>(10, wait));
}

// The heirs have answered: the key is written, or refused.
bool Member::write_hand_over(PendingReply& pending, Turn& turn) {
    const std::vector<PeerStatus> statuses = statuses_of(pending.thread);
    const bool good = std::any_of(statuses.begin(), statuses.end(),
                                  [](const PeerStatus& peer) { return peer.can_take_over(); });
    if (!good) {
        pending.then =
            text_reply(412, "switchover is not possible: no good candidates have been found");
        return true;
    }
    const auto field = [&pending](const char* key) {
        const std::string value = string_at(pending.request, {key});
        return value.empty() ? Json() : Json(value);
    };
    pending.what = PendingReply::For::hand_over;
    pending.looks_left = -1;
    write_map(pending.thread, "failover",
              {{"leader", field("leader")},
               {"member", pending.candidate.empty() ? Json() : Json(pending.candidate)},
               {"scheduled_at", field("scheduled_at")}},
              turn);
    return false;
}

std::string Member::holder_now(Turn& turn) {
    const auto& object = cache_.view().leader_object;
    observe(lock_, object.get(), turn.now);
    return holder_of(lock_, object.get(), applied_->ttl, turn.now);
}

}  // namespace bestgres::fakepatroni
