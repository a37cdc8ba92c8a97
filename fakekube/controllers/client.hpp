// How a controller acts: calls to the API server as its own service account, at one instant. A
// failure ends nothing by itself; it is remembered, and the name is looked at again after a while.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/cache.hpp"
#include "lib/kube/kind.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

// Which Event object tells of a repeated happening, so that it is counted instead of told anew.
struct EventMemory {
    bool wanted = true;
    std::map<std::uint64_t, std::string> names;  // hash of the happening to the Event's name
};

struct Happening {
    std::string type = "Normal";  // or "Warning"
    std::string reason;
    std::string message;
};

// Any resource, also of kinds that are only known at run time.
struct Target {
    std::string group;
    std::string version;
    std::string plural;
    std::string ns;
    std::string name;

    static Target of(const kube::Kind& kind, const Key& key);
};

// Options of a removal: only this very object, and with this propagation.
inline DeleteOptions only_uid(std::string_view uid) {
    DeleteOptions options;
    options.uid = std::string(uid);
    return options;
}
inline DeleteOptions with_policy(std::string_view propagation) {
    DeleteOptions options;
    options.propagation_policy = std::string(propagation);
    return options;
}
inline DeleteOptions at_once() {
    DeleteOptions options;
    options.grace_period_seconds = 0;
    return options;
}

class Client {
public:
    // `memory` outlives the client.
    Client(ApiServer& server, std::string_view controller, EventMemory& memory, Instant now);

    Instant now() const { return now_; }
    ApiServer& server() { return *server_; }

    // Absent: it does not exist.
    std::optional<kube::Object> get(const Target& target) const;
    std::optional<kube::Object> get(const kube::Kind& kind, const Key& key) const {
        return get(Target::of(kind, key));
    }
    // All objects of a namespace, or everywhere for an empty one.
    std::vector<kube::Object> list(const Target& target) const;
    ResourcePtr find_resource(std::string_view api_version, std::string_view kind) const;

    // Absent: refused; failure() says why.
    std::optional<kube::Object> create(const kube::Kind& kind, Json object);
    // PUT: metadata.resourceVersion is the precondition. `subresource` is "" or "status".
    std::optional<kube::Object> update(const kube::Kind& kind, const Json& object,
                                       std::string_view subresource);
    // A merge patch; metadata.resourceVersion or metadata.uid in it are preconditions.
    std::optional<kube::Object> patch(const Target& target, const Json& patch,
                                      std::string_view subresource);
    std::optional<kube::Object> patch(const kube::Kind& kind, const Key& key, const Json& body) {
        return patch(Target::of(kind, key), body, "");
    }
    bool bind(const Key& pod, std::string_view node);
    // False: refused. What is gone already counts as removed.
    bool remove(const Target& target, const DeleteOptions& options);
    bool remove(const kube::Kind& kind, const Key& key, const DeleteOptions& options) {
        return remove(Target::of(kind, key), options);
    }

    void record(const kube::Object& about, const Happening& happening);

    // The first refusal that is worth another attempt. Objects that vanished meanwhile and
    // namespaces that are being deleted are none: the watch tells of them.
    const std::optional<Status>& failure() const { return failure_; }
    // Of the last refused call, whatever it was.
    const Status& last_refusal() const { return last_refusal_; }
    bool wrote() const { return wrote_; }

private:
    RequestContext context(std::string_view subresource) const;
    ResourcePtr resource_of(const Target& target) const;
    bool note(const Status& status);
    bool count_again(const Key& event);

    ApiServer* server_;
    std::string controller_;
    EventMemory* memory_;
    Instant now_;
    std::optional<Status> failure_;
    Status last_refusal_;
    bool wrote_ = false;
};

}  // namespace bestgres::fakekube::controllers
