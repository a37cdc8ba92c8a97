#include "lib/kube/cluster.hpp"

#include "lib/base/overloaded.hpp"

namespace bestgres::kube {
namespace {

Ref ref_of(const Kind& kind, const Object& object) {
    return {.kind = kind, .ns = std::string(object.ns()), .name = std::string(object.name())};
}

std::string with_subresource(const Ref& ref, const std::string& subresource) {
    return subresource.empty() ? to_string(ref) : to_string(ref) + "/" + subresource;
}

}  // namespace

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::already_exists:
            return "already_exists";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::gone:
            return "gone";
        case ErrorCode::invalid:
            return "invalid";
        case ErrorCode::forbidden:
            return "forbidden";
        case ErrorCode::unauthorized:
            return "unauthorized";
        case ErrorCode::throttled:
            return "throttled";
        case ErrorCode::unavailable:
            return "unavailable";
        case ErrorCode::timeout:
            return "timeout";
    }
    return "unavailable";
}

std::string_view to_string(Applied applied) {
    switch (applied) {
        case Applied::no:
            return "no";
        case Applied::yes:
            return "yes";
        case Applied::unknown:
            return "unknown";
    }
    return "unknown";
}

std::string describe(const Call& call) {
    return std::visit(
        Overloaded{
            [](const Get& get) { return "get " + to_string(get.ref); },
            [](const List& list) {
                return "list " + std::string(list.kind.plural) +
                       (list.ns.empty() ? "" : " in " + list.ns);
            },
            [](const Create& create) {
                return "create " + to_string(ref_of(create.kind, create.object));
            },
            [](const Apply& apply) {
                return "apply " +
                       with_subresource(ref_of(apply.kind, apply.object), apply.subresource);
            },
            [](const Patch& patch) {
                return "patch " + with_subresource(patch.ref, patch.subresource);
            },
            [](const Replace& replace) {
                return "replace " +
                       with_subresource(ref_of(replace.kind, replace.object), replace.subresource);
            },
            [](const Delete& remove) { return "delete " + to_string(remove.ref); },
            [](const Evict& evict) { return "evict " + to_string(evict.pod); },
        },
        call);
}

bool is_write(const Call& call) {
    return !std::holds_alternative<Get>(call) && !std::holds_alternative<List>(call);
}

}  // namespace bestgres::kube
