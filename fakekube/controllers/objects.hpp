// Small readings and writings of objects that several controllers need: pods, owners, conditions,
// labels. Pure functions of values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

// Pods. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
bool is_ready(const kube::Object& pod);
bool is_finished(const kube::Object& pod);  // Succeeded or Failed
bool is_active(const kube::Object& pod);    // neither finished nor being deleted
// When it has been ready for `min_ready`; absent while it is not ready.
std::optional<Instant> available_at(const kube::Object& pod, Duration min_ready);
bool is_available(const kube::Object& pod, Duration min_ready, Instant now);
std::string phase_of(const kube::Object& pod);

// Owners.
bool is_controlled_by(const kube::Object& object, std::string_view owner_uid);
Json controller_reference(const kube::Object& owner);
Json plain_reference(const kube::Object& owner);

// A metav1.LabelSelector against the labels of an object. A null or empty selector matches all;
// callers for whom "no selector" means nothing ask before.
bool selector_matches(const Json& selector, const kube::Object& object);
// The plain map of a Service or ReplicationController; an empty map matches nothing.
bool labels_include(const Json& wanted, const kube::Object& object);

// Conditions: null where there is none of that type.
const Json* find_condition(const Json& object, std::string_view type);
std::string condition_status(const Json& object, std::string_view type);

struct Condition {
    std::string type;
    std::string status;
    std::string reason;
    std::string message;
};
// Writes the condition into `object.status.conditions`; lastTransitionTime moves only with the
// status. Answers whether anything changed.
bool set_condition(Json& object, const Condition& condition, Instant now);

// 3 or "25%" of `total`; absent for anything else.
std::optional<std::int64_t> scaled_value(const Json& value, std::int64_t total, bool round_up);

// Adds the finalizer if absent / removes it if present, and answers whether anything changed.
bool add_finalizer(Json& object, std::string_view finalizer);
bool drop_finalizer(Json& object, std::string_view finalizer);

// How Kubernetes makes names out of hashes: decimal digits without vowels, and FNV-1 of 32 bits.
std::string safe_hash_name(std::uint32_t hash);
std::uint32_t fnv32(std::string_view text);

}  // namespace bestgres::fakekube::controllers
