#include <fmt/format.h>

#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

#include "fakekube/kinds/go_text.hpp"

namespace bestgres::fakekube {
namespace {

// As Go prints a pointer of this type; where it points is nobody's business.
std::string go_pointer(const Json& value, std::string_view type) {
    return value.is_null() ? fmt::format("(*{})(nil)", type)
                           : fmt::format("(*{})(0xc000000000)", type);
}

std::string go_budget(const Json& spec) {
    return fmt::format(
        "policy.PodDisruptionBudgetSpec{{MinAvailable:{}, Selector:{}, MaxUnavailable:{}}}",
        go_pointer(value_of(spec, "minAvailable"), "intstr.IntOrString"),
        go_pointer(value_of(spec, "selector"), "v1.LabelSelector"),
        go_pointer(value_of(spec, "maxUnavailable"), "intstr.IntOrString"));
}

FieldErrors validate_budget(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors;
    if (is_set(spec, "minAvailable") && is_set(spec, "maxUnavailable")) {
        errors.push_back(invalid("spec", verbatim(go_budget(spec)),
                                 "minAvailable and maxUnavailable cannot be both set"));
    }
    for (const std::string field : {"minAvailable", "maxUnavailable"}) {
        if (is_set(spec, field)) {
            append(errors, check_int_or_percent(spec[field], "spec." + field));
            append(errors, check_not_above_100_percent(spec[field], "spec." + field));
        }
    }
    append(errors, check_label_selector(value_of(spec, "selector"), "spec.selector"));
    const std::string policy = text_of(spec, "unhealthyPodEvictionPolicy");
    if (!policy.empty()) {
        check_one_of(errors, policy, "spec.unhealthyPodEvictionPolicy",
                     {"AlwaysAllow", "IfHealthyBudget"});
    }
    return errors;
}

FieldErrors validate_budget_update(const Json& now, const Json&, std::string_view subresource) {
    if (subresource.empty()) {
        return validate_budget(now);
    }
    FieldErrors errors;
    const Json& status = object_at(now, {"status"});
    for (const char* field :
         {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"}) {
        check_not_negative(errors, status, field, "status");
    }
    return errors;
}

FieldErrors validate_lease(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors;
    const auto duration = find_int(spec, {"leaseDurationSeconds"});
    if (duration && *duration <= 0) {
        errors.push_back(invalid("spec.leaseDurationSeconds", *duration, "must be greater than 0"));
    }
    const auto transitions = find_int(spec, {"leaseTransitions"});
    if (transitions && *transitions < 0) {
        errors.push_back(
            invalid("spec.leaseTransitions", *transitions, "must to greater or equal than 0"));
    }
    return errors;
}

FieldErrors check_rule(const Json& rule, bool namespaced, const std::string& path) {
    FieldErrors errors;
    const bool has_urls = !array_at(rule, {"nonResourceURLs"}).empty();
    if (array_at(rule, {"verbs"}).empty()) {
        errors.push_back(required(path + ".verbs", "verbs must contain at least one value"));
    }
    if (has_urls) {
        if (namespaced) {
            errors.push_back(invalid(path + ".nonResourceURLs", array_at(rule, {"nonResourceURLs"}),
                                     "namespaced rules cannot apply to non-resource URLs"));
        }
        if (!array_at(rule, {"apiGroups"}).empty() || !array_at(rule, {"resources"}).empty()) {
            errors.push_back(
                invalid(path + ".nonResourceURLs", array_at(rule, {"nonResourceURLs"}),
                        "rules cannot apply to both regular resources and non-resource URLs"));
        }
        return errors;
    }
    if (array_at(rule, {"apiGroups"}).empty()) {
        errors.push_back(
            required(path + ".apiGroups", "resource rules must supply at least one api group"));
    }
    if (array_at(rule, {"resources"}).empty()) {
        errors.push_back(
            required(path + ".resources", "resource rules must supply at least one resource"));
    }
    return errors;
}

template <bool namespaced>
FieldErrors validate_role(const Json& object) {
    FieldErrors errors;
    const Json& rules = array_at(object, {"rules"});
    for (std::size_t i = 0; i < rules.size(); ++i) {
        append(errors, check_rule(rules[i], namespaced, at_index("rules", i)));
    }
    return errors;
}

void default_binding(Json& object) {
    constexpr const char* group = "rbac.authorization.k8s.io";
    if (text_of(object["roleRef"], "apiGroup").empty()) {
        object["roleRef"]["apiGroup"] = group;
    }
    if (!object.contains("subjects")) {
        return;
    }
    for (Json& subject : object["subjects"]) {
        const std::string kind = text_of(subject, "kind");
        if (text_of(subject, "apiGroup").empty() && (kind == "User" || kind == "Group")) {
            subject["apiGroup"] = group;
        }
    }
}

FieldErrors check_subject(const Json& subject, const std::string& path) {
    FieldErrors errors;
    const std::string kind = text_of(subject, "kind");
    if (text_of(subject, "name").empty()) {
        errors.push_back(required(path + ".name"));
    }
    if (kind == "ServiceAccount") {
        const std::string name = text_of(subject, "name");
        if (!name.empty()) {
            append(errors, invalid_each(path + ".name", name, dns_subdomain_problems(name)));
        }
        if (text_of(subject, "namespace").empty()) {
            errors.push_back(required(path + ".namespace"));
        }
    } else if (kind != "User" && kind != "Group") {
        errors.push_back(not_supported(path + ".kind", kind, {"ServiceAccount", "User", "Group"}));
    }
    return errors;
}

template <bool namespaced>
FieldErrors validate_binding(const Json& object) {
    FieldErrors errors;
    const Json& role = object_at(object, {"roleRef"});
    if (text_of(role, "apiGroup") != "rbac.authorization.k8s.io") {
        errors.push_back(not_supported("roleRef.apiGroup", text_of(role, "apiGroup"),
                                       {"rbac.authorization.k8s.io"}));
    }
    const std::string kind = text_of(role, "kind");
    if (kind != "ClusterRole" && (!namespaced || kind != "Role")) {
        errors.push_back(not_supported("roleRef.kind", kind,
                                       namespaced ? std::vector<std::string>{"Role", "ClusterRole"}
                                                  : std::vector<std::string>{"ClusterRole"}));
    }
    const std::string name = text_of(role, "name");
    if (name.empty()) {
        errors.push_back(required("roleRef.name"));
    }
    const Json& subjects = array_at(object, {"subjects"});
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        append(errors, check_subject(subjects[i], at_index("subjects", i)));
    }
    return errors;
}

std::string go_role_ref(const Json& role) {
    return fmt::format("rbac.RoleRef{{APIGroup:{}, Kind:{}, Name:{}}}",
                       go_quote(text_of(role, "apiGroup")), go_quote(text_of(role, "kind")),
                       go_quote(text_of(role, "name")));
}

template <bool namespaced>
FieldErrors validate_binding_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors = validate_binding<namespaced>(now);
    if (object_at(now, {"roleRef"}) != object_at(before, {"roleRef"})) {
        errors.push_back(invalid("roleRef", verbatim(go_role_ref(object_at(now, {"roleRef"}))),
                                 "cannot change roleRef"));
    }
    return errors;
}

template <bool namespaced>
KindRules binding_rules() {
    return {.names = NameRule::path_segment,
            .create_on_update = true,
            .set_defaults = default_binding,
            .validate_create = validate_binding<namespaced>,
            .validate_update = validate_binding_update<namespaced>,
            .columns = role_binding_columns,
            .cells = role_binding_cells};
}

template <bool namespaced>
KindRules any_role_rules() {
    return {.names = NameRule::path_segment,
            .create_on_update = true,
            .validate_create = validate_role<namespaced>,
            .columns = role_columns,
            .cells = role_cells};
}

}  // namespace

KindRules pod_disruption_budget_rules() {
    return {.unconditional_update = false,
            .manages_generation = true,
            .validate_create = validate_budget,
            .validate_update = validate_budget_update,
            .columns = pod_disruption_budget_columns,
            .cells = pod_disruption_budget_cells};
}

KindRules lease_rules() {
    return {.unconditional_update = false,
            .create_on_update = true,
            .validate_create = validate_lease,
            .columns = lease_columns,
            .cells = lease_cells};
}

KindRules role_rules() {
    return any_role_rules<true>();
}

KindRules cluster_role_rules() {
    return any_role_rules<false>();
}

KindRules role_binding_rules() {
    return binding_rules<true>();
}

KindRules cluster_role_binding_rules() {
    return binding_rules<false>();
}

}  // namespace bestgres::fakekube
