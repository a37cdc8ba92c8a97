// The API server that a command of `bestgres` asks.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"
#include "lib/kube_client/waiting.hpp"
#include "operator/cmd/preview/arguments.hpp"

namespace bestgres::cmd {

struct Connection {
    std::unique_ptr<kube_client::WaitingClient> client;
    std::string ns;  // that the arguments name, else that of the context
};
Result<Connection> connect(const Arguments& arguments);

Result<std::optional<kube::Object>> find_live(kube_client::WaitingClient& client,
                                              const kube::Ref& ref);

// As this machine's clock has it.
Instant time_here();

}  // namespace bestgres::cmd
