#include "scenarios/fidelity/lab.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "lib/base/check.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::scenarios {
namespace {

using fakepatroni::MemberEvent;
using fakepatroni::Postgres;

constexpr Instant beginning{1'800'000'000'000'000'000};
constexpr std::string_view ns = "default";
constexpr std::string_view scope = "demo";

const fakekube::Caller& administrator() {
    static const fakekube::Caller caller{
        .user = {.name = "admin", .groups = {"system:masters"}, .uid = ""},
        .field_manager = "admin"};
    return caller;
}

fakekube::ServerOptions server_options() {
    fakekube::ServerOptions options;
    options.started = beginning;
    return options;
}

kube::Error connection_reset() {
    kube::Error error;
    error.code = kube::ErrorCode::unavailable;
    error.applied = kube::Applied::unknown;
    error.message = "connection reset";
    return error;
}

bool is_renewal(const kube::Call& call) {
    const auto* patch = std::get_if<kube::Patch>(&call);
    return patch != nullptr && patch->ref.name.ends_with("-leader") &&
           find_string(patch->body, {"metadata", "annotations", "renewTime"}).has_value();
}

}  // namespace

Lab::Lab(LabOptions options)
    : options_(std::move(options)), now_(beginning), server_(server_options()) {
    change(
        kube::Create{kube::kinds::service_account,
                     kube::Object(Json{{"apiVersion", "v1"},
                                       {"kind", "ServiceAccount"},
                                       {"metadata", {{"name", "default"}, {"namespace", ns}}}})});
    if (!options_.groups.empty()) {
        options_.members = std::accumulate(options_.groups.begin(), options_.groups.end(), 0);
    }
    for (int number = 0; number < options_.members; ++number) {
        add_node(number);
    }
}

void Lab::add_node(int number) {
    const std::string name = fmt::format("node{}", number);
    fakepatroni::PostgresSettings settings;
    settings.name = name;
    nodes_[name].postgres.emplace(settings, fakepatroni::Volume{});
    Json labels = {{"application", "patroni"}, {"cluster-name", scope}};
    if (!options_.groups.empty()) {
        labels["citus-group"] = std::to_string(group_of(name));
    }
    change(kube::Create{
        kube::kinds::pod,
        kube::Object(Json{{"apiVersion", "v1"},
                          {"kind", "Pod"},
                          {"metadata", {{"name", name}, {"namespace", ns}, {"labels", labels}}},
                          {"spec", {{"containers", {{{"name", "a"}, {"image", "b"}}}}}}})});
}

int Lab::group_of(const std::string& name) const {
    int number = std::stoi(name.substr(4));
    for (std::size_t group = 0; group < options_.groups.size(); ++group) {
        if (number < options_.groups[group]) {
            return static_cast<int>(group);
        }
        number -= options_.groups[group];
    }
    return 0;
}

fakepatroni::MemberSettings Lab::settings_of(const std::string& name) const {
    fakepatroni::MemberSettings settings;
    settings.version = options_.version;
    settings.ns = ns;
    settings.scope = scope;
    settings.name = name;
    settings.address = name;
    settings.labels.fixed = {{"application", "patroni"}};
    settings.bootstrap_config = options_.config;
    if (!options_.groups.empty()) {
        settings.citus = fakepatroni::CitusGroup{group_of(name), "app"};
    }
    settings.system_identifier = "7710296287858203009";
    settings.seed = static_cast<std::uint64_t>(nodes_.at(name).incarnation);
    const auto tags = options_.tags.find(name);
    if (tags != options_.tags.end()) {
        settings.tags = tags->second;
    }
    return settings;
}

void Lab::change(const kube::Call& call) {
    const auto outcome = fakekube::perform(server_, administrator(), call, now_);
    BG_CHECK(outcome.ok(), outcome.error().message);
    at(options_.latency, [this] { poll_watches(); });
}

void Lab::refuse_api(bool refuses) {
    api_refuses_ = refuses;
    at(Duration(0), [this] { poll_watches(); });
}

void Lab::at(Duration delay, std::function<void()> what) {
    queue_.emplace(std::pair(now_ + delay, queued_++), std::move(what));
}

void Lab::note(const std::string& name, const std::string& line) {
    log_.push_back(fmt::format("{:8.3f} {} {}",
                               static_cast<double>((now_ - beginning).count()) / 1e9, name, line));
}

void Lab::start(const std::string& name) {
    Node& node = nodes_.at(name);
    ++node.incarnation;
    node.member.emplace(settings_of(name));
    feed(name, fakepatroni::Wake{});
}

void Lab::start_all() {
    for (const auto& [name, node] : nodes_) {
        start(name);
        run_for(std::chrono::milliseconds(30));
    }
}

void Lab::kill_patroni(const std::string& name) {
    Node& node = nodes_.at(name);
    node.member.reset();
    node.watches.clear();
    node.wake.reset();
    node.frozen = false;
    node.inbox.clear();
    node.peers.clear();
    ++node.incarnation;
}

void Lab::kill_postgres(const std::string& name) {
    nodes_.at(name).postgres->kill("SIGKILL", now_);
    at(Duration(0), [] {});
}

void Lab::kill(const std::string& name) {
    kill_patroni(name);
    kill_postgres(name);
}

void Lab::freeze(const std::string& name) {
    nodes_.at(name).frozen = true;
}

void Lab::thaw(const std::string& name) {
    Node& node = nodes_.at(name);
    node.frozen = false;
    for (const MemberEvent& event : std::exchange(node.inbox, {})) {
        feed(name, event);
    }
    feed(name, fakepatroni::Wake{});
}

void Lab::terminate(const std::string& name) {
    feed(name, fakepatroni::Terminate{});
}

void Lab::lose_volume(const std::string& name) {
    fakepatroni::PostgresSettings settings = nodes_.at(name).postgres->settings();
    nodes_.at(name).postgres.emplace(settings, fakepatroni::Volume{});
}

void Lab::set_faults(const std::string& name, const fakepatroni::PostgresFaults& faults) {
    nodes_.at(name).postgres->set_faults(faults, now_);
}

void Lab::ask(const std::string& name, const std::string& method, const std::string& path,
              const Json& body) {
    feed(name,
         fakepatroni::RestRequest{
             .id = ++asked_, .method = method, .path = path, .body = body, .credentials_ok = true});
}

void Lab::run_citus(const std::string& name, fakepatroni::CitusOperation operation) {
    nodes_.at(name).postgres->run_citus_call(++asked_, std::move(operation), now_);
    at(Duration(0), [] {});
}

void Lab::commit() {
    for (const std::string& name : writable()) {
        static_cast<void>(nodes_.at(name).postgres->begin_commit({.id = ++commits_}, now_));
        return;
    }
}

void Lab::feed(const std::string& name, const MemberEvent& event) {
    Node& node = nodes_.at(name);
    if (!node.member) {
        return;
    }
    if (node.frozen) {
        node.inbox.push_back(event);
        return;
    }
    take_outbox(name, node.member->on(event, now_, *node.postgres));
}

void Lab::take_outbox(const std::string& name, fakepatroni::MemberOutbox out) {
    Node& node = nodes_.at(name);
    for (std::string& line : out.log) {
        note(name, line);
    }
    for (const auto& request : out.calls) {
        at(options_.latency, [this, name, request, incarnation = node.incarnation] {
            if (nodes_.at(name).incarnation == incarnation) {
                take_call(name, request);
            }
        });
    }
    for (const auto& watch : out.watches) {
        sent_.push_back({now_, name, "WATCH", std::string(watch.spec.kind.plural), {}, true});
        node.watches.insert_or_assign(watch.id, fakekube::WatchCursor(server_, watch.spec));
        at(options_.latency, [this] { poll_watches(); });
    }
    for (const kube::WatchId id : out.unwatches) {
        node.watches.erase(id);
    }
    for (const auto& request : out.peer_requests) {
        ask_peer(name, request);
    }
    for (const auto& question : out.source_questions) {
        ask_source(name, question);
    }
    for (auto& [id, reply] : out.replies) {
        const auto peer = node.peers.find(id);
        if (peer == node.peers.end()) {
            replies_.emplace_back(name, std::move(reply));
            continue;
        }
        at(options_.latency, [this, to = peer->second, answer = std::move(reply)] {
            feed(to.first,
                 fakepatroni::PeerAnswer{
                     to.second, answer.status == 0 ? std::nullopt : std::optional(answer)});
        });
        node.peers.erase(peer);
    }
    if (out.exit) {
        log_.push_back(name + " ends: " + *out.exit);
        kill_patroni(name);
        return;
    }
    node.wake = out.wake_at;
    if (out.wake_at) {
        at(std::max(*out.wake_at - now_, Duration(std::chrono::microseconds(100))),
           [this, name, due = *out.wake_at] {
               if (nodes_.at(name).wake == due) {
                   nodes_.at(name).wake.reset();
                   feed(name, fakepatroni::Wake{});
               }
           });
    }
    at(Duration(0), [] {});  // the servers are looked at
}

void Lab::record(const std::string& name, const kube::Call& call, bool ok) {
    Sent sent{.at = now_, .who = name, .verb = "", .what = "", .body = {}, .ok = ok};
    const auto object = [](const kube::Ref& ref) {
        return fmt::format("{}/{}", ref.kind.plural, ref.name);
    };
    if (const auto* list = std::get_if<kube::List>(&call)) {
        sent.verb = "GET";
        sent.what = list->kind.plural;
    } else if (const auto* get = std::get_if<kube::Get>(&call)) {
        sent.verb = "GET";
        sent.what = object(get->ref);
    } else if (const auto* create = std::get_if<kube::Create>(&call)) {
        sent.verb = "POST";
        sent.what = create->kind.plural;
        sent.body = {{"metadata", create->object.json()["metadata"]}};
    } else if (const auto* patch = std::get_if<kube::Patch>(&call)) {
        sent.verb = "PATCH";
        sent.what = object(patch->ref);
        sent.body = patch->body;
    }
    sent_.push_back(std::move(sent));
}

void Lab::take_call(const std::string& name, const fakepatroni::KubeRequest& request) {
    const int incarnation = nodes_.at(name).incarnation;
    const auto answer = [this, name, incarnation,
                         id = request.id](Result<kube::Outcome, kube::Error> outcome) {
        at(options_.latency, [this, name, incarnation, id, outcome = std::move(outcome)] {
            if (nodes_.at(name).incarnation == incarnation) {
                feed(name, kube::Answer{.id = id, .outcome = outcome});
            }
        });
    };
    if (api_refuses_ || nodes_.at(name).api_silent) {
        record(name, request.call, false);
        if (api_refuses_) {
            answer(connection_reset());
        }
        return;
    }
    if (is_renewal(request.call) && next_renewal_) {
        record(name, request.call, false);
        answer(*std::exchange(next_renewal_, std::nullopt));
        return;
    }
    const fakekube::Caller caller{.user = {.name = name, .groups = {"system:masters"}, .uid = ""},
                                  .field_manager = "Patroni"};
    Result<kube::Outcome, kube::Error> outcome =
        fakekube::perform(server_, caller, request.call, now_);
    record(name, request.call, outcome.ok());
    at(options_.latency, [this] { poll_watches(); });
    if (is_renewal(request.call) && std::exchange(loses_answer_, false)) {
        outcome = connection_reset();
    }
    answer(std::move(outcome));
}

void Lab::ask_peer(const std::string& name, const fakepatroni::PeerRequest& request) {
    if (loses_request_ && loses_request_(request)) {
        return;
    }
    at(options_.latency, [this, name, request] {
        const std::string host = request.address.substr(0, request.address.find(':'));
        const auto peer = nodes_.find(host);
        if (peer == nodes_.end() || !peer->second.member) {
            at(options_.latency, [this, name, id = request.id] {
                feed(name, fakepatroni::PeerAnswer{id, std::nullopt});
            });
            return;
        }
        const fakepatroni::RestId id = ++peer->second.questions;
        peer->second.peers[id] = {name, request.id};
        feed(host, fakepatroni::RestRequest{.id = id,
                                            .method = request.method,
                                            .path = request.path,
                                            .body = request.body,
                                            .credentials_ok = true});
    });
}

void Lab::ask_source(const std::string& name, const fakepatroni::SourceQuestion& question) {
    at(options_.latency, [this, name, question] {
        fakepatroni::SourceAnswer answer{.id = question.id, .facts = std::nullopt};
        const auto node = nodes_.find(question.peer);
        if (node != nodes_.end() && node->second.postgres->answers()) {
            const Postgres& source = *node->second.postgres;
            answer.facts = fakepatroni::UpstreamFacts{.in_recovery = source.in_recovery(),
                                                      .timelines = source.volume().wal.timelines(),
                                                      .position = source.flushed()};
        }
        feed(name, answer);
    });
}

void Lab::poll_watches() {
    for (auto& [name, node] : nodes_) {
        std::vector<kube::WatchEvent> events;
        for (auto& [id, cursor] : node.watches) {
            if (api_refuses_) {
                kube::WatchEvent closed;
                closed.id = id;
                closed.type = kube::WatchEventType::closed;
                events.push_back(closed);
            } else if (!node.api_silent) {
                for (kube::WatchEvent& event : cursor.poll(server_, id)) {
                    events.push_back(std::move(event));
                }
            }
        }
        if (api_refuses_) {
            node.watches.clear();
        }
        for (const kube::WatchEvent& event : events) {
            feed(name, event);
        }
    }
}

void Lab::run_for(Duration span) {
    run_until([](const Lab&) { return false; }, span);
}

bool Lab::run_until(const std::function<bool(const Lab&)>& done, Duration limit) {
    const Instant end = now_ + limit;
    pump();
    while (!done(*this)) {
        std::optional<Instant> due;
        for (const auto& [name, node] : nodes_) {
            const auto own = node.postgres->next_due();
            due = own && (!due || *own < *due) ? own : due;
        }
        if (!queue_.empty() && (!due || queue_.begin()->first.first <= *due)) {
            due = queue_.begin()->first.first;
        }
        if (!due || *due > end) {
            now_ = end;
            return false;
        }
        now_ = std::max(now_, *due);
        for (auto& [name, node] : nodes_) {
            node.postgres->advance(now_);
        }
        while (!queue_.empty() && queue_.begin()->first.first <= now_) {
            const std::function<void()> next = std::move(queue_.begin()->second);
            queue_.erase(queue_.begin());
            next();
        }
        pump();
    }
    return true;
}

}  // namespace bestgres::scenarios
