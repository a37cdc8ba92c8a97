#include "lib/kube/object.hpp"

#include <algorithm>

namespace bestgres::kube {
namespace {

OwnerReference owner_reference_of(const Json& json) {
    return {.api_version = string_at(json, {"apiVersion"}),
            .kind = string_at(json, {"kind"}),
            .name = string_at(json, {"name"}),
            .uid = string_at(json, {"uid"}),
            .controller = find_bool(json, {"controller"}).value_or(false),
            .block_owner_deletion = find_bool(json, {"blockOwnerDeletion"}).value_or(false)};
}

}  // namespace

std::string to_string(const Ref& ref) {
    std::string text(ref.kind.name);
    text += ' ';
    if (!ref.ns.empty()) {
        text += ref.ns + '/';
    }
    return text + ref.name;
}

Object::Object() : Object(Json::object()) {}

Object::Object(Json json)
    : data_(std::make_shared<const Data>(Data{std::move(json), std::nullopt})) {}

std::uint64_t Object::hash() const {
    if (!data_->hash) {
        data_->hash = hash_json(data_->json);
    }
    return *data_->hash;
}

std::int64_t Object::generation() const {
    return find_int(json(), {"metadata", "generation"}).value_or(0);
}

bool Object::has_finalizer(std::string_view finalizer) const {
    const Json& finalizers = array_at(json(), {"metadata", "finalizers"});
    return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

std::vector<OwnerReference> Object::owner_references() const {
    std::vector<OwnerReference> owners;
    for (const Json& owner : array_at(json(), {"metadata", "ownerReferences"})) {
        owners.push_back(owner_reference_of(owner));
    }
    return owners;
}

std::optional<OwnerReference> Object::controller() const {
    for (OwnerReference& owner : owner_references()) {
        if (owner.controller) {
            return std::move(owner);
        }
    }
    return std::nullopt;
}

std::string_view Object::text_at(std::initializer_list<std::string_view> path) const {
    const Json* found = find(json(), path);
    return found != nullptr && found->is_string()
               ? std::string_view(found->get_ref<const std::string&>())
               : std::string_view();
}

std::optional<Instant> Object::time_at(std::initializer_list<std::string_view> path) const {
    const std::string_view text = text_at(path);
    const Result<Instant> time = parse_time(text);
    return time.ok() ? std::optional(*time) : std::nullopt;
}

}  // namespace bestgres::kube
