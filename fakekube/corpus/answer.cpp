#include "fakekube/corpus/answer.hpp"

#include <algorithm>
#include <utility>

namespace bestgres::fakekube::corpus {
namespace {

constexpr const char* kept_headers[] = {
    "content-type", "content-encoding", "warning",       "retry-after", "www-authenticate",
    "allow",        "location",         "cache-control", "vary",        "x-content-type-options"};
constexpr const char* present_headers[] = {"x-kubernetes-pf-flowschema-uid",
                                           "x-kubernetes-pf-prioritylevel-uid", "audit-id"};

std::vector<std::string> header_values(const Headers& headers, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& header : headers) {
        const Headers one = {header};
        if (find_header(one, name)) {
            values.push_back(header.second);
        }
    }
    return values;
}

// In raw text versions are hidden, not numbered.
std::string hidden_versions(const std::string& text) {
    std::string result;
    std::size_t at = 0;
    for (const std::string key : {"\"resourceVersion\":\"", "\"resourceVersion\": \""}) {
        result.clear();
        at = 0;
        const std::string& source = text;
        for (std::size_t found = source.find(key, at); found != std::string::npos;
             found = source.find(key, at)) {
            const std::size_t end = source.find('"', found + key.size());
            result.append(source, at, found + key.size() - at).append("<rv>");
            at = end == std::string::npos ? source.size() : end;
        }
        result.append(source, at);
        if (result != text) {
            return result;
        }
    }
    return text;
}

Json item_names(const Answer& answer, const Ordered& step, const Normaliser& normaliser) {
    std::vector<std::string> names;
    for (const Json& item : array_at(answer.body, {"items"})) {
        names.push_back(normaliser.text(string_at(item, {"metadata", "name"})));
    }
    if (step.contains("unordered")) {
        std::sort(names.begin(), names.end());
    }
    return names;
}

void sort_causes(Json& body) {
    Json::json_pointer causes("/details/causes");
    if (!body.is_object() || !body.contains(causes) || !body[causes].is_array()) {
        return;
    }
    std::vector<Json> sorted(body[causes].begin(), body[causes].end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const Json& left, const Json& right) {
        return std::pair(string_at(left, {"field"}), string_at(left, {"message"})) <
               std::pair(string_at(right, {"field"}), string_at(right, {"message"}));
    });
    body[causes] = std::move(sorted);
}

Json fields(const Answer& answer, const std::string& list, const Normaliser& normaliser) {
    Json result = Json::object();
    std::string_view left = list;
    while (!left.empty()) {
        const std::size_t comma = left.find(',');
        const std::string pointer(left.substr(0, comma));
        left = comma == std::string_view::npos ? std::string_view() : left.substr(comma + 1);
        result[pointer] = normaliser.value(value_at(answer.body, pointer),
                                           pointer.substr(pointer.rfind('/') + 1));
    }
    return result;
}

bool is_error_status(const Answer& answer) {
    return answer.status >= 400 && string_at(answer.body, {"kind"}) == "Status";
}

void add_body(Json& result, const Answer& answer, const Ordered& step,
              const Normaliser& normaliser) {
    std::string mode = record_mode(step);
    if (is_error_status(answer) &&
        (mode == "names" || mode == "keys" || mode.starts_with("fields:"))) {
        mode = "full";
    }
    const bool has_object = answer.body.is_object();
    if (mode == "none") {
        return;
    }
    if (mode == "keys" && has_object) {
        Json keys = Json::array();
        for (const auto& [key, value] : answer.body.items()) {
            keys.push_back(key);
        }
        result["bodyKeys"] = std::move(keys);
    } else if (mode.starts_with("fields:") && has_object) {
        result["bodyFields"] = fields(answer, mode.substr(7), normaliser);
    } else if (mode.starts_with("prefix:")) {
        result["bodyPrefix"] =
            normaliser.text(std::string_view(answer.text).substr(0, std::stoul(mode.substr(7))));
    } else if (mode == "raw") {
        result["bodyText"] = hidden_versions(normaliser.text(answer.text));
    } else if (mode == "names" && has_object) {
        result["itemNames"] = item_names(answer, step, normaliser);
        result["listMetadata"] =
            normaliser.value({{"metadata", answer.body.value("metadata", Json())},
                              {"items", Json::array()}})["metadata"];
    } else if (!answer.body.is_null()) {
        result["body"] = normaliser.value(answer.body);
        if (step.contains("unordered")) {
            sort_causes(result["body"]);
        }
    } else if (!answer.text.empty()) {
        result["bodyText"] = normaliser.text(answer.text);
    }
}

}  // namespace

Answer Answer::of(const Response& response) {
    Answer answer{.status = response.status, .headers = response.headers, .text = response.body};
    Result<Json> parsed = parse_json(response.body);
    if (parsed.ok()) {
        answer.body = std::move(*parsed);
    }
    return answer;
}

Json value_at(const Json& body, const std::string& pointer) {
    const Json* at = &body;
    std::string_view left = pointer;
    while (!left.empty()) {
        left.remove_prefix(1);
        const std::size_t slash = left.find('/');
        std::string part(left.substr(0, slash));
        left = slash == std::string_view::npos ? std::string_view() : left.substr(slash);
        for (std::size_t escape = part.find("~1"); escape != std::string::npos;
             escape = part.find("~1")) {
            part.replace(escape, 2, "/");
        }
        if (at->is_object() && at->contains(part)) {
            at = &(*at)[part];
        } else if (at->is_array() && !part.empty() &&
                   part.find_first_not_of("0123456789") == std::string::npos &&
                   std::stoul(part) < at->size()) {
            at = &(*at)[std::stoul(part)];
        } else {
            return nullptr;
        }
    }
    return *at;
}

bool is_satisfied(const Ordered& poll, const Answer& answer) {
    if (answer.status != (poll.contains("status") ? poll["status"].get<int>() : 200)) {
        return false;
    }
    if (!poll.contains("until")) {
        return true;
    }
    for (const Ordered& condition : poll["until"]) {
        const Json value = value_at(answer.body, condition["pointer"].get<std::string>());
        if (condition.contains("equals") && value != Json(condition["equals"])) {
            return false;
        }
        if (condition.contains("exists") && value.is_null() == condition["exists"].get<bool>()) {
            return false;
        }
        if (condition.contains("count") &&
            (!value.is_array() || value.size() != condition["count"].get<std::size_t>())) {
            return false;
        }
    }
    return true;
}

std::string record_mode(const Ordered& step) {
    return step.contains("record") ? step["record"].get<std::string>() : "full";
}

Json recorded_headers(const Headers& headers, const Normaliser& normaliser, bool of_watch) {
    Json result = Json::object();
    const auto keep = [&](const std::string& name) {
        Json values = Json::array();
        for (const std::string& value : header_values(headers, name)) {
            values.push_back(normaliser.text(value));
        }
        if (!values.empty()) {
            result[name] = values.size() == 1 ? values.front() : values;
        }
    };
    for (const char* name : kept_headers) {
        keep(name);
    }
    if (of_watch) {
        keep("transfer-encoding");
    }
    for (const char* name : present_headers) {
        if (find_header(headers, name)) {
            result[name] = "<present>";
        }
    }
    return result;
}

Json recorded_answer(const Answer& answer, const Ordered& step, const Normaliser& normaliser) {
    Json result = {{"status", answer.status},
                   {"headers", recorded_headers(answer.headers, normaliser, false)}};
    add_body(result, answer, step, normaliser);
    return result;
}

Json brief_event(const Ordered& step, const Json& event) {
    const bool brief = step.contains("brief") && step["brief"].get<bool>();
    const Json& object = object_at(event, {"object"});
    if (!brief || string_at(object, {"kind"}) == "Status") {
        return event;
    }
    Json meta = Json::object();
    for (const char* key : {"name", "resourceVersion", "labels", "generation", "deletionTimestamp",
                            "finalizers", "annotations"}) {
        const Json* value = find(object, {"metadata", key});
        if (value != nullptr) {
            meta[key] = *value;
        }
    }
    Json kept = {{"kind", object.value("kind", Json())},
                 {"apiVersion", object.value("apiVersion", Json())},
                 {"metadata", std::move(meta)}};
    if (object.contains("data")) {
        kept["data"] = object["data"];
    }
    return {{"type", event.value("type", Json())}, {"object", std::move(kept)}};
}

}  // namespace bestgres::fakekube::corpus
