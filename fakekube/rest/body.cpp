#include "fakekube/rest/body.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "fakekube/go_json.hpp"
#include "fakekube/go_yaml.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/rest/protobuf.hpp"
#include "lib/base/yaml.hpp"

namespace bestgres::fakekube {
namespace {

constexpr const char* scheme = "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30";
constexpr const char* options_scheme =
    "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27";
constexpr std::size_t longest_manager = 128;

// What the decoder shows of a body that it did not understand.
std::string summary(std::string_view body) {
    constexpr std::size_t most = 30;
    if (body.empty()) {
        return "<empty>";
    }
    const bool is_text = body.front() == '{';
    std::string shown;
    for (const char byte : body.substr(0, most)) {
        shown += is_text ? std::string(1, byte)
                         : fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return shown + (body.size() > most ? " ..." : "");
}

std::string media_type(const Request& request) {
    const std::string_view header = find_header(request.headers, "Content-Type").value_or("");
    std::string type(header.substr(0, header.find(';')));
    while (type.ends_with(' ')) {
        type.pop_back();
    }
    return type;
}

std::string json_type(const Json& value) {
    if (value.is_number()) {
        return "number";
    }
    return value.is_boolean() ? "bool" : value.type_name();
}

// The sentence after "couldn't get version/kind; json parse error: ", or empty for an object.
std::string object_error(std::string_view body, const Result<Json>& parsed) {
    if (!parsed.ok()) {
        return go_json_error(body);
    }
    if (parsed->is_object() || parsed->is_null()) {
        return "";
    }
    return fmt::format(
        "json: cannot unmarshal {} into Go value of type struct {{ APIVersion string "
        "\"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}",
        json_type(*parsed));
}

enum class Encoding { json, yaml, protobuf };

// The body as a JSON object; the error is what follows the type in "is unrecognized (...)".
Result<Json> parse_body(std::string_view body, Encoding encoding) {
    if (encoding == Encoding::protobuf) {
        return parse_protobuf(body);
    }
    if (encoding == Encoding::yaml) {
        Result<Json> parsed = parse_yaml(body);
        if (!parsed.ok()) {
            return Error{"yaml: " + go_yaml_error(parsed.error().message)};
        }
        return parsed;
    }
    Result<Json> parsed = parse_json(body);
    const std::string error = object_error(body, parsed);
    if (!error.empty()) {
        return Error{"couldn't get version/kind; json parse error: " + error};
    }
    return parsed->is_null() ? Result<Json>(Json::object()) : std::move(parsed);
}

Outcome<Encoding> encoding_of(const Request& request) {
    const std::string type = media_type(request);
    if (type.empty() || type == "application/json") {
        return Encoding::json;
    }
    if (type == "application/yaml" || type == "application/apply-patch+yaml") {
        return Encoding::yaml;
    }
    if (type == protobuf_type) {
        return Encoding::protobuf;
    }
    return unsupported_media_type(
        "the body of the request was in an unknown format - accepted media types include: "
        "application/json, application/yaml, application/vnd.kubernetes.protobuf");
}

std::string version_of(std::string_view api_version) {
    const std::size_t slash = api_version.find('/');
    return std::string(slash == std::string_view::npos ? api_version
                                                       : api_version.substr(slash + 1));
}

// A body of another kind, as the versioned decoders of built-in kinds refuse it.
Outcome<Done> check_built_in_kind(const ServerState& state, const Resource& resource, Json& body) {
    const std::string api_version = string_at(body, {"apiVersion"}, resource.api_version());
    const std::string kind = string_at(body, {"kind"}, resource.kind);
    const std::string given = api_version.empty() ? resource.api_version() : api_version;
    const std::string given_kind = kind.empty() ? resource.kind : kind;
    if (given == resource.api_version() && given_kind == resource.kind) {
        body["apiVersion"] = given;
        body["kind"] = given_kind;
        return Done{};
    }
    const ResourcePtr other = find_kind(state, given, given_kind);
    const std::string subject =
        fmt::format("{} in version \"{}\" cannot be handled as a {}: ", given_kind,
                    version_of(given), resource.kind);
    if (other == nullptr || other->strategy->is_custom()) {
        return bad_request(subject +
                           fmt::format("no kind \"{}\" is registered for version \"{}\" in scheme "
                                       "\"{}\"",
                                       given_kind, given, scheme));
    }
    if (other->kind == resource.kind && other->plural == resource.plural) {
        // Another version of the same resource is converted.
        body["apiVersion"] = resource.api_version();
        return Done{};
    }
    const std::string group =
        resource.group.empty() ? "core" : resource.group.substr(0, resource.group.find('.'));
    return bad_request(subject + fmt::format("converting (v1.{}) to ({}.{}): unknown conversion",
                                             given_kind, group, resource.kind));
}

// Custom resources must say what they are, exactly.
Outcome<Done> check_custom_kind(const Resource& resource, const Json& body, std::string_view text) {
    const std::string api_version = string_at(body, {"apiVersion"});
    const std::string kind = string_at(body, {"kind"});
    const auto missing = [&](std::string_view what) {
        return bad_request(fmt::format(
            "the object provided is unrecognized (must be of type {}): Object '{}' is missing in "
            "'{}' ({})",
            resource.kind, what, text, summary(text)));
    };
    if (kind.empty()) {
        return missing("Kind");
    }
    if (api_version.empty()) {
        return missing("apiVersion");
    }
    if (kind != resource.kind) {
        return invalid(resource.group, kind, string_at(body, {"metadata", "name"}),
                       {invalid("kind", kind, "must be " + resource.kind)});
    }
    if (api_version != resource.api_version()) {
        return bad_request(fmt::format(
            "the API version in the data ({}) does not match the expected API version ({})",
            api_version, resource.api_version()));
    }
    return Done{};
}

Outcome<std::int64_t> parse_integer(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return bad_request(
            fmt::format("strconv.ParseInt: parsing {}: invalid syntax", go_quote(text)));
    }
    return value;
}

Outcome<bool> read_dry_run(const Json& values, std::string_view kind) {
    bool dry_run = false;
    std::string printed;
    bool known = true;
    for (const Json& value : values) {
        printed += (printed.empty() ? "" : ", ") + go_quote(value.get<std::string>());
        known = known && value == "All";
        dry_run = true;
    }
    if (!known) {
        return invalid("meta.k8s.io", kind, "",
                       {not_supported("dryRun", go_value("[]string{" + printed + "}"), {"All"})});
    }
    return dry_run;
}

Json dry_run_values(const Query& query) {
    Json values = Json::array();
    const auto [begin, end] = query.equal_range("dryRun");
    for (auto at = begin; at != end; ++at) {
        if (!at->second.empty()) {
            values.push_back(at->second);
        }
    }
    return values;
}

FieldErrors check_manager(const std::string& manager) {
    FieldErrors errors;
    if (manager.size() > longest_manager) {
        errors.push_back(too_long("fieldManager", longest_manager));
    }
    for (std::size_t i = 0; i < manager.size(); ++i) {
        const auto code = static_cast<unsigned char>(manager[i]);
        if (code < 0x20 || code == 0x7f) {
            errors.push_back(
                invalid("fieldManager", manager,
                        fmt::format("invalid character U+{:04X} (at position {})", code, i)));
            break;
        }
    }
    return errors;
}

// Browsers' user agents are "name/version (...)": the manager is what stands before the slash.
std::string manager_of_agent(const Request& request) {
    const std::string_view agent = find_header(request.headers, "User-Agent").value_or("");
    return std::string(agent.substr(0, agent.find('/')).substr(0, longest_manager));
}

Outcome<Json> read_options_body(const Request& request) {
    const Outcome<Encoding> encoding = encoding_of(request);
    if (!encoding.ok()) {
        return encoding.error();
    }
    Result<Json> body = parse_body(request.body, *encoding);
    if (!body.ok()) {
        return plain_error(body.error().message);
    }
    const std::string kind = string_at(*body, {"kind"}, "DeleteOptions");
    if (!kind.empty() && kind != "DeleteOptions") {
        return plain_error(
            fmt::format("no kind \"{}\" is registered for version \"{}\" in scheme "
                        "\"{}\"",
                        kind, string_at(*body, {"apiVersion"}), options_scheme));
    }
    return std::move(*body);
}

DeleteOptions options_of_json(const Json& body) {
    return {.uid = find_string(body, {"preconditions", "uid"}),
            .resource_version = find_string(body, {"preconditions", "resourceVersion"}),
            .grace_period_seconds = find_int(body, {"gracePeriodSeconds"}),
            .propagation_policy = string_at(body, {"propagationPolicy"}),
            .orphan_dependents = find_bool(body, {"orphanDependents"})};
}

}  // namespace

Outcome<Json> read_object(const ServerState& state, const Resource& resource,
                          const Request& request) {
    const Outcome<Encoding> encoding = encoding_of(request);
    if (!encoding.ok()) {
        return encoding.error();
    }
    if (request.body.size() > largest_body) {
        return Status{
            .code = 413,
            .reason = "RequestEntityTooLarge",
            .message = fmt::format("Request entity too large: limit is {}", largest_body)};
    }
    Result<Json> body = parse_body(request.body, *encoding);
    if (!body.ok()) {
        return bad_request(
            fmt::format("the object provided is unrecognized (must be of type {}): {} ({})",
                        resource.kind, body.error().message, summary(request.body)));
    }
    if (resource.strategy->is_custom()) {
        BG_TRY(check_custom_kind(resource, *body, request.body));
    } else {
        BG_TRY(check_built_in_kind(state, resource, *body));
    }
    return std::move(*body);
}

Outcome<Json> read_subresource_body(const Request& request, std::string_view kind) {
    const Outcome<Encoding> encoding = encoding_of(request);
    if (!encoding.ok()) {
        return encoding.error();
    }
    Result<Json> body = parse_body(request.body, *encoding);
    if (!body.ok()) {
        return bad_request(
            fmt::format("the object provided is unrecognized (must be of type {}): {} ({})", kind,
                        body.error().message, summary(request.body)));
    }
    const std::string given = string_at(*body, {"kind"}, kind);
    if (!given.empty() && given != kind) {
        return bad_request(fmt::format(
            "{} in version \"{}\" cannot be handled as a {}: no kind \"{}\" is registered for "
            "version \"{}\" in scheme \"{}\"",
            given, version_of(string_at(*body, {"apiVersion"})), kind, given,
            string_at(*body, {"apiVersion"}), scheme));
    }
    return std::move(*body);
}

Outcome<PatchRequest> read_patch(const Resource& resource, const Request& request) {
    const std::string type = media_type(request);
    PatchRequest patch;
    if (type == "application/json-patch+json") {
        patch.type = PatchType::json;
    } else if (type == "application/merge-patch+json") {
        patch.type = PatchType::merge;
    } else if (type == "application/strategic-merge-patch+json") {
        patch.type = PatchType::strategic;
    } else if (type == "application/apply-patch+yaml") {
        patch.type = PatchType::apply;
    } else {
        Status status = unsupported_media_type("415: Unsupported Media Type");
        status.details = Json::object();
        return status;
    }
    if (patch.type == PatchType::strategic && resource.strategy->is_custom()) {
        return unsupported_media_type(
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/apply-patch+yaml");
    }
    if (request.body.size() > largest_body) {
        return Status{
            .code = 413,
            .reason = "RequestEntityTooLarge",
            .message = fmt::format("Request entity too large: limit is {}", largest_body)};
    }
    Result<Json> body =
        patch.type == PatchType::apply ? parse_yaml(request.body) : parse_json(request.body);
    if (!body.ok()) {
        if (patch.type == PatchType::apply) {
            return bad_request("error decoding YAML: yaml: " + go_yaml_error(body.error().message));
        }
        return bad_request(go_json_error(request.body));
    }
    patch.body = std::move(*body);
    return patch;
}

Outcome<DeleteOptions> read_delete_options(const Request& request, const Query& query,
                                           WriteOptions& options) {
    Json dry_run = dry_run_values(query);
    DeleteOptions read;
    if (!request.body.empty()) {
        const Outcome<Json> body = read_options_body(request);
        if (!body.ok()) {
            return body.error();
        }
        read = options_of_json(*body);
        dry_run = array_at(*body, {"dryRun"});
    } else {
        read.propagation_policy = first(query, "propagationPolicy");
        const std::string grace = first(query, "gracePeriodSeconds");
        if (!grace.empty()) {
            const Outcome<std::int64_t> seconds = parse_integer(grace);
            if (!seconds.ok()) {
                return seconds.error();
            }
            read.grace_period_seconds = *seconds;
        }
        if (query.count("orphanDependents") > 0) {
            read.orphan_dependents = is_true(query, "orphanDependents");
        }
    }
    const Outcome<bool> dry = read_dry_run(dry_run, "DeleteOptions");
    if (!dry.ok()) {
        return dry.error();
    }
    options.dry_run = *dry;
    BG_TRY(check_delete_options(read));
    return read;
}

Outcome<WriteOptions> read_write_options(const Request& request, const Query& query,
                                         std::string_view kind) {
    const Outcome<bool> dry_run = read_dry_run(dry_run_values(query), kind);
    if (!dry_run.ok()) {
        return dry_run.error();
    }
    WriteOptions options{.field_manager = first(query, "fieldManager"),
                         .force = is_true(query, "force"),
                         .dry_run = *dry_run,
                         .field_validation = first(query, "fieldValidation")};
    FieldErrors errors = check_manager(options.field_manager);
    const std::string& validation = options.field_validation;
    if (!validation.empty() && validation != "Ignore" && validation != "Warn" &&
        validation != "Strict") {
        errors.push_back(
            not_supported("fieldValidation", validation, {"Ignore", "Strict", "Warn"}));
    }
    const bool apply = media_type(request) == "application/apply-patch+yaml";
    if (kind == "PatchOptions") {
        if (apply && options.field_manager.empty()) {
            errors.push_back(required("fieldManager", "is required for apply patch"));
        }
        if (!apply && query.count("force") > 0) {
            errors.push_back(forbidden("force", "may not be specified for non-apply patch"));
        }
    }
    if (!errors.empty()) {
        return invalid("meta.k8s.io", kind, "", errors);
    }
    if (options.field_manager.empty()) {
        options.field_manager = manager_of_agent(request);
    }
    return options;
}

}  // namespace bestgres::fakekube
