#include <fmt/format.h>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "fakekube/kinds/pod_spec.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

bool is_zero(const Json& value) {
    return value == 0 || value == "0%";
}

void default_rolling_update(Json& strategy, const Json& constants) {
    if (text_of(strategy, "type") == "RollingUpdate" && !is_set(strategy, "rollingUpdate")) {
        strategy["rollingUpdate"] = constants;
    }
}

void set_deployment_defaults(Json& object) {
    default_pod_spec(object["spec"]["template"]["spec"]);
    default_rolling_update(object["spec"]["strategy"],
                           {{"maxUnavailable", "25%"}, {"maxSurge", "25%"}});
}

void set_daemon_set_defaults(Json& object) {
    default_pod_spec(object["spec"]["template"]["spec"]);
    default_rolling_update(object["spec"]["updateStrategy"],
                           {{"maxUnavailable", 1}, {"maxSurge", 0}});
}

void set_template_defaults(Json& object) {
    if (is_set(value_of(object, "spec"), "template")) {
        default_pod_spec(object["spec"]["template"]["spec"]);
    }
}

FieldErrors check_strategy(const Json& strategy) {
    const std::string path = "spec.strategy";
    const std::string type = text_of(strategy, "type");
    FieldErrors errors;
    if (type == "Recreate") {
        if (is_set(strategy, "rollingUpdate")) {
            errors.push_back(forbidden(path + ".rollingUpdate",
                                       "may not be specified when strategy `type` is 'Recreate'"));
        }
        return errors;
    }
    if (type != "RollingUpdate") {
        return {not_supported(path + ".type", type, {"Recreate", "RollingUpdate"})};
    }
    const Json& unavailable = value_of(strategy["rollingUpdate"], "maxUnavailable");
    const Json& surge = value_of(strategy["rollingUpdate"], "maxSurge");
    const std::string place = path + ".rollingUpdate.maxUnavailable";
    append(errors, check_int_or_percent(unavailable, place));
    append(errors, check_int_or_percent(surge, path + ".rollingUpdate.maxSurge"));
    if (is_zero(unavailable) && is_zero(surge)) {
        errors.push_back(invalid(place, verbatim(go_int_or_string(unavailable)),
                                 "may not be 0 when `maxSurge` is 0"));
    }
    append(errors, check_not_above_100_percent(unavailable, place));
    return errors;
}

// The template of a workload whose pods run for ever.
FieldErrors check_endless_template(const Json& spec, std::string_view kind) {
    const Json& pod = object_at(spec, {"template", "spec"});
    FieldErrors errors = check_pod_template(object_at(spec, {"template"}), "spec.template");
    if (text_of(pod, "restartPolicy") != "Always") {
        errors.push_back(not_supported("spec.template.spec.restartPolicy",
                                       text_of(pod, "restartPolicy"), {"Always"}));
    }
    if (is_set(pod, "activeDeadlineSeconds")) {
        errors.push_back(
            forbidden("spec.template.spec.activeDeadlineSeconds",
                      fmt::format("activeDeadlineSeconds in {} is not Supported", kind)));
    }
    return errors;
}

FieldErrors check_counts(const Json& spec) {
    FieldErrors errors;
    check_not_negative(errors, spec, "replicas", "spec");
    check_not_negative(errors, spec, "minReadySeconds", "spec");
    check_not_negative(errors, spec, "revisionHistoryLimit", "spec");
    return errors;
}

FieldErrors validate_deployment(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors = check_counts(spec);
    append(errors, check_workload_selector(spec, "deployment"));
    append(errors, check_endless_template(spec, "ReplicaSet"));
    append(errors, check_strategy(value_of(spec, "strategy")));
    const auto deadline = find_int(spec, {"progressDeadlineSeconds"});
    if (deadline && *deadline <= find_int(spec, {"minReadySeconds"}).value_or(0)) {
        errors.push_back(invalid("spec.progressDeadlineSeconds", *deadline,
                                 "must be greater than minReadySeconds"));
    }
    return errors;
}

FieldErrors validate_replica_set(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors = check_counts(spec);
    append(errors, check_workload_selector(spec, "replicaset"));
    append(errors, check_endless_template(spec, "ReplicaSet"));
    return errors;
}

FieldErrors validate_daemon_set(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors = check_counts(spec);
    append(errors, check_workload_selector(spec, "daemonset"));
    append(errors, check_endless_template(spec, "DaemonSet"));
    check_one_of(errors, string_at(spec, {"updateStrategy", "type"}), "spec.updateStrategy.type",
                 {"RollingUpdate", "OnDelete"});
    return errors;
}

FieldErrors check_status(const Json& object) {
    const Json& status = object_at(object, {"status"});
    const auto count = [&status](const char* field) {
        return find_int(status, {field}).value_or(0);
    };
    FieldErrors errors;
    for (const char* field : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                              "unavailableReplicas", "fullyLabeledReplicas"}) {
        check_not_negative(errors, status, field, "status");
    }
    for (const char* field :
         {"updatedReplicas", "readyReplicas", "availableReplicas", "fullyLabeledReplicas"}) {
        if (count(field) > count("replicas")) {
            errors.push_back(invalid(std::string("status.") + field, count(field),
                                     "cannot be greater than status.replicas"));
        }
    }
    if (count("availableReplicas") > count("readyReplicas")) {
        errors.push_back(invalid("status.availableReplicas", count("availableReplicas"),
                                 "cannot be greater than readyReplicas"));
    }
    return errors;
}

FieldErrors check_same_selector(const Json& now, const Json& before) {
    const Json& selector = object_at(now, {"spec", "selector"});
    if (selector == object_at(before, {"spec", "selector"})) {
        return {};
    }
    return {invalid("spec.selector", verbatim(go_label_selector(selector)),
                    std::string(immutable_text))};
}

template <FieldErrors (*validate)(const Json&)>
FieldErrors validate_update(const Json& now, const Json& before, std::string_view subresource) {
    if (subresource == "status") {
        return check_status(now);
    }
    FieldErrors errors = validate(now);
    append(errors, check_same_selector(now, before));
    return errors;
}

// Selector and labels default to the template's labels.
void set_replication_controller_defaults(Json& object) {
    set_template_defaults(object);
    const Json labels = object_at(object, {"spec", "template", "metadata", "labels"});
    if (labels.empty()) {
        return;
    }
    if (!is_set(object["spec"], "selector")) {
        object["spec"]["selector"] = labels;
    }
    if (!is_set(object["metadata"], "labels")) {
        object["metadata"]["labels"] = labels;
    }
}

FieldErrors validate_replication_controller(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors;
    check_not_negative(errors, spec, "minReadySeconds", "spec");
    const Json& selector = object_at(spec, {"selector"});
    if (selector.empty()) {
        errors.push_back(required("spec.selector"));
    }
    check_not_negative(errors, spec, "replicas", "spec");
    if (!is_set(spec, "template")) {
        errors.push_back(required("spec.template"));
        return errors;
    }
    const Json& labels = object_at(spec, {"template", "metadata", "labels"});
    if (!selects({{"matchLabels", selector}}, labels)) {
        errors.push_back(invalid("spec.template.metadata.labels", verbatim(go_string_map(labels)),
                                 "`selector` does not match template `labels`"));
    }
    append(errors, check_endless_template(spec, "ReplicationController"));
    return errors;
}

FieldErrors validate_revision(const Json& object) {
    FieldErrors errors;
    if (!is_set(object, "data")) {
        errors.push_back(required("data", "data is mandatory"));
    }
    const std::int64_t revision = find_int(object, {"revision"}).value_or(0);
    if (revision < 0) {
        errors.push_back(invalid("revision", revision, "must be greater than or equal to 0"));
    }
    return errors;
}

// As Go prints the raw extension that holds the data.
std::string go_raw(const Json& data) {
    std::string bytes;
    for (const char byte : dump(data)) {
        bytes += fmt::format("{}0x{:x}", bytes.empty() ? "" : ", ",
                             static_cast<unsigned>(static_cast<unsigned char>(byte)));
    }
    return fmt::format(
        "runtime.Unknown{{TypeMeta:runtime.TypeMeta{{APIVersion:\"\", Kind:\"\"}}, "
        "Raw:[]uint8{{{}}}, ContentEncoding:\"\", ContentType:\"application/json\"}}",
        bytes);
}

FieldErrors validate_revision_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors = validate_revision(now);
    if (value_of(now, "data") != value_of(before, "data")) {
        errors.push_back(
            invalid("data", verbatim(go_raw(value_of(now, "data"))), std::string(immutable_text)));
    }
    return errors;
}

}  // namespace

KindRules deployment_rules() {
    return {.manages_generation = true,
            .scale = ScalePaths{},
            .set_defaults = set_deployment_defaults,
            .validate_create = validate_deployment,
            .validate_update = validate_update<validate_deployment>,
            .columns = deployment_columns,
            .cells = deployment_cells};
}

KindRules replica_set_rules() {
    return {.manages_generation = true,
            .scale = ScalePaths{},
            .set_defaults = set_template_defaults,
            .validate_create = validate_replica_set,
            .validate_update = validate_update<validate_replica_set>,
            .columns = replica_set_columns,
            .cells = replica_set_cells};
}

KindRules daemon_set_rules() {
    return {.manages_generation = true,
            .set_defaults = set_daemon_set_defaults,
            .validate_create = validate_daemon_set,
            .validate_update = validate_update<validate_daemon_set>,
            .columns = daemon_set_columns,
            .cells = daemon_set_cells};
}

KindRules replication_controller_rules() {
    return {.manages_generation = true,
            .orphans_by_default = true,
            .selectable_fields = {"status.replicas"},
            .scale = ScalePaths{},
            .set_defaults = set_replication_controller_defaults,
            .validate_create = validate_replication_controller,
            .columns = replica_set_columns,
            .cells = replica_set_cells};
}

KindRules controller_revision_rules() {
    return {.validate_create = validate_revision,
            .validate_update = validate_revision_update,
            .columns = controller_revision_columns,
            .cells = controller_revision_cells};
}

}  // namespace bestgres::fakekube
