#include "fakekube/controllers/controller_manager.hpp"

#include <algorithm>
#include <limits>

#include "fakekube/controllers/cron_job.hpp"
#include "fakekube/controllers/deployment.hpp"
#include "fakekube/controllers/disruption.hpp"
#include "fakekube/controllers/endpoints.hpp"
#include "fakekube/controllers/garbage_collector.hpp"
#include "fakekube/controllers/job.hpp"
#include "fakekube/controllers/namespaces.hpp"
#include "fakekube/controllers/replica_set.hpp"
#include "fakekube/controllers/scheduler.hpp"
#include "fakekube/controllers/stateful_set.hpp"
#include "lib/base/check.hpp"

namespace bestgres::fakekube::controllers {
namespace {

// Controllers that answer each other for ever must not hold the caller: they go on at the next run.
constexpr int most_rounds = 200;

std::vector<std::unique_ptr<Controller>> all_controllers(const ControllerManagerOptions& options) {
    std::vector<std::unique_ptr<Controller>> all;
    all.push_back(std::make_unique<ServiceAccountController>());
    all.push_back(std::make_unique<RootCertificatePublisher>(options.root_certificate));
    all.push_back(std::make_unique<TokenController>(options.root_certificate));
    all.push_back(std::make_unique<DeploymentController>());
    all.push_back(std::make_unique<ReplicaSetController>());
    all.push_back(std::make_unique<StatefulSetController>());
    all.push_back(std::make_unique<CronJobController>());
    all.push_back(std::make_unique<JobController>());
    all.push_back(std::make_unique<VolumeController>(options.volumes));
    all.push_back(std::make_unique<ClaimProtectionController>());
    all.push_back(std::make_unique<VolumeProtectionController>());
    all.push_back(std::make_unique<Scheduler>());
    all.push_back(std::make_unique<NodeLifecycleController>(options.nodes));
    all.push_back(std::make_unique<TaintEvictionController>());
    all.push_back(std::make_unique<PodGarbageCollector>(options.nodes));
    all.push_back(std::make_unique<EndpointsController>());
    all.push_back(std::make_unique<EndpointSliceController>());
    all.push_back(std::make_unique<EndpointSliceMirroringController>());
    all.push_back(std::make_unique<DisruptionController>());
    all.push_back(std::make_unique<GarbageCollector>());
    all.push_back(std::make_unique<NamespaceController>());
    return all;
}

}  // namespace

ControllerManager::ControllerManager(ControllerManagerOptions options)
    : options_(std::move(options)) {
    std::set<std::string, std::less<>> unknown = options_.without;
    for (std::unique_ptr<Controller>& controller : all_controllers(options_)) {
        unknown.erase(controller->name());
        if (!options_.without.contains(controller->name())) {
            controller->record_events(options_.record_events);
            members_.push_back({.controller = std::move(controller)});
        }
    }
    BG_CHECK(unknown.empty(), "a controller that shall not run has no such name");
}

Controller& ControllerManager::Member::own() {
    if (controller.use_count() != 1) {
        controller = controller->clone();
    }
    return *controller;
}

bool ControllerManager::Member::has_seen(std::uint64_t version) const {
    return controller->has_read_up_to(version) || (controller->has_started() && passed >= version);
}

void ControllerManager::run(ApiServer& server, Instant now) {
    run(server, now, std::numeric_limits<int>::max());
}

void ControllerManager::run(ApiServer& server, Instant now, int looks) {
    for (int round = 0; round < most_rounds && looks > 0; ++round) {
        busy_ = false;
        for (Member& member : members_) {
            mark(server.version(), now);
            busy_ = run(member, server, now, looks) || busy_;
        }
        if (!busy_) {
            return;
        }
    }
}

bool ControllerManager::run(Member& member, ApiServer& server, Instant now, int& looks) const {
    const Controller::Reach reach{.passed = member.passed,
                                  .visible = visible_to(*member.controller, server.version(), now)};
    const bool progressed = member.controller->has_work(server, now, reach) &&
                            member.own().run(server, now, reach, looks);
    member.passed = std::max(member.passed, reach.visible);
    return progressed;
}

std::optional<Instant> ControllerManager::next_due() const {
    std::optional<Instant> next;
    const auto consider = [&next](Instant at) { next = std::min(next.value_or(at), at); };
    if (busy_ && !marks_.empty()) {
        consider(marks_.back().at);
    }
    for (const Member& member : members_) {
        if (const auto at = member.controller->next_due()) {
            consider(*at);
        }
        const auto unseen = std::find_if(marks_.begin(), marks_.end(), [&](const Mark& one) {
            return !member.has_seen(one.version);
        });
        if (unseen != marks_.end()) {
            consider(unseen->at + lag_of(*member.controller));
        }
    }
    return next;
}

void ControllerManager::restart() {
    for (Member& member : members_) {
        member.own().restart();
    }
}

void ControllerManager::set_lag(std::string_view controller, Duration lag) {
    options_.lag.insert_or_assign(std::string(controller), lag);
}

std::vector<std::string> ControllerManager::names() const {
    std::vector<std::string> names;
    for (const Member& member : members_) {
        names.push_back(member.controller->name());
    }
    return names;
}

std::uint64_t ControllerManager::visible_to(const Controller& controller, std::uint64_t version,
                                            Instant now) const {
    const Duration lag = lag_of(controller);
    if (lag == Duration::zero()) {
        return version;
    }
    std::uint64_t visible = 0;
    for (const Mark& one : marks_) {
        if (one.at + lag <= now) {
            visible = one.version;
        }
    }
    return visible;
}

Duration ControllerManager::lag_of(const Controller& controller) const {
    if (options_.lag.empty()) {
        return Duration::zero();
    }
    const auto found = options_.lag.find(controller.name());
    return found == options_.lag.end() ? Duration::zero() : found->second;
}

Duration ControllerManager::greatest_lag() const {
    Duration greatest = Duration::zero();
    for (const auto& [name, lag] : options_.lag) {
        greatest = std::max(greatest, lag);
    }
    return greatest;
}

void ControllerManager::mark(std::uint64_t version, Instant now) {
    if (marks_.empty() || marks_.back().version < version) {
        marks_.push_back({.at = now, .version = version});
    }
    const Duration lag = greatest_lag();
    while (marks_.size() > 1 && marks_[1].at + lag <= now) {
        marks_.pop_front();
    }
}

}  // namespace bestgres::fakekube::controllers
