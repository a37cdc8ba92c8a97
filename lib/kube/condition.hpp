// metav1.Condition in `status.conditions`: one entry a type, its transition time moves with its
// status only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::kube {

struct Condition {
    std::string type;
    std::string status;   // "True", "False" or "Unknown"
    std::string reason;   // CamelCase, never empty
    std::string message;  // for people
    std::int64_t observed_generation = 0;

    bool operator==(const Condition&) const = default;
};

// Replaces the entry of the same type or appends one. `conditions` is an array; lastTransitionTime
// is kept unless the status differs from what the entry says.
void set_condition(Json& conditions, const Condition& condition, Instant now);

// The status of a condition in status.conditions; empty where absent.
std::string_view condition_status(const Object& object, std::string_view type);
bool condition_is_true(const Object& object, std::string_view type);

}  // namespace bestgres::kube
