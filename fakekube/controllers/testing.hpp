// Words for tests of controllers: small objects by value.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers::testing {

inline Json object_json(std::string_view api_version, std::string_view kind,
                        std::string_view name) {
    return {{"apiVersion", api_version},
            {"kind", kind},
            {"metadata",
             {{"name", name}, {"namespace", "shop"}, {"uid", "uid-of-" + std::string(name)}}}};
}

inline kube::Object changed(const kube::Object& object, const Json& patch) {
    Json json = object.json();
    merge_patch(json, patch);
    return kube::Object(std::move(json));
}

inline kube::Object pod(std::string_view name) {
    Json json = object_json("v1", "Pod", name);
    json["status"] = {{"phase", "Pending"}};
    return kube::Object(std::move(json));
}

inline kube::Object ready(const kube::Object& pod) {
    return changed(pod, {{"status",
                          {{"phase", "Running"},
                           {"conditions",
                            {{{"type", "Ready"},
                              {"status", "True"},
                              {"lastTransitionTime", "2026-01-01T00:00:00Z"}}}}}}});
}

inline kube::Object terminating(const kube::Object& object) {
    return changed(object, {{"metadata", {{"deletionTimestamp", "2026-01-01T00:00:00Z"}}}});
}

inline kube::Object labelled(const kube::Object& object, std::string_view key,
                             std::string_view value) {
    return changed(object, {{"metadata", {{"labels", {{key, value}}}}}});
}

inline kube::Object on_node(const kube::Object& pod, std::string_view node) {
    return changed(pod, {{"spec", {{"nodeName", node}}}});
}

inline kube::Object with_address(const kube::Object& pod, std::string_view ip) {
    return changed(pod, {{"status", {{"podIP", ip}}}});
}

inline kube::Object node(std::string_view name) {
    return kube::Object({{"apiVersion", "v1"},
                         {"kind", "Node"},
                         {"metadata",
                          {{"name", name},
                           {"uid", "uid-of-" + std::string(name)},
                           {"labels", {{"kubernetes.io/hostname", name}}}}}});
}

}  // namespace bestgres::fakekube::controllers::testing
