#include <fmt/format.h>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "fakekube/kinds/pod_spec.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view early_frozen_spec =
    "updates to statefulset spec for fields other than 'replicas', 'template', and "
    "'updateStrategy' are forbidden";
constexpr std::string_view frozen_spec =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

void set_stateful_set_defaults(Json& object) {
    Json& spec = object["spec"];
    default_pod_spec(spec["template"]["spec"]);
    Json& strategy = spec["updateStrategy"];
    if (text_of(strategy, "type") == "RollingUpdate" && !is_set(strategy, "rollingUpdate")) {
        strategy["rollingUpdate"] = {{"partition", 0}};
    }
    if (!is_set(spec, "volumeClaimTemplates")) {
        return;
    }
    for (Json& claim : spec["volumeClaimTemplates"]) {
        claim["apiVersion"] = "v1";
        claim["kind"] = "PersistentVolumeClaim";
    }
}

std::string go_strategy(const Json& strategy) {
    return fmt::format(
        "apps.StatefulSetUpdateStrategy{{Type:{}, "
        "RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}}",
        go_quote(text_of(strategy, "type")));
}

FieldErrors check_update_strategy(const Json& strategy) {
    const std::string path = "spec.updateStrategy";
    const std::string type = text_of(strategy, "type");
    const Json& rolling = value_of(strategy, "rollingUpdate");
    FieldErrors errors;
    if (type == "OnDelete" && !rolling.is_null()) {
        errors.push_back(
            invalid(path + ".rollingUpdate",
                    verbatim(fmt::format("apps.RollingUpdateStatefulSetStrategy{{Partition:{}}}",
                                         find_int(rolling, {"partition"}).value_or(0))),
                    "only allowed for updateStrategy 'RollingUpdate'"));
    } else if (type == "RollingUpdate") {
        check_not_negative(errors, rolling, "partition", path + ".rollingUpdate");
    } else if (type != "OnDelete") {
        errors.push_back(invalid(path, verbatim(go_strategy(strategy)),
                                 "must be 'RollingUpdate' or 'OnDelete'"));
    }
    return errors;
}

FieldErrors check_retention(const Json& policy) {
    FieldErrors errors;
    for (const std::string field : {"whenDeleted", "whenScaled"}) {
        if (is_set(policy, field)) {
            check_one_of(errors, text_of(policy, field),
                         "spec.persistentVolumeClaimRetentionPolicy." + field,
                         {"Retain", "Delete"});
        }
    }
    return errors;
}

// As in the original, the pod spec itself is judged only when pods are made of it.
FieldErrors validate_stateful_set(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors;
    const std::string management = text_of(spec, "podManagementPolicy");
    if (management != "OrderedReady" && management != "Parallel") {
        errors.push_back(invalid("spec.podManagementPolicy", management,
                                 "must be 'OrderedReady' or 'Parallel'"));
    }
    append(errors, check_update_strategy(value_of(spec, "updateStrategy")));
    append(errors, check_retention(value_of(spec, "persistentVolumeClaimRetentionPolicy")));
    check_not_negative(errors, spec, "replicas", "spec");
    check_not_negative(errors, spec, "minReadySeconds", "spec");
    append(errors, check_workload_selector(spec, "statefulset"));
    const Json& pod = object_at(spec, {"template", "spec"});
    if (text_of(pod, "restartPolicy") != "Always") {
        errors.push_back(not_supported("spec.template.spec.restartPolicy",
                                       text_of(pod, "restartPolicy"), {"Always"}));
    }
    if (is_set(pod, "activeDeadlineSeconds")) {
        errors.push_back(forbidden("spec.template.spec.activeDeadlineSeconds",
                                   "activeDeadlineSeconds in StatefulSet is not Supported"));
    }
    return errors;
}

FieldErrors check_status(const Json& object) {
    const Json& status = object_at(object, {"status"});
    const std::int64_t replicas = find_int(status, {"replicas"}).value_or(0);
    constexpr const char* counts[] = {"readyReplicas", "currentReplicas", "updatedReplicas",
                                      "availableReplicas"};
    FieldErrors errors;
    check_not_negative(errors, status, "replicas", "status");
    for (const char* field : counts) {
        check_not_negative(errors, status, field, "status");
    }
    for (const char* field : counts) {
        const std::int64_t count = find_int(status, {field}).value_or(0);
        // A count that nobody reports says nothing; the three old ones are always judged.
        if (count > replicas && (count != 0 || std::string_view(field) != "availableReplicas")) {
            errors.push_back(invalid(std::string("status.") + field, count,
                                     "cannot be greater than status.replicas"));
        }
    }
    return errors;
}

template <const std::string_view& frozen_text>
FieldErrors validate_update(const Json& now, const Json& before, std::string_view subresource) {
    if (subresource == "status") {
        return check_status(now);
    }
    if (object_at(now, {"spec"}) == object_at(before, {"spec"})) {
        return {};
    }
    FieldErrors errors = validate_stateful_set(now);
    Json frozen = object_at(now, {"spec"});
    Json earlier = object_at(before, {"spec"});
    for (const char* field : {"replicas", "ordinals", "template", "updateStrategy",
                              "persistentVolumeClaimRetentionPolicy", "minReadySeconds"}) {
        frozen.erase(field);
        earlier.erase(field);
    }
    if (frozen != earlier) {
        errors.push_back(forbidden("spec", std::string(frozen_text)));
    }
    // An update is judged like a new object and once more as an update: this cause comes twice.
    check_not_negative(errors, object_at(now, {"spec"}), "replicas", "spec");
    return errors;
}

}  // namespace

KindRules stateful_set_rules() {
    return {.manages_generation = true,
            .scale = ScalePaths{},
            .set_defaults = set_stateful_set_defaults,
            .validate_create = validate_stateful_set,
            .validate_update = validate_update<frozen_spec>,
            .columns = stateful_set_columns,
            .cells = stateful_set_cells};
}

KindRules early_stateful_set_rules() {
    KindRules rules = stateful_set_rules();
    rules.validate_update = validate_update<early_frozen_spec>;
    return rules;
}

}  // namespace bestgres::fakekube
