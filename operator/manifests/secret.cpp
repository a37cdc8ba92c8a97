#include "lib/base/encoding.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {

namespace {

Json secret_metadata(const Identity& identity) {
    const std::string name = secret_name(identity.name, identity.citus);
    Json about = metadata({.ns = identity.ns, .name = name, .uid = identity.uid}, name);
    if (identity.citus) {
        about["labels"][std::string(scope_label)] = identity.citus->scope;
    }
    return about;
}

}  // namespace

kube::Object secret(const Identity& identity, const Passwords& passwords) {
    return kube::Object({
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"metadata", secret_metadata(identity)},
        {"type", "Opaque"},
        {"data",
         {{"superuser-password", encode_base64(passwords.superuser)},
          {"replication-password", encode_base64(passwords.replication)},
          {"rewind-password", encode_base64(passwords.rewind)},
          {"restapi-password", encode_base64(passwords.restapi)},
          {"admin-password", encode_base64(passwords.admin)}}},
    });
}

}  // namespace bestgres::manifests
