// What this code asks of a member's Patroni, as data, and what comes back, as data. As with
// kube::Cluster the answer is a later event, never given inside submit().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::patroni {

using CallId = std::uint64_t;  // chosen by the caller, never used twice

enum class Verb {
    status,        // GET /patroni
    patch_config,  // PATCH /config; nulls delete
    restart,       // POST /restart; answers when the restart is over
    switchover,    // POST /switchover; answers when the hand-over is over, or its time is up
    failover,      // POST /failover
    reinitialize,  // POST /reinitialize
    reload,        // POST /reload
};

// "POST", "/switchover".
std::string_view method(Verb verb);
std::string_view path(Verb verb);
bool is_write(Verb verb);

// One exchange with the Patroni of one pod. The uid says which incarnation is meant: whoever
// answers at a reused address is not taken for it (the core compares pods, the adapter the scope).
struct Call {
    std::string ns;
    std::string pod;
    std::string pod_uid;
    std::string address;  // the pod's IP address
    Verb verb = Verb::status;
    Json body;                                    // null: no body
    std::string username;                         // of basic authentication, for writes
    std::string password;                         // a secret: never logged or recorded
    Duration deadline = std::chrono::seconds(5);  // from submit() to the end of the answer

    bool operator==(const Call&) const = default;
};

struct Reply {
    int status = 0;
    std::string body;

    bool operator==(const Reply&) const = default;
};

// No answer. `sent` says that the request may have been carried out all the same.
struct Failure {
    bool sent = false;
    std::string message;

    bool operator==(const Failure&) const = default;
};

struct Answer {
    CallId id = 0;
    Result<Reply, Failure> outcome;

    bool operator==(const Answer&) const = default;
};

class Patroni {
public:
    virtual ~Patroni() = default;

    virtual void submit(CallId id, Call call) = 0;
};

}  // namespace bestgres::patroni
