// The container of a member's pod as the node really runs it, and what its kubelet knows of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/copy_on_write.hpp"
#include "fakepatroni/member.hpp"
#include "fakepatroni/postgres.hpp"
#include "scenarios/engine/agent.hpp"
#include "scenarios/engine/dice.hpp"
#include "scenarios/engine/happening.hpp"

namespace bestgres::scenarios {

// Who waits for an answer of a member's REST API: an operator, or another member.
struct Asked {
    Process from = {};
    std::uint64_t id = 0;  // its word for the request
    bool answer_is_lost = false;
};

// The program of a Job's pod, which runs once: a client of the cluster's PostgreSQL.
struct ClientTask {
    std::string operation_uid = {};
    std::optional<std::uint32_t> server = {};  // the container that it is connected to
    std::uint32_t server_incarnation = 0;
    std::int64_t exit_code = 0;
    std::string message = {};  // its last words
    void hash_into(Hasher& hasher) const;
};

struct Container {
    enum class Phase : std::uint8_t {
        waiting,   // for its volume or its image
        starting,  // the process begins soon
        running,
        backing_off,  // it ended and will start again
        stopping,     // SIGTERM has been sent
        ended,        // for good
    };

    Dice dice;
    std::string pod_uid = {};
    std::string pod = {};
    std::string cluster = {};
    std::string claim = {};  // name
    std::string claim_uid = {};
    std::string service_account = {};
    std::string image = {};
    std::string address = {};
    std::uint32_t node = 0;

    Phase phase = Phase::waiting;
    std::uint32_t incarnation = 0;  // of the process; the restart count of its pod
    std::uint32_t failures = 0;     // in a row, for the back-off
    Instant due = {};               // of the next phase
    Instant started = {};
    std::string obstacle = {};  // why it does not start, as the status says it

    std::optional<ClientTask> task = {};  // in place of a member
    fakekube::CopyOnWrite<std::optional<fakepatroni::Member>> member = {};
    // Absent together with the member: the volume is then among those of the world.
    fakekube::CopyOnWrite<std::optional<fakepatroni::Postgres>> postgres = {};
    std::optional<Instant> server_due = {};  // a ServerDue is in the queue for then
    std::uint64_t server_face = 0;           // what others saw of it last, as a hash
    std::uint64_t patroni_face = 0;
    std::uint64_t citus_face = 0;
    std::uint64_t citus_structure = 0;
    std::optional<Instant> checkpoint_until = {};      // SIGTERM waits for a checkpoint so long
    std::optional<Instant> wake = {};                  // the only pending one that counts
    bool frozen = false;                               // SIGSTOP of Patroni: PostgreSQL runs on
    std::vector<fakepatroni::MemberEvent> inbox = {};  // while it is frozen
    std::map<fakepatroni::RestId, Asked> asked = {};
    Agent agent = {};
    bool agent_looks = false;  // an AgentLooks is in the queue

    // Of the kubelet.
    bool ready = false;          // by the probes
    Instant ready_since = {};    // or not ready
    bool being_deleted = false;  // seen by the kubelet
    bool object_gone = false;    // the pod's object was seen to be deleted
    bool status_on_its_way = false;
    bool status_is_stale = false;  // changed since the last one was sent
    bool comparison_due = false;   // of what the server has with what it should have
    bool removal_on_its_way = false;

    bool runs() const { return member->has_value(); }
    bool works() const { return task && (phase == Phase::running || phase == Phase::stopping); }
    bool is_over() const { return phase == Phase::ended; }
    void set_ready(bool is_ready, Instant now) {
        ready_since = ready == is_ready ? ready_since : now;
        ready = is_ready;
    }
    void hash_into(Hasher& hasher) const;
};

}  // namespace bestgres::scenarios
