#include "operator/plan/sharded/testing.hpp"

#include "lib/base/check.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/base/yaml.hpp"
#include "operator/manifests/group_cluster.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::plan::testing {
namespace {

constexpr Instant start{1'795'190'400'000'000'000};

Json spec_json(std::string_view more) {
    const Result<Json> json = parse_yaml(
        "database: app\n"
        "coordinator: {image: {tag: 'p:16'}, volumeSpec: {persistentVolumeSize: 1Gi}}\n"
        "workers: {image: {tag: 'p:16'}, volumeSpec: {persistentVolumeSize: 1Gi}}\n" +
        std::string(more));
    BG_CHECK(json.ok(), "a test's spec is no YAML");
    return *json;
}

std::string address_of(std::int64_t group) {
    return "10.0.0." + std::to_string(group + 1);
}

std::string child_name(std::int64_t group) {
    return manifests::group_cluster_name("shop", group);
}

std::string lock_name(std::int64_t group) {
    return "shop-" + std::to_string(group) + "-leader";
}

}  // namespace

TestSharded::TestSharded(std::string_view more) {
    facts_.now = start;
    facts_.resource =
        kube::Object(Json{{"apiVersion", "bestgres.io/v1"},
                          {"kind", "BGShardedCluster"},
                          {"metadata",
                           {{"name", "shop"},
                            {"namespace", "default"},
                            {"uid", "uid-shop"},
                            {"resourceVersion", "1"},
                            {"generation", 1},
                            {"finalizers", Json::array({std::string(api::sharded_finalizer)})}}},
                          {"spec", spec_json(more)}});
    const std::int64_t shards = *find_int(facts_.resource.json(), {"spec", "shards"});
    for (std::int64_t group = 0; group <= shards; ++group) {
        add_group(group);
        register_group(group, group == 0 ? 0 : 16);
    }
    asked().told();
}

void TestSharded::put(const kube::Kind& kind, const std::string& name, Json json) {
    json["apiVersion"] = kind.api_version();
    json["kind"] = std::string(kind.name);
    json["metadata"]["name"] = name;
    json["metadata"]["namespace"] = "default";
    if (!json["metadata"].contains("uid")) {
        json["metadata"]["uid"] = "uid-" + name;
    }
    json["metadata"]["resourceVersion"] = "5";
    facts_.objects.insert_or_assign(kube::Ref{kind, "default", name},
                                    kube::Object(std::move(json)));
}

TestSharded& TestSharded::add_group(std::int64_t group) {
    const auto spec = api::parse_sharded_spec(facts_.resource.json()["spec"]);
    BG_CHECK(spec.ok(), "a test's spec is not valid");
    const std::string name = child_name(group);
    Json child = manifests::group_cluster(facts_.resource, group,
                                          manifests::group_spec("shop", *spec, group))
                     .json();
    child["metadata"]["generation"] = 1;
    child["status"] = {
        {"phase", "Running"},
        {"ready", "1/1"},
        {"primary", name + "-0"},
        {"observedGeneration", 1},
        {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})},
        {"volumes", Json::array({{{"name", "pgdata-" + name + "-0"}, {"capacity", "1Gi"}}})}};
    put(kube::kinds::bg_cluster, name, std::move(child));
    put(kube::kinds::pod, name + "-0",
        {{"metadata", {{"labels", {{std::string(manifests::cluster_label), name}}}}},
         {"status",
          {{"phase", "Running"},
           {"podIP", address_of(group)},
           {"conditions", Json::array({{{"type", "Ready"}, {"status", "True"}}})}}}});
    put(kube::kinds::persistent_volume_claim, "pgdata-" + name + "-0",
        {{"metadata", {{"labels", {{std::string(manifests::cluster_label), name}}}}}});
    put(kube::kinds::config_map, lock_name(group),
        {{"metadata", {{"annotations", {{"leader", name + "-0"}, {"ttl", "30"}}}}}});
    return *this;
}

TestSharded& TestSharded::register_group(std::int64_t group, std::int64_t placements) {
    const CitusNode made{
        .id = group + 1, .group = group, .host = address_of(group), .takes_shards = group > 0};
    if (!facts_.readings.contains(group)) {
        CitusReading copy = facts_.readings.contains(0) ? facts_.readings[0] : CitusReading{};
        copy.job.reset();
        facts_.readings[group] = std::move(copy);
    }
    return everywhere([&](CitusReading& reading) {
        reading.nodes.push_back(made);
        reading.placements[group] = {.only = placements, .references = 1};
        reading.replicas = 1;
        reading.bytes = 8 << 20;
    });
}

TestSharded& TestSharded::everywhere(const std::function<void(CitusReading&)>& change) {
    for (auto& [group, reading] : facts_.readings) {
        change(reading);
    }
    return *this;
}

CitusNode* TestSharded::node(CitusReading& reading, std::int64_t group) {
    for (CitusNode& one : reading.nodes) {
        if (one.group == group) {
            return &one;
        }
    }
    return nullptr;
}

TestSharded& TestSharded::asks(std::string_view more) {
    Json json = facts_.resource.json();
    json["spec"] = spec_json(more);
    json["metadata"]["generation"] = facts_.resource.generation() + 1;
    facts_.resource = kube::Object(std::move(json));
    return asked();
}

TestSharded& TestSharded::edit(const kube::Kind& kind, const std::string& name,
                               const std::function<void(Json&)>& change) {
    const kube::Ref ref{kind, "default", name};
    kube::Object& object =
        kind == kube::kinds::bg_sharded_cluster ? facts_.resource : facts_.objects.at(ref);
    Json json = object.json();
    change(json);
    object = kube::Object(std::move(json));
    return *this;
}

TestSharded& TestSharded::without(const kube::Kind& kind, const std::string& name) {
    facts_.objects.erase({kind, "default", name});
    return *this;
}

TestSharded& TestSharded::stopped(std::int64_t group) {
    without(kube::kinds::pod, child_name(group) + "-0");
    facts_.readings.erase(group);
    return asked();
}

TestSharded& TestSharded::told() {
    const api::ShardedStatus status = plan().status;
    return edit(kube::kinds::bg_sharded_cluster, "shop",
                [&](Json& json) { json["status"] = api::to_json(status); });
}

TestSharded& TestSharded::later(Duration span) {
    facts_.now = facts_.now + span;
    return *this;
}

TestSharded& TestSharded::asked() {
    everywhere([this](CitusReading& reading) { reading.at = facts_.now; });
    facts_.read_as = view().ground;
    return *this;
}

std::string TestSharded::step() const {
    const ShardedPlan planned = plan();
    return planned.steps.empty() ? "" : describe(planned.steps.front().effect);
}

std::vector<std::string> TestSharded::waits() const {
    std::vector<std::string> texts;
    for (const api::WaitingStatus& waiting : plan().waits) {
        texts.push_back(waiting.because);
    }
    return texts;
}

std::string TestSharded::removal_step() const {
    const auto removal = plan().status.removal;
    return removal && removal->step ? std::string(api::word_of(*removal->step)) : "";
}

std::string TestSharded::statement() const {
    const ShardedPlan planned = plan();
    const auto* const run =
        planned.steps.empty() ? nullptr : std::get_if<RunCitus>(&planned.steps.front().effect);
    return run == nullptr ? "" : run->statements.back().text;
}

// The commands of a removal, as Citus carries them out.
void TestSharded::obey(const RunCitus& run) {
    const std::string id = run.statements.back().id;
    const std::string& text = run.statements.back().text;
    everywhere([&](CitusReading& reading) {
        std::erase_if(reading.nodes, [&](CitusNode& one) {
            const bool meant = text.find("'" + one.host + "'") != std::string::npos;
            if (meant && id == "citus.shouldhaveshards") {
                one.takes_shards = text.find("true") != std::string::npos;
            }
            if (meant && (id == "citus.disable" || id == "citus.activate")) {
                one.active = id == "citus.activate";
            }
            return meant && id == "citus.remove";
        });
        if (id == "citus.rebalance") {
            reading.placements[1].only += std::exchange(reading.placements[2].only, 0);
        }
    });
}

TestSharded& TestSharded::operation(const std::string& name, std::string_view spec) {
    const Result<Json> asked = parse_yaml(std::string(spec));
    BG_CHECK(asked.ok(), "a test's spec is no YAML");
    const Instant made =
        start + std::chrono::seconds(static_cast<std::int64_t>(facts_.operations.size()));
    facts_.operations.push_back(kube::Object({{"apiVersion", "bestgres.io/v1"},
                                              {"kind", "BGShardedDbOps"},
                                              {"metadata",
                                               {{"name", name},
                                                {"namespace", "default"},
                                                {"uid", "uid-" + name},
                                                {"resourceVersion", "7"},
                                                {"generation", 1},
                                                {"creationTimestamp", format_seconds(made)}}},
                                              {"spec", *asked}}));
    return *this;
}

api::ShardedOperationStatus TestSharded::report(const std::string& name) const {
    for (const kube::Object& one : facts_.operations) {
        if (one.name() == name) {
            return api::parse_sharded_operation_status(object_at(one.json(), {"status"}));
        }
    }
    return {};
}

TestSharded& TestSharded::ends(const std::string& child, std::string_view phase,
                               std::string_view message) {
    return edit(kube::kinds::bg_db_ops, child, [&](Json& json) {
        json["status"] = {{"phase", phase}, {"message", message}, {"step", "1/1"}};
    });
}

std::vector<std::string> TestSharded::run_on() {
    std::vector<std::string> begun;
    for (int count = 0; !step().empty(); ++count) {
        BG_CHECK(count < 50, "a plan that never ends");
        if (const std::string now = step(); now.starts_with("CreateObject BGDbOps ")) {
            begun.push_back(now.substr(std::string_view("CreateObject BGDbOps ").size()));
        }
        perform();
    }
    return begun;
}

void TestSharded::write(const JournalShardedOperation& journal) {
    for (kube::Object& one : facts_.operations) {
        if (one.uid() == journal.operation.uid) {
            Json json = one.json();
            json["status"] = api::to_json(journal.status);
            one = kube::Object(std::move(json));
        }
    }
}

TestSharded& TestSharded::perform() {
    const ShardedPlan planned = plan();
    BG_CHECK(!planned.steps.empty(), "a test performs a step that nobody wants");
    std::visit(
        Overloaded{[this](const CreateObject& create) {
                       put(create.kind, std::string(create.object.name()), create.object.json());
                   },
                   [this](const PatchObject& patch) {
                       edit(patch.ref.kind, patch.ref.name,
                            [&](Json& json) { merge_patch(json, patch.merge); });
                   },
                   [this](const DeleteObject& remove) {
                       without(remove.ref.kind, remove.ref.name);
                       std::erase_if(facts_.operations,
                                     [&](const auto& one) { return one.uid() == remove.uid; });
                   },
                   [this](const RunCitus& run) { obey(run); },
                   [this](const JournalShardedOperation& journal) { write(journal); },
                   [](const auto&) {}},
        planned.steps.front().effect);
    return asked().told();
}

}  // namespace bestgres::plan::testing
