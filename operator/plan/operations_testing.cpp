#include "operator/plan/operations_testing.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/base/yaml.hpp"
#include "operator/api/operation_describe.hpp"

namespace bestgres::plan::testing {
namespace {

constexpr Instant first_created{1'795'190'500'000'000'000};

}  // namespace

TestOperations& TestOperations::ask(const std::string& name, std::string_view spec) {
    Result<Json> json = parse_yaml(spec);
    BG_CHECK(json.ok(), "a test's operation is no YAML");
    (*json)["bgCluster"] = "db";
    const Instant created = first_created + std::chrono::seconds(db.facts().operations.size());
    db.facts().operations.push_back(
        kube::Object(Json{{"apiVersion", "bestgres.io/v1"},
                          {"kind", "BGDbOps"},
                          {"metadata",
                           {{"name", name},
                            {"namespace", "shop"},
                            {"uid", "uid-" + name},
                            {"generation", 1},
                            {"resourceVersion", std::to_string(++versions_)},
                            {"creationTimestamp", format_seconds(created)}}},
                          {"spec", *json}}));
    return *this;
}

kube::Object& TestOperations::object(const std::string& name) {
    std::vector<kube::Object>& all = db.facts().operations;
    const auto found = std::ranges::find(all, std::string_view(name), &kube::Object::name);
    BG_CHECK(found != all.end(), "a test names an operation that does not exist");
    return *found;
}

bool TestOperations::exists(const std::string& name) const {
    const ClusterView view = db.view();
    return std::ranges::find(view.facts.operations, std::string_view(name), &kube::Object::name) !=
           view.facts.operations.end();
}

TestOperations& TestOperations::edit(const std::string& name, const TestCluster::Edit& change) {
    Json json = object(name).json();
    change(json);
    json["metadata"]["resourceVersion"] = std::to_string(++versions_);
    const bool gone = json["metadata"].contains("deletionTimestamp") &&
                      array_at(json, {"metadata", "finalizers"}).empty();
    if (gone) {
        std::erase_if(db.facts().operations,
                      [&name](const kube::Object& one) { return one.name() == name; });
    } else {
        object(name) = kube::Object(std::move(json));
    }
    return *this;
}

TestOperations& TestOperations::remove(const std::string& name) {
    return edit(name, [this](Json& json) {
        json["metadata"]["deletionTimestamp"] = format_seconds(db.facts().now);
    });
}

TestOperations& TestOperations::restart(const std::string& pod) {
    ++processes_[pod];
    return *this;
}

TestOperations& TestOperations::hand_over_to(const std::string& pod) {
    const std::string before = db.view().leader.holder;
    db.member_says(before, {{"role", "replica"}, {"replication_state", "streaming"}});
    db.member_says(pod, {{"role", "primary"}, {"replication_state", nullptr}});
    db.dcs("db-leader", {{"leader", pod}});
    return restart(before);
}

api::OperationStatus TestOperations::status(const std::string& name) const {
    for (const kube::Object& one : db.view().facts.operations) {
        if (one.name() == name) {
            return api::parse_operation_status(object_at(one.json(), {"status"}));
        }
    }
    return {};
}

std::string TestOperations::phase(const std::string& name) const {
    const api::OperationStatus now = status(name);
    return now.phase ? std::string(api::word_of(*now.phase)) : "";
}

std::vector<std::string> TestOperations::journal(const std::string& name) const {
    std::vector<std::string> lines;
    for (const api::OperationStepStatus& step : status(name).steps) {
        lines.push_back(step.name +
                        (step.result ? ": " + std::string(api::word(*step.result)) : ""));
    }
    return lines;
}

OperationsPlan TestOperations::plan(bool fresh) {
    Facts& facts = db.facts();
    facts.fresh = false;
    facts.rest.clear();
    if (fresh) {
        db.fresh();
        for (const Member& member : db.view().members) {
            const auto rest = facts.rest.find(std::string(member.pod.uid()));
            if (rest != facts.rest.end()) {
                rest->second.postmaster_started =
                    "process " + std::to_string(processes_[member.name]);
            }
        }
    }
    const ClusterView view = db.view();
    const OperationsPlan made = plan_operations(view, plan_cluster(view));
    facts.fresh = false;
    facts.rest.clear();
    return made;
}

void TestOperations::make_job(const kube::Object& job) {
    Json json = job.json();
    const std::string name(job.name());
    const std::string uid = "uid-" + std::to_string(++versions_);
    json["metadata"]["uid"] = uid;
    json["metadata"]["resourceVersion"] = std::to_string(versions_);
    Json pod = {{"metadata", json["spec"]["template"]["metadata"]},
                {"status", {{"phase", "Running"}}}};
    pod["metadata"]["name"] = name + "-x1";
    pod["metadata"]["namespace"] = "shop";
    pod["metadata"]["ownerReferences"] =
        Json::array({{{"kind", "Job"}, {"name", name}, {"uid", uid}, {"controller", true}}});
    auto& objects = db.facts().objects;
    objects.emplace(kube::Ref{kube::kinds::job, "shop", name}, kube::Object(std::move(json)));
    objects.emplace(kube::Ref{kube::kinds::pod, "shop", name + "-x1"},
                    kube::Object(std::move(pod)));
}

void TestOperations::remove_job(const std::string& name) {
    db.facts().objects.erase({kube::kinds::job, "shop", name});
    db.facts().objects.erase({kube::kinds::pod, "shop", name + "-x1"});
}

kube::Object TestOperations::job() const {
    const ClusterView view = db.view();
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind == kube::kinds::job && !object.json().contains("status")) {
            return object;
        }
    }
    return {};
}

std::vector<std::string> TestOperations::jobs() const {
    const ClusterView view = db.view();
    std::vector<std::string> names;
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind == kube::kinds::job) {
            names.push_back(ref.name);
        }
    }
    return names;
}

TestOperations& TestOperations::end_job(bool well, const std::string& words) {
    const std::string name(job().name());
    BG_CHECK(!name.empty(), "a test ends a Job, and none is at work");
    db.edit(kube::kinds::job, name, [well](Json& json) {
        json["status"]["conditions"] = Json::array({{{"type", well ? "Complete" : "Failed"},
                                                     {"status", "True"},
                                                     {"reason", "BackoffLimitExceeded"},
                                                     {"message", "it failed"}}});
    });
    db.edit(kube::kinds::pod, name + "-x1", [&](Json& json) {
        json["status"] = {{"phase", well ? "Succeeded" : "Failed"},
                          {"containerStatuses",
                           Json::array({{{"name", "client"},
                                         {"state", {{"terminated", {{"message", words}}}}}}})}};
    });
    return *this;
}

void TestOperations::act(const Effect& effect) {
    std::visit(
        Overloaded{[this](const Switchover& over) { hand_over_to(over.candidate); },
                   [this](const RestartPostgres& one) { restart(one.member.pod); },
                   [this](const ReinitMember& one) {
                       db.member_says(one.member.pod, {{"state", "creating replica"}});
                   },
                   [this](const StartJob& start) { make_job(start.job); }, [](const auto&) {}},
        effect);
}

void TestOperations::perform(const Step& step) {
    Facts& facts = db.facts();
    if (const auto* journal = std::get_if<JournalOperation>(&step.effect)) {
        facts.operation_refused.clear();
        edit(journal->operation.name,
             [journal](Json& json) { json["status"] = api::to_json(journal->status); });
        if (api::is_finished(journal->status.phase)) {
            done.push_back(describe(step.effect));
        }
        return;
    }
    if (const auto* hold = std::get_if<HoldOperation>(&step.effect)) {
        edit(hold->operation.name, [](Json& json) {
            json["metadata"]["finalizers"] = Json::array({std::string(api::operation_finalizer)});
        });
        return;
    }
    if (const auto* release = std::get_if<ReleaseOperation>(&step.effect)) {
        edit(release->operation.name, [](Json& json) { json["metadata"].erase("finalizers"); });
        return;
    }
    done.push_back(describe(step.effect));
    if (const auto* remove = std::get_if<DeleteObject>(&step.effect)) {
        if (remove->ref.kind == kube::kinds::job) {
            remove_job(remove->ref.name);
            return;
        }
        std::erase_if(facts.operations,
                      [remove](const kube::Object& one) { return one.name() == remove->ref.name; });
        return;
    }
    if (refuses) {
        facts.operation_refused = describe(step.effect) + ": Patroni answers 503";
        return;
    }
    act(step.effect);
    facts.decisions.push_back({.time = Instant{facts.now.ns - facts.now.ns % 1'000'000'000},
                               .rule = std::string(to_string(step.rule)),
                               .effect = describe(step.effect),
                               .because = step.because});
}

bool TestOperations::pass() {
    const OperationsPlan cached = plan();
    if (!cached.step) {
        return false;
    }
    if (!is_disruptive(cached.step->effect)) {
        perform(*cached.step);
        return true;
    }
    const OperationsPlan fresh = plan(true);
    const bool confirmed =
        fresh.step && (std::holds_alternative<JournalOperation>(fresh.step->effect) ||
                       same_intent(fresh.step->effect, cached.step->effect));
    if (confirmed) {
        perform(*fresh.step);
    }
    return confirmed;
}

TestOperations& TestOperations::run() {
    for (int passes = 0; pass(); ++passes) {
        BG_CHECK(passes < 100, "an operation does not come to rest");
    }
    return *this;
}

}  // namespace bestgres::plan::testing
