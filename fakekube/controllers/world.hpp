// For tests: an API server with its controllers and a kubelet made of two words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/api_server.hpp"
#include "fakekube/controllers/controller_manager.hpp"
#include "fakekube/kinds/built_in.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakekube::controllers::testing {

namespace kinds = kube::kinds;

// Building the schemas takes long; all worlds of a test program share them.
inline const std::vector<Resource>& shared_resources() {
    static const std::vector<Resource> resources = built_in_resources();
    return resources;
}

class World {
public:
    explicit World(ControllerManagerOptions options = with_standard_class())
        : server_(server_options(), shared_resources()), manager_(std::move(options)) {
        now_ = start();
        first_version_ = server_.version();
        settle();
    }

    static Instant start() { return Instant{1'800'000'000'000'000'000}; }
    static ServerOptions server_options() {
        ServerOptions options;
        options.started = start();
        return options;
    }
    static ControllerManagerOptions with_standard_class() {
        ControllerManagerOptions options;
        options.volumes.creates_standard_class = true;
        options.record_events = false;
        return options;
    }

    ApiServer& server() { return server_; }
    ControllerManager& manager() { return manager_; }
    Instant now() const { return now_; }

    void settle() { manager_.run(server_, now_); }
    // Time passes, with a look whenever the controllers asked for one.
    void pass(Duration span) {
        const Instant end = now_ + span;
        while (true) {
            const auto due = manager_.next_due();
            if (!due || *due > end) {
                break;
            }
            now_ = std::max(now_, *due) == now_ ? now_ + std::chrono::milliseconds(1) : *due;
            settle();
        }
        now_ = std::max(now_, end);
        settle();
    }

    std::string create(const kube::Kind& kind, Json object) {
        std::string refusal = create_unsettled(kind, std::move(object));
        settle();
        return refusal;
    }
    // The controllers have not seen it yet.
    std::string create_unsettled(const kube::Kind& kind, Json object) {
        object["apiVersion"] = kind.api_version();
        object["kind"] = kind.name;
        if (kind.namespaced && !object["metadata"].contains("namespace")) {
            object["metadata"]["namespace"] = "default";
        }
        const auto written = server_.create(context(""), server_.resource(kind), std::move(object));
        return written.ok() ? "" : written.error().message;
    }
    std::string patch(const kube::Kind& kind, std::string_view name, const Json& body,
                      std::string_view subresource = "") {
        const auto written =
            server_.patch(context(subresource), server_.resource(kind), key(kind, name),
                          {.type = PatchType::merge, .body = body});
        settle();
        return written.ok() ? "" : written.error().message;
    }
    std::string remove(const kube::Kind& kind, std::string_view name,
                       const DeleteOptions& options = {}) {
        std::string refusal = remove_unsettled(kind, name, options);
        settle();
        return refusal;
    }
    std::string remove_unsettled(const kube::Kind& kind, std::string_view name,
                                 const DeleteOptions& options = {}) {
        const auto removed =
            server_.remove(context(""), server_.resource(kind), key(kind, name), options);
        return removed.ok() ? "" : removed.error().message;
    }
    // Null where there is none.
    Json get(const kube::Kind& kind, std::string_view name) const {
        const auto found = server_.get(server_.resource(kind), key(kind, name));
        return found.ok() ? found->json() : Json();
    }
    std::vector<std::string> names(const kube::Kind& kind) const {
        std::vector<std::string> found;
        const auto listing =
            server_.list(server_.resource(kind), kind.namespaced ? "default" : "", {});
        for (const kube::Object& object : listing->items) {
            found.emplace_back(object.name());
        }
        return found;
    }

    void add_node(const std::string& name) {
        create(kinds::node,
               {{"metadata", {{"name", name}, {"labels", {{"kubernetes.io/hostname", name}}}}}});
        create(kinds::lease, {{"metadata", {{"name", name}, {"namespace", "kube-node-lease"}}},
                              {"spec", {{"holderIdentity", name}}}});
        heartbeat(name);
    }
    void heartbeat(const std::string& node) {
        const Json condition = {{"type", "Ready"},
                                {"status", "True"},
                                {"lastHeartbeatTime", format_seconds(now_)},
                                {"lastTransitionTime", format_seconds(start())}};
        patch(kinds::node, node, {{"status", {{"conditions", Json::array({condition})}}}},
              "status");
    }
    // What a kubelet says of a pod that is up.
    std::string run_pod(std::string_view name, const std::string& ip) {
        const Json condition = {
            {"type", "Ready"}, {"status", "True"}, {"lastTransitionTime", format_seconds(now_)}};
        return patch(kinds::pod, name,
                     {{"status",
                       {{"phase", "Running"},
                        {"podIP", ip},
                        {"podIPs", Json::array({Json{{"ip", ip}}})},
                        {"conditions", Json::array({condition})}}}},
                     "status");
    }
    // What a kubelet does when a terminating pod has stopped.
    void finish_pod(std::string_view name) {
        DeleteOptions options;
        options.grace_period_seconds = 0;
        remove(kinds::pod, name, options);
    }

    // Of everything that ever happened.
    std::uint64_t trace() const {
        Hasher hasher;
        const auto events = server_.events_after(first_version_, 1'000'000);
        for (const StoredEvent& event : *events) {
            hasher.add(event.version);
            hasher.add(dump(event.object.json()));
        }
        return hasher.value();
    }

private:
    RequestContext context(std::string_view subresource) const {
        return {.now = now_,
                .user = {.name = "tester", .groups = {"system:masters"}, .uid = ""},
                .options = {.field_manager = "test"},
                .subresource = std::string(subresource)};
    }
    static ObjectKey key(const kube::Kind& kind, std::string_view name) {
        return {.ns = kind.namespaced ? "default" : "", .name = std::string(name)};
    }

    ApiServer server_;
    ControllerManager manager_;
    Instant now_;
    std::uint64_t first_version_ = 0;  // what was there from the start is in no log
};

}  // namespace bestgres::fakekube::controllers::testing
