#include "operator/api/cluster.hpp"

#include <algorithm>

#include "lib/kube/quantity.hpp"
#include "operator/api/cluster_describe.hpp"
#include "operator/api/cluster_status_describe.hpp"
#include "operator/api/printer.hpp"
#include "operator/api/reader.hpp"
#include "operator/api/validate.hpp"

namespace bestgres::api {
namespace {

constexpr std::int64_t mebibyte = 1024 * 1024;

// "ghcr.io/zalando/spilo-16:3.2-p3" -> "spilo-16"
std::string_view image_name(std::string_view reference) {
    const auto slash = reference.rfind('/');
    std::string_view name =
        slash == std::string_view::npos ? reference : reference.substr(slash + 1);
    return name.substr(0, name.find_first_of(":@"));
}

bool is_called_spilo(std::string_view reference) {
    const std::string_view name = image_name(reference);
    return name == "spilo" || name.starts_with("spilo-");
}

}  // namespace

Flavour flavour(const ClusterSpec& spec) {
    if (spec.image.flavour) {
        return *spec.image.flavour;
    }
    if (!spec.image.command.empty()) {
        return std::ranges::find(spec.image.command, "/launch.sh") != spec.image.command.end()
                   ? Flavour::spilo
                   : Flavour::patroni;
    }
    return is_called_spilo(spec.image.tag) ? Flavour::spilo : Flavour::patroni;
}

std::vector<std::string> command(const ClusterSpec& spec) {
    if (spec.image.command.empty() && flavour(spec) == Flavour::spilo) {
        return {"/bin/sh", "/launch.sh", "init"};
    }
    return spec.image.command;
}

std::optional<std::string> working_dir(const ClusterSpec& spec) {
    if (!spec.image.working_dir && flavour(spec) == Flavour::spilo) {
        return "/home/postgres";
    }
    return spec.image.working_dir;
}

LogLevel log_level(const ClusterSpec& spec) {
    return spec.patroni.log_level.value_or(spec.patroni_log_level.value_or(LogLevel::info));
}

const std::vector<std::string>& bootstrap_sql(const ClusterSpec& spec) {
    return spec.bootstrap.sql.empty() ? spec.bootstrap_sql : spec.bootstrap.sql;
}

std::int64_t running_instances(const ClusterSpec& spec) {
    return spec.hibernate ? 0 : spec.instances;
}

Duration quarantine(const RetentionSpec& spec) {
    return duration_of(spec.quarantine);
}

std::int64_t maximum_lag_on_failover(const ClusterSpec& spec) {
    const auto quantity = kube::Quantity::parse(spec.patroni.maximum_lag_on_failover);
    BG_CHECK(quantity.ok(), "maximumLagOnFailover was checked when the spec was read");
    return quantity->bytes();
}

std::optional<CitusSpec> citus_of(const kube::Object& cluster) {
    const Json& citus = object_at(cluster.json(), {"spec", "citus"});
    const std::optional<std::string> scope = find_string(citus, {"scope"});
    const std::optional<std::int64_t> group = find_int(citus, {"group"});
    if (!scope || scope->empty() || !group || *group < 0) {
        return std::nullopt;
    }
    return CitusSpec{.scope = *scope, .group = *group, .database = string_at(citus, {"database"})};
}

bool is_paused(const kube::Object& cluster) {
    return cluster.annotation(paused_annotation) == "true";
}

bool deletion_is_held(const kube::Object& cluster) {
    return cluster.being_deleted() &&
           find_bool(cluster.json(), {"spec", "deletionProtection"}).value_or(false) &&
           cluster.annotation(confirm_deletion_annotation) != cluster.name();
}

std::string restarted_at(const kube::Object& cluster) {
    return std::string(cluster.annotation(restarted_at_annotation));
}

LagClass lag_class(std::int64_t bytes) {
    if (bytes < mebibyte) {
        return LagClass::under_1mi;
    }
    return bytes < 16 * mebibyte ? LagClass::under_16mi : LagClass::more;
}

Parsed<ClusterSpec> parse_cluster_spec(const Json& json) {
    Problems problems;
    ClusterSpec spec;
    Reader::read(json, "spec", spec, problems);
    if (problems.empty()) {
        problems = validate(spec);
    }
    if (!problems.empty()) {
        return problems;
    }
    return spec;
}

Json to_json(const ClusterSpec& spec) {
    return Printer::print(spec);
}

ClusterStatus parse_cluster_status(const Json& json) {
    Problems ignored;
    ClusterStatus status;
    Reader::read(json, "status", status, ignored);
    return status;
}

Json to_json(const ClusterStatus& status) {
    return Printer::print(status);
}

}  // namespace bestgres::api
