#include "fakekube/toleration_admission.hpp"

#include <algorithm>
#include <string>

namespace bestgres::fakekube {
namespace {

constexpr int five_minutes = 300;

bool speaks_of(const Json& toleration, const std::string& key) {
    const std::string named = string_at(toleration, {"key"});
    const std::string effect = string_at(toleration, {"effect"});
    return (named.empty() || named == key) && (effect.empty() || effect == "NoExecute");
}

}  // namespace

void add_default_tolerations(Json& pod) {
    if (!pod.contains("spec") || !pod["spec"].is_object()) {
        return;
    }
    const Json given = array_at(pod, {"spec", "tolerations"});
    for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
        const bool said = std::any_of(given.begin(), given.end(), [&](const Json& toleration) {
            return speaks_of(toleration, key);
        });
        if (!said) {
            pod["spec"]["tolerations"].push_back({{"key", key},
                                                  {"operator", "Exists"},
                                                  {"effect", "NoExecute"},
                                                  {"tolerationSeconds", five_minutes}});
        }
    }
}

}  // namespace bestgres::fakekube
