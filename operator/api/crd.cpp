#include "operator/api/crd.hpp"

#include <fmt/format.h>

#include "lib/base/yaml.hpp"
#include "operator/api/cluster_describe.hpp"
#include "operator/api/cluster_status_describe.hpp"
#include "operator/api/operation_describe.hpp"
#include "operator/api/reference.hpp"
#include "operator/api/schema.hpp"
#include "operator/api/sharded_describe.hpp"
#include "operator/api/sharded_operation_describe.hpp"
#include "operator/api/validate.hpp"

namespace bestgres::api {
namespace {

constexpr std::string_view generated = "made by emit_crds from operator/api; do not edit";

SchemaField described(std::string_view name, SchemaNode node, std::string_view doc, bool required) {
    node.facts["description"] = doc;
    return SchemaField{std::string(name), required, std::move(node)};
}

template <class Spec, class Status>
SchemaNode resource_schema(std::string_view kind, std::string_view doc) {
    SchemaNode root = typed_schema("object");
    root.facts["description"] = doc;
    root.fields.push_back(described("apiVersion", typed_schema("string"), "bestgres.io/v1", false));
    root.fields.push_back(described("kind", typed_schema("string"), kind, false));
    // An API server refuses anything but the type here, a description too.
    root.fields.push_back(SchemaField{"metadata", false, typed_schema("object")});
    root.fields.push_back(
        described("spec", SchemaWriter::write<Spec>(), "What is asked for.", true));
    root.fields.push_back(
        described("status", SchemaWriter::write<Status>(), "What was found.", false));
    return root;
}

SchemaNode cluster_schema() {
    SchemaNode root = resource_schema<ClusterSpec, ClusterStatus>(
        "BGCluster", "A highly available PostgreSQL cluster.");
    add_rule(root, fmt::format("size(self.metadata.name) <= {}", longest_cluster_name),
             fmt::format("the name must have at most {} characters, because longer names are made "
                         "of it",
                         longest_cluster_name));
    add_rule(root, "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
             "the name must be lower-case letters, digits and hyphens and begin with a letter, "
             "because Services are called after it");
    return root;
}

SchemaNode sharded_schema() {
    SchemaNode root = resource_schema<ShardedSpec, ShardedStatus>(
        "BGShardedCluster", "PostgreSQL spread over highly available groups by Citus.");
    add_rule(root, fmt::format("size(self.metadata.name) <= {}", longest_sharded_name),
             fmt::format("the name must have at most {} characters, because longer names are made "
                         "of it",
                         longest_sharded_name));
    add_rule(root, "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
             "the name must be lower-case letters, digits and hyphens and begin with a letter, "
             "because Services are called after it");
    return root;
}

SchemaNode operation_schema() {
    return resource_schema<OperationSpec, OperationStatus>(
        "BGDbOps", "One operation on a BGCluster: it is done once, and stays as its report.");
}

SchemaNode sharded_operation_schema() {
    SchemaNode root = resource_schema<ShardedOperationSpec, ShardedOperationStatus>(
        "BGShardedDbOps",
        "One operation on the groups of a BGShardedCluster: it is done once, and stays as its "
        "report.");
    add_rule(root, fmt::format("size(self.metadata.name) <= {}", longest_sharded_operation_name),
             fmt::format("the name must have at most {} characters, because longer names are made "
                         "of it",
                         longest_sharded_operation_name));
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

Json sharded_columns() {
    return Json::array({
        column("Shards", "integer", ".spec.shards", "How many are wanted."),
        column("Ready", "string", ".status.ready", "Ready groups of all."),
        column("Coordinator", "string", ".status.coordinator",
               "The primary that clients speak to."),
        column("Status", "string", ".status.phase", "The state in one word."),
        wide(column("Moved", "string", ".status.job.moved", "Finished moves of the last job.")),
        wide(column("Removing", "string", ".status.removal.step", "How far a removal got.")),
        column("Age", "date", ".metadata.creationTimestamp", "Time since it was made."),
    });
}

Json operation_columns() {
    return Json::array({
        column("Cluster", "string", ".spec.bgCluster", "The BGCluster."),
        column("Op", "string", ".spec.op", "What is done."),
        column("Status", "string", ".status.phase", "The state in one word."),
        column("Step", "string", ".status.step", "Finished steps of all."),
        column("Started", "date", ".status.started", "Time since it began."),
        wide(column("Message", "string", ".status.message", "What it waits for.")),
        column("Age", "date", ".metadata.creationTimestamp", "Time since it was made."),
    });
}

Json sharded_operation_columns() {
    Json columns = operation_columns();
    columns[0] = column("Cluster", "string", ".spec.bgShardedCluster", "The BGShardedCluster.");
    columns[1] = column("Op", "string", ".spec.bgDbOpsSpec.op", "What is done to each group.");
    columns[3] = column("Groups", "string", ".status.step", "Groups that have ended of all.");
    return columns;
}

Json version_of(const SchemaNode& schema, Json columns) {
    return {
        {"name", "v1"},
        {"served", true},
        {"storage", true},
        {"schema", {{"openAPIV3Schema", to_openapi(schema)}}},
        {"subresources", {{"status", Json::object()}}},
        {"additionalPrinterColumns", std::move(columns)},
    };
}

Json definition_of(Json names, Json version) {
    return {
        {"apiVersion", "apiextensions.k8s.io/v1"},
        {"kind", "CustomResourceDefinition"},
        {"metadata", {{"name", names["plural"].get<std::string>() + ".bestgres.io"}}},
        {"spec",
         {{"group", "bestgres.io"},
          {"scope", "Namespaced"},
          {"names", std::move(names)},
          {"versions", Json::array({std::move(version)})}}},
    };
}

}  // namespace

Json cluster_crd() {
    Json version = version_of(cluster_schema(), cluster_columns());
    version["subresources"]["scale"] = {{"specReplicasPath", ".spec.instances"},
                                        {"statusReplicasPath", ".status.instances"},
                                        {"labelSelectorPath", ".status.selector"}};
    return definition_of({{"kind", "BGCluster"},
                          {"listKind", "BGClusterList"},
                          {"plural", "bgclusters"},
                          {"singular", "bgcluster"},
                          {"shortNames", Json::array({"bgclu"})},
                          {"categories", Json::array({"bestgres"})}},
                         std::move(version));
}

// Its plural and singular are the same word, as the first Bestgres has it.
Json operation_crd() {
    return definition_of({{"kind", "BGDbOps"},
                          {"listKind", "BGDbOpsList"},
                          {"plural", "bgdbops"},
                          {"singular", "bgdbops"},
                          {"categories", Json::array({"bestgres"})}},
                         version_of(operation_schema(), operation_columns()));
}

Json sharded_crd() {
    return definition_of({{"kind", "BGShardedCluster"},
                          {"listKind", "BGShardedClusterList"},
                          {"plural", "bgshardedclusters"},
                          {"singular", "bgshardedcluster"},
                          {"shortNames", Json::array({"bgsclu"})},
                          {"categories", Json::array({"bestgres"})}},
                         version_of(sharded_schema(), sharded_columns()));
}

Json sharded_operation_crd() {
    return definition_of({{"kind", "BGShardedDbOps"},
                          {"listKind", "BGShardedDbOpsList"},
                          {"plural", "bgshardeddbops"},
                          {"singular", "bgshardeddbops"},
                          {"categories", Json::array({"bestgres"})}},
                         version_of(sharded_operation_schema(), sharded_operation_columns()));
}

std::vector<CrdFile> crd_files() {
    return {{"crds/bestgres.io_bgclusters.yaml", cluster_crd()},
            {"crds/bestgres.io_bgdbops.yaml", operation_crd()},
            {"crds/bestgres.io_bgshardedclusters.yaml", sharded_crd()},
            {"crds/bestgres.io_bgshardeddbops.yaml", sharded_operation_crd()}};
}

std::string crd_file(const Json& crd) {
    return fmt::format("# {}\n{}", generated, to_yaml(crd));
}

std::string reference_page() {
    std::string page = fmt::format("<!-- {} -->\n# Reference\n\n", generated);
    page += "Every field of every kind. The same texts are in `kubectl explain bgcluster.spec`.\n";
    page += reference_section("BGCluster", cluster_schema());
    page += reference_section("BGDbOps", operation_schema());
    page += reference_section("BGShardedCluster", sharded_schema());
    page += reference_section("BGShardedDbOps", sharded_operation_schema());
    return page;
}

}  // namespace bestgres::api
