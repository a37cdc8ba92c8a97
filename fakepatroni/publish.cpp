// What a member writes and answers: its objects in Kubernetes and its REST API.
#include <fmt/format.h>

#include "fakepatroni/member.hpp"
#include "lib/patroni/parse.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr std::string_view scope_label = "bestgres.io/cluster";
constexpr std::string_view role_label = "bestgres.io/role";

Json parameters_of(const std::optional<Json>& config) {
    return config ? object_at(*config, {"postgresql", "parameters"}) : Json::object();
}

}  // namespace

void Member::write_object(const std::string& suffix, const Json& annotations, MemberOutbox& out) {
    const std::string name = settings_.scope + "-" + suffix;
    Json metadata = {{"name", name},
                     {"namespace", settings_.ns},
                     {"labels", {{scope_label, settings_.scope}}},
                     {"annotations", annotations}};
    expected_[next_call_] = "write";
    const auto version = seen_.versions.find(suffix);
    if (version == seen_.versions.end()) {
        for (auto entry = metadata["annotations"].begin();
             entry != metadata["annotations"].end();) {
            entry = entry->is_null() ? metadata["annotations"].erase(entry) : std::next(entry);
        }
        submit(
            kube::Create{.kind = kube::kinds::config_map,
                         .object = kube::Object(Json{
                             {"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", metadata}})},
            out);
        return;
    }
    metadata["resourceVersion"] = version->second;
    submit(kube::Patch{.ref = {kube::kinds::config_map, settings_.ns, name},
                       .type = kube::PatchType::strategic,
                       .body = {{"metadata", metadata}},
                       .subresource = ""},
           out);
}

Json Member::leader_annotations(Instant now, bool acquired) const {
    const Timing timing = timing_of(seen_);
    Json annotations = {
        {"leader", local_.name},
        {"ttl",
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(timing.ttl).count())},
        {"renewTime", format_micros(now)},
        {"acquireTime", acquired ? format_micros(now) : seen_.leader.acquire_time},
        {"optime", std::to_string(local_.disk.lsn)},
        {"transitions", std::to_string(seen_.leader.transitions +
                                       (acquired && seen_.versions.count("leader") > 0 ? 1 : 0))}};
    return annotations;
}

bool Member::pending_restart() const {
    const Json wanted = parameters_of(seen_.config.config);
    for (const auto& [name, value] : local_.parameters_in_force.items()) {
        if (wanted.contains(name) && wanted[name] != value) {
            return true;
        }
    }
    return false;
}

Json Member::status_annotation() const {
    std::string state = local_.runs ? "running" : "stopped";
    state = local_.work == Work::initdb ? "initializing new cluster" : state;
    state = local_.work == Work::base_backup ? "creating replica" : state;
    state = local_.work == Work::restart ? "restarting" : state;
    Json status = {{"state", state},
                   {"role", local_.primary            ? "primary"
                            : local_.disk.initialized ? "replica"
                                                      : "uninitialized"},
                   {"version", "4.1.4"},
                   {"conn_url", fmt::format("postgres://{}:5432/postgres", settings_.address)},
                   {"api_url", fmt::format("http://{}:8008/patroni", settings_.address)}};
    if (local_.runs) {
        status["xlog_location"] = local_.disk.lsn;
        status["timeline"] = local_.disk.timeline;
    }
    if (local_.runs && !local_.primary && !seen_.leader.holder.empty()) {
        status["replication_state"] = "streaming";
    }
    if (pending_restart()) {
        status["pending_restart"] = true;
    }
    return status;
}

void Member::publish(Instant now, MemberOutbox& out) {
    phase_ = Phase::idle;
    settle_switchovers(out);
    const bool leads = local_.primary && seen_.leader.holder == local_.name;
    const Json patch = {{"metadata",
                         {{"labels",
                           {{role_label, leads         ? Json("master")
                                         : local_.runs ? Json("replica")
                                                       : Json()}}},
                          {"annotations", {{"status", dump(status_annotation())}}}}}};
    if (local_.work != Work::none) {
        const Instant soon = std::max(local_.work_ends, now + std::chrono::milliseconds(1));
        out.wake_at = std::min(out.wake_at.value_or(soon), soon);
    }
    if (dump(patch) == published_) {
        return;
    }
    published_ = dump(patch);
    expected_[next_call_] = "pod";
    submit(kube::Patch{.ref = {kube::kinds::pod, settings_.ns, settings_.pod},
                       .type = kube::PatchType::strategic,
                       .body = patch,
                       .subresource = ""},
           out);
}

Json Member::rest_status() const {
    Json status = status_annotation();
    Json answer = {
        {"state", status["state"]},
        {"role", status["role"]},
        {"server_version", 150020},
        {"patroni", {{"version", "4.1.4"}, {"scope", settings_.scope}, {"name", settings_.pod}}}};
    if (local_.runs) {
        answer["timeline"] = local_.disk.timeline;
        answer["database_system_identifier"] = local_.disk.system_identifier;
        answer["xlog"] = local_.primary ? Json{{"location", local_.disk.lsn}}
                                        : Json{{"received_location", local_.disk.lsn},
                                               {"replayed_location", local_.disk.lsn}};
    }
    if (status.contains("replication_state")) {
        answer["replication_state"] = status["replication_state"];
    }
    if (pending_restart()) {
        answer["pending_restart"] = true;
    }
    if (local_.primary) {
        Json standbys = Json::array();
        for (const Peer& peer : seen_.peers) {
            if (peer.pod_runs && peer.status.state == patroni::State::running) {
                standbys.push_back({{"application_name", peer.name},
                                    {"state", "streaming"},
                                    {"sync_state", "async"}});
            }
        }
        answer["replication"] = standbys;
    }
    return answer;
}

void Member::answer_rest(const RestRequest& request, Instant now, MemberOutbox& out) {
    const auto reply = [&](int status, std::string body) {
        out.replies.emplace_back(request.id,
                                 patroni::Reply{.status = status, .body = std::move(body)});
    };
    switch (request.verb) {
        case patroni::Verb::status:
            reply(200, dump(rest_status()));
            return;
        case patroni::Verb::patch_config: {
            Json config = seen_.config.config.value_or(Json::object());
            merge_patch(config, request.body);
            write_object("config", {{"config", dump(config)}}, out);
            expected_[next_call_ - 1] = "request";
            reply(200, dump(config));
            out.wake_at = now + std::chrono::milliseconds(100);
            return;
        }
        case patroni::Verb::restart:
            local_.runs = false;
            local_.work = Work::restart;
            local_.work_ends = now + std::chrono::seconds(1);
            reply(200, "restarted successfully");
            out.wake_at = local_.work_ends;
            return;
        case patroni::Verb::switchover:
        case patroni::Verb::failover:
            write_object("failover",
                         {{"leader", request.body.value("leader", "")},
                          {"member", request.body.value("candidate", "")}},
                         out);
            expected_[next_call_ - 1] = "request";
            switchovers_.emplace_back(request.id, request.body.value("candidate", ""));
            out.wake_at = now + std::chrono::milliseconds(100);
            return;
        case patroni::Verb::reinitialize:
            local_.disk = {};
            local_.runs = false;
            reply(200, "reinitialize started");
            out.wake_at = now + std::chrono::milliseconds(100);
            return;
        case patroni::Verb::reload:
            reply(202, "reload scheduled");
            return;
    }
}

void Member::settle_switchovers(MemberOutbox& out) {
    for (auto waiting = switchovers_.begin(); waiting != switchovers_.end();) {
        if (seen_.leader.holder == waiting->second) {
            out.replies.emplace_back(
                waiting->first,
                patroni::Reply{
                    .status = 200,
                    .body = fmt::format("Successfully switched over to \"{}\"", waiting->second)});
            waiting = switchovers_.erase(waiting);
        } else {
            ++waiting;
        }
    }
}

void Member::terminate(MemberOutbox& out) {
    if (local_.primary && seen_.leader.holder == local_.name) {
        write_object("leader", {{"leader", nullptr}, {"optime", std::to_string(local_.disk.lsn)}},
                     out);
    }
    local_.runs = false;
    local_.primary = false;
    terminated_ = true;
}

}  // namespace bestgres::fakepatroni
