#include "lib/kube/condition.hpp"

#include <algorithm>

namespace bestgres::kube {
namespace {

const Json* find_condition(const Json& conditions, std::string_view type) {
    for (const Json& entry : conditions) {
        if (string_at(entry, {"type"}) == type) {
            return &entry;
        }
    }
    return nullptr;
}

}  // namespace

void set_condition(Json& conditions, const Condition& condition, Instant now) {
    Json entry = {{"type", condition.type},
                  {"status", condition.status},
                  {"reason", condition.reason},
                  {"message", condition.message},
                  {"observedGeneration", condition.observed_generation},
                  {"lastTransitionTime", format_seconds(now)}};
    for (Json& known : conditions) {
        if (string_at(known, {"type"}) != condition.type) {
            continue;
        }
        const std::string since = string_at(known, {"lastTransitionTime"});
        if (string_at(known, {"status"}) == condition.status && !since.empty()) {
            entry["lastTransitionTime"] = since;
        }
        known = std::move(entry);
        return;
    }
    conditions.push_back(std::move(entry));
}

std::string_view condition_status(const Object& object, std::string_view type) {
    const Json* const entry =
        find_condition(array_at(object.json(), {"status", "conditions"}), type);
    const Json* const status = entry == nullptr ? nullptr : find(*entry, {"status"});
    if (status == nullptr || !status->is_string()) {
        return {};
    }
    return status->get_ref<const std::string&>();
}

bool condition_is_true(const Object& object, std::string_view type) {
    return condition_status(object, type) == "True";
}

}  // namespace bestgres::kube
