#include "fakekube/node/pod_runtime.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>

#include "fakekube/node/pod_status.hpp"
#include "fakekube/node/volume_writer.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr Duration retry_report = std::chrono::seconds(1);

std::uint64_t version_of(const kube::Object& object) {
    const std::string_view text = object.resource_version();
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// Whether somebody else wrote over a condition that this node reported, as the node controller does
// with the readiness of pods on a node that was silent.
bool contradicts(const kube::Object& pod, const Json& reported) {
    const Json& conditions = array_at(pod.json(), {"status", "conditions"});
    for (const Json& ours : array_at(reported, {"conditions"})) {
        const auto theirs = std::find_if(
            conditions.begin(), conditions.end(),
            [&](const Json& one) { return one.value("type", "") == ours.value("type", ""); });
        if (theirs == conditions.end() || theirs->value("status", "") != ours.value("status", "")) {
            return true;
        }
    }
    return false;
}
constexpr Duration wait_for_references = std::chrono::seconds(10);
constexpr int exit_cannot_start = 128;
constexpr std::size_t fallback_lines = 80;
constexpr std::size_t fallback_bytes = 2048;

}  // namespace

PodRuntime::PodRuntime(NodeParts& parts, const kube::Object& pod, std::string address)
    : parts_(parts),
      pod_(pod),
      address_(std::move(address)),
      worker_(pod, wall_clock()),
      files_(parts.settings, pod),
      tokens_(parts.reactor, parts.post, pod, [this] { on_surroundings(); }),
      runs_(worker_.spec().containers.size()),
      complaints_(parts.log) {
    for (const kube::Ref& ref : references_of(pod)) {
        wanted_.push_back(selection_of(ref));
    }
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        if (const auto claim = find_string(volume, {"persistentVolumeClaim", "claimName"})) {
            wanted_.push_back(selection_of(
                {kube::kinds::persistent_volume_claim, std::string(pod.ns()), *claim}));
        }
    }
    for (const Selection& selection : wanted_) {
        parts_.cache.want(selection);
    }
    lookup_ = lookup();
    token_ = [this](const TokenRequest& request) { return tokens_.token(request); };
}

PodRuntime::~PodRuntime() {
    release();
    parts_.reactor.cancel(timer_);
}

void PodRuntime::release() {
    for (const Selection& selection : wanted_) {
        parts_.cache.drop(selection);
    }
    wanted_.clear();
}

void PodRuntime::on_pod(const kube::Object& pod) {
    pod_ = pod;
    forget_report_that_was_overwritten();
    worker_.on_pod(pod, wall_clock());
    step();
}

void PodRuntime::forget_report_that_was_overwritten() {
    if (version_of(pod_) > reported_version_ && contradicts(pod_, reported_)) {
        reported_ = Json();
    }
}

void PodRuntime::on_removed() {
    removed_ = true;
    worker_.on_removed(wall_clock());
    step();
}

void PodRuntime::on_surroundings() {
    if (worker_.is_over()) {
        return;
    }
    if (preparing_) {
        prepare();
        step();
        return;
    }
    if (!prepared_) {
        return;
    }
    write_hosts();
    const Result<Done> done = files_.refresh(volume_input());
    if (!done) {
        parts_.log.warn("volume not refreshed",
                        {{"pod", pod_.name()}, {"because", done.error().message}});
    }
    worker_.on_surroundings(wall_clock());
    step();
}

void PodRuntime::step() {
    if (stepping_) {
        step_again_ = true;
        return;
    }
    stepping_ = true;
    do {
        step_again_ = false;
        const std::vector<Action> actions = worker_.decide(wall_clock());
        for (const Action& action : actions) {
            perform(action);
        }
        step_again_ = step_again_ || !actions.empty();
    } while (step_again_);
    stepping_ = false;
    parts_.reactor.cancel(timer_);
    if (const auto due = worker_.next_due()) {
        const std::weak_ptr<PodRuntime> weak = weak_from_this();
        timer_ = parts_.reactor.after(*due - wall_clock(), [weak] {
            if (const auto self = weak.lock()) {
                self->step();
            }
        });
    }
    report();
}

void PodRuntime::perform(const Action& action) {
    std::visit(
        Overloaded{
            [&](const PreparePod&) { prepare(); },
            [&](const StartContainer& start) { start_container(start.container, start.attempt); },
            [&](const SignalContainer& signal) {
                if (const auto& sandbox = runs_[signal.container].sandbox) {
                    signal.kill ? sandbox->kill() : sandbox->signal(SIGTERM);
                }
            },
            [&](const RunProbe& probe) { run_probe(probe); },
            [&](const RunHook& hook) { run_hook(hook); },
            [&](const Announce& event) { announce(event); }, [&](const ReleasePod&) { release(); },
            [&](const ConfirmDeletion&) { confirming_ = true; }},
        action);
}

// What was asked from the API server and has not come yet.
std::optional<std::string> PodRuntime::missing_reference() {
    for (const Selection& selection : wanted_) {
        if (!parts_.cache.is_known(selection)) {
            return "waiting for " + std::string(selection.kind.name) + " " +
                   selection.field_selector + " " + parts_.cache.trouble(selection);
        }
    }
    for (const TokenRequest& request : tokens_of(pod_)) {
        if (!tokens_.token(request)) {
            return "waiting for a service-account token " + tokens_.trouble();
        }
    }
    return std::nullopt;
}

void PodRuntime::prepare() {
    preparing_ = true;
    const Instant now = wall_clock();
    const auto missing = missing_reference();
    prepare_since_ = prepare_since_.value_or(now);
    const bool fresh = now - *prepare_since_ < wait_for_references;
    if (missing && fresh) {
        // on_surroundings() tries again; the timer covers answers that change nothing.
        const std::weak_ptr<PodRuntime> weak = weak_from_this();
        parts_.reactor.after(std::chrono::milliseconds(100), [weak] {
            const auto self = weak.lock();
            if (self && self->preparing_ && !self->worker_.is_stopping()) {
                self->prepare();
                self->step();
            }
        });
        return;
    }
    Result<Done> done = missing ? Result<Done>(Error{*missing}) : files_.prepare(volume_input());
    preparing_ = false;
    prepare_since_.reset();
    if (!done) {
        const std::string trouble = tokens_.trouble().empty() ? "" : " (" + tokens_.trouble() + ")";
        worker_.on_prepare_failed("FailedMount", done.error().message + trouble, now);
        return;
    }
    prepared_ = true;
    write_hosts();
    worker_.on_prepared(address_, parts_.settings.address);
    step_again_ = true;
}

void PodRuntime::write_hosts() {
    const std::string text = hosts_file(
        parts_.services(), {.pod_ip = address_,
                            .hostname = string_at(pod_.json(), {"spec", "hostname"}, pod_.name()),
                            .subdomain = string_at(pod_.json(), {"spec", "subdomain"}),
                            .ns = std::string(pod_.ns()),
                            .aliases = array_at(pod_.json(), {"spec", "hostAliases"})});
    if (text != hosts_ && files_.write_hosts(text).ok()) {
        hosts_ = text;
    }
}

void PodRuntime::start_container(std::size_t index, int attempt) {
    const ContainerSpec& container = worker_.spec().containers[index];
    const Instant now = wall_clock();
    const std::optional<Image> image = parts_.settings.images.find(container.image);
    if (!image) {
        const std::string why =
            "Failed to pull image \"" + container.image + "\": not in the image table of this node";
        worker_.on_start_failed(index, {"ErrImagePull", why}, now);
        return;
    }
    Result<SandboxSpec> spec = sandbox_spec(container, *image);
    if (!spec) {
        worker_.on_start_failed(index, {"CreateContainerConfigError", spec.error().message}, now);
        return;
    }
    const std::string log_path = files_.log_path(container.name, attempt);
    const std::string directory = log_path.substr(0, log_path.rfind('/'));
    if (!make_directory(directory, 0755, std::nullopt).ok()) {
        worker_.on_start_failed(index, {"CreateContainerError", "make directory " + directory},
                                now);
        return;
    }
    unlink(files_.log_path(container.name, attempt - 2).c_str());
    Run& run = runs_[index];
    run.attempt = attempt;
    run.log = std::make_unique<LogWriter>(log_path);
    run.sandbox = std::make_shared<Sandbox>(parts_.reactor, sandbox_events(index, attempt));
    if (const Result<Done> started = run.sandbox->start(*spec); !started) {
        run.sandbox.reset();
        worker_.on_start_failed(index, {"CreateContainerError", started.error().message}, now);
    }
}

SandboxEvents PodRuntime::sandbox_events(std::size_t index, int attempt) {
    const std::weak_ptr<PodRuntime> weak = weak_from_this();
    SandboxEvents events;
    events.started = [weak, index, attempt] {
        if (const auto self = weak.lock()) {
            self->worker_.on_started(index,
                                     "fakekube://" + std::string(self->pod_.uid()) + "-" +
                                         self->worker_.spec().containers[index].name + "-" +
                                         std::to_string(attempt),
                                     wall_clock());
            self->write_pid(index);
            self->step();
        }
    };
    events.refused = [weak, index, attempt](const std::string& why) {
        if (const auto self = weak.lock()) {
            Termination how = self->termination(index, attempt, exit_cannot_start);
            how.reason = "StartError";
            how.message = why;
            self->on_exit(index, attempt, how);
        }
    };
    events.exited = [weak, index, attempt](Exit how) {
        if (const auto self = weak.lock()) {
            self->on_exit(index, attempt, self->termination(index, attempt, how.status()));
        }
    };
    events.output = [weak, index](bool is_error_stream, std::string_view bytes) {
        const auto self = weak.lock();
        if (self && self->runs_[index].log) {
            self->runs_[index].log->append(is_error_stream, bytes, wall_clock());
        }
    };
    return events;
}

Termination PodRuntime::termination(std::size_t index, int attempt, int status) {
    const ContainerSpec& container = worker_.spec().containers[index];
    if (runs_[index].log) {
        runs_[index].log->finish(wall_clock());
    }
    Termination how;
    how.exit_code = status;
    how.reason = status == 0 ? "Completed" : "Error";
    how.message = files_.termination_message(container.name);
    if (how.message.empty() && container.falls_back_to_logs && status != 0) {
        how.message =
            log_tail(files_.log_path(container.name, attempt), fallback_lines, fallback_bytes);
    }
    how.finished_at = wall_clock();
    return how;
}

void PodRuntime::on_exit(std::size_t index, int attempt, Termination how) {
    Run& run = runs_[index];
    if (run.attempt != attempt) {
        return;
    }
    parts_.log.info("container ended", {{"pod", pod_.name()},
                                        {"namespace", pod_.ns()},
                                        {"container", worker_.spec().containers[index].name},
                                        {"exit_code", how.exit_code}});
    // The sandbox is calling: it ends after this call.
    parts_.reactor.post([sandbox = std::exchange(run.sandbox, nullptr)] {});
    run.log.reset();
    worker_.on_exited(index, std::move(how));
    step();
}

std::optional<PodRuntime::LogFile> PodRuntime::log_file(const std::string& container,
                                                        bool previous) const {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
        if (worker_.spec().containers[i].name != container) {
            continue;
        }
        const int current = std::max(runs_[i].attempt, worker_.state().containers[i].attempt);
        const int attempt = previous ? current - 1 : current;
        if (attempt < 0) {
            return std::nullopt;
        }
        return LogFile{.path = files_.log_path(container, attempt),
                       .may_grow = !previous && runs_[i].sandbox != nullptr};
    }
    return std::nullopt;
}

void PodRuntime::report() {
    if (removed_ || report_in_flight_ || report_waits_) {
        return;
    }
    const Json status = pod_status(worker_.spec(), worker_.state());
    if (status == reported_) {
        confirm_deletion();
        return;
    }
    report_in_flight_ = true;
    const std::weak_ptr<PodRuntime> weak = weak_from_this();
    kube::Patch patch{.ref = {kube::kinds::pod, std::string(pod_.ns()), std::string(pod_.name())},
                      .type = kube::PatchType::strategic,
                      .body = {{"metadata", {{"uid", pod_.uid()}}}, {"status", status}},
                      .subresource = "status"};
    parts_.api.call(std::move(patch), [weak, status](const auto& outcome) {
        const auto self = weak.lock();
        if (!self) {
            return;
        }
        self->report_in_flight_ = false;
        const bool pointless =
            !outcome.ok() && (outcome.error().code == kube::ErrorCode::not_found ||
                              outcome.error().code == kube::ErrorCode::conflict);
        if (outcome.ok() || pointless) {
            self->complaints_.tell("status not reported", "");
            self->reported_ = status;
            if (outcome.ok()) {
                self->reported_version_ = version_of(std::get<kube::Object>(*outcome));
                self->forget_report_that_was_overwritten();
            }
            self->report();
            return;
        }
        self->complaints_.tell("status not reported", outcome.error().message);
        self->report_later();
    });
}

void PodRuntime::report_later() {
    report_waits_ = true;
    parts_.reactor.after(retry_report, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->report_waits_ = false;
            self->report();
        }
    });
}

void PodRuntime::confirm_deletion() {
    if (!confirming_) {
        return;
    }
    confirming_ = false;
    const std::weak_ptr<PodRuntime> weak = weak_from_this();
    kube::Delete remove{
        .ref = {kube::kinds::pod, std::string(pod_.ns()), std::string(pod_.name())},
        .only_if = {.uid = std::string(pod_.uid()), .resource_version = std::nullopt},
        .propagation = kube::Propagation::background,
        .grace_period_seconds = 0};
    parts_.api.call(std::move(remove), [weak](const auto& outcome) {
        const auto self = weak.lock();
        if (!self || outcome.ok() || outcome.error().code == kube::ErrorCode::not_found ||
            outcome.error().code == kube::ErrorCode::conflict) {
            return;
        }
        self->complaints_.tell("deletion not confirmed", outcome.error().message);
        self->confirming_ = true;
        self->report_later();
    });
}

}  // namespace bestgres::fakekube::node
