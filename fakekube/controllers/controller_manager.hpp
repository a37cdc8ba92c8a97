// All built-in controllers and the scheduler as one copyable value: what kube-controller-manager
// and kube-scheduler do in a real cluster. It is deterministic and has no clock; whoever owns it
// calls run() after writes and when next_due() has come. Copies share each controller until it has
// something to do.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/nodes.hpp"
#include "fakekube/controllers/volumes.hpp"

namespace bestgres::fakekube::controllers {

struct ControllerManagerOptions {
    // By name ("statefulset-controller"): how old what a controller sees is. Absent: nothing.
    std::map<std::string, Duration, std::less<>> lag;
    // Controllers that do not run, by name.
    std::set<std::string, std::less<>> without;
    // Whether controllers write Event objects; simulations save the writes.
    bool record_events = true;
    // What kube-root-ca.crt holds in every namespace.
    std::string root_certificate;
    VolumeOptions volumes;
    NodeOptions nodes;
};

class ControllerManager {
public:
    explicit ControllerManager(ControllerManagerOptions options);
    // Lets every controller see what its lag allows and act on it, until nothing is left to do at
    // this instant. Costs next to nothing when nothing happened.
    void run(ApiServer& server, Instant now);
    // The same, but ends after this many looks at a name: whoever has others to serve meanwhile
    // runs it again when next_due() says so, which is at once.
    void run(ApiServer& server, Instant now, int looks);
    // When something comes due without a write: timers, retries, lagging views.
    std::optional<Instant> next_due() const;

    // A new process: every view is built anew and the node controller waits a grace period.
    void restart();
    // Changes the age of a controller's view from now on.
    void set_lag(std::string_view controller, Duration lag);

    std::vector<std::string> names() const;

private:
    struct Mark {
        Instant at;
        std::uint64_t version = 0;
    };
    // A controller, and how far the log was found not to concern it.
    struct Member {
        std::shared_ptr<Controller> controller;
        std::uint64_t passed = 0;

        // Not shared with any copy of this manager.
        Controller& own();
        bool has_seen(std::uint64_t version) const;
    };

    bool run(Member& member, ApiServer& server, Instant now, int& looks) const;
    std::uint64_t visible_to(const Controller& controller, std::uint64_t version,
                             Instant now) const;
    Duration lag_of(const Controller& controller) const;
    Duration greatest_lag() const;
    void mark(std::uint64_t version, Instant now);

    ControllerManagerOptions options_;
    std::vector<Member> members_;
    std::deque<Mark> marks_;  // when which version was first seen, while any controller lags
    bool busy_ = false;       // the last run ended before everything was done
};

}  // namespace bestgres::fakekube::controllers

namespace bestgres::fakekube {
using controllers::ControllerManager;
using controllers::ControllerManagerOptions;
}  // namespace bestgres::fakekube
