#include <algorithm>

#include "fakekube/go_json.hpp"
#include "fakekube/kinds/checks.hpp"
#include "fakekube/kinds/rules.hpp"
#include "fakekube/kinds/tables/tables.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::size_t most_bytes = 1048576;
constexpr const char* frozen = "field is immutable when `immutable` is set";

std::size_t decoded_size(const Json& value) {
    const auto bytes = decode_base64(value.get<std::string>());
    return bytes ? bytes->size() : 0;
}

FieldErrors check_keys(const Json& data, const std::string& field) {
    FieldErrors errors;
    for (const auto& [key, value] : data.items()) {
        append(errors, invalid_each(at_key(field, key), key, config_key_problems(key)));
    }
    return errors;
}

FieldErrors validate_config_map(const Json& object) {
    const Json& data = object_at(object, {"data"});
    const Json& binary = object_at(object, {"binaryData"});
    FieldErrors errors;
    std::size_t size = 0;
    for (const auto& [key, value] : data.items()) {
        append(errors, invalid_each(at_key("data", key), key, config_key_problems(key)));
        if (binary.contains(key)) {
            errors.push_back(
                invalid(at_key("data", key), key, "duplicate of key present in binaryData"));
        }
        size += value.get_ref<const std::string&>().size();
    }
    append(errors, check_keys(binary, "binaryData"));
    for (const auto& [key, value] : binary.items()) {
        size += decoded_size(value);
    }
    if (size > most_bytes) {
        errors.push_back(too_long("[]", most_bytes));
    }
    return errors;
}

FieldErrors check_frozen(const Json& now, const Json& before,
                         std::initializer_list<const char*> fields) {
    FieldErrors errors;
    if (!find_bool(before, {"immutable"}).value_or(false)) {
        return errors;
    }
    if (!find_bool(now, {"immutable"}).value_or(false)) {
        errors.push_back(forbidden("immutable", frozen));
    }
    for (const char* field : fields) {
        if (object_at(now, {field}) != object_at(before, {field})) {
            errors.push_back(forbidden(field, frozen));
        }
    }
    return errors;
}

FieldErrors validate_config_map_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors = check_frozen(now, before, {"data", "binaryData"});
    append(errors, validate_config_map(now));
    return errors;
}

// stringData is write-only: it goes over data.
void merge_string_data(Json& object) {
    if (!object.contains("stringData")) {
        return;
    }
    const Json texts = object["stringData"];
    object.erase("stringData");
    for (const auto& [key, value] : texts.items()) {
        object["data"][key] = encode_base64(value.get_ref<const std::string&>());
    }
}

FieldErrors check_docker(const Json& data, const std::string& key) {
    const std::string path = at_key("data", key);
    if (!data.contains(key)) {
        return {required(path)};
    }
    const auto text = decode_base64(data[key].get<std::string>());
    const std::string problem = go_json_error(text ? *text : "");
    if (problem.empty()) {
        return {};
    }
    return {invalid(path, "<secret contents redacted>", problem)};
}

FieldErrors check_secret_type(const Json& object, const Json& data) {
    const std::string type = text_of(object, "type");
    FieldErrors errors;
    if (type == "kubernetes.io/service-account-token") {
        constexpr const char* account = "kubernetes.io/service-account.name";
        if (string_at(object, {"metadata", "annotations", account}).empty()) {
            errors.push_back(required(at_key("metadata.annotations", account)));
        }
    } else if (type == "kubernetes.io/dockercfg") {
        return check_docker(data, ".dockercfg");
    } else if (type == "kubernetes.io/dockerconfigjson") {
        return check_docker(data, ".dockerconfigjson");
    } else if (type == "kubernetes.io/basic-auth") {
        if (!data.contains("username") && !data.contains("password")) {
            errors.push_back(required("data[%s][username]"));
            errors.push_back(required("data[%s][password]"));
        }
    } else if (type == "kubernetes.io/ssh-auth") {
        if (text_of(data, "ssh-privatekey").empty()) {
            errors.push_back(required("data[%s][ssh-privatekey]"));
        }
    } else if (type == "kubernetes.io/tls") {
        for (const char* key : {"tls.crt", "tls.key"}) {
            if (!data.contains(key)) {
                errors.push_back(required(at_key("data", key)));
            }
        }
    }
    return errors;
}

FieldErrors validate_secret(const Json& object) {
    const Json& data = object_at(object, {"data"});
    FieldErrors errors = check_keys(data, "data");
    std::size_t size = 0;
    for (const auto& [key, value] : data.items()) {
        size += decoded_size(value);
    }
    if (size > most_bytes) {
        errors.push_back(too_long("data", most_bytes));
    }
    append(errors, check_secret_type(object, data));
    return errors;
}

FieldErrors validate_secret_update(const Json& now, const Json& before, std::string_view) {
    FieldErrors errors = check_immutable(value_of(now, "type"), value_of(before, "type"), "type");
    append(errors, check_frozen(now, before, {"data"}));
    append(errors, validate_secret(now));
    return errors;
}

}  // namespace

KindRules config_map_rules() {
    return {.validate_create = validate_config_map,
            .validate_update = validate_config_map_update,
            .columns = config_map_columns,
            .cells = config_map_cells};
}

KindRules secret_rules() {
    return {.selectable_fields = {"type"},
            .set_defaults = merge_string_data,
            .validate_create = validate_secret,
            .validate_update = validate_secret_update,
            .columns = secret_columns,
            .cells = secret_cells};
}

KindRules service_account_rules() {
    return {.returns_deleted_object = true,
            .columns = service_account_columns,
            .cells = service_account_cells};
}

}  // namespace bestgres::fakekube
