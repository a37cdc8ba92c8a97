#include "fakekube/object_meta.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "fakekube/names.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::size_t most_annotation_bytes = 256 * 1024;

void add_problems(FieldErrors& errors, const std::string& field, const Json& value,
                  const Problems& problems) {
    for (const std::string& problem : problems) {
        errors.push_back(invalid(field, value, problem));
    }
}

FieldErrors validate_name(const Json& object, const Resource& resource) {
    FieldErrors errors;
    const NameRule rule = resource.strategy->name_rule();
    const std::string prefix = string_at(object, {"metadata", "generateName"});
    if (!prefix.empty()) {
        add_problems(errors, "metadata.generateName", prefix, name_problems(rule, prefix, true));
    }
    const std::string name = string_at(object, {"metadata", "name"});
    if (name.empty()) {
        errors.push_back(required("metadata.name", "name or generateName is required"));
    } else {
        add_problems(errors, "metadata.name", name, name_problems(rule, name, false));
    }
    return errors;
}

FieldErrors validate_labels(const Json& object) {
    FieldErrors errors;
    for (const auto& [key, value] : object_at(object, {"metadata", "labels"}).items()) {
        add_problems(errors, "metadata.labels", key, qualified_name_problems(key));
        if (value.is_string()) {
            add_problems(errors, "metadata.labels", value,
                         label_value_problems(value.get_ref<const std::string&>()));
        }
    }
    return errors;
}

FieldErrors validate_annotations(const Json& object) {
    FieldErrors errors;
    std::size_t bytes = 0;
    for (const auto& [key, value] : object_at(object, {"metadata", "annotations"}).items()) {
        std::string lower = key;
        std::transform(lower.begin(), lower.end(), lower.begin(), [](char byte) {
            return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
        });
        add_problems(errors, "metadata.annotations", key, qualified_name_problems(lower));
        bytes += key.size() + (value.is_string() ? value.get_ref<const std::string&>().size() : 0);
    }
    if (bytes > most_annotation_bytes) {
        errors.push_back(too_long("metadata.annotations", most_annotation_bytes));
    }
    return errors;
}

// How Go's %#v prints an owner reference: part of the recorded messages.
std::string go_owner(const Json& owner) {
    const auto pointer = [&owner](std::string_view key) {
        return owner.contains(key) && owner[key].is_boolean() ? std::string("(0xc000000000)")
                                                              : std::string("(nil)");
    };
    return fmt::format(
        "v1.OwnerReference{{APIVersion:{}, Kind:{}, Name:{}, UID:{}, Controller:(*bool){}, "
        "BlockOwnerDeletion:(*bool){}}}",
        go_quote(string_at(owner, {"apiVersion"})), go_quote(string_at(owner, {"kind"})),
        go_quote(string_at(owner, {"name"})), go_quote(string_at(owner, {"uid"})),
        pointer("controller"), pointer("blockOwnerDeletion"));
}

FieldErrors validate_owner(const Json& owner) {
    FieldErrors errors;
    const std::string field = "metadata.ownerReferences";
    const std::string api_version = string_at(owner, {"apiVersion"});
    if (api_version.empty() || std::count(api_version.begin(), api_version.end(), '/') > 1) {
        errors.push_back(invalid(field + ".apiVersion", api_version, "version must not be empty"));
    }
    for (const char* key : {"kind", "name", "uid"}) {
        if (string_at(owner, {key}).empty()) {
            errors.push_back(
                invalid(field + "." + key, "", fmt::format("{} must not be empty", key)));
        }
    }
    const std::string kind = string_at(owner, {"kind"});
    if (kind == "Event" && (api_version == "v1" || api_version == "events.k8s.io/v1")) {
        const std::string group = api_version == "v1" ? "" : "events.k8s.io";
        errors.push_back(invalid(field, go_value(go_owner(owner)),
                                 group + "/v1, Kind=Event is disallowed from being an owner"));
    }
    return errors;
}

FieldErrors validate_owners(const Json& object) {
    FieldErrors errors;
    const Json& owners = array_at(object, {"metadata", "ownerReferences"});
    const Json* controller = nullptr;
    for (const Json& owner : owners) {
        append(errors, validate_owner(owner));
        if (!find_bool(owner, {"controller"}).value_or(false)) {
            continue;
        }
        if (controller == nullptr) {
            controller = &owner;
            continue;
        }
        std::string printed;
        for (const Json& each : owners) {
            printed += (printed.empty() ? "" : ", ") + go_owner(each);
        }
        errors.push_back(invalid(
            "metadata.ownerReferences", go_value("[]v1.OwnerReference{" + printed + "}"),
            fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                        "references for {} and {}",
                        string_at(*controller, {"name"}), string_at(owner, {"name"}))));
    }
    return errors;
}

FieldErrors validate_finalizers(const Json& object) {
    FieldErrors errors;
    bool orphan = false;
    bool foreground = false;
    for (const Json& finalizer : array_at(object, {"metadata", "finalizers"})) {
        if (!finalizer.is_string()) {
            continue;
        }
        const std::string& name = finalizer.get_ref<const std::string&>();
        add_problems(errors, "metadata.finalizers", name, qualified_name_problems(name));
        orphan = orphan || name == "orphan";
        foreground = foreground || name == "foregroundDeletion";
    }
    if (orphan && foreground) {
        errors.push_back(invalid("metadata.finalizers",
                                 array_at(object, {"metadata", "finalizers"}),
                                 "finalizer orphan and foregroundDeletion cannot be both set"));
    }
    return errors;
}

bool differs(const Json& now, const Json& before, std::string_view field) {
    const Json* current = find(now, {"metadata", field});
    const Json* earlier = find(before, {"metadata", field});
    return current != nullptr && (earlier == nullptr || *current != *earlier);
}

FieldErrors validate_new_finalizers(const Json& now, const Json& before) {
    if (string_at(before, {"metadata", "deletionTimestamp"}).empty()) {
        return {};
    }
    const Json& old = array_at(before, {"metadata", "finalizers"});
    std::string added;
    for (const Json& finalizer : array_at(now, {"metadata", "finalizers"})) {
        if (std::find(old.begin(), old.end(), finalizer) == old.end()) {
            added += (added.empty() ? "" : ", ") + go_quote(finalizer.get<std::string>());
        }
    }
    if (added.empty()) {
        return {};
    }
    return {forbidden("metadata.finalizers",
                      "no new finalizers can be added if the object is being deleted, found new "
                      "finalizers []string{" +
                          added + "}")};
}

}  // namespace

FieldErrors validate_object_meta(const Json& object, const Resource& resource) {
    FieldErrors errors = validate_name(object, resource);
    append(errors, validate_labels(object));
    append(errors, validate_annotations(object));
    append(errors, validate_owners(object));
    append(errors, validate_finalizers(object));
    return errors;
}

FieldErrors validate_object_meta_update(const Json& now, const Json& before, const Resource&) {
    FieldErrors errors = validate_new_finalizers(now, before);
    const Json* grace = find(now, {"metadata", "deletionGracePeriodSeconds"});
    const Json* old_grace = find(before, {"metadata", "deletionGracePeriodSeconds"});
    if (grace != nullptr && (old_grace == nullptr || *grace != *old_grace)) {
        errors.push_back(
            invalid("metadata.deletionGracePeriodSeconds", *grace, "field is immutable"));
    }
    for (const char* key : {"name", "namespace", "uid"}) {
        const std::string value = string_at(now, {"metadata", key});
        if (value != string_at(before, {"metadata", key})) {
            errors.push_back(invalid(std::string("metadata.") + key, value, "field is immutable"));
        }
    }
    // What is as it was has been found good before.
    if (differs(now, before, "labels")) {
        append(errors, validate_labels(now));
    }
    if (differs(now, before, "annotations")) {
        append(errors, validate_annotations(now));
    }
    if (differs(now, before, "ownerReferences")) {
        append(errors, validate_owners(now));
    }
    if (differs(now, before, "finalizers")) {
        append(errors, validate_finalizers(now));
    }
    return errors;
}

void take_old_metadata(Json& now, const Json& before) {
    Json& meta = now["metadata"];
    const Json& old = object_at(before, {"metadata"});
    for (const char* key : {"uid", "namespace", "deletionGracePeriodSeconds"}) {
        if (old.contains(key) && (!meta.contains(key) || meta[key].is_null() || meta[key] == "")) {
            meta[key] = old[key];
        }
    }
    for (const char* key : {"creationTimestamp", "deletionTimestamp", "generation"}) {
        if (old.contains(key)) {
            meta[key] = old[key];
        } else {
            meta.erase(key);
        }
    }
    meta.erase("selfLink");
}

std::vector<std::string> drop_duplicate_owners(Json& object) {
    std::vector<std::string> repeated;
    const Json& owners = array_at(object, {"metadata", "ownerReferences"});
    if (owners.size() < 2) {
        return repeated;
    }
    std::set<std::string> seen;
    Json kept = Json::array();
    for (const Json& owner : owners) {
        const std::string uid = string_at(owner, {"uid"});
        if (uid.empty() || seen.insert(uid).second) {
            kept.push_back(owner);
        } else if (std::find(repeated.begin(), repeated.end(), uid) == repeated.end()) {
            repeated.push_back(uid);
        }
    }
    if (!repeated.empty()) {
        object["metadata"]["ownerReferences"] = std::move(kept);
    }
    return repeated;
}

}  // namespace bestgres::fakekube
