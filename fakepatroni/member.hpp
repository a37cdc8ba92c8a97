// One modelled Patroni with its PostgreSQL, as a value: events in, calls out. It reaches Kubernetes
// only through calls of the abstract cluster interface, so that every fault of an API server hits
// it as it hits the real one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fakepatroni/decide.hpp"
#include "fakepatroni/state.hpp"
#include "lib/kube/cluster.hpp"
#include "lib/patroni/patroni.hpp"

namespace bestgres::fakepatroni {

struct MemberSettings {
    std::string ns = {};
    std::string scope = {};
    std::string pod = {};
    std::string address = {};
    std::string system_identifier = {};  // what initdb of this member would make
    Json bootstrap_config = Json::object();

    bool operator==(const MemberSettings&) const = default;
};

// A request to this member's REST API; `id` comes back with the reply.
struct RestRequest {
    patroni::CallId id = 0;
    patroni::Verb verb = patroni::Verb::status;
    Json body = {};

    bool operator==(const RestRequest&) const = default;
};
struct Wake {
    bool operator==(const Wake&) const = default;
};
// The container is told to end: the lock is released, as Patroni does on SIGTERM.
struct Terminate {
    bool operator==(const Terminate&) const = default;
};

using MemberEvent = std::variant<Wake, kube::Answer, RestRequest, Terminate>;

struct MemberOutbox {
    std::vector<std::pair<kube::CallId, kube::Call>> calls = {};
    std::vector<std::pair<patroni::CallId, patroni::Reply>> replies = {};
    std::optional<Instant> wake_at = {};
};

class Member {
public:
    Member(MemberSettings settings, Disk disk);

    // Call ids are unique within this member.
    MemberOutbox on(const MemberEvent& event, Instant now);

    const Disk& disk() const { return local_.disk; }
    bool is_writable() const { return local_.runs && local_.primary; }
    // What the agent's /ready would say.
    bool is_ready() const;
    const std::string& last_sentence() const { return last_sentence_; }
    std::uint64_t hash() const;

private:
    enum class Phase { idle, reading, writing };

    void begin_cycle(Instant now, MemberOutbox& out);
    void take_answer(const kube::Answer& answer, Instant now, MemberOutbox& out);
    void read(const kube::Listing& objects, Instant now);
    void act(const Decision& decision, Instant now, MemberOutbox& out);
    void finish_write(const kube::Answer& answer, Instant now, MemberOutbox& out);
    void publish(Instant now, MemberOutbox& out);
    void finish_work(Instant now);
    void answer_rest(const RestRequest& request, Instant now, MemberOutbox& out);
    void settle_switchovers(MemberOutbox& out);
    void terminate(MemberOutbox& out);
    void submit(kube::Call call, MemberOutbox& out);
    void write_object(const std::string& suffix, const Json& annotations, MemberOutbox& out);
    Json leader_annotations(Instant now, bool acquired) const;
    Json status_annotation() const;
    Json rest_status() const;
    bool pending_restart() const;
    void become_replica();
    bool take_lock(MemberOutbox& out);

    MemberSettings settings_;
    Local local_;
    Seen seen_;
    Phase phase_ = Phase::idle;
    Decision decision_;
    std::string last_sentence_;
    std::string published_;  // the pod patch that was last sent
    kube::CallId next_call_ = 1;
    std::map<kube::CallId, std::string> expected_;  // what an answer is for
    std::vector<std::pair<patroni::CallId, std::string>>
        switchovers_;  // waiting for their candidate
    int lists_missing_ = 0;
    bool terminated_ = false;
    bool fresh_cluster_ = false;  // its first lock is no promotion
};

}  // namespace bestgres::fakepatroni
