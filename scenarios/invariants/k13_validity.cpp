#include "scenarios/invariants/k13_validity.hpp"

namespace bestgres::scenarios {
namespace {

std::size_t annotation_bytes(const Json& body) {
    std::size_t bytes = 0;
    for (const auto& [key, value] : object_at(body, {"metadata", "annotations"}).items()) {
        bytes += key.size() + (value.is_string() ? value.get_ref<const std::string&>().size() : 0);
    }
    return bytes;
}

// Of keys and texts: nearly all of a large object, and cheaper than writing it out.
std::size_t text_bytes(const Json& value) {
    if (value.is_string()) {
        return value.get_ref<const std::string&>().size();
    }
    std::size_t bytes = 1;
    if (value.is_object()) {
        for (const auto& [key, part] : value.items()) {
            bytes += key.size() + text_bytes(part);
        }
    } else if (value.is_array()) {
        for (const Json& part : value) {
            bytes += text_bytes(part);
        }
    }
    return bytes;
}

}  // namespace

void K13Validity::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* const performed = std::get_if<CallPerformed>(&occurrence);
    if (performed == nullptr || !by_operator(performed->actor) ||
        !kube::is_write(performed->call)) {
        return;
    }
    const std::string what = performed->actor.name + ": " + kube::describe(performed->call);
    if (!performed->outcome.ok()) {
        if (performed->outcome.error().code == kube::ErrorCode::invalid) {
            findings.add(text, what + " is refused as invalid",
                         {performed->outcome.error().message});
        }
        return;
    }
    const Json& body = written_body(performed->call);
    if (annotation_bytes(body) > most_annotations) {
        findings.add(text, what + " carries more than 256 KiB of annotations",
                     {std::to_string(annotation_bytes(body)) + " bytes"});
    }
    if (const std::size_t bytes = text_bytes(body); bytes > most_bytes) {
        findings.add(text, what + " is larger than 1.5 MiB", {std::to_string(bytes) + " bytes"});
    }
}

}  // namespace bestgres::scenarios
