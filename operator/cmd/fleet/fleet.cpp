#include "operator/cmd/fleet/fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/base/check.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/base/yaml.hpp"
#include "lib/kube/workload.hpp"
#include "operator/api/cluster.hpp"

namespace bestgres::cmd {
namespace {

namespace kinds = kube::kinds;
using std::chrono::seconds;

constexpr std::size_t calls_at_once = 8;
constexpr Duration loop_wait = seconds(10);
constexpr Duration node_lease_period = seconds(10);

std::uint64_t number_of(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// The sum of all samples of a metric.
std::uint64_t sum_of(const std::string& metrics, std::string_view name) {
    std::uint64_t sum = 0;
    std::size_t at = 0;
    while (at < metrics.size()) {
        const std::size_t end = std::min(metrics.find('\n', at), metrics.size());
        const std::string_view line = std::string_view(metrics).substr(at, end - at);
        if (line.starts_with(name)) {
            sum += number_of(line.substr(line.rfind(' ') + 1));
        }
        at = end + 1;
    }
    return sum;
}

}  // namespace

Fleet::Fleet(const FleetOptions& options)
    : options_(options),
      player_(options.ns),
      rest_(loop_, {.listen = {"0.0.0.0", 8008}},
            [this](const http::ServerRequest& asked, const http::Responder& responder) {
                const std::string host = asked.request.headers.get("host");
                const Json status = player_.rest_status(host.substr(0, host.find(':')));
                http::Response response;
                response.status = status.is_null() ? 404 : 200;
                response.body = dump(status);
                responder.respond(response);
            }) {}

Result<std::unique_ptr<Fleet>> Fleet::make(const FleetOptions& options) {
    Result<kube_client::Access> access = kube_client::load_kubeconfig(options.kubeconfig, "");
    BG_TRY(access);
    std::unique_ptr<Fleet> fleet(new Fleet(options));
    Fleet& self = *fleet;
    kube_client::ApiClientOptions client;
    client.user_agent = "fleet-bench";
    client.watch_span = std::chrono::hours(1);
    auto made = kube_client::ApiClient::make(
        fleet->loop_, *std::move(access), client,
        [&self](kube_client::ClusterEvent event) { self.on_event(std::move(event)); });
    BG_TRY(made);
    fleet->client_ = *std::move(made);
    const Result<std::uint16_t> port = fleet->rest_.start();
    BG_TRY(port);
    return fleet;
}

void Fleet::call(kube::Call call, Then then) {
    queued_.emplace_back(std::move(call), std::move(then));
    submit_queued();
}

void Fleet::submit_queued() {
    while (!queued_.empty() && open_.size() < calls_at_once) {
        auto [call, then] = std::move(queued_.front());
        queued_.pop_front();
        const std::uint64_t id = ++last_id_;
        ++own_requests_;
        own_writes_ += kube::is_write(call) ? 1 : 0;
        open_.emplace(id, std::move(then));
        client_->submit(id, std::move(call));
    }
}

void Fleet::on_event(kube_client::ClusterEvent event) {
    if (const auto* const watched = std::get_if<kube::WatchEvent>(&event)) {
        on_watched(*watched);
        return;
    }
    const auto& answer = std::get<kube::Answer>(event);
    const auto found = open_.find(answer.id);
    BG_CHECK(found != open_.end(), "an answer to no call");
    const Then then = std::move(found->second);
    open_.erase(found);
    if (!answer.outcome.ok()) {
        --own_writes_;
        if (std::exchange(first_failure_, answer.outcome.error().message).empty()) {
            fmt::print(stderr, "fleet_bench: {}\n", first_failure_);
        }
    }
    if (then) {
        then(answer.outcome);
    }
    submit_queued();
}

// Lists and then watches: what is listed counts as added.
void Fleet::follow(kube::WatchSpec spec) {
    call(kube::List{spec.kind, spec.ns, spec.label_selector, spec.field_selector},
         [this, spec](const Result<kube::Outcome, kube::Error>& outcome) mutable {
             BG_CHECK(outcome.ok(), "a list failed");
             const auto& listing = std::get<kube::Listing>(*outcome);
             spec.from_version = listing.resource_version;
             const std::uint64_t id = ++last_id_;
             watches_[id] = spec;
             ++own_requests_;
             client_->watch(id, spec);
         });
}

void Fleet::on_watched(const kube::WatchEvent& event) {
    kube::WatchSpec& spec = watches_.at(event.id);
    if (event.type == kube::WatchEventType::closed || event.type == kube::WatchEventType::gone) {
        kube::WatchSpec again = spec;
        watches_.erase(event.id);
        const std::uint64_t id = ++last_id_;
        ++own_requests_;
        client_->watch(id, again);
        watches_[id] = std::move(again);
        return;
    }
    spec.from_version = event.object.resource_version();
    if (event.type == kube::WatchEventType::bookmark) {
        return;
    }
    const kube::Object& object = event.object;
    if (spec.kind == kinds::pod) {
        on_pod(object);
    } else if (spec.kind == kinds::lease) {
        lease_versions_.insert(number_of(object.resource_version()));
    } else if (spec.kind == kinds::bg_cluster) {
        if (object.text_at({"status", "phase"}) == "Running") {
            running_.insert(std::string(object.name()));
        }
    } else if (const auto found = changed_.find(std::string(object.label("bestgres.io/cluster")));
               found != changed_.end()) {
        reactions_.push_back(loop_.now() - found->second);
        changed_.erase(found);
    }
}

void Fleet::on_pod(const kube::Object& pod) {
    if (dcs_.is_null()) {
        waiting_.push_back(pod);
        const std::string cluster(pod.label("bestgres.io/cluster"));
        if (!std::exchange(asked_for_dcs_, true)) {
            call(kube::Get{{kinds::config_map, options_.ns, cluster + "-patroni"}},
                 [this](const Result<kube::Outcome, kube::Error>& outcome) {
                     BG_CHECK(outcome.ok(), "no patroni.yml");
                     const Result<Json> file = parse_yaml(
                         std::get<kube::Object>(*outcome).text_at({"data", "patroni.yml"}));
                     BG_CHECK(file.ok(), "patroni.yml is no YAML");
                     dcs_ = object_at(*file, {"bootstrap", "dcs"});
                     for (const kube::Object& known : std::exchange(waiting_, {})) {
                         on_pod(known);
                     }
                 });
        }
        return;
    }
    for (kube::Call& step : player_.on_pod(pod, dcs_, loop_.now())) {
        call(std::move(step));
    }
}

kube::Outcome Fleet::wait_for(kube::Call asked) {
    std::optional<kube::Outcome> got;
    bool answered = false;
    call(std::move(asked), [&](const Result<kube::Outcome, kube::Error>& outcome) {
        answered = true;
        if (outcome.ok()) {
            got = *outcome;
        }
    });
    loop_.run_until([&] { return answered; }, seconds(60));
    return got.value_or(Done{});
}

bool Fleet::drain() {
    return loop_.run_until([this] { return open_.empty() && queued_.empty(); }, seconds(60));
}

Fleet::Count Fleet::count() {
    holds_ = true;
    drain();
    Count count;
    bool answered = false;
    client_->raw({.method = "GET", .target = "/metrics"},
                 [&](const Result<http::Response, kube::Error>& answer) {
                     answered = true;
                     if (answer.ok()) {
                         count.version = sum_of(answer->body, "fakekube_resource_version ");
                         count.requests = sum_of(answer->body, "apiserver_request_total{");
                     }
                 });
    loop_.run_until([&] { return answered; }, seconds(30));
    count.own_writes = own_writes_;
    count.own_requests = own_requests_;
    holds_ = false;
    return count;
}

// Spread evenly over Patroni's loop_wait.
void Fleet::renew_next() {
    loop_.after(loop_wait / options_.clusters, [this] { renew_next(); });
    if (!beats_ || holds_) {
        return;
    }
    const std::string cluster = cluster_name(next_beat_);
    next_beat_ = (next_beat_ + 1) % options_.clusters;
    call(player_.renewal(cluster, loop_.now()));
    if (options_.traffic) {
        for (kube::Call& report : player_.reports(cluster, options_.members, loop_.now())) {
            call(std::move(report));
        }
    }
}

void Fleet::renew_nodes() {
    loop_.after(node_lease_period, [this] { renew_nodes(); });
    for (const char* name : {"bench-1", "bench-2", "bench-3"}) {
        call(kube::Patch{.ref = {kinds::lease, "kube-node-lease", name},
                         .type = kube::PatchType::merge,
                         .body = {{"spec", {{"renewTime", format_micros(loop_.now())}}}},
                         .subresource = ""});
    }
}

}  // namespace bestgres::cmd
