#include "fakekube/patching.hpp"

#include <fmt/format.h>

#include <utility>

#include "fakekube/kinds/declared_text.hpp"
#include "fakekube/kinds/json_patch.hpp"
#include "fakekube/kinds/strategic_merge_patch.hpp"
#include "fakekube/registry.hpp"

namespace bestgres::fakekube {
namespace {

// How messages quote the result of a patch.
std::string patched_text(const Json& patched, const TypeSchema& schema, const PatchRequest& patch) {
    switch (patch.type) {
        case PatchType::merge:
            return declared_text(patched, schema, patch.body);
        case PatchType::json:
            return declared_text(patched, schema, Json::object());
        case PatchType::strategic:
        case PatchType::apply:
            break;
    }
    return dump(patched);
}

}  // namespace

Outcome<Json> patched_json(const Resource& resource, const Json& live, const PatchRequest& patch) {
    switch (patch.type) {
        case PatchType::json:
            return json_patch(live, patch.body);
        case PatchType::strategic:
            return strategic_merge_patch(live, patch.body, resource.strategy->schema());
        case PatchType::merge:
        case PatchType::apply:
            break;
    }
    if (!patch.body.is_structured()) {
        return bad_request("error decoding patch: not an object");
    }
    Json result = live;
    merge_patch(result, patch.body);
    return result;
}

Outcome<std::vector<std::string>> decode_patched(const RequestContext& context,
                                                 const Resource& resource, Patching patching) {
    Json& patched = patching.result;
    // The message shows the result as it was before decoding: patching is repeated for it.
    const auto refused = [&](std::string why) {
        const Outcome<Json> before = patched_json(resource, patching.live, patching.patch);
        const std::string told = patched_text(before.ok() ? *before : Json(),
                                              resource.strategy->schema(), patching.patch);
        return invalid("", "", "", {invalid("patch", told, std::move(why))});
    };
    if (!patched.is_object()) {
        return refused(fmt::format(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value "
            "of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind "
            "string \"json:\\\"kind,omitempty\\\"\" }}",
            patched.is_number() ? "number" : patched.type_name()));
    }
    const std::string version = string_at(patched, {"apiVersion"}, resource.api_version());
    const std::string kind = string_at(patched, {"kind"}, resource.kind);
    if (!resource.strategy->is_custom() &&
        (version != resource.api_version() || kind != resource.kind)) {
        return refused(
            fmt::format("no kind \"{}\" is registered for version \"{}\" in scheme "
                        "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"",
                        kind, version));
    }
    const Result<DecodeReport> report = resource.strategy->decode_update(patched, patching.live);
    if (!report.ok()) {
        return refused(report.error().message);
    }
    std::vector<std::string> warnings;
    if (context.options.field_validation != "Ignore") {
        for (const std::string& field : report->unknown_fields) {
            warnings.push_back(fmt::format("unknown field \"{}\"", field));
        }
    }
    if (context.options.field_validation == "Strict" && !warnings.empty()) {
        return refused(fmt::format("strict decoding error: {}", fmt::join(warnings, ", ")));
    }
    return warnings;
}

}  // namespace bestgres::fakekube
