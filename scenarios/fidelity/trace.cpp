#include "scenarios/fidelity/trace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::scenarios {
namespace {

// The words of a member's status; positions and timelines are only present or not.
std::string form_of_status(const std::string& text) {
    const auto parsed = parse_json(text);
    if (!parsed.ok()) {
        return "?";
    }
    std::string form;
    for (const auto& [key, value] : parsed->items()) {
        const bool address = key == "conn_url" || key == "api_url" || key == "version";
        const bool moves = value.is_number() || value.is_object();
        if (!address) {
            form += fmt::format(" {}={}", key, moves ? "." : dump(value));
        }
    }
    return form;
}

std::string form_of_annotation(const std::string& key, const Json& value, const std::string& who) {
    if (value.is_null()) {
        return key + "=null";
    }
    const std::string text = value.is_string() ? value.get<std::string>() : dump(value);
    if (key == "status") {
        return "status{" + form_of_status(text) + " }";
    }
    if (key == "leader" || key == "member") {
        return key + (text == who ? "=me" : "=other");
    }
    if (key == "quorum" || key == "ttl") {
        return key + "=" + text;
    }
    if (key == "initialize") {
        return key + (text.empty() ? "=empty" : "=sysid");
    }
    if (key == "sync_standby") {
        return fmt::format("{}={}", key, std::count(text.begin(), text.end(), ',') + 1);
    }
    return key;
}

std::string form_of(const std::string& verb, const std::string& what, const Json& body,
                    const std::string& who) {
    const std::string object = what == "pods/" + who ? "pods/me" : what;
    std::string form = verb + " " + object;
    if (body.is_object() && verb == "POST") {
        form += "/" + string_at(body, {"name"});
    }
    for (const auto& [key, value] : object_at(body, {"annotations"}).items()) {
        form += " " + form_of_annotation(key, value, who);
    }
    if (const Json* role = find(body, {"labels", "role"})) {
        form += " role=" + dump(*role);
    }
    form += body.is_object() && body.contains("resourceVersion") ? " versioned" : "";
    return form;
}

using Forms = std::vector<std::string>;

// Only the positions of a member have moved between two equal forms: chance, not behaviour.
Forms forms_of(const std::vector<TraceLine>& lines, const std::string& who) {
    Forms forms;
    std::string status;
    for (const TraceLine& line : lines) {
        if (line.who != who) {
            continue;
        }
        const bool pod = line.form.rfind("PATCH pods/", 0) == 0;
        if (pod && line.form == status) {
            continue;
        }
        status = pod ? line.form : status;
        forms.push_back(line.form);
    }
    return forms;
}

Agreement compare_node(const Forms& recorded, const Forms& modelled) {
    std::vector<std::vector<std::size_t>> longest(recorded.size() + 1,
                                                  std::vector<std::size_t>(modelled.size() + 1, 0));
    for (std::size_t one = recorded.size(); one-- > 0;) {
        for (std::size_t other = modelled.size(); other-- > 0;) {
            longest[one][other] = recorded[one] == modelled[other]
                                      ? longest[one + 1][other + 1] + 1
                                      : std::max(longest[one + 1][other], longest[one][other + 1]);
        }
    }
    Agreement out{.recorded = recorded.size(),
                  .modelled = modelled.size(),
                  .agreed = longest[0][0],
                  .differences = {}};
    std::size_t one = 0;
    std::size_t other = 0;
    while (one < recorded.size() || other < modelled.size()) {
        const bool both = one < recorded.size() && other < modelled.size();
        if (both && recorded[one] == modelled[other]) {
            ++one;
            ++other;
        } else if (other == modelled.size() ||
                   (both && longest[one + 1][other] >= longest[one][other + 1])) {
            out.differences += "    - " + recorded[one++] + "\n";
        } else {
            out.differences += "    + " + modelled[other++] + "\n";
        }
    }
    return out;
}

}  // namespace

std::vector<TraceLine> read_trace(std::string_view text) {
    std::vector<TraceLine> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const auto parsed = parse_json(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!parsed.ok()) {
            continue;
        }
        TraceLine line;
        line.at = (*parsed)["t"].get<double>();
        line.mark = string_at(*parsed, {"mark"});
        line.who = string_at(*parsed, {"who"});
        if (line.mark.empty()) {
            line.form = form_of(string_at(*parsed, {"verb"}), string_at(*parsed, {"what"}),
                                object_at(*parsed, {"body"}), line.who);
            line.form += parsed->contains("status") ? " failed" : "";
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

TraceLine line_of(const Sent& sent) {
    const Json& metadata = object_at(sent.body, {"metadata"});
    Json body = Json::object();
    for (const char* key : {"annotations", "resourceVersion", "name"}) {
        if (metadata.contains(key)) {
            body[key] = metadata[key];
        }
    }
    if (metadata.contains("labels") && metadata["labels"].contains("role")) {
        body["labels"]["role"] = metadata["labels"]["role"];
    }
    TraceLine line;
    line.who = sent.who;
    line.form = form_of(sent.verb, sent.what, body, sent.who) + (sent.ok ? "" : " failed");
    return line;
}

void Agreement::add(const Agreement& other) {
    recorded += other.recorded;
    modelled += other.modelled;
    agreed += other.agreed;
    differences += other.differences;
}

Agreement compare(const std::vector<TraceLine>& recorded, const std::vector<TraceLine>& modelled) {
    std::vector<std::string> cast{"node0", "node1", "node2"};
    const std::vector<std::string> names = cast;
    Agreement best;
    bool first = true;
    do {
        Agreement all;
        for (std::size_t index = 0; index < names.size(); ++index) {
            Agreement one =
                compare_node(forms_of(recorded, names[index]), forms_of(modelled, cast[index]));
            if (!one.differences.empty()) {
                one.differences =
                    fmt::format("  {} as {}\n{}", cast[index], names[index], one.differences);
            }
            all.add(one);
        }
        if (first || all.agreed > best.agreed) {
            best = all;
            first = false;
        }
    } while (std::next_permutation(cast.begin(), cast.end()));
    return best;
}

}  // namespace bestgres::scenarios
