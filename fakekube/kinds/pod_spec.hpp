// Pod specs wherever they stand: in pods and in the templates of workloads. Defaults that depend on
// other values, and validation.
#pragma once

#include <string>

#include "fakekube/field_error.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// The schema's constants are already there.
void default_pod_spec(Json& spec);
FieldErrors check_pod_spec(const Json& spec, const std::string& path);

// For `template` of a workload: labels, annotations and the spec.
FieldErrors check_pod_template(const Json& pod_template, const std::string& path);
// Selector and template of a workload belong together: "spec.selector" and
// "spec.template.metadata.labels". `kind` is the lower-case name that the text uses.
FieldErrors check_workload_selector(const Json& spec, std::string_view kind);

// Guaranteed, Burstable or BestEffort.
std::string quality_of_service(const Json& spec);

}  // namespace bestgres::fakekube
