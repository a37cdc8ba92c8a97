#include "operator/cmd/local/shipped_manifests.hpp"

#include "lib/base/yaml.hpp"
#include "shipped_files.hpp"  // made by CMake from deploy/

namespace bestgres::cmd::local {

std::vector<kube::Apply> shipped_manifests(const std::string& ns) {
    std::vector<kube::Apply> applies;
    const auto documents = parse_yaml_documents(shipped_operator);
    BG_CHECK(documents.ok(), "the shipped manifest is no YAML");
    for (Json document : *documents) {
        const auto kind =
            kube::find_kind(string_at(document, {"apiVersion"}), string_at(document, {"kind"}));
        BG_CHECK(kind.has_value(), "a shipped manifest has an unknown kind");
        if (kind->namespaced) {
            document["metadata"]["namespace"] = ns;
        }
        // A RoleBinding names its subjects' namespace too.
        if (document.contains("subjects")) {
            for (Json& subject : document["subjects"]) {
                subject["namespace"] = ns;
            }
        }
        applies.push_back({.kind = *kind,
                           .object = kube::Object(std::move(document)),
                           .field_manager = "bestgres-local",
                           .force = true,
                           .subresource = ""});
    }
    return applies;
}

}  // namespace bestgres::cmd::local
