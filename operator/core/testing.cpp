#include "operator/core/testing.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/base/yaml.hpp"
#include "operator/api/cluster.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::core::testing {
namespace {

using kube::ErrorCode;

kube::Error error(ErrorCode code, const std::string& message) {
    return {.code = code,
            .applied = kube::Applied::no,
            .message = message,
            .retry_after = std::nullopt,
            .fields = {}};
}

kube::Ref ref_of(const kube::Kind& kind, const kube::Object& object) {
    return {kind, std::string(object.ns()), std::string(object.name())};
}

// What leaves a selection is gone to who watches it: as it was, with the version of its end.
kube::WatchEvent left_behind(kube::WatchId id, const TinyServer::Change& change) {
    Json json = change.before.json();
    json["metadata"]["resourceVersion"] = std::to_string(change.version);
    return {id, kube::WatchEventType::deleted, kube::Object(std::move(json)), ""};
}

}  // namespace

bool TinyServer::matches(const std::string& label_selector, const kube::Object& object) {
    std::string_view rest = label_selector;
    while (!rest.empty()) {
        const std::string_view term = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), term.size() + 1));
        if (term.starts_with('!')) {
            if (!object.label(term.substr(1)).empty()) {
                return false;
            }
            continue;
        }
        const std::size_t equals = term.find('=');
        const std::string_view value = object.label(term.substr(0, equals));
        if (value.empty() ||
            (equals != std::string_view::npos && value != term.substr(equals + 1))) {
            return false;
        }
    }
    return true;
}

const kube::Object* TinyServer::find(const kube::Ref& ref) const {
    const auto found = objects_.find(ref);
    return found == objects_.end() ? nullptr : &found->second;
}

TinyServer::Answer TinyServer::write(const kube::Ref& ref, Json json) {
    const auto live = objects_.find(ref);
    const bool exists = live != objects_.end();
    json["apiVersion"] = ref.kind.api_version();
    json["kind"] = std::string(ref.kind.name);
    Json& metadata = json["metadata"];
    metadata["name"] = ref.name;
    metadata["namespace"] = ref.ns;
    if (exists) {
        metadata["resourceVersion"] = live->second.json()["metadata"]["resourceVersion"];
        metadata["uid"] = live->second.json()["metadata"]["uid"];
        if (live->second.json() == json) {
            return kube::Outcome(live->second);
        }
    } else {
        metadata["uid"] = "uid-" + std::to_string(version_ + 1);
    }
    metadata["resourceVersion"] = std::to_string(++version_);
    const bool gone = metadata.contains("deletionTimestamp") &&
                      (!metadata.contains("finalizers") || metadata["finalizers"].empty());
    const kube::Object object(std::move(json));
    log_.push_back({version_,
                    gone     ? kube::WatchEventType::deleted
                    : exists ? kube::WatchEventType::modified
                             : kube::WatchEventType::added,
                    ref, exists ? live->second : kube::Object(), object});
    if (gone) {
        objects_.erase(ref);
    } else {
        objects_[ref] = object;
    }
    return kube::Outcome(object);
}

void TinyServer::put(const kube::Ref& ref, Json json) {
    static_cast<void>(write(ref, std::move(json)));
}

void TinyServer::edit(const kube::Ref& ref, const std::function<void(Json&)>& change) {
    const kube::Object* const live = find(ref);
    BG_CHECK(live != nullptr, "a test edits what does not exist: " + to_string(ref));
    Json json = live->json();
    change(json);
    put(ref, std::move(json));
}

void TinyServer::erase(const kube::Ref& ref) {
    const auto live = objects_.find(ref);
    if (live == objects_.end()) {
        return;
    }
    Json json = live->second.json();
    json["metadata"]["resourceVersion"] = std::to_string(++version_);
    log_.push_back({version_, kube::WatchEventType::deleted, ref, live->second,
                    kube::Object(std::move(json))});
    objects_.erase(live);
}

TinyServer::Answer TinyServer::list(const kube::List& list) const {
    kube::Listing listing;
    listing.resource_version = std::to_string(version_);
    for (const auto& [ref, object] : objects_) {
        const bool named =
            list.field_selector.empty() || list.field_selector == "metadata.name=" + ref.name;
        if (ref.kind == list.kind && (list.ns.empty() || ref.ns == list.ns) && named &&
            matches(list.label_selector, object)) {
            listing.items.push_back(object);
        }
    }
    return kube::Outcome(std::move(listing));
}

TinyServer::Answer TinyServer::apply(const kube::Apply& apply) {
    const kube::Ref ref = ref_of(apply.kind, apply.object);
    const kube::Object* const live = find(ref);
    Json json = live == nullptr ? Json::object() : live->json();
    merge_patch(json, apply.object.json());
    return write(ref, std::move(json));
}

TinyServer::Answer TinyServer::create(const kube::Create& create) {
    const kube::Ref ref = ref_of(create.kind, create.object);
    if (find(ref) != nullptr) {
        return error(ErrorCode::already_exists, to_string(ref) + " exists");
    }
    return write(ref, create.object.json());
}

TinyServer::Answer TinyServer::patch(const kube::Patch& patch) {
    const kube::Object* const live = find(patch.ref);
    if (live == nullptr) {
        return error(ErrorCode::not_found, to_string(patch.ref) + " not found");
    }
    const std::string version = string_at(patch.body, {"metadata", "resourceVersion"});
    if (!version.empty() && version != live->resource_version()) {
        return error(ErrorCode::conflict, to_string(patch.ref) + " was modified");
    }
    Json json = live->json();
    merge_patch(json, patch.body);
    return write(patch.ref, std::move(json));
}

TinyServer::Answer TinyServer::replace(const kube::Replace& replace) {
    const kube::Ref ref = ref_of(replace.kind, replace.object);
    const kube::Object* const live = find(ref);
    if (live == nullptr) {
        return error(ErrorCode::not_found, to_string(ref) + " not found");
    }
    if (replace.object.resource_version() != live->resource_version()) {
        return error(ErrorCode::conflict, to_string(ref) + " was modified");
    }
    if (replace.subresource.empty()) {
        return write(ref, replace.object.json());
    }
    Json json = live->json();
    json["status"] = replace.object.json()["status"];
    return write(ref, std::move(json));
}

TinyServer::Answer TinyServer::remove(const kube::Delete& remove) {
    const kube::Object* const live = find(remove.ref);
    if (live == nullptr) {
        return error(ErrorCode::not_found, to_string(remove.ref) + " not found");
    }
    const bool other = (remove.only_if.uid && *remove.only_if.uid != live->uid()) ||
                       (remove.only_if.resource_version &&
                        *remove.only_if.resource_version != live->resource_version());
    if (other) {
        return error(ErrorCode::conflict, to_string(remove.ref) + " is another one");
    }
    erase(remove.ref);
    return kube::Outcome(Done{});
}

TinyServer::Answer TinyServer::answer(const kube::Call& call) {
    if (fault) {
        if (std::optional<kube::Error> failure = fault(call)) {
            return *std::move(failure);
        }
    }
    Answer outcome = std::visit(
        Overloaded{[this](const kube::Get& get) -> Answer {
                       const kube::Object* const live = find(get.ref);
                       if (live == nullptr) {
                           return error(ErrorCode::not_found, to_string(get.ref) + " not found");
                       }
                       return kube::Outcome(*live);
                   },
                   [this](const kube::List& wanted) { return list(wanted); },
                   [this](const kube::Create& wanted) { return create(wanted); },
                   [this](const kube::Apply& wanted) { return apply(wanted); },
                   [this](const kube::Patch& wanted) { return patch(wanted); },
                   [this](const kube::Replace& wanted) { return replace(wanted); },
                   [this](const kube::Delete& wanted) { return remove(wanted); },
                   [this](const kube::Evict& wanted) {
                       return remove({.ref = wanted.pod, .only_if = wanted.only_if});
                   }},
        call);
    if (lose_answers && kube::is_write(call)) {
        kube::Error lost = error(ErrorCode::timeout, "no answer");
        lost.applied = kube::Applied::unknown;
        return lost;
    }
    return outcome;
}

CoreSettings rig_settings(int index) {
    CoreSettings settings;
    settings.watch_namespace = "shop";
    settings.operator_image = "bestgres-operator:test";
    settings.leader.ns = "shop";
    settings.leader.identity = "operator-" + std::to_string(index);
    return settings;
}

Rig::Rig(int operators) {
    for (int index = 0; index < operators; ++index) {
        Operator made{.core = OperatorCore(rig_settings(index)),
                      .alive = true,
                      .wake_at = std::nullopt,
                      .inbox = {},
                      .watches = {}};
        made.inbox.push_back(Entropy{std::string(4096, static_cast<char>('a' + index))});
        operators_.push_back(std::move(made));
    }
}

void Rig::create_cluster(const std::string& name, const std::string& spec) {
    const Result<Json> json =
        parse_yaml("image: {tag: 'patroni:16'}\nvolumeSpec: {persistentVolumeSize: 1Gi}\n" + spec);
    BG_CHECK(json.ok(), "a test's spec is no YAML");
    server.put({kube::kinds::bg_cluster, "shop", name},
               {{"metadata", {{"generation", 1}}}, {"spec", *json}});
}

std::string Rig::phase_of(const std::string& name) const {
    const kube::Object* const resource = server.find({kube::kinds::bg_cluster, "shop", name});
    return resource == nullptr ? "" : std::string(resource->text_at({"status", "phase"}));
}

void Rig::tell_to_end(std::size_t index) {
    operators_[index].inbox.push_back(Shutdown{});
}

void Rig::shut_down(std::size_t index) {
    tell_to_end(index);
    run_for(std::chrono::milliseconds(1));
}

void Rig::expire_watches(const kube::Kind& kind) {
    for (Operator& subject : operators_) {
        for (auto watch = subject.watches.begin(); watch != subject.watches.end();) {
            const bool over = watch->second.spec.kind == kind;
            if (over) {
                subject.inbox.push_back(kube::WatchEvent{
                    watch->first, kube::WatchEventType::gone, {}, "too old resource version"});
            }
            watch = over ? subject.watches.erase(watch) : std::next(watch);
        }
    }
}

void Rig::feed(Operator& subject, const Event& event) {
    Outbox out = subject.core.on(event, now_);
    if (listener) {
        listener(event, now_, out);
    }
    take(subject, std::move(out));
}

void Rig::take(Operator& subject, Outbox out) {
    for (const KubeCall& call : out.kube_calls) {
        const std::string text = kube::describe(call.call);
        if (kube::is_write(call.call) && text.find("Lease") == std::string::npos &&
            text.find("Event") == std::string::npos) {
            calls.push_back(text);
        }
        subject.inbox.push_back(kube::Answer{call.id, server.answer(call.call)});
    }
    for (const OpenWatch& watch : out.watches) {
        subject.watches[watch.id] = {watch.id, watch.spec,
                                     std::strtoull(watch.spec.from_version.c_str(), nullptr, 10)};
    }
    for (const PatroniCall& call : out.patroni_calls) {
        if (patroni::is_write(call.call.verb)) {
            calls.push_back(std::string(patroni::path(call.call.verb)) + " " + call.call.pod);
            if (patroni_never_answers_orders) {
                continue;
            }
        }
        const patroni::Reply silent{503, ""};
        subject.inbox.push_back(patroni::Answer{call.id, patroni ? patroni(call.call) : silent});
    }
    for (const SqlCall& call : out.sql_calls) {
        calls.push_back("sql " + call.call.pod);
        Result<postgres::Rows, postgres::Failure> answer{postgres::Rows{}};
        if (sql) {
            answer = sql(call.call);
        }
        subject.inbox.push_back(postgres::Answer{call.id, std::move(answer)});
    }
    records.insert(records.end(), out.records.begin(), out.records.end());
    subject.wake_at = out.wake_at;
}

void Rig::collect_watch_events(Operator& subject) {
    for (auto& [id, watch] : subject.watches) {
        for (const TinyServer::Change& change : server.log()) {
            const std::string& selector = watch.spec.label_selector;
            const bool is_in = TinyServer::matches(selector, change.object);
            const bool was_in =
                !change.before.name().empty() && TinyServer::matches(selector, change.before);
            if (change.version <= watch.seen || change.ref.kind != watch.spec.kind ||
                (!watch.spec.ns.empty() && change.ref.ns != watch.spec.ns) || !(is_in || was_in)) {
                continue;
            }
            watch.seen = change.version;
            subject.inbox.push_back(is_in ? kube::WatchEvent{id, change.type, change.object, ""}
                                          : left_behind(id, change));
        }
    }
}

bool Rig::deliver() {
    bool any = false;
    for (Operator& subject : operators_) {
        if (!subject.alive) {
            continue;
        }
        collect_watch_events(subject);
        if (!subject.inbox.empty()) {
            const Event event = std::move(subject.inbox.front());
            subject.inbox.pop_front();
            feed(subject, event);
            any = true;
        } else if (subject.wake_at && *subject.wake_at <= now_) {
            feed(subject, Tick{});
            any = true;
        }
    }
    return any;
}

void Rig::run_for(Duration span) {
    const Instant end = now_ + span;
    int steps = 0;
    while (true) {
        while (deliver()) {
            BG_CHECK(++steps < 200000, "the operator does not come to rest");
            now_ = now_ + std::chrono::microseconds(10);
        }
        Instant next = end;
        for (const Operator& subject : operators_) {
            if (subject.alive && subject.wake_at && *subject.wake_at < next) {
                next = *subject.wake_at;
            }
        }
        if (next >= end) {
            now_ = std::max(now_, end);
            return;
        }
        now_ = std::max(now_, next);
    }
}

}  // namespace bestgres::core::testing
