#include "fakekube/crd/definition_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/crd/json_path.hpp"
#include "fakekube/crd/structural.hpp"
#include "fakekube/kinds/go_text.hpp"
#include "fakekube/names.hpp"

namespace bestgres::fakekube {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_protected(std::string_view group) {
    return group == "k8s.io" || group == "kubernetes.io" || ends_with(group, ".k8s.io") ||
           ends_with(group, ".kubernetes.io");
}

bool is_established(const Json& definition) {
    for (const Json& condition : array_at(definition, {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Established") {
            return string_at(condition, {"status"}) == "True";
        }
    }
    return false;
}

// The Go struct of a version, as errors about spec.versions print it.
std::string go_version(const Json& version) {
    const auto truth = [&version](std::string_view name) {
        return find_bool(version, {name}).value_or(false) ? "true" : "false";
    };
    return fmt::format(
        "apiextensions.CustomResourceDefinitionVersion{{Name:{}, Served:{}, Storage:{}, "
        "Deprecated:{}, DeprecationWarning:(*string)(nil), "
        "Schema:(*apiextensions.CustomResourceValidation)(nil), "
        "Subresources:(*apiextensions.CustomResourceSubresources)(nil), "
        "AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil)}}",
        go_quote(string_at(version, {"name"})), truth("served"), truth("storage"),
        truth("deprecated"));
}

Json go_versions(const Json& versions) {
    if (versions.empty()) {
        return verbatim("[]apiextensions.CustomResourceDefinitionVersion(nil)");
    }
    std::string text;
    for (const Json& version : versions) {
        text += (text.empty() ? "" : ", ") + go_version(version);
    }
    return verbatim(fmt::format("[]apiextensions.CustomResourceDefinitionVersion{{{}}}", text));
}

class DefinitionChecker {
public:
    explicit DefinitionChecker(const Json& definition)
        : definition_(definition), versions_(array_at(definition, {"spec", "versions"})) {}

    FieldErrors check_create() {
        const std::string name = string_at(definition_, {"metadata", "name"});
        const std::string wanted =
            fmt::format("{}.{}", text({"spec", "names", "plural"}), text({"spec", "group"}));
        if (name != wanted) {
            fail("metadata.name", name, "must be spec.names.plural+\".\"+spec.group");
        }
        check_spec();
        check_stored_versions();
        check_approval();
        return std::move(errors_);
    }

    FieldErrors check_update(const Json& before) {
        check_spec();
        if (is_established(before)) {
            check_frozen(before, {"spec", "scope"}, "spec.scope");
            check_frozen(before, {"spec", "names", "kind"}, "spec.names.kind");
        }
        check_frozen(before, {"spec", "group"}, "spec.group");
        check_frozen(before, {"spec", "names", "plural"}, "spec.names.plural");
        check_stored_versions();
        return std::move(errors_);
    }

private:
    std::string text(std::initializer_list<std::string_view> path) const {
        return string_at(definition_, path);
    }

    void fail(std::string field, Json value, std::string why) {
        errors_.push_back(invalid(std::move(field), std::move(value), std::move(why)));
    }

    void check_frozen(const Json& before, std::initializer_list<std::string_view> path,
                      std::string field) {
        if (text(path) != string_at(before, path)) {
            fail(std::move(field), text(path), "field is immutable");
        }
    }

    void check_spec() {
        check_group();
        check_scope();
        check_versions();
        check_names();
        if (find_bool(definition_, {"spec", "preserveUnknownFields"}).value_or(false)) {
            fail("spec.preserveUnknownFields", true,
                 "cannot set to true, set x-preserve-unknown-fields to true in "
                 "spec.versions[*].schema instead");
        }
        check_contents();
    }

    void check_group() {
        const std::string group = text({"spec", "group"});
        if (group.empty()) {
            errors_.push_back(required("spec.group"));
            return;
        }
        const Problems problems = dns_subdomain_problems(group);
        for (const std::string& problem : problems) {
            fail("spec.group", group, problem);
        }
        if (problems.empty() && group.find('.') == std::string::npos) {
            fail("spec.group", group, "should be a domain with at least one dot");
        }
    }

    void check_scope() {
        const std::string scope = text({"spec", "scope"});
        if (scope.empty()) {
            errors_.push_back(required("spec.scope"));
        } else if (scope != "Cluster" && scope != "Namespaced") {
            errors_.push_back(not_supported("spec.scope", scope, {"Cluster", "Namespaced"}));
        }
    }

    void check_versions() {
        std::set<std::string> names;
        int stored = 0;
        bool is_unique = true;
        for (std::size_t index = 0; index < versions_.size(); ++index) {
            const Json& version = versions_[index];
            const std::string name = string_at(version, {"name"});
            const std::string path = fmt::format("spec.versions[{}]", index);
            is_unique = names.insert(name).second && is_unique;
            stored += find_bool(version, {"storage"}).value_or(false) ? 1 : 0;
            for (const std::string& problem : dns_1035_label_problems(name)) {
                fail(path + ".name", name, problem);
            }
            if (find(version, {"schema", "openAPIV3Schema"}) == nullptr) {
                errors_.push_back(
                    required(path + ".schema.openAPIV3Schema", "schemas are required"));
            }
        }
        if (!is_unique) {
            fail("spec.versions", go_versions(versions_), "must contain unique version names");
        }
        if (stored != 1) {
            fail("spec.versions", go_versions(versions_),
                 "must have exactly one version marked as storage version");
        }
    }

    void check_names() {
        check_name("plural", false);
        check_name("singular", false);
        check_name("kind", true);
        check_name("listKind", true);
        const Json& short_names = array_at(definition_, {"spec", "names", "shortNames"});
        for (std::size_t index = 0; index < short_names.size(); ++index) {
            check_label(fmt::format("spec.names.shortNames[{}]", index), short_names[index], false);
        }
        const Json& categories = array_at(definition_, {"spec", "names", "categories"});
        for (std::size_t index = 0; index < categories.size(); ++index) {
            check_label(fmt::format("spec.names.categories[{}]", index), categories[index], false);
        }
        if (!text({"spec", "names", "kind"}).empty() &&
            text({"spec", "names", "kind"}) == text({"spec", "names", "listKind"})) {
            fail("spec.names.listKind", text({"spec", "names", "listKind"}),
                 "kind and listKind may not be the same");
        }
    }

    void check_name(std::string_view which, bool may_be_mixed) {
        const std::string field = fmt::format("spec.names.{}", which);
        const std::string name = string_at(definition_, {"spec", "names", which});
        if (name.empty()) {
            errors_.push_back(required(field));
            return;
        }
        check_label(field, name, may_be_mixed);
    }

    void check_label(const std::string& field, const Json& value, bool may_be_mixed) {
        const std::string name = value.is_string() ? value.get<std::string>() : "";
        for (const std::string& problem :
             dns_1035_label_problems(may_be_mixed ? lower_case(name) : name)) {
            fail(field, name,
                 may_be_mixed ? "may have mixed case, but should otherwise match: " + problem
                              : problem);
        }
    }

    void check_stored_versions() {
        const Json& stored = array_at(definition_, {"status", "storedVersions"});
        if (stored.empty()) {
            fail("status.storedVersions", verbatim("[]string(nil)"),
                 "must have at least one stored version");
            return;
        }
        const auto is_listed = [this](const Json& name) {
            return std::any_of(versions_.begin(), versions_.end(), [&name](const Json& version) {
                return version.value("name", Json()) == name;
            });
        };
        for (std::size_t index = 0; index < stored.size(); ++index) {
            if (!is_listed(stored[index])) {
                fail(fmt::format("status.storedVersions[{}]", index), stored[index],
                     "must appear in spec.versions");
            }
        }
        for (const Json& version : versions_) {
            const bool is_stored = find_bool(version, {"storage"}).value_or(false);
            const Json name = version.value("name", Json());
            const auto count = std::count_if(
                versions_.begin(), versions_.end(),
                [&name](const Json& other) { return other.value("name", Json()) == name; });
            if (is_stored &&
                (count > 1 || std::find(stored.begin(), stored.end(), name) == stored.end())) {
                fail("status.storedVersions", verbatim(go_version(version)),
                     fmt::format("must have the storage version {}", string_at(version, {"name"})));
                return;
            }
        }
    }

    void check_approval() {
        constexpr std::string_view approval = "api-approved.kubernetes.io";
        if (is_protected(text({"spec", "group"})) &&
            find(definition_, {"metadata", "annotations", approval}) == nullptr) {
            errors_.push_back(
                required(fmt::format("metadata.annotations[{}]", approval),
                         fmt::format("protected groups must have approval annotation \"{}\", see "
                                     "https://github.com/kubernetes/enhancements/pull/1111",
                                     approval)));
        }
    }

    // What all versions share is checked, and named, once for the definition.
    bool is_shared(std::string_view part) const {
        for (const Json& version : versions_) {
            if (version.value(part, Json()) != versions_[0].value(part, Json())) {
                return false;
            }
        }
        return true;
    }

    void check_contents() {
        const auto each = [this](std::string_view part, const auto& check) {
            const bool once = is_shared(part);
            for (std::size_t index = 0;
                 index < (once ? std::min<std::size_t>(1, versions_.size()) : versions_.size());
                 ++index) {
                const Json* value = find(versions_[index], {part});
                if (value != nullptr && !value->is_null()) {
                    check(*value,
                          once ? std::string("spec") : fmt::format("spec.versions[{}]", index),
                          once);
                }
            }
        };
        each("schema", [this](const Json& schema, const std::string& path, bool once) {
            if (const Json* open_api = find(schema, {"openAPIV3Schema"})) {
                append(errors_,
                       validate_structural(*open_api, path + (once ? ".validation.openAPIV3Schema"
                                                                   : ".schema.openAPIV3Schema")));
            }
        });
        each("subresources", [this](const Json& subresources, const std::string& path, bool) {
            check_scale(subresources, path + ".subresources.scale");
        });
        each("additionalPrinterColumns",
             [this](const Json& columns, const std::string& path, bool) {
                 check_columns(columns, path + ".additionalPrinterColumns");
             });
    }

    void check_scale(const Json& subresources, const std::string& path) {
        const Json* scale = find(subresources, {"scale"});
        if (scale == nullptr || !scale->is_object()) {
            return;
        }
        const auto check = [&](std::string_view name, std::string_view root, bool is_needed) {
            const std::string value = string_at(*scale, {name});
            const std::string field = fmt::format("{}.{}", path, name);
            if (value.empty()) {
                if (is_needed) {
                    errors_.push_back(required(field));
                }
                return;
            }
            if (!is_json_path(value) || value.find('[') != std::string::npos) {
                fail(field, value, "must be a simple json path starting with .");
            } else if (value.rfind(fmt::format(".{}.", root), 0) != 0) {
                fail(field, value, fmt::format("should be a json path under .{}", root));
            }
        };
        check("specReplicasPath", "spec", true);
        check("statusReplicasPath", "status", true);
        check("labelSelectorPath", "status", false);
    }

    void check_columns(const Json& columns, const std::string& path) {
        const std::vector<std::string> types = {"boolean", "date", "integer", "number", "string"};
        for (std::size_t index = 0; index < columns.size(); ++index) {
            const std::string where = fmt::format("{}[{}]", path, index);
            const std::string type = string_at(columns[index], {"type"});
            const std::string json_path = string_at(columns[index], {"jsonPath"});
            if (string_at(columns[index], {"name"}).empty()) {
                errors_.push_back(required(where + ".name"));
            }
            if (type.empty()) {
                errors_.push_back(required(where + ".type",
                                           "must be one of boolean,date,integer,"
                                           "number,string"));
            } else if (std::find(types.begin(), types.end(), type) == types.end()) {
                fail(where + ".type", type, "must be one of boolean,date,integer,number,string");
            }
            if (json_path.empty()) {
                errors_.push_back(required(where + ".JSONPath"));
            } else if (!is_json_path(json_path)) {
                fail(where + ".JSONPath", json_path, "must be a simple json path starting with .");
            }
        }
    }

    const Json& definition_;
    const Json& versions_;
    FieldErrors errors_;
};

}  // namespace

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char byte) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
    });
    return text;
}

FieldErrors validate_definition(const Json& definition) {
    return DefinitionChecker(definition).check_create();
}

FieldErrors validate_definition_update(const Json& now, const Json& before) {
    return DefinitionChecker(now).check_update(before);
}

const Json* storage_version(const Json& definition) {
    for (const Json& version : array_at(definition, {"spec", "versions"})) {
        if (find_bool(version, {"storage"}).value_or(false)) {
            return &version;
        }
    }
    return nullptr;
}

}  // namespace bestgres::fakekube
