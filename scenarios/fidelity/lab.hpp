// A laboratory: a few modelled members with their servers and an API server on virtual time; no
// operator, no nodes, no kubelets. What recordings of real Patroni are held against, and where the
// model's own behaviour is tried fault by fault.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakekube/api_server.hpp"
#include "fakekube/in_process_cluster.hpp"
#include "fakepatroni/member.hpp"

namespace bestgres::scenarios {

struct LabOptions {
    fakepatroni::Version version = fakepatroni::Version::v4_1;
    int members = 3;
    Json config = Json::object();  // bootstrap.dcs
    Duration latency = std::chrono::milliseconds(2);
    std::map<std::string, Json> tags = {};  // by member
    // Of a sharded cluster: how many members each group has, the coordinator's first. They are
    // called node0, node1 and so on across groups.
    std::vector<int> groups = {};
};

// A request as the API server saw it.
struct Sent {
    Instant at;
    std::string who;
    std::string verb;  // "GET", "WATCH", "POST", "PATCH"
    std::string what;  // "pods", "pods/node0", "configmaps/demo-leader"
    Json body = {};
    bool ok = true;
};

class Lab {
public:
    explicit Lab(LabOptions options);
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;

    // Processes. Killing leaves what a crash leaves.
    void start(const std::string& name);
    void start_all();
    void kill(const std::string& name);
    void kill_patroni(const std::string& name);
    void kill_postgres(const std::string& name);
    void freeze(const std::string& name);
    void thaw(const std::string& name);
    void terminate(const std::string& name);
    void lose_volume(const std::string& name);
    void set_faults(const std::string& name, const fakepatroni::PostgresFaults& faults);

    // The API server, as one member or all of them reach it.
    void refuse_api(bool refuses);
    void silence_api(const std::string& name, bool silent) { nodes_.at(name).api_silent = silent; }
    // One answer of the API server to a renewal of the lock.
    void answer_next_renewal(kube::Error error) { next_renewal_ = std::move(error); }
    void lose_next_renewal_answer() { loses_answer_ = true; }
    // Requests between members that never arrive.
    void lose_peer_requests(std::function<bool(const fakepatroni::PeerRequest&)> which) {
        loses_request_ = std::move(which);
    }
    // As an administrator.
    void change(const kube::Call& call);

    void ask(const std::string& name, const std::string& method, const std::string& path,
             const Json& body = {});
    // As a client, with nobody who waits for the answer.
    void run_citus(const std::string& name, fakepatroni::CitusOperation operation);
    // One commit of a client, through whoever is writable.
    void commit();

    void run_for(Duration span);
    bool run_until(const std::function<bool(const Lab&)>& done, Duration limit);

    Instant now() const { return now_; }
    // Of all servers that accept writes.
    std::vector<std::string> writable() const;
    const fakepatroni::Postgres& postgres(const std::string& name) const {
        return *nodes_.at(name).postgres;
    }
    const fakepatroni::Member& member(const std::string& name) const {
        return *nodes_.at(name).member;
    }
    bool runs(const std::string& name) const { return nodes_.at(name).member.has_value(); }
    Json annotations(const std::string& suffix) const;
    Json status(const std::string& name) const;  // of the pod
    std::string role_label(const std::string& name) const;
    std::string leader(int group = -1) const;  // -1: there are no groups
    // Whom the tables of this member have registered as the primary of a group; empty: nobody.
    std::string registered(const std::string& on, int group) const;
    int group_of(const std::string& name) const;
    bool all_stream() const;  // one writable member, and all others stream from it
    const std::vector<Sent>& sent() const { return sent_; }
    std::vector<Sent> take_sent() { return std::exchange(sent_, {}); }
    const std::vector<std::string>& log() const { return log_; }
    const std::vector<std::pair<std::string, fakepatroni::RestReply>>& replies() const {
        return replies_;
    }
    std::size_t acknowledged() const { return acknowledged_.size(); }
    // Acknowledged commits that this server does not have.
    std::vector<fakepatroni::CommitId> lost_on(const std::string& name) const;

private:
    struct Node {
        std::optional<fakepatroni::Member> member;
        std::optional<fakepatroni::Postgres> postgres;
        std::map<kube::WatchId, fakekube::WatchCursor> watches;
        std::map<fakepatroni::RestId, std::pair<std::string, fakepatroni::PeerId>> peers;
        std::vector<fakepatroni::MemberEvent> inbox;  // while frozen
        std::optional<Instant> wake;
        int incarnation = 0;
        bool frozen = false;
        bool api_silent = false;
        std::uint64_t questions = 1'000'000;
    };

    void note(const std::string& name, const std::string& line);
    void at(Duration delay, std::function<void()> what);
    void feed(const std::string& name, const fakepatroni::MemberEvent& event);
    void take_outbox(const std::string& name, fakepatroni::MemberOutbox out);
    void take_call(const std::string& name, const fakepatroni::KubeRequest& request);
    void record(const std::string& name, const kube::Call& call, bool ok);
    void ask_peer(const std::string& name, const fakepatroni::PeerRequest& request);
    void ask_source(const std::string& name, const fakepatroni::SourceQuestion& question);
    void poll_watches();
    void pump();
    void add_node(int number);
    void take_event(const std::string& name, fakepatroni::PostgresEvent& event);
    bool ship(Node& node);
    void connect(Node& node);
    void ask_server(const std::string& name, const fakepatroni::RemoteRequest& request);
    fakepatroni::MemberSettings settings_of(const std::string& name) const;

    LabOptions options_;
    Instant now_;
    fakekube::ApiServer server_;
    std::map<std::string, Node> nodes_;
    std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> queue_;
    std::uint64_t queued_ = 0;
    bool api_refuses_ = false;
    std::optional<kube::Error> next_renewal_;
    bool loses_answer_ = false;
    std::function<bool(const fakepatroni::PeerRequest&)> loses_request_;
    std::map<std::uint64_t, std::pair<std::string, fakepatroni::RemoteId>> remotes_;
    std::uint64_t remote_questions_ = 0;
    std::vector<Sent> sent_;
    std::vector<std::string> log_;
    std::vector<std::pair<std::string, fakepatroni::RestReply>> replies_;
    std::vector<fakepatroni::CommitId> acknowledged_;
    fakepatroni::CommitId commits_ = 0;
    std::uint64_t asked_ = 0;
};

}  // namespace bestgres::scenarios
