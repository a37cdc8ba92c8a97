// What the threads of a member send: to the API server and to other members.
#include <fmt/format.h>

#include "fakepatroni/member.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr Duration peer_timeout = std::chrono::seconds(2);

// "http://10.1.2.3:8008/patroni" is asked at "10.1.2.3:8008".
std::string address_of(const std::string& api_url) {
    const std::size_t scheme = api_url.find("://");
    const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    return api_url.substr(begin, api_url.find('/', begin) - begin);
}

std::string seconds_text(Duration span) {
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count());
}

std::string next_transition(const LeaderRecord& seen, bool same_holder) {
    std::int64_t number = 0;
    for (const char digit : seen.transitions) {
        number = digit >= '0' && digit <= '9' ? 10 * number + (digit - '0') : 0;
    }
    return std::to_string(same_holder ? number : number + 1);
}

}  // namespace

void Member::begin(Thread& thread, WriteRequest request, Turn& turn) {
    thread.outcome = WriteOutcome::refused;
    thread.write.emplace(std::move(request), applied_->retry_timeout, turn.now);
    thread.write->belongs_to(*settings_);
}

// Creates what the caches do not show, without a precondition.
void Member::write_map(Thread& thread, std::string_view suffix, const Json& annotations,
                       Turn& turn) {
    const ClusterView& known = cache_.view();
    const bool exists = suffix == "config"     ? known.config != nullptr
                        : suffix == "failover" ? known.failover != nullptr
                        : suffix == "sync"     ? known.sync != nullptr
                                               : known.leader_object != nullptr;
    begin(thread,
          {.kind = WriteKind::plain,
           .call = exists ? patch_map(*settings_, suffix, annotations, std::nullopt)
                          : create_map(*settings_, suffix, annotations),
           .annotations = {},
           .version = {}},
          turn);
}

// Where the configuration object exists, only the version that was seen may be changed.
void Member::write_initialize(Thread& thread, const std::string& sysid, Turn& turn) {
    const Json annotations = {{"initialize", sysid}};
    begin(
        thread,
        {.kind = WriteKind::plain,
         .call = view_.config ? patch_map(*settings_, "config", annotations, view_.config->version)
                              : create_map(*settings_, "config", annotations),
         .annotations = {},
         .version = {}},
        turn);
}

void Member::renew(Turn& turn, bool with_positions) {
    const auto& known = cache_.view().leader_object;
    // A lock that the caches show in other hands, or not at all, is lost without asking.
    if (!known || known->holder != settings_->name) {
        loop_.outcome = WriteOutcome::refused;
        return;
    }
    const LockWords words{
        .ttl = seconds_text(applied_->ttl),
        .renew_time = isoformat(turn.now),
        .acquire_time = known->acquire_time.empty() ? isoformat(turn.now) : known->acquire_time,
        .transitions = known->transitions.empty() ? "0" : known->transitions};
    Json annotations = lock_annotations(settings_->name, words);
    if (with_positions) {
        add_positions(annotations, turn);
    }
    begin(loop_,
          {.kind = WriteKind::renew,
           .call = patch_map(*settings_, "leader", annotations, known->version),
           .annotations = annotations,
           .version = known->version},
          turn);
}

void Member::acquire(Turn& turn) {
    LockWords words{.ttl = seconds_text(applied_->ttl),
                    .renew_time = isoformat(turn.now),
                    .acquire_time = isoformat(turn.now),
                    .transitions = "0"};
    const auto& seen = view_.leader_object;
    if (!seen) {
        const Json annotations = lock_annotations(settings_->name, words);
        begin(loop_,
              {.kind = WriteKind::acquire,
               .call = create_map(*settings_, "leader", annotations),
               .annotations = annotations,
               .version = {}},
              turn);
        return;
    }
    const bool mine = seen->holder == settings_->name;
    words.transitions = next_transition(*seen, mine);
    if (mine && !seen->acquire_time.empty()) {
        words.acquire_time = seen->acquire_time;
    }
    // The version that this pass has seen, or a newer one of the same lock.
    const auto& known = cache_.view().leader_object;
    const std::string version = known && known->same_lock(*seen) ? known->version : seen->version;
    const Json annotations = lock_annotations(settings_->name, words);
    begin(loop_,
          {.kind = WriteKind::acquire,
           .call = patch_map(*settings_, "leader", annotations, version),
           .annotations = annotations,
           .version = version},
          turn);
}

// The lock is given back, and the view with it: nothing is known until the next load.
void Member::release(Thread& thread, std::optional<LsnBytes> optime, Turn& turn) {
    Json annotations = {{"leader", nullptr}};
    if (optime) {
        annotations["optime"] = std::to_string(*optime);
    }
    leader_until_ = {};
    has_view_ = false;
    const auto& known = cache_.view().leader_object;
    if (!known || known->holder != settings_->name) {
        thread.outcome = WriteOutcome::refused;
        return;
    }
    begin(thread,
          {.kind = WriteKind::plain,
           .call = patch_map(*settings_, "leader", annotations, known->version),
           .annotations = {},
           .version = {}},
          turn);
}

void Member::clean_failover(Thread& thread, bool versioned, Turn& turn) {
    const Json nothing = {{"leader", nullptr}, {"member", nullptr}, {"scheduled_at", nullptr}};
    const bool known = versioned && view_.failover != nullptr;
    begin(thread,
          {.kind = WriteKind::plain,
           .call = patch_map(*settings_, "failover", nothing,
                             known ? std::optional(view_.failover->version) : std::nullopt),
           .annotations = {},
           .version = {}},
          turn);
}

// With the version in `sync_` as precondition; `sync_` becomes what is wanted.
void Member::write_sync(const SyncRecord& wanted, Turn& turn) {
    std::string standbys;
    for (const std::string& name : wanted.standbys) {
        standbys += (standbys.empty() ? "" : ",") + name;
    }
    const bool off = wanted.leader.empty();
    Json annotations = {{"leader", off ? Json() : Json(wanted.leader)},
                        {"sync_standby", standbys.empty() ? Json() : Json(standbys)}};
    if (traits_of(settings_->version).sync_has_quorum) {
        annotations["quorum"] = off ? Json() : Json(std::to_string(wanted.quorum));
    }
    const std::string version = sync_.version;
    sync_ = wanted;
    sync_.version.clear();
    begin(loop_,
          {.kind = WriteKind::plain,
           .call = version.empty() ? create_map(*settings_, "sync", annotations)
                                   : patch_map(*settings_, "sync", annotations, version),
           .annotations = {},
           .version = {}},
          turn);
}

// Whether the write of the sync object was done; then its new version is known.
bool Member::sync_is_written() {
    const auto& known = cache_.view().sync;
    if (loop_.wrote() && known) {
        sync_.version = known->version;
    }
    return loop_.wrote();
}

// Only where the pod does not say so already, as the last load saw it.
void Member::touch(Thread& thread, Turn& turn) {
    const MemberRecord* me = has_view_ ? view_.find_member(settings_->name) : nullptr;
    const std::string status = status_text(turn);
    const std::optional<std::string> role = role_label();
    thread.outcome = WriteOutcome::ok;
    if (me != nullptr && me->status_text == status && me->role_label == role.value_or("")) {
        return;
    }
    begin(thread,
          {.kind = WriteKind::plain,
           .call = patch_pod(*settings_, role, status),
           .annotations = {},
           .version = {}},
          turn);
}

void Member::ask(Thread& thread, const std::vector<Opponent>& whom, Turn& turn) {
    thread.replies.clear();
    Asking asking;
    asking.deadline = turn.now + peer_timeout;
    for (const Opponent& one : whom) {
        const PeerId id = ++counter_;
        asking.open.emplace_back(id, one.name);
        turn.out.peer_requests.push_back({.id = id,
                                          .peer = one.name,
                                          .address = address_of(one.api_url),
                                          .method = "GET",
                                          .path = "/patroni",
                                          .body = {},
                                          .deadline = peer_timeout});
    }
    if (!whom.empty()) {
        thread.asking = std::move(asking);
    }
}

void Member::ask_source(Thread& thread, const std::string& member, Turn& turn) {
    thread.facts.reset();
    thread.question = ++counter_;
    thread.sleeps_until = turn.now + std::chrono::seconds(3);
    turn.out.source_questions.push_back(
        {.id = *thread.question, .peer = member, .deadline = std::chrono::seconds(3)});
}

std::vector<PeerStatus> Member::statuses_of(const Thread& thread) const {
    std::vector<PeerStatus> statuses;
    for (const PeerReply& reply : thread.replies) {
        statuses.push_back(peer_status(reply.peer, reply.reply, traits_of(settings_->version)));
    }
    return statuses;
}

}  // namespace bestgres::fakepatroni
