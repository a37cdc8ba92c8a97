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

void TestOperations::act(const Effect& effect) {
    std::visit(Overloaded{[this](const Switchover& over) { hand_over_to(over.candidate); },
                          [this](const RestartPostgres& one) { restart(one.member.pod); },
                          [this](const ReinitMember& one) {
                              db.member_says(one.member.pod, {{"state", "creating replica"}});
                          },
                          [](const auto&) {}},
               effect);
}

void TestOperations::perform(const Step& step) {
    Facts& facts = db.facts();
    if (const auto* journal = std::get_if<JournalOperation>(&step.effect)) {
        facts.operation_refused.clear();
        edit(journal->operation.name,
             [journal](Json& json) { json["status"] = api::to_json(journal->status); });
        if (api::is_finished(journal->status)) {
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
