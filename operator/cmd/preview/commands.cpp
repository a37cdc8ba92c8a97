#include "operator/cmd/preview/commands.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "lib/base/yaml.hpp"
#include "operator/api/sharded.hpp"
#include "operator/cmd/preview/arguments.hpp"
#include "operator/cmd/preview/connection.hpp"
#include "operator/cmd/preview/describe.hpp"
#include "operator/cmd/preview/preview.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::cmd {
namespace {

constexpr int usage_error = 2;

Result<kube::Object> read_cluster(const std::string& file) {
    std::stringstream text;
    if (file == "-") {
        text << std::ifstream("/dev/stdin").rdbuf();
    } else {
        std::ifstream stream(file);
        if (!stream) {
            return Error{fmt::format("read {}: no such file, or not readable", file)};
        }
        text << stream.rdbuf();
    }
    const auto documents = parse_yaml_documents(text.str());
    if (!documents.ok()) {
        return Error{documents.error()}.within("parse " + file);
    }
    for (const Json& document : *documents) {
        if (string_at(document, {"kind"}) == "BGCluster" &&
            !string_at(document, {"metadata", "name"}).empty()) {
            return kube::Object(document);
        }
    }
    return Error{fmt::format("{} holds no BGCluster with a name", file)};
}

Result<Done> read_objects(kube_client::WaitingClient& client, const std::string& ns,
                          const std::string& name, plan::Facts& facts) {
    for (const kube::Kind& kind :
         {kube::kinds::stateful_set, kube::kinds::pod, kube::kinds::persistent_volume_claim,
          kube::kinds::service, kube::kinds::config_map, kube::kinds::secret,
          kube::kinds::service_account, kube::kinds::role, kube::kinds::role_binding,
          kube::kinds::pod_disruption_budget}) {
        const auto outcome =
            client.call_and_wait(kube::List{.kind = kind,
                                            .ns = ns,
                                            .label_selector = "bestgres.io/cluster=" + name,
                                            .field_selector = ""});
        if (!outcome.ok()) {
            return Error{outcome.error().message};
        }
        for (const kube::Object& object : std::get<kube::Listing>(*outcome).items) {
            const kube::Ref ref{kind, ns, std::string(object.name())};
            facts.objects.emplace(ref, object);
            facts.unchanged_since.emplace(ref, facts.now);
        }
    }
    return Done{};
}

// What is asked for, with the identity of what exists.
kube::Object wanted_resource(const kube::Object& file, const std::optional<kube::Object>& live,
                             const std::string& ns) {
    Json resource = file.json();
    resource["metadata"]["namespace"] = ns;
    if (!live) {
        resource["metadata"]["uid"] = "00000000-0000-0000-0000-000000000000";
        resource["metadata"]["generation"] = 1;
        return kube::Object(std::move(resource));
    }
    Json merged = live->json();
    const bool changed = merged["spec"] != resource["spec"];
    merged["spec"] = resource["spec"];
    merged["metadata"]["generation"] = live->generation() + (changed ? 1 : 0);
    for (const auto& [key, value] : object_at(resource, {"metadata", "annotations"}).items()) {
        merged["metadata"]["annotations"][key] = value;
    }
    return kube::Object(std::move(merged));
}

Result<plan::Facts> read_facts(const Arguments& arguments) {
    const Result<kube::Object> file = read_cluster(arguments.file);
    BG_TRY(file);
    plan::Facts facts;
    facts.now = time_here();
    // Only their presence matters here: nothing is written.
    facts.passwords = manifests::Passwords{"preview", "preview", "preview", "preview", "preview"};
    if (arguments.offline) {
        const std::string ns = arguments.ns.empty() ? "default" : arguments.ns;
        facts.resource = wanted_resource(*file, std::nullopt, ns);
        facts.operator_image = operator_image_of(facts);
        return facts;
    }
    auto connection = connect(arguments);
    BG_TRY(connection);
    const std::string ns = file->ns().empty() ? connection->ns : std::string(file->ns());
    const auto live =
        find_live(*connection->client, {kube::kinds::bg_cluster, ns, std::string(file->name())});
    BG_TRY(live);
    facts.resource = wanted_resource(*file, *live, ns);
    BG_TRY(read_objects(*connection->client, ns, std::string(file->name()), facts));
    facts.operator_image = operator_image_of(facts);
    return facts;
}

int fail(const std::string& message, int status) {
    fmt::print(stderr, "bestgres: {}\n", message);
    return status;
}

}  // namespace

int plan_main(const std::vector<std::string>& words) {
    const Result<Arguments> arguments = parse_plan_arguments(words);
    if (!arguments.ok()) {
        return fail(arguments.error().message + "; see bestgres plan --help", usage_error);
    }
    if (arguments->help) {
        fmt::print("{}", plan_usage);
        return 0;
    }
    Result<plan::Facts> facts = read_facts(*arguments);
    if (!facts.ok()) {
        return fail(facts.error().message, 1);
    }
    const Preview result = preview(*std::move(facts));
    fmt::print("{}", format_preview(result));
    return result.problems.empty() ? 0 : 1;
}

int status_main(const std::vector<std::string>& words) {
    const Result<Arguments> arguments = parse_status_arguments(words);
    if (!arguments.ok()) {
        return fail(arguments.error().message + "; see bestgres status --help", usage_error);
    }
    if (arguments->help) {
        fmt::print("{}", status_usage);
        return 0;
    }
    auto connection = connect(*arguments);
    if (!connection.ok()) {
        return fail(connection.error().message, 1);
    }
    const kube::Ref ref{kube::kinds::bg_cluster, connection->ns, arguments->cluster};
    const auto live = find_live(*connection->client, ref);
    if (!live.ok()) {
        return fail(live.error().message, 1);
    }
    if (*live) {
        fmt::print("{}", describe_cluster(**live, time_here()));
        return 0;
    }
    const kube::Ref whole{kube::kinds::bg_sharded_cluster, connection->ns, arguments->cluster};
    const auto sharded = find_live(*connection->client, whole);
    if (!sharded.ok()) {
        return fail(sharded.error().message, 1);
    }
    if (!*sharded) {
        return fail(
            fmt::format("neither {} nor {} exists", kube::to_string(ref), kube::to_string(whole)),
            1);
    }
    fmt::print("{}", describe_sharded(**sharded, time_here()));
    return 0;
}

}  // namespace bestgres::cmd
