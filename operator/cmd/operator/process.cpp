#include "operator/cmd/operator/process.hpp"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "lib/base/check.hpp"
#include "lib/kube_client/access.hpp"
#include "operator/cmd/operator/ending.hpp"
#include "operator/core/release.hpp"

namespace bestgres::cmd {
namespace {

// A write that is on its way must have ended when the lease may pass to somebody else: see
// LeaderSettings::margin.
constexpr Duration call_limit = std::chrono::seconds(7);
constexpr Duration shutdown_limit = std::chrono::seconds(5);
constexpr Duration look_every = std::chrono::seconds(30);

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t filled = 0;
    while (filled < count) {
        const ssize_t got =
            getrandom(bytes.data() + filled, std::min<std::size_t>(count - filled, 256), 0);
        BG_CHECK(got > 0 || errno == EINTR, "the kernel gives no random bytes");
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return bytes;
}

std::string host_identity() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    return std::string(name.data()) + "-" + std::to_string(getpid());
}

LogLevel level_of(core::Severity severity) {
    switch (severity) {
        case core::Severity::info:
            return LogLevel::info;
        case core::Severity::warning:
            return LogLevel::warn;
        case core::Severity::error:
            return LogLevel::error;
    }
    return LogLevel::info;
}

}  // namespace

OperatorProcess::OperatorProcess(OperatorOptions options, const Log& log)
    : options_(std::move(options)),
      log_(log),
      patroni_(loop_, [this](patroni::Answer answer) { feed(std::move(answer)); }),
      sql_(loop_, [this](postgres::Answer answer) { feed(std::move(answer)); }),
      timer_(loop_),
      look_timer_(loop_) {}

Result<std::unique_ptr<OperatorProcess>> OperatorProcess::make(OperatorOptions options,
                                                               const Log& log) {
    std::unique_ptr<OperatorProcess> process(new OperatorProcess(std::move(options), log));
    BG_TRY(process->connect());
    BG_TRY(process->listen());
    return process;
}

Result<Done> OperatorProcess::connect() {
    kube_client::AccessQuery query;
    query.kubeconfig = options_.kubeconfig;
    query.environment = kube_client::access_environment();
    Result<kube_client::Access> access = kube_client::find_access(query);
    BG_TRY(access);
    if (options_.watch_namespace.empty()) {
        options_.watch_namespace = access->ns;
    }
    log_.info("starting", {{"namespace", options_.watch_namespace},
                           {"server", access->server.host},
                           {"credentials", access->source}});
    kube_client::ApiClientOptions client;
    client.user_agent = "bestgres-operator";
    client.field_manager = "bestgres-operator";
    client.call_limit = call_limit;
    Result<std::unique_ptr<kube_client::ApiClient>> made = kube_client::ApiClient::make(
        loop_, *std::move(access), client,
        [this](kube_client::ClusterEvent event) { hear(std::move(event)); });
    BG_TRY(made);
    cluster_ = *std::move(made);
    core::CoreSettings settings;
    settings.watch_namespace = options_.watch_namespace;
    settings.operator_image = options_.operator_image;
    settings.leader.ns = options_.watch_namespace;
    settings.leader.identity = options_.identity.empty() ? host_identity() : options_.identity;
    const std::string seed = random_bytes(sizeof settings.jitter_seed);
    std::copy(seed.begin(), seed.end(), reinterpret_cast<char*>(&settings.jitter_seed));
    core_ = std::make_unique<RecordedCore>(std::move(settings));
    if (!options_.record_directory.empty()) {
        BG_TRY(core_->record(
            adapters::FlightRecorder(options_.record_directory, options_.record_limit_bytes)));
        log_.info("recording", {{"directory", options_.record_directory}});
    }
    return Done{};
}

Result<Done> OperatorProcess::listen() {
    http::Listen where;
    where.address = options_.address;
    where.port = options_.health_port;
    health_ = std::make_unique<adapters::HealthServer>(
        loop_, where,
        std::vector<adapters::Route>{{"/healthz",
                                      [] {
                                          return adapters::Page{true, "ok\n"};
                                      }},
                                     {"/readyz", [this] { return readiness(); }}});
    const Result<std::uint16_t> health = health_->start();
    if (!health) {
        return Error(health.error()).within("health port " + std::to_string(options_.health_port));
    }
    where.port = options_.metrics_port;
    metrics_ = std::make_unique<adapters::HealthServer>(
        loop_, where,
        std::vector<adapters::Route>{{"/metrics", [this] {
                                          return adapters::Page{
                                              true, core::render_prometheus(
                                                        core_->core().metrics(loop_.now()))};
                                      }}});
    const Result<std::uint16_t> metrics = metrics_->start();
    if (!metrics) {
        return Error(metrics.error())
            .within("metrics port " + std::to_string(options_.metrics_port));
    }
    return Done{};
}

adapters::Page OperatorProcess::readiness() const {
    // A replica that waits for the lease is as ready as the one that holds it.
    if (!core_->core().synced()) {
        return {false, "the caches are not filled yet\n"};
    }
    return {true, core_->core().leading(loop_.now()) ? "leading\n" : "standing by\n"};
}

void OperatorProcess::run() {
    loop_.on_signals({SIGTERM, SIGINT}, [this](int) { shut_down(); });
    begin_core();
    look_at_namespace();
    loop_.run();
    log_.info("stopped", Json::object());
}

void OperatorProcess::look_at_namespace() {
    if (core::does_anybody_leave(core_->core().store())) {
        cluster_->submit(--look_id_,
                         kube::Get{{kube::kinds::namespace_, "", options_.watch_namespace}});
    }
    look_timer_.start(look_every, [this] { look_at_namespace(); });
}

void OperatorProcess::hear(kube_client::ClusterEvent event) {
    const auto* answer = std::get_if<kube::Answer>(&event);
    if (answer == nullptr || answer->id != look_id_) {
        std::visit([this](auto& part) { feed(std::move(part)); }, event);
        return;
    }
    if (answer->outcome.ok() && core::is_ending(std::get<kube::Object>(*answer->outcome))) {
        log_.info("the namespace is Terminating", {{"namespace", options_.watch_namespace}});
        shut_down();
    }
}

void OperatorProcess::shut_down() {
    if (stopping_) {
        return;
    }
    stopping_ = true;
    log_.info("stopping", Json::object());
    loop_.after(shutdown_limit, [this] { loop_.stop(); });
    feed(core::Shutdown{});
}

void OperatorProcess::begin_core() {
    loop_.post([this] { feed(core::Entropy{random_bytes(4096)}); });
}

void OperatorProcess::feed(const core::Event& event) {
    carry_out(core_->on(event, loop_.now()));
    if (const std::string problem = core_->take_problem(); !problem.empty()) {
        log_.write(LogLevel::warn, "recording has ended", {{"error", problem}});
    }
    if (!stopping_ && core_->should_be_succeeded()) {
        change_core();
    }
}

void OperatorProcess::change_core() {
    for (const kube::WatchId id : core_->succeed()) {
        cluster_->unwatch(id);
    }
    log_.info("a new recording begins, and the caches are filled anew", Json::object());
    begin_core();
}

void OperatorProcess::carry_out(core::Outbox outbox) {
    for (core::Record& record : outbox.records) {
        log_.write(level_of(record.severity), record.message, record.fields);
    }
    for (const kube::WatchId id : outbox.unwatches) {
        cluster_->unwatch(id);
    }
    for (core::KubeCall& call : outbox.kube_calls) {
        cluster_->submit(call.id, std::move(call.call));
    }
    for (core::OpenWatch& watch : outbox.watches) {
        cluster_->watch(watch.id, std::move(watch.spec));
    }
    for (core::PatroniCall& call : outbox.patroni_calls) {
        patroni_.submit(call.id, std::move(call.call));
    }
    for (core::SqlCall& call : outbox.sql_calls) {
        sql_.submit(call.id, std::move(call.call));
    }
    if (outbox.wants_entropy) {
        loop_.post([this] { feed(core::Entropy{random_bytes(4096)}); });
    }
    if (outbox.finished) {
        loop_.stop();
        return;
    }
    if (outbox.wake_at) {
        timer_.start(std::max(*outbox.wake_at - loop_.now(), Duration::zero()),
                     [this] { feed(core::Tick{}); });
    } else {
        timer_.cancel();
    }
}

}  // namespace bestgres::cmd
