#include <fmt/format.h>

#include "fakekube/in_process_cluster.hpp"
#include "lib/base/yaml.hpp"
#include "scenarios/engine/beginning.hpp"
#include "scenarios/engine/world.hpp"

namespace bestgres::scenarios {
namespace {

Result<Done> install(fakekube::ApiServer& server, const Json& manifest) {
    const auto kind =
        kube::find_kind(string_at(manifest, {"apiVersion"}), string_at(manifest, {"kind"}));
    if (!kind) {
        return Error{fmt::format("{} is no kind that is known", string_at(manifest, {"kind"}))};
    }
    const fakekube::Caller administrator{
        .user = {.name = "admin", .groups = {"system:masters"}, .uid = ""},
        .field_manager = "admin"};
    const auto outcome = fakekube::perform(server, administrator,
                                           kube::Apply{.kind = *kind,
                                                       .object = kube::Object(manifest),
                                                       .field_manager = "admin",
                                                       .force = true,
                                                       .subresource = ""},
                                           beginning);
    if (!outcome.ok()) {
        return Error{outcome.error().message};
    }
    return Done{};
}

// The shipped file is for the namespace `default` and has the operator's own Deployment, whose
// place the world takes.
Json moved(Json document, const std::string& ns) {
    if (string_at(document, {"kind"}) != "CustomResourceDefinition") {
        document["metadata"]["namespace"] = ns;
    }
    if (document.contains("subjects")) {
        document["subjects"][0]["namespace"] = ns;
    }
    return document;
}

}  // namespace

Result<Ground> Ground::make(std::string_view operator_manifest, const std::string& ns) {
    const auto documents = parse_yaml_documents(operator_manifest);
    BG_TRY(documents);
    fakekube::ServerOptions options;
    options.started = beginning;
    auto server = std::make_shared<fakekube::ApiServer>(options);
    const auto made = install(
        *server, {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", ns}}}});
    BG_TRY(made);
    for (const Json& document : *documents) {
        if (string_at(document, {"kind"}) == "Deployment") {
            continue;
        }
        const auto applied = install(*server, moved(document, ns));
        BG_TRY(applied);
    }
    Ground ground;
    ground.server_ = std::move(server);
    ground.ns_ = ns;
    return ground;
}

}  // namespace bestgres::scenarios
