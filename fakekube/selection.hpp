// Which objects a list or a watch is about: a resource, perhaps a namespace, and selectors. What
// leaves the selection is deleted for a watcher, what enters is added.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fakekube/resource.hpp"
#include "fakekube/status.hpp"
#include "fakekube/stored_event.hpp"
#include "lib/kube/object.hpp"
#include "lib/kube/selector.hpp"

namespace bestgres::fakekube {

struct Selection {
    ResourcePtr resource;
    std::string ns;  // empty: all namespaces
    kube::LabelSelector labels;
    kube::FieldSelector fields;

    bool selects_all() const { return labels.requirements.empty() && fields.requirements.empty(); }
};

// 400 for unreadable selectors and for fields that the kind cannot be selected by.
Outcome<Selection> parse_selection(ResourcePtr resource, std::string_view label_selector,
                                   std::string_view field_selector);

// By the selectors alone: the caller's scan has seen to resource and namespace.
bool matches(const Selection& selection, const kube::Object& object);

// What a watcher of the selection is told of an event; nothing where it does not show to it. What
// leaves the selection is told as it was in it, with the version of the event.
struct Told {
    EventType type = EventType::added;
    kube::Object object;
};
std::optional<Told> told_of(const Selection& selection, const StoredEvent& event);

}  // namespace bestgres::fakekube
