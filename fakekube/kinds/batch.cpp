#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "fakekube/kinds/pod_spec.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* uid_label = "controller-uid";
constexpr const char* name_label = "job-name";

void set_job_spec_defaults(Json& spec) {
    default_pod_spec(spec["template"]["spec"]);
    if (!is_set(spec, "completions") && !is_set(spec, "parallelism")) {
        spec["completions"] = 1;
    }
    if (!is_set(spec, "parallelism")) {
        spec["parallelism"] = 1;
    }
    if (!is_set(spec, "backoffLimit")) {
        spec["backoffLimit"] = 6;
    }
}

// A job without labels takes those of its template.
void label_like_template(Json& object) {
    const Json labels = object_at(object, {"spec", "template", "metadata", "labels"});
    if (!labels.empty() && !is_set(object["metadata"], "labels")) {
        object["metadata"]["labels"] = labels;
    }
}

void set_job_defaults(Json& object) {
    set_job_spec_defaults(object["spec"]);
    label_like_template(object);
}

// Selector and labels that no other job can have.
void prepare_job(Json& object) {
    Json& spec = object["spec"];
    if (find_bool(spec, {"manualSelector"}).value_or(false)) {
        return;
    }
    const std::string uid = string_at(object, {"metadata", "uid"});
    Json& labels = spec["template"]["metadata"]["labels"];
    if (!is_set(labels, name_label)) {
        labels[name_label] = string_at(object, {"metadata", "name"});
    }
    if (!is_set(labels, uid_label)) {
        labels[uid_label] = uid;
    }
    if (!is_set(object_at(spec, {"selector", "matchLabels"}), uid_label)) {
        spec["selector"]["matchLabels"][uid_label] = uid;
    }
    label_like_template(object);
}

FieldErrors check_job_spec(const Json& spec, const std::string& path) {
    FieldErrors errors;
    for (const char* field :
         {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit"}) {
        check_not_negative(errors, spec, field, path);
    }
    append(errors, check_pod_template(object_at(spec, {"template"}), path + ".template"));
    const std::string restart = string_at(spec, {"template", "spec", "restartPolicy"});
    if (restart != "OnFailure" && restart != "Never") {
        errors.push_back(required(path + ".template.spec.restartPolicy",
                                  "valid values: \"OnFailure\", \"Never\""));
    }
    return errors;
}

FieldErrors check_generated_selector(const Json& object) {
    const Json& selector = object_at(object, {"spec", "selector"});
    const Json expected = {{"matchLabels", {{uid_label, string_at(object, {"metadata", "uid"})}}}};
    if (find_bool(object, {"spec", "manualSelector"}).value_or(false) || selector == expected) {
        return {};
    }
    return {invalid("spec.selector", verbatim(go_label_selector(selector)),
                    "`selector` not auto-generated")};
}

FieldErrors validate_job(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors = check_generated_selector(object);
    append(errors, check_job_spec(spec, "spec"));
    const Json& labels = object_at(spec, {"template", "metadata", "labels"});
    if (!selects(value_of(spec, "selector"), labels)) {
        errors.push_back(invalid("spec.template.metadata.labels", verbatim(go_string_map(labels)),
                                 "`selector` does not match template `labels`"));
    }
    return errors;
}

FieldErrors validate_job_update(const Json& now, const Json& before, std::string_view subresource) {
    if (subresource == "status") {
        FieldErrors errors;
        for (const char* field : {"active", "succeeded", "failed"}) {
            check_not_negative(errors, object_at(now, {"status"}), field, "status");
        }
        return errors;
    }
    FieldErrors errors = check_job_spec(object_at(now, {"spec"}), "spec");
    for (const std::string field : {"completions", "selector", "template", "completionMode"}) {
        append(errors,
               check_immutable(value_of(object_at(now, {"spec"}), field),
                               value_of(object_at(before, {"spec"}), field), "spec." + field));
    }
    return errors;
}

void set_cron_job_defaults(Json& object) {
    set_job_spec_defaults(object["spec"]["jobTemplate"]["spec"]);
    // Completions and parallelism default when the job is made.
    Json& spec = object["spec"]["jobTemplate"]["spec"];
    for (const char* field : {"completions", "parallelism", "backoffLimit"}) {
        if (spec[field] == (std::string_view(field) == "backoffLimit" ? 6 : 1)) {
            spec.erase(field);
        }
    }
}

FieldErrors validate_cron_job(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    FieldErrors errors;
    if (text_of(spec, "schedule").empty()) {
        errors.push_back(required("spec.schedule"));
    }
    check_not_negative(errors, spec, "startingDeadlineSeconds", "spec");
    check_one_of(errors, text_of(spec, "concurrencyPolicy"), "spec.concurrencyPolicy",
                 {"Allow", "Forbid", "Replace"});
    check_not_negative(errors, spec, "successfulJobsHistoryLimit", "spec");
    check_not_negative(errors, spec, "failedJobsHistoryLimit", "spec");
    append(errors,
           check_job_spec(object_at(spec, {"jobTemplate", "spec"}), "spec.jobTemplate.spec"));
    if (string_at(object, {"metadata", "name"}).size() > 52) {
        errors.push_back(invalid("metadata.name", string_at(object, {"metadata", "name"}),
                                 "must be no more than 52 characters"));
    }
    return errors;
}

FieldErrors validate_autoscaler(const Json& object) {
    const Json& spec = object_at(object, {"spec"});
    const std::int64_t least = find_int(spec, {"minReplicas"}).value_or(1);
    const std::int64_t most = find_int(spec, {"maxReplicas"}).value_or(0);
    FieldErrors errors;
    if (least < 1) {
        errors.push_back(invalid("spec.minReplicas", least, "must be greater than or equal to 1"));
    }
    if (most < 1) {
        errors.push_back(invalid("spec.maxReplicas", most, "must be greater than 0"));
    }
    if (most < least) {
        errors.push_back(
            invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"));
    }
    for (const char* field : {"kind", "name"}) {
        check_required(errors, object_at(spec, {"scaleTargetRef"}), field, "spec.scaleTargetRef");
    }
    return errors;
}

// The selector has another name than the field.
std::string job_field(const Json& job, std::string_view) {
    return std::to_string(find_int(job, {"status", "succeeded"}).value_or(0));
}

}  // namespace

KindRules job_rules() {
    return {.orphans_by_default = true,
            .selectable_fields = {"status.successful"},
            .set_defaults = set_job_defaults,
            .prepare_create = prepare_job,
            .validate_create = validate_job,
            .validate_update = validate_job_update,
            .field_value = job_field,
            .columns = job_columns,
            .cells = job_cells};
}

KindRules cron_job_rules() {
    return {.set_defaults = set_cron_job_defaults,
            .validate_create = validate_cron_job,
            .columns = cron_job_columns,
            .cells = cron_job_cells};
}

KindRules horizontal_pod_autoscaler_rules() {
    return {.validate_create = validate_autoscaler,
            .columns = horizontal_pod_autoscaler_columns,
            .cells = horizontal_pod_autoscaler_cells};
}

}  // namespace bestgres::fakekube
