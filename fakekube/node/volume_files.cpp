#include "fakekube/node/volume_files.hpp"

#include "lib/base/encoding.hpp"

namespace bestgres::fakekube::node {
namespace {

enum class SourceKind { config_map, secret };

struct Source {
    SourceKind kind;
    std::string name;
    bool optional = false;
    int default_mode = 0644;
};

int mode_of(const Json& json, std::string_view field, int fallback) {
    return static_cast<int>(find_int(json, {field}).value_or(fallback));
}

// A file must stay inside its volume.
bool is_safe_path(const std::string& path) {
    return !path.empty() && path.front() != '/' && ("/" + path + "/").find("/../") == path.npos;
}

VolumeFiles contents_of(const kube::Object& object, const Source& source) {
    VolumeFiles files;
    const bool secret = source.kind == SourceKind::secret;
    for (const auto& [key, value] : object_at(object.json(), {"data"}).items()) {
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        files[key] = {secret ? decode_base64(text).value_or("") : text, source.default_mode};
    }
    for (const auto& [key, value] : object_at(object.json(), {"binaryData"}).items()) {
        const std::string text = value.is_string() ? value.get<std::string>() : "";
        files[key] = {decode_base64(text).value_or(""), source.default_mode};
    }
    return files;
}

Result<VolumeFiles> object_files(const Json& json, const Source& source,
                                 const VolumeRequest& request) {
    const bool secret = source.kind == SourceKind::secret;
    const std::string ns(request.facts.pod.ns());
    const auto object =
        request.lookup({secret ? kube::kinds::secret : kube::kinds::config_map, ns, source.name});
    if (!object) {
        return source.optional ? Result<VolumeFiles>(VolumeFiles{})
                               : Error{std::string(secret ? "secret" : "configmap") + " \"" +
                                       source.name + "\" not found"};
    }
    VolumeFiles all = contents_of(*object, source);
    const Json& items = array_at(json, {"items"});
    if (items.empty()) {
        return all;
    }
    VolumeFiles chosen;
    for (const Json& item : items) {
        const auto found = all.find(string_at(item, {"key"}));
        const std::string path = string_at(item, {"path"});
        if (found == all.end() && !source.optional) {
            return Error{"references non-existent " + std::string(secret ? "secret" : "config") +
                         " key: " + string_at(item, {"key"})};
        }
        if (!is_safe_path(path)) {
            return Error{"path leaves the volume: " + path};
        }
        if (found != all.end()) {
            chosen[path] = {found->second.bytes, mode_of(item, "mode", source.default_mode)};
        }
    }
    return chosen;
}

Result<VolumeFiles> downward_files(const Json& json, int default_mode,
                                   const VolumeRequest& request) {
    VolumeFiles files;
    for (const Json& item : array_at(json, {"items"})) {
        const std::string path = string_at(item, {"path"});
        const Json* resource = find(item, {"resourceFieldRef"});
        Result<std::string> value =
            resource != nullptr
                ? resource_field(request.facts, *resource, Json::object())
                : pod_field(request.facts, string_at(item, {"fieldRef", "fieldPath"}));
        if (!value) {
            return std::move(value).error();
        }
        if (!is_safe_path(path)) {
            return Error{"path leaves the volume: " + path};
        }
        files[path] = {std::move(*value), mode_of(item, "mode", default_mode)};
    }
    return files;
}

TokenRequest token_request(const Json& json) {
    return {.audience = string_at(json, {"audience"}),
            .expiration_seconds = find_int(json, {"expirationSeconds"}).value_or(3600)};
}

Result<VolumeFiles> source_files(const Json& source, int default_mode,
                                 const VolumeRequest& request) {
    if (const Json* token = find(source, {"serviceAccountToken"})) {
        const auto text = request.token(token_request(*token));
        if (!text) {
            return Error{"the service-account token has not been issued yet"};
        }
        return VolumeFiles{{string_at(*token, {"path"}), VolumeFile{*text, default_mode}}};
    }
    if (const Json* downward = find(source, {"downwardAPI"})) {
        return downward_files(*downward, default_mode, request);
    }
    for (const bool secret : {false, true}) {
        if (const Json* object = find(source, {secret ? "secret" : "configMap"})) {
            return object_files(*object,
                                {.kind = secret ? SourceKind::secret : SourceKind::config_map,
                                 .name = string_at(*object, {"name"}),
                                 .optional = find_bool(*object, {"optional"}).value_or(false),
                                 .default_mode = default_mode},
                                request);
        }
    }
    return VolumeFiles{};
}

Result<VolumeFiles> projected_files(const Json& projected, const VolumeRequest& request) {
    VolumeFiles files;
    const int mode = mode_of(projected, "defaultMode", 0644);
    for (const Json& source : array_at(projected, {"sources"})) {
        Result<VolumeFiles> part = source_files(source, mode, request);
        if (!part) {
            return part;
        }
        for (auto& [path, file] : *part) {
            files[path] = std::move(file);
        }
    }
    return files;
}

}  // namespace

bool is_file_volume(const Json& volume) {
    return volume.contains("configMap") || volume.contains("secret") ||
           volume.contains("projected") || volume.contains("downwardAPI");
}

Result<VolumeFiles> volume_files(const Json& volume, const VolumeRequest& request) {
    if (const Json* projected = find(volume, {"projected"})) {
        return projected_files(*projected, request);
    }
    if (const Json* downward = find(volume, {"downwardAPI"})) {
        return downward_files(*downward, mode_of(*downward, "defaultMode", 0644), request);
    }
    const bool secret = volume.contains("secret");
    const Json& json = object_at(volume, {secret ? "secret" : "configMap"});
    return object_files(json,
                        {.kind = secret ? SourceKind::secret : SourceKind::config_map,
                         .name = string_at(json, {secret ? "secretName" : "name"}),
                         .optional = find_bool(json, {"optional"}).value_or(false),
                         .default_mode = mode_of(json, "defaultMode", 0644)},
                        request);
}

std::vector<TokenRequest> tokens_of(const kube::Object& pod) {
    std::vector<TokenRequest> tokens;
    for (const Json& volume : array_at(pod.json(), {"spec", "volumes"})) {
        for (const Json& source : array_at(volume, {"projected", "sources"})) {
            if (const Json* token = find(source, {"serviceAccountToken"})) {
                tokens.push_back(token_request(*token));
            }
        }
    }
    return tokens;
}

}  // namespace bestgres::fakekube::node
