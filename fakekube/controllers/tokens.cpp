#include "fakekube/authentication.hpp"
#include "fakekube/controllers/namespaces.hpp"
#include "fakekube/controllers/objects.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube::controllers {
namespace {

namespace kinds = kube::kinds;

constexpr const char* token_type = "kubernetes.io/service-account-token";
constexpr const char* name_annotation = "kubernetes.io/service-account.name";
constexpr const char* uid_annotation = "kubernetes.io/service-account.uid";
// Tokens in Secrets do not expire; this is as good.
constexpr Duration lifetime = std::chrono::hours(24 * 365 * 100);

bool is_token(const kube::Object& secret) {
    return secret.text_at({"type"}) == token_type && !secret.annotation(name_annotation).empty();
}

}  // namespace

TokenController::TokenController(std::string certificate)
    : Controller("tokens-controller", {kinds::secret, kinds::service_account}),
      certificate_(std::move(certificate)) {}

std::unique_ptr<Controller> TokenController::clone() const {
    return std::make_unique<TokenController>(*this);
}

void TokenController::observe(const Change& change) {
    const kube::Object& object = change.object();
    if (change.is(kinds::secret)) {
        if (is_token(object)) {
            enqueue(key_of(object));
        }
        return;
    }
    for (const kube::Object& secret :
         objects(kinds::secret).in_namespace(std::string(object.ns()))) {
        if (is_token(secret) && secret.annotation(name_annotation) == object.name()) {
            enqueue(key_of(secret));
        }
    }
}

void TokenController::sync(const Key& key, Client& client) {
    const kube::Object* found = objects(kinds::secret).find(key);
    if (found == nullptr || found->being_deleted()) {
        return;
    }
    const kube::Object secret = *found;
    const auto account =
        client.get(kinds::service_account,
                   {.ns = key.ns, .name = std::string(secret.annotation(name_annotation))});
    const std::string_view known_uid = secret.annotation(uid_annotation);
    if (!account || (!known_uid.empty() && known_uid != account->uid())) {
        client.remove(kinds::secret, key, only_uid(secret.uid()));
        return;
    }
    if (known_uid.empty() || string_at(secret.json(), {"data", "token"}).empty()) {
        fill(secret, *account, client);
    }
}

void TokenController::fill(const kube::Object& secret, const kube::Object& account,
                           Client& client) const {
    const TokenClaims claims{.ns = std::string(secret.ns()),
                             .account = std::string(account.name()),
                             .account_uid = std::string(account.uid()),
                             .pod = "",
                             .pod_uid = "",
                             .issued = client.now(),
                             .expires = client.now() + lifetime};
    Json json = secret.json();
    json["metadata"]["annotations"][uid_annotation] = account.uid();
    json["data"]["token"] = encode_base64(client.server().sign_token(claims));
    json["data"]["ca.crt"] = encode_base64(certificate_);
    json["data"]["namespace"] = encode_base64(secret.ns());
    client.update(kinds::secret, json, "");
}

}  // namespace bestgres::fakekube::controllers
