// What is different between two objects, field by field, in words.
#pragma once

#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::scenarios {

struct FieldChange {
    std::string path;    // "spec.template.spec.containers[postgres].image"
    std::string before;  // empty: it was not there
    std::string after;   // empty: it is gone

    bool operator==(const FieldChange&) const = default;
};

// Elements of lists are matched by their `name`, `type` or `uid` where all have one, else by place.
// A text that holds JSON on both sides is looked into.
std::vector<FieldChange> difference(const Json& before, const Json& after);

// Of two states of one object, without what every write changes: its version, and who manages what.
std::vector<FieldChange> difference(const kube::Object& before, const kube::Object& after);

// "spec.replicas: 3 -> 2", "+ spec.paused: true", "- metadata.labels[tier]: gold".
std::string in_words(const FieldChange& change);

// At most `most` bytes, an ellipsis included, cut between characters.
std::string shortened(const std::string& text, std::size_t most);

}  // namespace bestgres::scenarios
