#include "fakekube/controllers/objects.hpp"

#include <algorithm>
#include <charconv>

#include "lib/kube/selector.hpp"

namespace bestgres::fakekube::controllers {
namespace {

Json reference(const kube::Object& owner) {
    return {{"apiVersion", owner.api_version()},
            {"kind", owner.kind()},
            {"name", owner.name()},
            {"uid", owner.uid()}};
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

}  // namespace

bool is_ready(const kube::Object& pod) {
    return condition_status(pod.json(), "Ready") == "True";
}

bool is_finished(const kube::Object& pod) {
    const std::string phase = phase_of(pod);
    return phase == "Succeeded" || phase == "Failed";
}

bool is_active(const kube::Object& pod) {
    return !is_finished(pod) && !pod.being_deleted();
}

std::optional<Instant> available_at(const kube::Object& pod, Duration min_ready) {
    const Json* ready = find_condition(pod.json(), "Ready");
    if (ready == nullptr || string_at(*ready, {"status"}) != "True") {
        return std::nullopt;
    }
    const Result<Instant> since = parse_time(string_at(*ready, {"lastTransitionTime"}));
    return (since.ok() ? *since : Instant{}) + min_ready;
}

bool is_available(const kube::Object& pod, Duration min_ready, Instant now) {
    const std::optional<Instant> at = available_at(pod, min_ready);
    return at && (min_ready == Duration::zero() || *at <= now);
}

std::string phase_of(const kube::Object& pod) {
    return string_at(pod.json(), {"status", "phase"});
}

bool is_controlled_by(const kube::Object& object, std::string_view owner_uid) {
    const auto controller = object.controller();
    return controller && controller->uid == owner_uid;
}

Json controller_reference(const kube::Object& owner) {
    Json json = reference(owner);
    json["controller"] = true;
    json["blockOwnerDeletion"] = true;
    return json;
}

Json plain_reference(const kube::Object& owner) {
    return reference(owner);
}

bool selector_matches(const Json& selector, const kube::Object& object) {
    const Json& plain = object_at(selector, {"matchLabels"});
    if (selector.size() == 1 && !plain.empty()) {
        return labels_include(plain, object);
    }
    const Result<kube::LabelSelector> parsed = kube::label_selector_of(selector);
    return parsed.ok() && kube::matches(*parsed, object_at(object.json(), {"metadata", "labels"}));
}

bool labels_include(const Json& wanted, const kube::Object& object) {
    const Json& labels = object_at(object.json(), {"metadata", "labels"});
    if (!wanted.is_object() || wanted.empty()) {
        return false;
    }
    for (const auto& [label, value] : wanted.items()) {
        const auto found = labels.find(label);
        if (found == labels.end() || *found != value) {
            return false;
        }
    }
    return true;
}

const Json* find_condition(const Json& object, std::string_view type) {
    const Json& conditions = array_at(object, {"status", "conditions"});
    const auto found = std::find_if(conditions.begin(), conditions.end(), [&](const Json& one) {
        return string_at(one, {"type"}) == type;
    });
    return found == conditions.end() ? nullptr : &*found;
}

std::string condition_status(const Json& object, std::string_view type) {
    const Json* condition = find_condition(object, type);
    return condition == nullptr ? "" : string_at(*condition, {"status"});
}

bool set_condition(Json& object, const Condition& condition, Instant now) {
    Json next = {{"type", condition.type},
                 {"status", condition.status},
                 {"lastTransitionTime", format_seconds(now)}};
    if (!condition.reason.empty()) {
        next["reason"] = condition.reason;
    }
    if (!condition.message.empty()) {
        next["message"] = condition.message;
    }
    Json& conditions = object["status"]["conditions"];
    if (!conditions.is_array()) {
        conditions = Json::array();
    }
    for (Json& existing : conditions) {
        if (string_at(existing, {"type"}) != condition.type) {
            continue;
        }
        if (string_at(existing, {"status"}) == condition.status) {
            next["lastTransitionTime"] = existing["lastTransitionTime"];
        }
        Json merged = existing;
        merged.erase("reason");
        merged.erase("message");
        merged.update(next);
        const bool changed = merged != existing;
        existing = std::move(merged);
        return changed;
    }
    conditions.push_back(std::move(next));
    return true;
}

std::optional<std::int64_t> scaled_value(const Json& value, std::int64_t total, bool round_up) {
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (!value.is_string()) {
        return std::nullopt;
    }
    std::string_view text = value.get_ref<const std::string&>();
    if (text.empty() || text.back() != '%') {
        return std::nullopt;
    }
    text.remove_suffix(1);
    const std::optional<std::int64_t> percent = parse_number(text);
    if (!percent) {
        return std::nullopt;
    }
    return (*percent * total + (round_up ? 99 : 0)) / 100;
}

bool add_finalizer(Json& object, std::string_view finalizer) {
    Json& finalizers = object["metadata"]["finalizers"];
    if (!finalizers.is_array()) {
        finalizers = Json::array();
    }
    if (std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end()) {
        return false;
    }
    finalizers.push_back(finalizer);
    return true;
}

bool drop_finalizer(Json& object, std::string_view finalizer) {
    Json kept = Json::array();
    for (const Json& one : array_at(object, {"metadata", "finalizers"})) {
        if (one != finalizer) {
            kept.push_back(one);
        }
    }
    if (kept.size() == array_at(object, {"metadata", "finalizers"}).size()) {
        return false;
    }
    if (kept.empty()) {
        object["metadata"].erase("finalizers");
        return true;
    }
    object["metadata"]["finalizers"] = std::move(kept);
    return true;
}

std::string safe_hash_name(std::uint32_t hash) {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string name = std::to_string(hash);
    for (char& digit : name) {
        digit = alphabet[static_cast<unsigned char>(digit) % alphabet.size()];
    }
    return name;
}

std::uint32_t fnv32(std::string_view text) {
    std::uint32_t hash = 2166136261U;
    for (const char byte : text) {
        hash *= 16777619U;
        hash ^= static_cast<unsigned char>(byte);
    }
    return hash;
}

}  // namespace bestgres::fakekube::controllers
