#include "operator/cmd/preview/connection.hpp"

#include <chrono>

#include "lib/kube_client/access.hpp"

namespace bestgres::cmd {

Result<Connection> connect(const Arguments& arguments) {
    const auto access =
        kube_client::find_access({.kubeconfig = arguments.kubeconfig,
                                  .context = arguments.context,
                                  .environment = kube_client::access_environment()});
    BG_TRY(access);
    const std::string ns = arguments.ns.empty() ? access->ns : arguments.ns;
    auto client = kube_client::WaitingClient::make(
        *access, {.user_agent = "bestgres", .field_manager = "bestgres"});
    BG_TRY(client);
    return Connection{.client = *std::move(client), .ns = ns};
}

Result<std::optional<kube::Object>> find_live(kube_client::WaitingClient& client,
                                              const kube::Ref& ref) {
    const auto outcome = client.call_and_wait(kube::Get{ref});
    if (outcome.ok()) {
        return std::optional(std::get<kube::Object>(*outcome));
    }
    if (outcome.error().code == kube::ErrorCode::not_found) {
        return std::optional<kube::Object>();
    }
    return Error{outcome.error().message};
}

Instant time_here() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::nanoseconds>(since).count()};
}

}  // namespace bestgres::cmd
