#include "lib/base/encoding.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/manifests/objects.hpp"

namespace bestgres::manifests {

kube::Object secret(const Identity& identity, const Passwords& passwords) {
    return kube::Object({
        {"apiVersion", "v1"},
        {"kind", "Secret"},
        {"metadata", metadata(identity, secret_name(identity.name))},
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
