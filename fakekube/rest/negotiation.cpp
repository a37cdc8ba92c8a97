#include "fakekube/rest/negotiation.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

namespace bestgres::fakekube {
namespace {

constexpr const char* accepted =
    "only the following media types are accepted: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf";
constexpr const char* accepted_streams =
    "only the following media types are accepted: application/json;stream=watch, "
    "application/vnd.kubernetes.protobuf;stream=watch";

struct Clause {
    std::string type;
    std::map<std::string, std::string> parameters = {};
    double quality = 1;
};

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(trim(text.substr(0, end)));
        if (end == std::string_view::npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

Clause parse_clause(std::string_view text) {
    Clause clause;
    bool is_type = true;
    for (const std::string_view part : split(text, ';')) {
        if (is_type) {
            clause.type = std::string(part);
            is_type = false;
            continue;
        }
        const std::size_t equals = part.find('=');
        const std::string name(trim(part.substr(0, equals)));
        const std::string value(equals == std::string_view::npos ? ""
                                                                 : trim(part.substr(equals + 1)));
        if (name == "q") {
            clause.quality = std::strtod(value.c_str(), nullptr);
        } else {
            clause.parameters[name] = value;
        }
    }
    return clause;
}

std::vector<Clause> parse_accept(const Request& request) {
    const auto header = find_header(request.headers, "Accept");
    std::vector<Clause> clauses;
    if (header && !trim(*header).empty()) {
        for (const std::string_view part : split(*header, ',')) {
            clauses.push_back(parse_clause(part));
        }
    } else {
        clauses.push_back({.type = "*/*"});
    }
    std::stable_sort(clauses.begin(), clauses.end(), [](const Clause& left, const Clause& right) {
        return left.quality > right.quality;
    });
    return clauses;
}

bool is_json(const Clause& clause) {
    return clause.type == "application/json" || clause.type == "*/*" ||
           clause.type == "application/*";
}

bool is_known(const Clause& clause) {
    return is_json(clause) || clause.type == "application/yaml" ||
           clause.type == "application/vnd.kubernetes.protobuf";
}

std::string parameter(const Clause& clause, const std::string& name) {
    const auto found = clause.parameters.find(name);
    return found == clause.parameters.end() ? std::string() : found->second;
}

// Reads as=...;v=...;g=... into the format; false where it is nothing that can be served.
bool read_transform(const Clause& clause, bool transforms, Format& format) {
    const std::string as = parameter(clause, "as");
    if (as.empty()) {
        return true;
    }
    const std::string version = parameter(clause, "v");
    if (!transforms || parameter(clause, "g") != "meta.k8s.io" ||
        (version != "v1" && version != "v1beta1")) {
        return false;
    }
    format.meta_version = version;
    if (as == "Table") {
        format.shape = Format::Shape::table;
    } else if (as == "PartialObjectMetadata") {
        format.shape = Format::Shape::partial;
    } else if (as == "PartialObjectMetadataList") {
        format.shape = Format::Shape::partial_list;
    } else {
        return false;
    }
    return true;
}

// Browsers and curl read with their eyes.
bool wants_pretty(const Request& request, const Query& query) {
    const std::string asked = first(query, "pretty");
    if (!asked.empty()) {
        return asked == "true" || asked == "1" || asked == "t" || asked == "True" ||
               asked == "TRUE";
    }
    const std::string_view agent = find_header(request.headers, "User-Agent").value_or("");
    return agent.starts_with("curl") || agent.starts_with("Wget") ||
           agent.starts_with("Mozilla/5.0");
}

}  // namespace

std::string aggregated_discovery_version(const Request& request) {
    for (const Clause& clause : parse_accept(request)) {
        if (clause.type == "application/json" &&
            parameter(clause, "as") == "APIGroupDiscoveryList" &&
            parameter(clause, "g") == "apidiscovery.k8s.io") {
            const std::string version = parameter(clause, "v");
            if (version == "v2" || version == "v2beta1") {
                return version;
            }
        }
        if (is_json(clause) && parameter(clause, "as").empty()) {
            return "";
        }
    }
    return "";
}

Outcome<Format> negotiate(const Request& request, const Query& query, bool transforms) {
    const std::vector<Clause> clauses = parse_accept(request);
    if (std::none_of(clauses.begin(), clauses.end(), is_known)) {
        Status status = not_acceptable("406: Not Acceptable");
        status.details = Json::object();
        return status;
    }
    const bool watch = is_true(query, "watch") && transforms;
    for (const Clause& clause : clauses) {
        Format format{.pretty = wants_pretty(request, query)};
        format.yaml = clause.type == "application/yaml";
        if (!is_json(clause) && (!format.yaml || watch)) {
            continue;
        }
        if (read_transform(clause, transforms, format)) {
            return format;
        }
    }
    return not_acceptable(watch ? accepted_streams : accepted);
}

}  // namespace bestgres::fakekube
