#include "operator/api/crd.hpp"

#include <fmt/format.h>

#include "lib/base/yaml.hpp"
#include "operator/api/cluster_describe.hpp"
#include "operator/api/cluster_status_describe.hpp"
#include "operator/api/reference.hpp"
#include "operator/api/schema.hpp"
#include "operator/api/validate.hpp"

namespace bestgres::api {
namespace {

constexpr std::string_view generated = "made by emit_crds from operator/api; do not edit";

SchemaField described(std::string_view name, SchemaNode node, std::string_view doc, bool required) {
    node.facts["description"] = doc;
    return SchemaField{std::string(name), required, std::move(node)};
}

SchemaNode cluster_schema() {
    SchemaNode root = typed_schema("object");
    root.facts["description"] = "A highly available PostgreSQL cluster.";
    root.fields.push_back(described("apiVersion", typed_schema("string"), "bestgres.io/v1", false));
    root.fields.push_back(described("kind", typed_schema("string"), "BGCluster", false));
    // An API server refuses anything but the type here, a description too.
    root.fields.push_back(SchemaField{"metadata", false, typed_schema("object")});
    root.fields.push_back(
        described("spec", SchemaWriter::write<ClusterSpec>(), "What is asked for.", true));
    root.fields.push_back(
        described("status", SchemaWriter::write<ClusterStatus>(), "What was found.", false));
    add_rule(root, fmt::format("size(self.metadata.name) <= {}", longest_cluster_name),
             fmt::format("the name must have at most {} characters, because longer names are made "
                         "of it",
                         longest_cluster_name));
    add_rule(root, "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
             "the name must be lower-case letters, digits and hyphens and begin with a letter, "
             "because Services are called after it");
    return root;
}

Json column(std::string_view name, std::string_view type, std::string_view path,
            std::string_view doc) {
    return {{"name", name}, {"type", type}, {"jsonPath", path}, {"description", doc}};
}

Json wide(Json column) {
    column["priority"] = 1;
    return column;
}

Json cluster_columns() {
    return Json::array({
        column("Ready", "string", ".status.ready", "Ready members of wanted members."),
        column("Primary", "string", ".status.primary", "The member that accepts writes."),
        column("Status", "string", ".status.phase", "The state in one word."),
        column("Version", "string", ".status.version", "Version of PostgreSQL."),
        wide(column("Lag", "string", ".status.lag", "The worst of all replicas.")),
        wide(column("Pending", "string", ".status.pending.summary", "What is still to come.")),
        column("Age", "date", ".metadata.creationTimestamp", "Time since it was made."),
    });
}

Json cluster_version() {
    return {
        {"name", "v1"},
        {"served", true},
        {"storage", true},
        {"schema", {{"openAPIV3Schema", to_openapi(cluster_schema())}}},
        {"subresources",
         {{"status", Json::object()},
          {"scale",
           {{"specReplicasPath", ".spec.instances"},
            {"statusReplicasPath", ".status.instances"},
            {"labelSelectorPath", ".status.selector"}}}}},
        {"additionalPrinterColumns", cluster_columns()},
    };
}

}  // namespace

Json cluster_crd() {
    return {
        {"apiVersion", "apiextensions.k8s.io/v1"},
        {"kind", "CustomResourceDefinition"},
        {"metadata", {{"name", "bgclusters.bestgres.io"}}},
        {"spec",
         {{"group", "bestgres.io"},
          {"scope", "Namespaced"},
          {"names",
           {{"kind", "BGCluster"},
            {"listKind", "BGClusterList"},
            {"plural", "bgclusters"},
            {"singular", "bgcluster"},
            {"shortNames", Json::array({"bgclu"})},
            {"categories", Json::array({"bestgres"})}}},
          {"versions", Json::array({cluster_version()})}}},
    };
}

std::string crd_file(const Json& crd) {
    return fmt::format("# {}\n{}", generated, to_yaml(crd));
}

std::string reference_page() {
    std::string page = fmt::format("<!-- {} -->\n# Reference\n\n", generated);
    page += "Every field of every kind. The same texts are in `kubectl explain bgcluster.spec`.\n";
    page += reference_section("BGCluster", cluster_schema());
    return page;
}

}  // namespace bestgres::api
