#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/event_forms.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* other_namespace = "does not match event.namespace";

// What the event is about stands in the event's namespace; things without one in "default".
FieldErrors check_namespace(const Json& event, const char* reference) {
    const std::string ns = string_at(event, {"metadata", "namespace"});
    const std::string about = string_at(event, {reference, "namespace"});
    const bool matches = about.empty() ? ns.empty() || ns == "default" : about == ns;
    if (matches) {
        return {};
    }
    return {invalid("involvedObject.namespace", about, other_namespace)};
}

// An event with eventTime comes from the new API and must be complete.
FieldErrors check_new_form(const Json& event, const char* controller) {
    FieldErrors errors;
    for (const char* field : {controller, "reportingInstance", "action", "reason"}) {
        if (text_of(event, field).empty()) {
            errors.push_back(required(field));
        }
    }
    return errors;
}

FieldErrors validate_event(const Json& event) {
    FieldErrors errors = check_namespace(event, "involvedObject");
    if (is_set(event, "eventTime")) {
        append(errors, check_new_form(event, "reportingComponent"));
    }
    return errors;
}

FieldErrors validate_events_v1(const Json& event) {
    FieldErrors errors = check_namespace(event, "regarding");
    if (is_set(event, "eventTime")) {
        append(errors, check_new_form(event, "reportingController"));
    } else {
        errors.push_back(required("eventTime"));
    }
    const std::string type = text_of(event, "type");
    if (type != "Normal" && type != "Warning") {
        errors.push_back(invalid("type", "", "has invalid value: " + type));
    }
    return errors;
}

std::string event_field(const Json& stored, std::string_view field) {
    const Json event = stored.contains("regarding") ? core_event(stored) : stored;
    if (field == "source") {
        const std::string component = string_at(event, {"source", "component"});
        return component.empty() ? text_of(event, "reportingComponent") : component;
    }
    const std::size_t dot = field.find('.');
    return dot == std::string_view::npos
               ? string_at(event, {field})
               : string_at(event, {field.substr(0, dot), field.substr(dot + 1)});
}

std::vector<std::string> event_fields() {
    return {"involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type"};
}

}  // namespace

KindRules event_rules() {
    // The names of the older form were never checked.
    return {.names = NameRule::path_segment,
            .create_on_update = true,
            .selectable_fields = event_fields(),
            .validate_create = validate_event,
            .field_value = event_field,
            .columns = event_columns,
            .cells = event_cells};
}

KindRules events_v1_rules() {
    return {.create_on_update = true,
            .selectable_fields = event_fields(),
            .validate_create = validate_events_v1,
            .field_value = event_field,
            .columns = event_columns,
            .cells = event_cells};
}

}  // namespace bestgres::fakekube
