#include "operator/cmd/operator/release.hpp"

#include <unistd.h>

#include <chrono>
#include <thread>

#include "lib/kube_client/access.hpp"
#include "lib/kube_client/waiting.hpp"

namespace bestgres::cmd {
namespace {

using std::chrono::seconds;

// Of an operator that is being stopped the kubelet waits for 30 seconds.
constexpr Duration longest_call = seconds(7);

}  // namespace

Result<std::int64_t> carry_out(const Releasing& with, core::Release release) {
    while (!release.outcome()) {
        if (std::optional<kube::Call> call = release.next(with.now())) {
            const auto answer = with.ask(*std::move(call));
            release.hear(answer, with.now());
        } else {
            with.pause(release.due() - with.now());
        }
    }
    return *release.outcome();
}

Result<std::int64_t> release(const Releasing& with) {
    return carry_out(with, core::Release::under_the_lease({with.ns, with.identity}, with.now()));
}

Result<std::int64_t> with_server(const OperatorOptions& options, const Work& work) {
    const auto access =
        kube_client::find_access({.kubeconfig = options.kubeconfig,
                                  .context = "",
                                  .environment = kube_client::access_environment()});
    BG_TRY(access);
    kube_client::ApiClientOptions settings;
    settings.user_agent = "bestgres-operator";
    settings.field_manager = "bestgres-operator";
    settings.call_limit = longest_call;
    const auto client = kube_client::WaitingClient::make(*access, settings);
    BG_TRY(client);
    return work(
        {.ns = options.watch_namespace.empty() ? access->ns : options.watch_namespace,
         .identity = options.identity.empty() ? std::to_string(getpid()) : options.identity,
         .ask = [&client](kube::Call call) { return (*client)->call_and_wait(std::move(call)); },
         .now = [&client] { return (*client)->loop().now(); },
         .pause = [](Duration span) { std::this_thread::sleep_for(span); }});
}

int release_main(const OperatorOptions& options, const Log& log) {
    const Result<std::int64_t> done = with_server(options, [&log](const Releasing& with) {
        log.info("releasing", {{"namespace", with.ns}});
        return release(with);
    });
    if (!done.ok()) {
        log.error("not released", {{"error", done.error().message}});
        return 1;
    }
    log.info("released", {{"objects", *done}});
    return 0;
}

}  // namespace bestgres::cmd
