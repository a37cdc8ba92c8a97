#include "scenarios/invariants/x3_downgrade.hpp"

#include <algorithm>
#include <sstream>

#include "lib/base/yaml.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::scenarios {
namespace {

bool is_weak(const std::string& line) {
    std::istringstream words(line);
    std::string type;
    std::string method;
    words >> type;
    for (std::string word; words >> word;) {
        if (word == "trust" || word == "password" || word == "md5" || word == "ident") {
            method = word;
        }
    }
    return type.rfind("host", 0) == 0 && !method.empty();
}

// Lines of pg_hba that let somebody in too easily and that no user asked for.
std::vector<std::string> weak_lines(const Json& value, const std::vector<std::string>& asked) {
    std::vector<std::string> found;
    for (const Json& line : value) {
        const std::string words = line.is_string() ? line.get<std::string>() : "";
        if (is_weak(words) && std::find(asked.begin(), asked.end(), words) == asked.end()) {
            found.push_back(words);
        }
    }
    return found;
}

// Every list called pg_hba, wherever it stands.
void judge_hba(const Json& value, const std::vector<std::string>& asked,
               std::vector<std::string>& weak) {
    if (!value.is_object()) {
        return;
    }
    for (const auto& [key, part] : value.items()) {
        if (key == "pg_hba" && part.is_array()) {
            const std::vector<std::string> found = weak_lines(part, asked);
            weak.insert(weak.end(), found.begin(), found.end());
        } else {
            judge_hba(part, asked, weak);
        }
    }
}

std::vector<std::string> asked_lines(const Truth& truth, const ClusterId& id) {
    const auto spec = spec_in_force(truth, id);
    return spec ? spec->postgresql.pg_hba : std::vector<std::string>();
}

bool has_rest_credentials(const kube::Object& set) {
    for (const Json& container : array_at(set.json(), {"spec", "template", "spec", "containers"})) {
        for (const Json& variable : array_at(container, {"env"})) {
            if (string_at(variable, {"name"}).find("RESTAPI_PASSWORD") != std::string::npos ||
                string_at(variable, {"value"}).find("RESTAPI_PASSWORD") != std::string::npos) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

void X3Downgrade::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    std::vector<std::string> weak;
    std::string where;
    if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        const auto member = member_by_uid(truth, asked->call.pod_uid);
        if (member && asked->call.verb == patroni::Verb::patch_config) {
            where = "The configuration sent to Patroni of " + asked->call.pod;
            judge_hba(asked->call.body, asked_lines(truth, {asked->call.ns, member->cluster}),
                      weak);
        }
    } else if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const kube::Object& after = changed->after;
        if (!by_operator(changed->actor)) {
            return;
        }
        const ClusterId id = cluster_of(after);
        if (after.kind() == kube::kinds::config_map.name &&
            after.name() == manifests::patroni_config_map_name(id.name)) {
            const auto file = parse_yaml(after.text_at({"data", "patroni.yml"}));
            where = "ConfigMap " + std::string(after.name());
            judge_hba(file.ok() ? *file : Json(), asked_lines(truth, id), weak);
        } else if (after.kind() == kube::kinds::stateful_set.name &&
                   has_rest_credentials(changed->before) && !has_rest_credentials(after)) {
            findings.add(text,
                         "StatefulSet " + std::string(after.name()) +
                             " takes the credentials from Patroni's REST interface",
                         {identify(changed->before), identify(after)});
        }
    }
    if (!weak.empty()) {
        findings.add(text, where + " lets in without SCRAM: " + weak.front(), weak);
    }
}

}  // namespace bestgres::scenarios
