#include "fakekube/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bestgres::fakekube {
namespace {

// What a selector may name besides the two fields that every kind has.
Outcome<Done> check_field(const Resource& resource, std::string_view field) {
    if (field == "metadata.name" || (field == "metadata.namespace")) {
        return Done{};
    }
    const std::vector<std::string> known = resource.strategy->selectable_fields();
    if (std::find(known.begin(), known.end(), field) != known.end()) {
        return Done{};
    }
    if (resource.strategy->is_custom()) {
        return bad_request(fmt::format("field label not supported: {}", field));
    }
    if (known.empty()) {
        return bad_request(
            fmt::format("\"{}\" is not a known field selector: only \"metadata.name\", "
                        "\"metadata.namespace\"",
                        field));
    }
    return bad_request(fmt::format("field label not supported: {}", field));
}

std::string field_of(const Selection& selection, const kube::Object& object,
                     std::string_view field) {
    if (field == "metadata.name") {
        return std::string(object.name());
    }
    if (field == "metadata.namespace") {
        return std::string(object.ns());
    }
    return selection.resource->strategy->field_value(object.json(), field);
}

}  // namespace

Outcome<Selection> parse_selection(ResourcePtr resource, std::string_view label_selector,
                                   std::string_view field_selector) {
    Result<kube::LabelSelector> labels = kube::parse_label_selector(label_selector);
    if (!labels.ok()) {
        return bad_request(labels.error().message);
    }
    Result<kube::FieldSelector> fields = kube::parse_field_selector(field_selector);
    if (!fields.ok()) {
        return bad_request(fields.error().message);
    }
    for (const kube::FieldRequirement& requirement : fields->requirements) {
        BG_TRY(check_field(*resource, requirement.field));
    }
    return Selection{.resource = std::move(resource),
                     .ns = {},
                     .labels = std::move(*labels),
                     .fields = std::move(*fields)};
}

bool matches(const Selection& selection, const kube::Object& object) {
    for (const kube::FieldRequirement& requirement : selection.fields.requirements) {
        const bool equal = field_of(selection, object, requirement.field) == requirement.value;
        if (equal != requirement.equal) {
            return false;
        }
    }
    return selection.labels.requirements.empty() ||
           kube::matches(selection.labels, object_at(object.json(), {"metadata", "labels"}));
}

std::optional<Told> told_of(const Selection& selection, const StoredEvent& event) {
    const bool was_in = event.type != EventType::added && matches(selection, event.before);
    const bool is_in = event.type != EventType::deleted && matches(selection, event.object);
    if (is_in) {
        return Told{was_in ? EventType::modified : EventType::added, event.object};
    }
    if (!was_in) {
        return std::nullopt;
    }
    if (event.type == EventType::deleted) {
        return Told{EventType::deleted, event.object};
    }
    Json left = event.before.json();
    left["metadata"]["resourceVersion"] = event.object.resource_version();
    return Told{EventType::deleted, kube::Object(std::move(left))};
}

}  // namespace bestgres::fakekube
