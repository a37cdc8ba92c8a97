#include "operator/core/recording/redaction.hpp"

#include "lib/base/encoding.hpp"
#include "lib/base/overloaded.hpp"
#include "lib/base/random.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::core {
namespace {

// `kubectl apply` keeps the whole Secret in an annotation.
constexpr const char* last_applied = "kubectl.kubernetes.io/last-applied-configuration";

std::string replacement(std::size_t count, std::uint64_t number) {
    RandomStream stream(number, "recorded entropy");
    std::string bytes;
    for (std::size_t index = 0; index < count; ++index) {
        bytes += static_cast<char>(stream.below(256));
    }
    return bytes;
}

// Of a pod that is no cluster's the operator asks which claims it mounts. What else it says, above
// all in its environment, is nobody's business.
kube::Object of_others(const kube::Object& pod) {
    const Json& metadata = object_at(pod.json(), {"metadata"});
    Json kept = {{"apiVersion", std::string(pod.api_version())}, {"kind", std::string(pod.kind())}};
    for (const char* const key : {"name", "namespace", "uid", "resourceVersion"}) {
        if (const auto found = metadata.find(key); found != metadata.end()) {
            kept["metadata"][key] = *found;
        }
    }
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        if (const Json* const claim = find(volume, {"persistentVolumeClaim"})) {
            kept["spec"]["volumes"].push_back({{"persistentVolumeClaim", *claim}});
        }
    }
    kept["status"]["phase"] = string_at(pod.json(), {"status", "phase"});
    return kube::Object(std::move(kept));
}

}  // namespace

std::string Redaction::name_of(const std::string& value) {
    const auto [found, added] = names_.emplace(value, "");
    if (added) {
        found->second = encode_base64("secret-" + std::to_string(names_.size()));
    }
    return found->second;
}

kube::Object Redaction::redacted(const kube::Object& object) {
    const bool is_pod = object.kind() == kube::kinds::pod.name;
    if (is_pod && object.label(manifests::cluster_label).empty()) {
        return of_others(object);
    }
    if (object.kind() != kube::kinds::secret.name) {
        return object;
    }
    Json json = object.json();
    json.erase("stringData");
    if (json.contains("data") && json["data"].is_object()) {
        for (auto& [key, value] : json["data"].items()) {
            value = name_of(value.is_string() ? value.get<std::string>() : dump(value));
        }
    }
    if (find(json, {"metadata", "annotations", last_applied}) != nullptr) {
        json["metadata"]["annotations"].erase(last_applied);
    }
    return kube::Object(std::move(json));
}

Event Redaction::redacted(const Event& event) {
    return std::visit(
        Overloaded{[this](const Entropy& entropy) -> Event {
                       return Entropy{replacement(entropy.bytes.size(), ++drawn_)};
                   },
                   [this](kube::Answer answer) -> Event {
                       if (!answer.outcome.ok()) {
                           return answer;
                       }
                       if (auto* object = std::get_if<kube::Object>(&*answer.outcome)) {
                           *object = redacted(*object);
                       } else if (auto* listing = std::get_if<kube::Listing>(&*answer.outcome)) {
                           for (kube::Object& item : listing->items) {
                               item = redacted(item);
                           }
                       }
                       return answer;
                   },
                   [this](kube::WatchEvent seen) -> Event {
                       seen.object = redacted(seen.object);
                       return seen;
                   },
                   [](postgres::Answer answer) -> Event {
                       if (!answer.outcome.ok()) {
                           postgres::Failure failure = answer.outcome.error();
                           failure.message.resize(
                               std::min(failure.message.find('\n'), failure.message.size()));
                           answer.outcome = std::move(failure);
                       }
                       return answer;
                   },
                   [](const auto& other) -> Event { return other; }},
        event);
}

}  // namespace bestgres::core
