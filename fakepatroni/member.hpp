// One modelled Patroni as a value: events in, calls out. It reaches Kubernetes only through calls
// and watches of the abstract cluster interface, so that every fault of an API server hits it as it
// hits the real one; it reads from its two caches alone, as the real one does. Its PostgreSQL is
// another value, which goes on when this one is frozen or gone.
//
// A Patroni is a handful of threads. Here each is a state machine that runs until it blocks:
//   the HA loop      cycle*.cpp: the decision tables, one Point after the other
//   the action       actions.cpp: what takes time beside it: start, promote, demote, clone...
//   REST requests    rest*.cpp: answered at once, or when what they wait for is there
//   the two watches  feeds.cpp
// The decisions themselves are pure functions: lock, race, sync_choice, quorum, rewind, write.
//
// Not modelled: standby clusters, logical slots, the Linux watchdog, custom scripts, and
// patroni.dynamic.json, which survives in the data directory of a real member.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/action.hpp"
#include "fakepatroni/cache.hpp"
#include "fakepatroni/citus_registrar.hpp"
#include "fakepatroni/dynamic_config.hpp"
#include "fakepatroni/local_state.hpp"
#include "fakepatroni/lock.hpp"
#include "fakepatroni/member_io.hpp"
#include "fakepatroni/postgres.hpp"
#include "fakepatroni/quorum.hpp"
#include "fakepatroni/race.hpp"
#include "fakepatroni/rest_words.hpp"
#include "fakepatroni/thread.hpp"
#include "lib/base/random.hpp"

namespace bestgres::fakepatroni {

// Where the HA loop goes on.
enum class Point : std::uint8_t {
    nap,
    load,
    identity,
    config_key,
    dispatch,
    long_action_renewed,
    long_action_asked,
    post_bootstrap_initialize,
    post_bootstrap_config,
    post_bootstrap_lock,
    bootstrap_key,
    data,
    released,
    sysid_written,
    server,
    crash_renewed,
    crash_asked,
    crash_history,
    cluster,
    race_candidate,
    race_others,
    race_asked,
    stood_back,
    lost_race,
    acquired,
    acquired_cleaned,
    renewed,
    request_due,
    heirs_asked,
    request_cleaned,
    as_primary,
    sync_enabled,
    sync_narrowed,
    sync_waited,
    quorum_written,
    quorum_waited,
    sync_disabled,
    history,
    promote,
    follow_history,
    stopped_at_once,
    unreachable,
    failsafe_asked,
    touch,
    touched,
    told,
    shutdown_told,
    shutdown_stopped,
    shutdown_waited,
    shutdown_asked,
    shutdown_optime,
    shutdown_released,
    shutdown_touched,
    gone,
};

class Member {
public:
    explicit Member(MemberSettings settings);

    // `now` is this node's own wall clock. Ids are unique within this member.
    MemberOutbox on(const MemberEvent& event, Instant now, Postgres& local);

    const MemberSettings& settings() const { return *settings_; }
    // Its own belief that it holds the lock.
    bool leads(Instant now) const { return leader_until_ > now; }
    // Whom it copies or rewinds from; empty: nobody.
    const std::string& source() const { return source_; }
    const std::string& last_sentence() const { return sentence_; }
    const ClusterView& view() const { return view_; }
    // Somebody holds the lock, as far as it knows.
    bool sees_leader() const { return has_view_ && !view_.unlocked(); }
    bool is_gone() const { return point_ == Point::gone; }
    // GET of a health endpoint or of /patroni without the detour of an event.
    RestReply get(std::string_view path, Instant now, const Postgres& local) const;
    std::uint64_t hash() const;

private:
    struct Turn {
        Instant now;
        Instant reached;  // up to where waiting is over
        Postgres& local;
        MemberOutbox& out;
    };
    struct Look {  // of somebody who only reads
        Instant now;
        const Postgres& local;
    };
    struct ScheduledRestart {
        Instant due;
        std::string schedule;
        std::optional<Instant> started_at;  // of the server that is meant
    };
    struct PendingReply {  // a REST request that waits
        enum class For : std::uint8_t { write, heirs, hand_over, restart, registration };
        RestId id = 0;
        For what = For::write;
        Thread thread = {};
        RestReply then = {};  // after a write that was ok
        RestReply otherwise = {};
        std::string leader = {};  // of a hand-over
        std::string candidate = {};
        Json request = {};
        std::string verb = {};  // "Switch", "Fail"
        int looks_left = 0;
        std::uint64_t registration = 0;

        void hash_into(Hasher& hasher) const;
    };
    struct Failsafe {
        std::string leader = {};  // who asked
        std::string api_url = {};
        std::optional<Instant> until = {};
        bool active = false;  // this member leads by it
    };

    // member.cpp: events, timers
    void take(const MemberEvent& event, Turn& turn);
    void take_answer(const kube::Answer& answer, Turn& turn);
    void answer_thread(Thread& thread, const kube::Answer& answer, Turn& turn);
    void pass_time(Turn& turn);
    void pass_time_of(Thread& thread, Turn& turn);
    void run(Turn& turn);
    void send(Turn& turn);
    void ask_for_wake(Turn& turn);
    std::vector<Thread*> threads();
    Duration jitter();
    void wake_loop() { woken_ = true; }
    void say(Turn& turn, std::string sentence);

    // feeds.cpp: list and watch
    void begin_list(Feed& feed, Turn& turn);
    void take_list(Feed& feed, const kube::Answer& answer, Turn& turn);
    void take_watch_event(const kube::WatchEvent& event, Turn& turn);
    void wake_if(Wakes wakes);
    void open_watches_anew(Turn& turn);
    bool caches_ready() const { return pods_.ready() && maps_.ready(); }

    // writes.cpp
    void begin(Thread& thread, WriteRequest request, Turn& turn);
    void write_initialize(Thread& thread, const std::string& sysid, Turn& turn);
    void write_map(Thread& thread, std::string_view suffix, const Json& annotations, Turn& turn);
    void renew(Turn& turn, bool with_positions);
    void acquire(Turn& turn);
    void release(Thread& thread, std::optional<LsnBytes> optime, Turn& turn);
    void clean_failover(Thread& thread, bool versioned, Turn& turn);
    void write_sync(const SyncRecord& wanted, Turn& turn);
    bool sync_is_written();
    void touch(Thread& thread, Turn& turn);
    void ask(Thread& thread, const std::vector<Opponent>& whom, Turn& turn);
    void ask_source(Thread& thread, const std::string& member, Turn& turn);
    std::vector<PeerStatus> statuses_of(const Thread& thread) const;

    // status.cpp: the pod's status, the slots
    std::string status_text(const Turn& turn) const;
    std::optional<std::string> role_label() const;
    void tend_slots(Turn& turn);
    void add_positions(Json& annotations, Turn& turn) const;

    // cycle.cpp
    void run_loop(Turn& turn);
    Point step(Turn& turn);
    Point at_nap(Turn& turn);
    Point at_load(Turn& turn);
    Point at_identity(Turn& turn);
    Point at_config_key(Turn& turn);
    Point at_dispatch(Turn& turn);
    Point at_long_action_renewed(Turn& turn);
    Point at_long_action_asked(Turn& turn);
    Point without_lock_in_action(Turn& turn);
    Point at_data(Turn& turn);
    Point at_sysid_written(Turn& turn);
    Point at_server(Turn& turn);
    Point at_cluster(Turn& turn);
    Point at_touch(Turn& turn);
    Point at_touched(Turn& turn);
    Point at_told(Turn& turn);
    void load_view(Turn& turn);
    void apply_config(Turn& turn);
    Configuration configuration(const std::string& upstream) const;
    bool has_lock() const { return !view_.leader.empty() && view_.leader == settings_->name; }
    Point end(Turn& turn, std::string sentence);
    Point renewed_point(Turn& turn, bool with_positions, Point then);
    void lead_until(Turn& turn, bool ok);
    void start_up(Turn& turn);

    // cycle_bootstrap.cpp
    Point bootstrap(Turn& turn);
    Point at_bootstrap_key(Turn& turn);
    Point post_bootstrap(Turn& turn);
    Point post_bootstrap_written(Turn& turn);
    Point give_up_bootstrap(Turn& turn);
    const MemberRecord* clone_source() const;

    // cycle_crash.cpp
    Point recover(Turn& turn);
    Point at_crash_renewed(Turn& turn);
    Point at_crash_asked(Turn& turn);
    Point start_again(Turn& turn);
    Point at_crash_history(Turn& turn);
    Point start_as_standby(Turn& turn);

    // cycle_race.cpp
    Point race(Turn& turn);
    Point opened(RaceOpening opening, Turn& turn);
    Point at_race_candidate(Turn& turn);
    Point at_race_others(Turn& turn);
    Point at_race_asked(Turn& turn);
    Point take_lock(Turn& turn, const std::string& because);
    Point leave_race(Turn& turn, const std::string& because);
    Point at_stood_back(Turn& turn);
    Point at_lost_race(Turn& turn);
    Point at_acquired(Turn& turn);
    Point at_acquired_cleaned(Turn& turn);
    Candidate candidate(const Turn& turn) const;
    RaceInput race_input(const Candidate& me) const;

    // cycle_leader.cpp
    Point healthy(Turn& turn);
    Point at_renewed(Turn& turn);
    Point hand_over(Turn& turn);
    Point at_heirs_asked(Turn& turn);
    Point demote_gracefully(Turn& turn, const std::string& because);
    Point enforce_primary(Turn& turn);
    Point at_promote(Turn& turn);
    Point at_history(Turn& turn);
    void see_to_checkpoint(Turn& turn);
    Point demote_at_once(Turn& turn, bool releases, const std::string& because);
    Point at_stopped_at_once(Turn& turn);

    // cycle_sync.cpp
    Point at_as_primary(Turn& turn);
    Point at_sync_enabled(Turn& turn);
    Point at_sync_narrowed(Turn& turn);
    Point at_sync_waited(Turn& turn);
    Point at_quorum(Turn& turn);
    Point at_quorum_written(Turn& turn);
    Point at_sync_disabled(Turn& turn);
    QuorumState quorum_state(const Turn& turn) const;
    void set_standby_names(const std::string& text, Turn& turn);

    // cycle_follow.cpp
    Point follow(Turn& turn, const std::string& because);
    Point go_on_following(Turn& turn);
    Point at_follow_history(Turn& turn);
    std::string node_to_follow() const;
    void judge_history(const Turn& turn, const std::optional<UpstreamFacts>& facts);
    // A rewind or a new copy, if that is what it needs; its sentence, or nothing.
    std::optional<std::string> mend_history(Turn& turn);

    // cycle_citus.cpp
    bool leads_coordinator(Instant now) const;
    void make_citus(Turn& turn);
    void tell_coordinator(Thread& thread, GroupEvent event, Turn& turn);
    void tell_before_shutdown(Thread& thread, Turn& turn);
    void register_groups(Turn& turn);
    std::optional<std::uint64_t> register_group(std::int64_t group, GroupEvent event,
                                                const Json& request, Turn& turn);
    void post_group_event(const RestRequest& request, Turn& turn);
    void run_registrar(Turn& turn);

    // cycle_failsafe.cpp
    Point at_unreachable(Turn& turn);
    Point at_failsafe_asked(Turn& turn);
    void ask_failsafe(const std::vector<Opponent>& whom, Turn& turn);
    Point demote_offline(Turn& turn);

    // actions.cpp
    void begin_action(ActionKind kind, Turn& turn);
    void run_action(Turn& turn);
    void begin_job(Job job, Turn& turn);
    void begin_server_job(Job job, Turn& turn);
    void start_server(Job job, Turn& turn);
    void end_job(Job job, Turn& turn);
    void end_copy(Job job, Turn& turn);
    void end_stop(Turn& turn);
    void fail_action(Turn& turn);
    void end_action(Turn& turn);
    void stop_server(StopMode mode, Turn& turn);
    bool busy() const { return action_.has_value(); }

    // rest.cpp
    void answer_rest(const RestRequest& request, Turn& turn);
    void answer_write(const RestRequest& request, Turn& turn);
    void reply(Turn& turn, RestId id, RestReply reply);
    void wait_for(PendingReply pending, Turn& turn);
    void patch_config(const RestRequest& request, Turn& turn);
    void put_config(const RestRequest& request, Turn& turn);
    std::optional<RestReply> wrong_hand_over(const Json& body, bool switchover,
                                             const Turn& turn) const;
    void post_hand_over(const RestRequest& request, bool switchover, Turn& turn);
    bool write_hand_over(PendingReply& pending, Turn& turn);
    void look_at_hand_over(PendingReply& pending, Turn& turn);
    int looks_at_hand_over() const;
    std::string holder_now(Turn& turn);
    void delete_switchover(const RestRequest& request, Turn& turn);
    void post_reinitialize(const RestRequest& request, Turn& turn);
    void post_failsafe(const RestRequest& request, Turn& turn);
    void run_replies(Turn& turn);
    bool go_on(PendingReply& pending, Turn& turn);

    // rest_restart.cpp
    void post_restart(const RestRequest& request, Turn& turn);
    void schedule_restart(const RestRequest& request, const std::string& schedule, Turn& turn);
    void delete_restart(const RestRequest& request, Turn& turn);
    bool restart_conditions_hold(const Json& body, const Turn& turn) const;
    std::optional<RestReply> wrong_restart(const Json& body) const;
    void run_scheduled_restart(Turn& turn);

    // rest_get.cpp
    bool status_of(const RestPath& asked, const Look& look) const;
    bool is_good_replica(const RestPath& asked, const Look& look) const;
    bool is_ready(const RestPath& asked, const Look& look) const;
    Json rest_status(const Look& look) const;
    void add_server(Json& answer, const Look& look) const;
    Json rest_cluster() const;

    // shutdown.cpp
    void terminate(Turn& turn);
    Point at_shutdown_told(Turn& turn);
    Point at_shutdown_stopped(Turn& turn);
    Point at_shutdown_waited(Turn& turn);
    Point at_shutdown_asked(Turn& turn);
    Point at_shutdown_optime(Turn& turn);
    Point at_shutdown_released(Turn& turn);
    Point at_shutdown_touched(Turn& turn);

    std::shared_ptr<const MemberSettings> settings_;
    RandomStream random_;
    std::uint64_t counter_ = 0;  // of calls, watches, questions

    ObjectCache cache_;
    Feed pods_;
    Feed maps_;
    ClusterView view_;       // the last load
    bool has_view_ = false;  // it is still good: a release forgets it
    ClusterView last_led_;
    LockView lock_;
    std::shared_ptr<const ConfigRecord> config_record_;  // what config_ was read from
    std::shared_ptr<const DynamicConfig> config_;        // in force since the last load
    std::shared_ptr<const DynamicConfig> applied_;       // in force since the last loop's end
    Json config_json_ = Json::object();
    std::map<std::string, std::string> failsafe_list_;
    std::optional<Instant> last_load_;
    std::optional<Instant> last_wait_began_;  // for the caches

    Thread loop_;
    Point point_ = Point::nap;
    bool woken_ = false;
    bool skips_nap_ = false;  // ttl has changed
    Instant next_run_{};
    std::optional<Instant> wake_asked_;
    RaceOpening opening_;
    bool reloads_ = true;
    std::string sentence_;

    std::optional<Action> action_;
    std::string source_;
    std::vector<PendingReply> pending_;
    std::optional<ScheduledRestart> scheduled_restart_;

    bool started_ = false;
    LocalState state_ = LocalState::stopped;
    LocalRole role_ = LocalRole::uninitialized;
    Instant leader_until_{};
    RewindState rewind_ = RewindState::unknown;
    bool checkpointed_ = false;  // since the promotion
    bool checkpoint_asked_ = false;
    bool leader_in_recovery_ = false;  // when it was last asked
    std::string followed_;             // the leader whose history was last checked
    bool releases_ = false;            // the lock, when the server has stopped
    int failsafe_tries_ = 0;
    std::vector<std::string> failsafe_accepted_;
    bool bootstrapping_ = false;
    bool roles_are_set_up_ = false;
    bool recovering_ = false;
    bool crash_recovery_done_ = false;
    bool work_succeeded_ = false;  // as the last end of work that was heard of said
    bool terminating_ = false;
    bool was_leader_ = false;  // when it was told to end
    std::optional<Instant> lost_race_at_;
    bool changes_leader_ = false;  // the last write of the sync object did
    bool was_paused_ = false;
    Failsafe failsafe_;
    std::string standby_names_;  // synchronous_standby_names in force
    LsnBytes names_changed_at_ = 0;
    SyncRecord sync_;  // as this leader last wrote or saw it, within one pass
    Instant quorum_began_{};
    std::map<std::string, Instant> slots_seen_;  // when a member's slot was last needed
    CitusRegistrar registrar_;
    bool registers_ = false;                 // a statement of it is under way
    bool was_published_as_primary_ = false;  // running, when the pod was last touched
};

}  // namespace bestgres::fakepatroni
