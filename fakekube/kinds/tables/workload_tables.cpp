#include <fmt/format.h>

#include "fakekube/kinds/tables/cells.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

std::int64_t count_at(const Json& object, std::string_view part, std::string_view field) {
    return find_int(object, {part, field}).value_or(0);
}

const Json& pod_spec_of(const Json& workload) {
    return object_at(workload, {"spec", "template", "spec"});
}

std::string completions_of(const Json& job) {
    const std::int64_t succeeded = count_at(job, "status", "succeeded");
    const auto completions = find_int(job, {"spec", "completions"});
    if (completions) {
        return fmt::format("{}/{}", succeeded, *completions);
    }
    const std::int64_t parallelism = count_at(job, "spec", "parallelism");
    return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism)
                           : fmt::format("{}/1", succeeded);
}

std::string duration_of(const Json& job, Instant now) {
    const auto start = parse_time(string_at(job, {"status", "startTime"}));
    if (!start) {
        return "";
    }
    const auto end = parse_time(string_at(job, {"status", "completionTime"}));
    return format_age((end ? *end : now) - *start);
}

}  // namespace

std::vector<TableColumn> stateful_set_columns() {
    return columns_of("Name:name Ready Age Containers:wide Images:wide");
}

std::vector<Json> stateful_set_cells(const Json& object, Instant now) {
    return {name_cell(object),
            fmt::format("{}/{}", count_at(object, "status", "readyReplicas"),
                        count_at(object, "spec", "replicas")),
            age_cell(object, now), container_names_cell(pod_spec_of(object)),
            images_cell(pod_spec_of(object))};
}

std::vector<TableColumn> deployment_columns() {
    return columns_of(
        "Name:name Ready Up-to-date Available Age Containers:wide Images:wide Selector:wide");
}

std::vector<Json> deployment_cells(const Json& object, Instant now) {
    return {name_cell(object),
            fmt::format("{}/{}", count_at(object, "status", "readyReplicas"),
                        count_at(object, "spec", "replicas")),
            count_at(object, "status", "updatedReplicas"),
            count_at(object, "status", "availableReplicas"),
            age_cell(object, now),
            container_names_cell(pod_spec_of(object)),
            images_cell(pod_spec_of(object)),
            selector_cell(object_at(object, {"spec", "selector"}))};
}

std::vector<TableColumn> replica_set_columns() {
    return columns_of(
        "Name:name Desired:integer Current:integer Ready:integer Age Containers:wide Images:wide "
        "Selector:wide");
}

std::vector<Json> replica_set_cells(const Json& object, Instant now) {
    // A ReplicationController has a plain map.
    const Json& selector = object_at(object, {"spec", "selector"});
    const bool is_structured =
        selector.contains("matchLabels") || selector.contains("matchExpressions");
    return {name_cell(object),
            count_at(object, "spec", "replicas"),
            count_at(object, "status", "replicas"),
            count_at(object, "status", "readyReplicas"),
            age_cell(object, now),
            container_names_cell(pod_spec_of(object)),
            images_cell(pod_spec_of(object)),
            is_structured ? selector_cell(selector) : labels_cell(selector)};
}

std::vector<TableColumn> daemon_set_columns() {
    return columns_of(
        "Name:name Desired:integer Current:integer Ready:integer Up-to-date:integer "
        "Available:integer Node_Selector Age Containers:wide Images:wide Selector:wide");
}

std::vector<Json> daemon_set_cells(const Json& object, Instant now) {
    return {name_cell(object),
            count_at(object, "status", "desiredNumberScheduled"),
            count_at(object, "status", "currentNumberScheduled"),
            count_at(object, "status", "numberReady"),
            count_at(object, "status", "updatedNumberScheduled"),
            count_at(object, "status", "numberAvailable"),
            labels_cell(object_at(pod_spec_of(object), {"nodeSelector"})),
            age_cell(object, now),
            container_names_cell(pod_spec_of(object)),
            images_cell(pod_spec_of(object)),
            selector_cell(object_at(object, {"spec", "selector"}))};
}

std::vector<TableColumn> controller_revision_columns() {
    return columns_of("Name:name Controller Revision Age");
}

std::vector<Json> controller_revision_cells(const Json& object, Instant now) {
    std::string controller = "<none>";
    for (const Json& owner : array_at(object, {"metadata", "ownerReferences"})) {
        if (find_bool(owner, {"controller"}).value_or(false)) {
            const std::string version = string_at(owner, {"apiVersion"});
            const std::size_t slash = version.find('/');
            std::string kind = string_at(owner, {"kind"});
            for (char& letter : kind) {
                letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
            }
            controller = kind + (slash == std::string::npos ? "" : "." + version.substr(0, slash)) +
                         "/" + string_at(owner, {"name"});
        }
    }
    return {name_cell(object), controller, find_int(object, {"revision"}).value_or(0),
            age_cell(object, now)};
}

std::vector<TableColumn> job_columns() {
    return columns_of(
        "Name:name Completions Duration Age Containers:wide Images:wide Selector:wide");
}

std::vector<Json> job_cells(const Json& object, Instant now) {
    return {name_cell(object),
            completions_of(object),
            duration_of(object, now),
            age_cell(object, now),
            container_names_cell(pod_spec_of(object)),
            images_cell(pod_spec_of(object)),
            selector_cell(object_at(object, {"spec", "selector"}))};
}

std::vector<TableColumn> cron_job_columns() {
    return columns_of(
        "Name:name Schedule Suspend Active:integer Last_Schedule Age Containers:wide Images:wide "
        "Selector:wide");
}

std::vector<Json> cron_job_cells(const Json& object, Instant now) {
    const std::string last = string_at(object, {"status", "lastScheduleTime"});
    const Json& job = object_at(object, {"spec", "jobTemplate", "spec"});
    return {name_cell(object),
            string_at(object, {"spec", "schedule"}),
            find_bool(object, {"spec", "suspend"}).value_or(false) ? "True" : "False",
            array_at(object, {"status", "active"}).size(),
            last.empty() ? "<none>" : age_of(last, now),
            age_cell(object, now),
            container_names_cell(object_at(job, {"template", "spec"})),
            images_cell(object_at(job, {"template", "spec"})),
            selector_cell(object_at(job, {"selector"}))};
}

std::vector<TableColumn> horizontal_pod_autoscaler_columns() {
    return columns_of("Name:name Reference Targets MinPods MaxPods Replicas Age");
}

std::vector<Json> horizontal_pod_autoscaler_cells(const Json& object, Instant now) {
    const Json& target = object_at(object, {"spec", "scaleTargetRef"});
    return {name_cell(object),
            string_at(target, {"kind"}) + "/" + string_at(target, {"name"}),
            "<none>",
            fmt::format("{}", count_at(object, "spec", "minReplicas")),
            count_at(object, "spec", "maxReplicas"),
            count_at(object, "status", "currentReplicas"),
            age_cell(object, now)};
}

}  // namespace bestgres::fakekube
