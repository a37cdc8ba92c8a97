// Rows for a member that does not reach its DCS.
#include <algorithm>

#include "fakepatroni/member.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr Duration failsafe_timeout = std::chrono::seconds(2);
constexpr int failsafe_tries = 2;

}  // namespace

Point Member::at_unreachable(Turn& turn) {
    loop_.outcome = WriteOutcome::ok;
    if (config_->pause || !runs_as_primary(turn.local)) {
        say(turn, "DCS is not accessible");
        return Point::touched;
    }
    const bool failsafe = config_->failsafe_mode && failsafe_list_.count(settings_->name) > 0;
    failsafe_tries_ = 0;
    failsafe_accepted_.clear();
    loop_.replies.clear();
    return failsafe ? Point::failsafe_asked : demote_offline(turn);
}

// Every other member of the list has to accept; whoever does not answer is asked once more.
Point Member::at_failsafe_asked(Turn& turn) {
    for (const PeerReply& reply : loop_.replies) {
        if (reply.reply && reply.reply->status == 200) {
            failsafe_accepted_.push_back(reply.peer);
        } else if (reply.reply) {
            return demote_offline(turn);
        }
    }
    std::vector<Opponent> missing;
    for (const auto& [name, url] : failsafe_list_) {
        const bool accepted =
            std::count(failsafe_accepted_.begin(), failsafe_accepted_.end(), name) > 0;
        if (name != settings_->name && !accepted) {
            missing.push_back({name, url});
        }
    }
    if (missing.empty()) {
        leader_until_ = turn.now + applied_->ttl;
        failsafe_.active = true;
        say(turn, "continue to run as a leader: failsafe mode is on, all members answer");
        return Point::touched;
    }
    if (failsafe_tries_++ == failsafe_tries) {
        return demote_offline(turn);
    }
    ask_failsafe(missing, turn);
    return Point::failsafe_asked;
}

void Member::ask_failsafe(const std::vector<Opponent>& whom, Turn& turn) {
    const std::size_t before = turn.out.peer_requests.size();
    ask(loop_, whom, turn);
    for (std::size_t index = before; index < turn.out.peer_requests.size(); ++index) {
        PeerRequest& request = turn.out.peer_requests[index];
        request.method = "POST";
        request.path = "/failsafe";
        request.body = {{"name", settings_->name},
                        {"conn_url", conn_url(*settings_)},
                        {"api_url", api_url(*settings_)},
                        {"slots", Json::object()}};
        request.deadline = failsafe_timeout;
    }
}

Point Member::demote_offline(Turn& turn) {
    failsafe_.active = false;
    if (busy() && action_->kind == ActionKind::demote_offline) {
        say(turn, "demoting self because DCS is not accessible");
        return Point::touched;
    }
    begin_action(ActionKind::demote_offline, turn);
    say(turn, "demoting self because DCS is not accessible and I was a leader");
    return Point::touched;
}

}  // namespace bestgres::fakepatroni
