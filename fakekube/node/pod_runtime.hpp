// One pod on this node: performs what its PodWorker decides and tells it what happened. All on the
// reactor's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fakekube/node/api_port.hpp"
#include "fakekube/node/complaints.hpp"
#include "fakekube/node/log_store.hpp"
#include "fakekube/node/object_cache.hpp"
#include "fakekube/node/pod_files.hpp"
#include "fakekube/node/pod_worker.hpp"
#include "fakekube/node/prober.hpp"
#include "fakekube/node/sandbox.hpp"
#include "fakekube/node/token_store.hpp"
#include "lib/base/log.hpp"

namespace bestgres::fakekube::node {

// What all pods of a node share; outlives them.
struct NodeParts {
    const NodeSettings& settings;
    Reactor& reactor;
    ApiPort& api;
    ObjectCache& cache;
    Prober& prober;
    const Log& log;
    PostRequest post;
    const Json& allocatable;
    std::function<const ServiceView&()> services;
    std::function<Environment(const std::string& ns)> service_environment;
};

class PodRuntime : public std::enable_shared_from_this<PodRuntime> {
public:
    PodRuntime(NodeParts& parts, const kube::Object& pod, std::string address);
    ~PodRuntime();

    void on_pod(const kube::Object& pod);
    // The object is gone: whatever still runs ends soon.
    void on_removed();
    // Something that the pod refers to, or the Services, may have changed.
    void on_surroundings();

    // Nothing runs, and the API server knows: forget it.
    bool is_finished() const { return removed_ && worker_.is_over(); }
    bool is_removed() const { return removed_; }
    const std::string& address() const { return address_; }
    const kube::Object& pod() const { return pod_; }

    struct LogFile {
        std::string path;
        bool may_grow = false;
    };
    // The current or the previous run's; nothing: no such container or run.
    std::optional<LogFile> log_file(const std::string& container, bool previous) const;
    // Performs what is due. Called by its own timer, too.
    void step();

private:
    struct Run {
        std::shared_ptr<Sandbox> sandbox;
        std::unique_ptr<LogWriter> log;
        int attempt = -1;
    };

    void perform(const Action& action);
    void prepare();
    void start_container(std::size_t index, int attempt);
    Result<SandboxSpec> sandbox_spec(const ContainerSpec& container, const Image& image);
    SandboxEvents sandbox_events(std::size_t index, int attempt);
    void on_exit(std::size_t index, int attempt, Termination how);
    Termination termination(std::size_t index, int attempt, int status);
    void run_probe(const RunProbe& probe);
    void run_hook(const RunHook& hook);
    void announce(const Announce& event);
    void release();
    void report();
    // The next version seen may be older than the report, or come before its answer.
    void forget_report_that_was_overwritten();
    void report_later();
    void confirm_deletion();
    void write_hosts();
    PodFacts facts() const;
    Lookup lookup() const;
    std::optional<std::string> missing_reference();
    VolumeInput volume_input();
    void write_pid(std::size_t index) const;

    NodeParts& parts_;
    kube::Object pod_;
    std::string address_;
    PodWorker worker_;
    PodFiles files_;
    TokenStore tokens_;
    std::vector<Selection> wanted_;
    std::vector<Run> runs_;
    Reactor::TimerId timer_ = 0;
    bool preparing_ = false;
    std::optional<Instant> prepare_since_;
    bool prepared_ = false;
    bool stepping_ = false;
    bool step_again_ = false;
    bool removed_ = false;
    bool confirming_ = false;
    bool report_in_flight_ = false;
    bool report_waits_ = false;  // for its next try
    Complaints complaints_;
    std::uint64_t events_told_ = 0;
    Json reported_;
    std::uint64_t reported_version_ = 0;        // of the pod, as the report left it
    std::map<std::string, Instant> announced_;  // by reason and message
    std::string hosts_;
    // Kept current for volume_input(), which hands out references.
    PodFacts facts_;
    Lookup lookup_;
    std::function<std::optional<std::string>(const TokenRequest&)> token_;
};

}  // namespace bestgres::fakekube::node
