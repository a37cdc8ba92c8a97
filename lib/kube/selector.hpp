// Label and field selectors: the text form of query parameters and the structured form of specs.
// Matching follows apimachinery: `!=` and `notin` hold for objects without the key.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#api
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::kube {

enum class LabelOperator { equals, not_equals, in, not_in, exists, absent, greater, less };

struct LabelRequirement {
    std::string key;
    LabelOperator op = LabelOperator::exists;
    std::vector<std::string> values;  // sorted, without duplicates; one value but for in and not_in

    bool operator==(const LabelRequirement&) const = default;
};

// All requirements must hold, so that an empty selector selects everything.
struct LabelSelector {
    std::vector<LabelRequirement> requirements;  // sorted by key

    bool operator==(const LabelSelector&) const = default;
};

// "a=b,c!=d,e in (x,y),f notin (z),g,!h,i>3". An empty text selects everything.
Result<LabelSelector> parse_label_selector(std::string_view text);

// {matchLabels: {}, matchExpressions: [{key, operator, values}]}. Null and {} select everything;
// whoever owns the field must know whether it means nothing instead (a PodDisruptionBudget of v1
// selects all pods with {} and none without a selector).
Result<LabelSelector> label_selector_of(const Json& structured);

// A plain map, as in the selector of a Service.
LabelSelector selector_of_map(const Json& labels);

// `labels` is metadata.labels: an object of strings, or null.
bool matches(const LabelSelector& selector, const Json& labels);

// Canonical; parse_label_selector reads it back.
std::string to_string(const LabelSelector& selector);

struct FieldRequirement {
    std::string field;
    std::string value;
    bool equal = true;

    bool operator==(const FieldRequirement&) const = default;
};

// All requirements must hold.
struct FieldSelector {
    std::vector<FieldRequirement> requirements;

    bool operator==(const FieldSelector&) const = default;
};

// "metadata.name=x,status.phase!=Running"; comma, equals sign and backslash are escaped by a
// backslash.
Result<FieldSelector> parse_field_selector(std::string_view text);
// A field that is absent reads as empty text; booleans and numbers read as kubectl prints them.
bool matches(const FieldSelector& selector, const Json& object);
std::string to_string(const FieldSelector& selector);

// What the API accepts as a label's key and value; the error is the API's sentence.
Result<Done> check_label_key(std::string_view key);
Result<Done> check_label_value(std::string_view value);

}  // namespace bestgres::kube
