// An ApiServer behind the abstract cluster interface, in the same process: no text, no sockets, the
// same answers and the same permissions as over HTTPS.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fakekube/api_server.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::fakekube {

// Who calls: permissions are checked for this user, writes carry this manager.
struct Caller {
    User user = {};
    std::string field_manager = {};
};

// Performs one call now. A refusal is `Applied::no`: whether an answer gets lost is the caller's
// business.
Result<kube::Outcome, kube::Error> perform(ApiServer& server, const Caller& caller,
                                           const kube::Call& call, Instant now);

kube::WatchEventType watch_type(EventType type);

// One watch as a cursor in the server's log: a plain value, to be polled.
class WatchCursor {
public:
    // An unreadable selector or unknown kind gives one `closed` event at the first poll.
    WatchCursor(const ApiServer& server, kube::WatchSpec spec);

    // What happened since the last poll, in order; after `gone` or `closed` nothing more comes.
    std::vector<kube::WatchEvent> poll(const ApiServer& server, kube::WatchId id);
    bool is_over() const { return over_; }

private:
    std::optional<kube::WatchEvent> for_watcher(kube::WatchId id, const StoredEvent& event) const;
    std::vector<kube::WatchEvent> end(kube::WatchId id, kube::WatchEventType type,
                                      std::string message);

    Selection selection_;
    std::uint64_t cursor_ = 0;
    std::string refusal_;
    bool over_ = false;
};

// Answers and events wait until they are taken, so that none is given inside submit() or watch().
class InProcessCluster : public kube::Cluster {
public:
    // `server` outlives this; `now` is asked once a call.
    InProcessCluster(ApiServer& server, Caller caller, std::function<Instant()> now);

    void submit(kube::CallId id, kube::Call call) override;
    void watch(kube::WatchId id, kube::WatchSpec spec) override;
    void unwatch(kube::WatchId id) override;

    using Event = std::variant<kube::Answer, kube::WatchEvent>;
    // All that has happened since the last time.
    std::vector<Event> take_events();

private:
    ApiServer& server_;
    Caller caller_;
    std::function<Instant()> now_;
    std::vector<kube::Answer> answers_;
    std::map<kube::WatchId, WatchCursor> watches_;
};

}  // namespace bestgres::fakekube
