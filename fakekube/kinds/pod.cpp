#include <algorithm>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/pod_spec.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view frozen_spec =
    "pod updates may not change fields other than `spec.containers[*].image`, "
    "`spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only "
    "additions to existing tolerations)";

// Only of pods, not of templates: what is limited is requested.
void default_requests(Json& container) {
    if (!container.contains("resources") || !is_set(container["resources"], "limits")) {
        return;
    }
    Json& resources = container["resources"];
    Json requests = value_of(resources, "requests");
    for (const auto& [name, limit] : resources["limits"].items()) {
        if (!is_set(requests, name)) {
            requests[name] = limit;
        }
    }
    if (!requests.is_null()) {
        resources["requests"] = std::move(requests);
    }
}

void set_defaults(Json& pod) {
    Json& spec = pod["spec"];
    default_pod_spec(spec);
    for (const char* list : {"containers", "initContainers"}) {
        if (spec.contains(list) && spec[list].is_array()) {
            for (Json& container : spec[list]) {
                default_requests(container);
            }
        }
    }
    if (!is_set(spec, "enableServiceLinks")) {
        spec["enableServiceLinks"] = true;
    }
}

void prepare_create(Json& pod) {
    pod["status"] = {{"phase", "Pending"}, {"qosClass", quality_of_service(pod["spec"])}};
}

void prepare_update(Json& now, const Json& before, std::string_view subresource) {
    const std::string quality = string_at(before, {"status", "qosClass"});
    if (subresource == "status" && !quality.empty()) {
        now["status"]["qosClass"] = quality;
    }
}

FieldErrors validate_create(const Json& pod) {
    return check_pod_spec(object_at(pod, {"spec"}), "spec");
}

FieldErrors check_same_number(const Json& now, const Json& before, const std::string& list) {
    if (array_at(now, {"spec", list}).size() == array_at(before, {"spec", list}).size()) {
        return {};
    }
    return {forbidden("spec." + list, "pod updates may not add or remove containers")};
}

FieldErrors check_deadline(const Json& now, const Json& before) {
    constexpr const char* path = "spec.activeDeadlineSeconds";
    const auto deadline = find_int(now, {"spec", "activeDeadlineSeconds"});
    const auto earlier = find_int(before, {"spec", "activeDeadlineSeconds"});
    if (deadline && *deadline < 0) {
        return {invalid(path, *deadline, "must be between 0 and 2147483647, inclusive")};
    }
    if (deadline && earlier && *earlier < *deadline) {
        return {invalid(path, *deadline, "must be less than or equal to previous value")};
    }
    if (!deadline && earlier) {
        return {invalid(path, "null", "must not update from a positive integer to nil value")};
    }
    return {};
}

bool is_same_toleration(const Json& left, const Json& right) {
    constexpr const char* fields[] = {"key", "operator", "value", "effect"};
    return std::all_of(std::begin(fields), std::end(fields), [&](const char* field) {
        return text_of(left, field) == text_of(right, field);
    });
}

FieldErrors check_tolerations_only_added(const Json& now, const Json& before) {
    const Json& kept = array_at(now, {"spec", "tolerations"});
    for (const Json& toleration : array_at(before, {"spec", "tolerations"})) {
        const bool found = std::any_of(kept.begin(), kept.end(), [&](const Json& candidate) {
            return is_same_toleration(candidate, toleration);
        });
        if (!found) {
            return {forbidden("spec.tolerations",
                              "existing toleration can not be modified except its "
                              "tolerationSeconds")};
        }
    }
    return {};
}

// The spec with what may change taken from `before`.
Json frozen_part(const Json& now, const Json& before, bool resize) {
    Json spec = object_at(now, {"spec"});
    for (const char* list : {"containers", "initContainers"}) {
        const Json& earlier = array_at(before, {"spec", list});
        for (std::size_t i = 0; i < earlier.size(); ++i) {
            spec[list][i]["image"] = value_of(earlier[i], "image");
            if (resize) {
                spec[list][i]["resources"] = value_of(earlier[i], "resources");
            }
        }
    }
    for (const char* field : {"activeDeadlineSeconds", "tolerations"}) {
        spec.erase(field);
        if (is_set(before["spec"], field)) {
            spec[field] = before["spec"][field];
        }
    }
    return spec;
}

FieldErrors validate_update(const Json& now, const Json& before, std::string_view subresource) {
    if (subresource == "status" || object_at(now, {"spec"}) == object_at(before, {"spec"})) {
        return {};
    }
    FieldErrors errors = check_same_number(now, before, "containers");
    append(errors, check_same_number(now, before, "initContainers"));
    if (!errors.empty()) {
        return errors;
    }
    const Json& containers = array_at(now, {"spec", "containers"});
    for (std::size_t i = 0; i < containers.size(); ++i) {
        check_required(errors, containers[i], "image", at_index("spec.containers", i));
    }
    append(errors, check_deadline(now, before));
    if (!errors.empty()) {
        return errors;
    }
    append(errors, check_tolerations_only_added(now, before));
    if (frozen_part(now, before, subresource == "resize") != object_at(before, {"spec"})) {
        errors.push_back(forbidden("spec", std::string(frozen_spec)));
    }
    return errors;
}

// Kubernetes gives no grace to pods that no kubelet knows or that have ended.
std::optional<std::int64_t> graceful_seconds(const Json& pod,
                                             std::optional<std::int64_t> requested) {
    const std::string phase = string_at(pod, {"status", "phase"});
    if (string_at(pod, {"spec", "nodeName"}).empty() || phase == "Failed" || phase == "Succeeded") {
        return 0;
    }
    const auto period =
        requested ? requested : find_int(pod, {"spec", "terminationGracePeriodSeconds"});
    return std::max<std::int64_t>(period.value_or(30) < 0 ? 1 : period.value_or(30), 0);
}

void set_template_defaults(Json& object) {
    default_pod_spec(object["template"]["spec"]);
}

FieldErrors validate_template(const Json& object) {
    return check_pod_template(object_at(object, {"template"}), "template");
}

}  // namespace

KindRules pod_rules() {
    return {.returns_deleted_object = true,
            .selectable_fields = {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
                                  "spec.serviceAccountName", "status.phase", "status.podIP",
                                  "status.nominatedNodeName"},
            .set_defaults = set_defaults,
            .prepare_create = prepare_create,
            .prepare_update = prepare_update,
            .validate_create = validate_create,
            .validate_update = validate_update,
            .graceful_seconds = graceful_seconds,
            .columns = pod_columns,
            .cells = pod_cells};
}

KindRules pod_template_rules() {
    return {.returns_deleted_object = true,
            .set_defaults = set_template_defaults,
            .validate_create = validate_template,
            .columns = pod_template_columns,
            .cells = pod_template_cells};
}

}  // namespace bestgres::fakekube
