#include "fakepatroni/wire.hpp"

#include <fmt/format.h>

namespace bestgres::fakepatroni {
namespace {

Json labels_of(const MemberSettings& settings) {
    Json labels = Json::object();
    for (const auto& [key, value] : settings.labels.fixed) {
        labels[key] = value;
    }
    labels[settings.labels.scope] = settings.scope;
    if (settings.citus) {
        labels["citus-group"] = std::to_string(settings.citus->group);
    }
    return labels;
}

Json metadata_of(const MemberSettings& settings, std::string_view suffix, Json annotations) {
    return {{"namespace", settings.ns},
            {"name", object_name(settings, suffix)},
            {"labels", labels_of(settings)},
            {"annotations", std::move(annotations)}};
}

}  // namespace

std::string isoformat(Instant at) {
    std::string text = format_micros(at);
    text.pop_back();
    return text + "+00:00";
}

kube::Call create_map(const MemberSettings& settings, std::string_view suffix, Json annotations) {
    for (auto entry = annotations.begin(); entry != annotations.end();) {
        entry = entry->is_null() ? annotations.erase(entry) : std::next(entry);
    }
    return kube::Create{.kind = kube::kinds::config_map,
                        .object = kube::Object(Json{
                            {"apiVersion", "v1"},
                            {"kind", "ConfigMap"},
                            {"metadata", metadata_of(settings, suffix, std::move(annotations))}})};
}

kube::Call patch_map(const MemberSettings& settings, std::string_view suffix,
                     const Json& annotations, const std::optional<std::string>& version) {
    Json metadata = metadata_of(settings, suffix, annotations);
    if (version) {
        metadata["resourceVersion"] = *version;
    }
    return kube::Patch{.ref = {kube::kinds::config_map, settings.ns, object_name(settings, suffix)},
                       .type = kube::PatchType::strategic,
                       .body = {{"metadata", std::move(metadata)}},
                       .subresource = ""};
}

kube::Call get_leader_map(const MemberSettings& settings) {
    return kube::Get{{kube::kinds::config_map, settings.ns, object_name(settings, "leader")}};
}

kube::Call patch_pod(const MemberSettings& settings, const std::optional<std::string>& role,
                     const std::string& status) {
    Json labels = Json::object();
    labels[settings.labels.role] = role ? Json(*role) : Json();
    return kube::Patch{.ref = {kube::kinds::pod, settings.ns, settings.name},
                       .type = kube::PatchType::strategic,
                       .body = {{"metadata",
                                 {{"namespace", settings.ns},
                                  {"name", settings.name},
                                  {"labels", std::move(labels)},
                                  {"annotations", {{"status", status}}}}}},
                       .subresource = ""};
}

kube::Call list_call(const MemberSettings& settings, const kube::Kind& kind) {
    return kube::List{.kind = kind,
                      .ns = settings.ns,
                      .label_selector = label_selector(settings),
                      .field_selector = ""};
}

Json lock_annotations(const std::string& holder, const LockWords& words) {
    return {{"leader", holder},
            {"ttl", words.ttl},
            {"renewTime", words.renew_time},
            {"acquireTime", words.acquire_time},
            {"transitions", words.transitions}};
}

std::string history_text(const std::vector<HistoryLine>& history) {
    std::string text = "[";
    for (const HistoryLine& line : history) {
        text += text.size() > 1 ? "," : "";
        text += fmt::format("[{},{},{}", line.timeline, line.lsn, quoted_json(line.reason));
        text += line.at.empty() ? "" : "," + quoted_json(line.at);
        text += line.new_leader.empty() ? "" : "," + quoted_json(line.new_leader);
        text += "]";
    }
    return text + "]";
}

std::string quoted_json(std::string_view text) {
    return dump(Json(text));
}

void JsonText::key(std::string_view name) {
    if (text_.size() > 1) {
        text_ += ',';
    }
    text_ += '"';
    text_ += name;
    text_ += "\":";
}

JsonText& JsonText::text(std::string_view name, std::string_view value) {
    key(name);
    text_ += quoted_json(value);
    return *this;
}

JsonText& JsonText::number(std::string_view name, std::uint64_t value) {
    key(name);
    text_ += std::to_string(value);
    return *this;
}

JsonText& JsonText::flag(std::string_view name, bool value) {
    key(name);
    text_ += value ? "true" : "false";
    return *this;
}

JsonText& JsonText::raw(std::string_view name, std::string_view value) {
    key(name);
    text_ += value;
    return *this;
}

}  // namespace bestgres::fakepatroni
